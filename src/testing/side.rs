//! One side of a pair: a session with its journal and the driver around it.

use core::fmt;
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::MemoryJournal;
use super::port::{Application, Port, Resends};
use crate::event::Event;
use crate::inbox::Inbox;
use crate::journal::{Journal, Stored};
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::output::{Output, Wait};
use crate::reason::Reason;
use crate::session::{Config, ConfigError, SendError, Session, State};
use crate::time::{Instant, Now};
use crate::wire::{Body, MsgType};
use crate::{Checkpoint, CommitError};

/// The two sides of a pair.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Who {
    /// The side that opens the link.
    Initiator,
    /// The side that waits for it.
    Acceptor,
}

impl Who {
    /// The counterparty.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Who::Initiator => Who::Acceptor,
            Who::Acceptor => Who::Initiator,
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Who::Initiator => "initiator",
            Who::Acceptor => "acceptor",
        })
    }
}

/// Something that happened in a pair.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// When.
    pub at: Instant,
    /// On which side.
    pub who: Who,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// A frame was sent, shown with `|` for SOH.
    Sent(String),
    /// The application was given an event: its name, and its message, if any, with `|` for SOH.
    Told(String),
    /// The link was closed for this reason.
    Closed(Reason),
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.at.as_nanos() / 1_000_000;
        write!(f, "{:>6}.{:03} {:9} ", millis / 1000, millis % 1000, self.who)?;
        match &self.what {
            What::Sent(frame) => write!(f, "> {frame}"),
            What::Told(event) => write!(f, "! {event}"),
            What::Closed(why) => write!(f, "x {why}"),
        }
    }
}

/// A session, its journal, and a driver that accepts every Logon and answers every ResendRequest.
#[derive(Debug)]
pub struct Side {
    /// The session, to be called as an application would.
    pub session: Session,
    /// Its journal.
    pub journal: MemoryJournal,
    /// Whether every Logon is accepted at once. If not, each waits for [`Session::accept`] or
    /// [`Session::refuse`].
    pub accepts: bool,
    pub(super) inbox: Inbox<'static>,
    out: Vec<u8>,
    /// Bytes that are committed but not yet written.
    pub(super) unwritten: Vec<u8>,
    /// What the application sent since the side was last driven.
    sent: Vec<Line>,
    application: Option<Application>,
    resends: Option<Resends>,
    who: Who,
}

/// What a side wants once it can do no more by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wants {
    /// To wait for bytes or for a time.
    Wait(Wait),
    /// To write first, once the link accepts more.
    Write,
    /// A link.
    Connect,
    /// No link.
    Disconnect(Reason),
}

/// The size in bytes of the memory that a side reads into, and of that for held messages. Neither is ever
/// freed: a test process does not live long.
const INBOX: usize = 16 * 1024;
/// More outputs than this at one time mean an endless loop.
const OUTPUTS_MAX: usize = 100_000;

impl Side {
    /// A side without a link.
    ///
    /// # Errors
    /// The configuration is invalid.
    pub fn new(who: Who, config: Config, resume: Checkpoint) -> Result<Side, ConfigError> {
        let memory = || vec![0; INBOX].leak();
        Ok(Side {
            session: Session::new(config, resume)?,
            journal: MemoryJournal::new(),
            accepts: true,
            inbox: Inbox::new(memory()).holding(memory()),
            out: vec![0; INBOX],
            unwritten: Vec::new(),
            sent: Vec::new(),
            application: None,
            resends: None,
            who,
        })
    }

    /// Sends an application message: `body` writes its fields. Its bytes are written when the pair is driven.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send(
        &mut self,
        now: Now,
        msg_type: MsgType<'_>,
        body: impl FnOnce(&mut Body<'_>),
    ) -> Result<MsgSeqNum, SendError> {
        let Side { session, journal, out, unwritten, sent, who, .. } = self;
        Port { now, session, journal, out, unwritten, log: sent, who: *who }.send(msg_type, body)
    }

    /// Sets the application that receives every event from now on and may answer it: the one under test, or
    /// one that plays the counterparty's.
    pub fn application(&mut self, application: impl FnMut(&Event<'_>, &mut Port<'_>) + 'static) {
        self.application = Some(Application(Box::new(application)));
    }

    /// Sets the callback that decides from now on which messages are sent again when the counterparty asks.
    /// The others, such as stale orders, are replaced by a gap fill (FIX session layer 4.8.5).
    pub fn resends(&mut self, resends: impl FnMut(&Message<'_>, Now) -> bool + 'static) {
        self.resends = Some(Resends(Box::new(resends)));
    }

    /// Steps the session until it waits, answers from its journal, and logs what happened.
    pub(super) fn run(&mut self, now: Now, log: &mut Vec<Line>) -> Wants {
        let who = self.who;
        log.append(&mut self.sent);
        let line = |what| Line { at: now.monotonic, who, what };
        for _ in 0..OUTPUTS_MAX {
            if !self.unwritten.is_empty() {
                return Wants::Write;
            }
            let frame = match self.session.step(now, &mut self.inbox, &mut self.out) {
                Output::Event(ref event) => {
                    log.push(line(What::Told(told(event))));
                    match event {
                        // It cannot fail: the session has just asked for this.
                        Event::Logon(_) if self.accepts => drop(self.session.accept(now)),
                        // If the disk fails, the old series stays, and the session asks for the reset again.
                        Event::NewSeries { resume } => {
                            let _ = self.journal.checkpoint(resume).and_then(|()| self.journal.sync());
                        }
                        _ => {}
                    }
                    let Side { session, journal, out, unwritten, application, .. } = self;
                    if let Some(Application(hears)) = application {
                        hears(event, &mut Port { now, session, journal, out, unwritten, log, who });
                    }
                    continue;
                }
                Output::Transmit(frame) => frame,
                Output::Replay(asked) => {
                    let stored = self.journal.first_in(asked.series(), asked.from(), asked.to());
                    let Ok(mut stored) = stored else { continue };
                    if let (Some(Stored::Message { number, frame }), Some(Resends(resends))) =
                        (stored, &mut self.resends)
                        && let Ok(message) = Message::read(frame, self.session.config().data_fields)
                        && !resends(&message, now)
                    {
                        stored = Some(Stored::Withheld { up_to: number });
                    }
                    match self.session.replay(now, asked, stored, &mut self.out) {
                        Ok(Some(frame)) => frame,
                        Ok(None) | Err(_) => continue,
                    }
                }
                Output::Compose(asked) => {
                    match self.session.compose(now, asked, &self.inbox, &mut self.out, |_| {}) {
                        Ok(frame) => frame,
                        Err(_) => continue,
                    }
                }
                Output::NeedSpace(space) => {
                    self.out.resize(space.max(self.out.len() * 2), 0);
                    continue;
                }
                Output::Connect(_) => return Wants::Connect,
                Output::Disconnect(why) => {
                    log.push(line(What::Closed(why)));
                    return Wants::Disconnect(why);
                }
                Output::Wait(wait) => return Wants::Wait(wait),
            };
            match frame.commit(&mut self.session, &mut self.journal) {
                Ok(wire) => {
                    if !wire.is_empty() {
                        log.push(line(What::Sent(readable(&wire))));
                    }
                    self.unwritten.extend_from_slice(&wire);
                }
                // The disk failed: what cannot be stored is not sent, and the link is closed.
                Err(CommitError::Journal(_)) => {
                    let _ = self.session.disconnect(now, Reason::JournalFailed);
                }
                Err(CommitError::Stale) => {}
            }
        }
        Wants::Wait(Wait { until: None, read: false })
    }

    /// The process dies and starts again from its disk, which has everything that was synced.
    pub(super) fn restart(&mut self) {
        self.journal.crash(0);
        let resume = self.journal.resume().unwrap_or_else(|| self.session.checkpoint());
        // It cannot fail: the configuration was valid before.
        if let Ok(session) = Session::new(self.session.config().clone(), resume) {
            self.session = session;
        }
        self.unwritten.clear();
    }

    /// The state of the connection, and the next numbers in and out.
    pub fn stands(&self) -> (State, u64, u64) {
        (self.session.state(), self.session.next_in().get(), self.session.next_out().get())
    }
}

/// A frame as FIX logs show it, with `|` for SOH.
pub(super) fn readable(frame: &[u8]) -> String {
    frame.escape_ascii().to_string().replace("\\x01", "|")
}

/// An event as a line: its name, and its message or details.
fn told(event: &Event<'_>) -> String {
    std::format!("{event:?}")
}
