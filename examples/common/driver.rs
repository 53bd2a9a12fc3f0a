//! A session at work: its frames through a journal to a link, its events to an application.
//!
//! One thread does everything and waits in one place, where it reads from the link: what an application sends is caused by what comes in, or by the
//! time. `packages/` has drivers for applications that are woken from elsewhere.
//!
//! A failure here ends the program, or what plays its part. Nothing needs tidying up then: a program that begins again from its files goes
//! on where this one was.

use std::thread;
use std::time::Duration;

use sansfix::dictionary::MessageRules;
use sansfix::journal::FileJournal;
use sansfix::session::{ComposeError, OUT_MIN};
use sansfix::wire::tag;
use sansfix::{
    BeginString, Body, Event, Frame, Inbox, Journal, MsgSeqNum, MsgType, Now, Outbox, Output, PushError,
    Reason, ReplayError, SendError, Session, State, Wait,
};

use super::Error;
use super::clock::Clock;
use super::link::Link;

/// The size of each buffer, in bytes: how much is read, synced and written at a time.
const BUFFER: usize = 256 * 1024;
/// The part of the outbox that is kept for what the session itself owes: it must not wait behind the application.
const RESERVE: usize = 16 * 1024;
/// A link that takes no byte for so long is lost. The session's own timers watch what comes in, not this.
const STALLED: Duration = Duration::from_secs(30);
/// How long a closing link may take for the last bytes.
const LAST_BYTES: Duration = Duration::from_secs(1);

/// What a session is driven for.
pub(crate) trait Application {
    /// Something happened. A message that the event holds is finished only when [`Port::finished`] says so.
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now) -> Result<(), Error>;

    /// Everything that came in was handed over: do the work for all of it, and send.
    fn work(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error>;
}

/// A session, and what it needs of the world beside a link.
pub(crate) struct Engine {
    pub(crate) session: Session,
    pub(crate) journal: FileJournal,
    pub(crate) clock: Clock,
    /// What messages are checked against, beside the rules of the session.
    pub(crate) rules: Option<MessageRules>,
    /// Fields of our Logon beside the session's own, by tag and value: a password, for instance, so print nothing of it.
    pub(crate) logon_fields: Vec<(u32, String)>,
}

impl Engine {
    /// Drives the session from the first byte of a connection to its end, and says why it ended.
    pub(crate) fn converse(
        &mut self,
        app: &mut impl Application,
        link: &mut impl Link,
    ) -> Result<Reason, Error> {
        let (mut read, mut held, mut write) = (vec![0; BUFFER], vec![0; BUFFER], vec![0; BUFFER]);
        let mut inbox = Inbox::new(&mut read).holding(&mut held);
        let mut outbox = Outbox::new(&mut write);
        let mut out = vec![0; OUT_MIN];
        let mut last_progress = self.clock.now().monotonic;
        self.session.connected(self.clock.now(), &mut inbox)?;
        loop {
            let round = self.step_until_wait(app, &mut inbox, &mut outbox, &mut out)?;
            let mut port = Port {
                now: self.clock.now(),
                session: &mut self.session,
                journal: &mut self.journal,
                outbox: &mut outbox,
                out: &mut out,
                again: false,
            };
            app.work(&mut port)?;
            let now = port.now.monotonic;
            let wait = match round {
                Round::Over => {
                    self.write_last(&mut outbox, link)?;
                    break;
                }
                Round::Full => Wait { until: Some(now), read: true },
                Round::Wait(wait) if port.again => Wait { until: Some(now), ..wait },
                Round::Wait(wait) => wait,
            };
            // One sync of the journal and one write, for everything since the last.
            let bytes = outbox.flush(&mut self.journal)?;
            let Ok(taken) = (if bytes.is_empty() { Ok(0) } else { link.write(&bytes) }) else { break };
            outbox.written(taken);
            if outbox.is_empty() || taken > 0 {
                last_progress = now;
            } else if now.saturating_since(last_progress) > STALLED {
                break;
            }
            let until = if outbox.is_empty() { wait.until } else { Some(now) };
            match receive(link, &mut inbox, wait.read, until.map(|until| until.saturating_since(now))) {
                Ok(Received::Something) => {}
                Ok(Received::End) | Err(_) => break,
            }
        }
        self.session.disconnected(self.clock.now());
        // The end may have been a reset, by policy; the next process must know.
        self.journal.checkpoint(&self.session.checkpoint())?;
        self.journal.sync()?;
        Ok(self.session.status().last_close.map_or(Reason::LinkLost, |close| close.why))
    }

    /// Does all that can be done without waiting.
    fn step_until_wait(
        &mut self,
        app: &mut impl Application,
        inbox: &mut Inbox<'_>,
        outbox: &mut Outbox<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Round, Error> {
        loop {
            let now = self.clock.now();
            let frame = match self.session.step_with(now, inbox, out, &self.rules) {
                Output::Event(ref event) => {
                    // FIX session layer 4.3.7: the Logon says which version its sender's messages are of.
                    if let (Event::LoggedOn(logon), Some(rules)) = (event, &mut self.rules)
                        && let Some(id) = logon.get(tag::DEFAULT_APPL_VER_ID)
                    {
                        rules.set_default_appl_ver_id(id.as_bytes());
                    }
                    app.on(event, &mut self.session, now)?;
                    continue;
                }
                Output::Transmit(frame) => frame,
                Output::Replay(_) if outbox.room() < RESERVE => return Ok(Round::Full),
                Output::Replay(asked) => {
                    let stored = self.journal.first_in(asked.series(), asked.from(), asked.to())?;
                    match self.session.replay(now, asked, stored, out) {
                        Ok(Some(frame)) => frame,
                        Ok(None) => continue,
                        Err(ReplayError::NeedSpace(space)) => {
                            out.resize(space, 0);
                            continue;
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                Output::Compose(asked) => {
                    let write = |body: &mut Body<'_>| {
                        for (tag, value) in &self.logon_fields {
                            body.text(*tag, value);
                        }
                    };
                    match self.session.compose(now, asked, inbox, out, write) {
                        Ok(frame) => frame,
                        Err(ComposeError::NeedSpace(space)) => {
                            out.resize(space, 0);
                            continue;
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                Output::NeedSpace(space) => {
                    out.resize(space, 0);
                    continue;
                }
                Output::Wait(wait) => return Ok(Round::Wait(wait)),
                Output::Disconnect(_) => return Ok(Round::Over),
                Output::Connect(_) => return Err("a session with a link asks for one".into()),
            };
            // What finds no room has not happened, and is offered again.
            if !push(frame, outbox, &mut self.session, &mut self.journal)? {
                return Ok(Round::Full);
            }
        }
    }

    /// The link is about to be closed; the last frame may be our Logout.
    fn write_last(&mut self, outbox: &mut Outbox<'_>, link: &mut impl Link) -> Result<(), Error> {
        let limit = self.clock.now().monotonic.saturating_add(LAST_BYTES);
        while self.clock.now().monotonic < limit {
            let bytes = outbox.flush(&mut self.journal)?;
            if bytes.is_empty() {
                break;
            }
            match link.write(&bytes) {
                Ok(taken) => outbox.written(taken),
                Err(_) => break,
            }
        }
        link.close();
        Ok(())
    }
}

/// Where an application sends.
pub(crate) struct Port<'a, 'b> {
    pub(crate) now: Now,
    session: &'a mut Session,
    journal: &'a mut FileJournal,
    outbox: &'a mut Outbox<'b>,
    out: &'a mut Vec<u8>,
    /// The session has something new to do, or the application more to send than there was room for: no time to wait.
    again: bool,
}

impl Port<'_, '_> {
    /// Sends an application message, if the session is logged on and there is room; otherwise it answers `false`, and it is to be tried
    /// again in the next round.
    pub(crate) fn send(
        &mut self,
        msg_type: MsgType<'_>,
        body: impl Fn(&mut Body<'_>),
    ) -> Result<bool, Error> {
        while self.outbox.room() >= RESERVE {
            match self.session.send(self.now, msg_type, self.out, &body) {
                Ok(frame) => {
                    let sent = push(frame, self.outbox, self.session, self.journal)?;
                    self.again |= !sent;
                    return Ok(sent);
                }
                Err(SendError::NeedSpace(space)) => self.out.resize(space, 0),
                Err(SendError::NotNow(_)) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        self.again = true;
        Ok(false)
    }

    /// The version that the session speaks.
    pub(crate) fn version(&self) -> BeginString {
        self.session.config().begin_string
    }

    /// Messages up to this one need not come again.
    pub(crate) fn finished(&mut self, number: MsgSeqNum) {
        self.session.processed(number);
    }

    /// Logs out, if logged on.
    pub(crate) fn log_out(&mut self, text: &str) -> Result<(), Error> {
        if self.session.state() == State::Active {
            self.session.logout(self.now, text)?;
            self.again = true;
        }
        Ok(())
    }
}

enum Round {
    Wait(Wait),
    /// There is more to do, and no room for it in the outbox.
    Full,
    /// The link is to be closed.
    Over,
}

enum Received {
    Something,
    End,
}

/// Records the frame and takes its number; `false` when the outbox has no room.
fn push(
    frame: Frame<'_>,
    outbox: &mut Outbox<'_>,
    session: &mut Session,
    journal: &mut FileJournal,
) -> Result<bool, Error> {
    match outbox.push(frame, session, journal) {
        Ok(()) => Ok(true),
        Err(PushError::Full(frame)) if frame.len() > BUFFER => {
            Err(format!("a message of {} bytes does not fit into {BUFFER}", frame.len()).into())
        }
        Err(PushError::Full(_)) => Ok(false),
        Err(PushError::Journal(error)) => Err(error.into()),
        Err(PushError::Stale) => Err(sansfix::Stale.into()),
    }
}

/// Reads once, for at most `patience`.
fn receive(
    link: &mut impl Link,
    inbox: &mut Inbox<'_>,
    read: bool,
    patience: Option<Duration>,
) -> std::io::Result<Received> {
    let space = inbox.space();
    if !read || space.is_empty() {
        // A Logon is being judged, or the session has no room for an answer: nothing is read, and the counterparty feels it.
        thread::park_timeout(patience.unwrap_or(Duration::MAX).min(Duration::from_millis(1)));
        return Ok(Received::Something);
    }
    Ok(match link.read(space, patience)? {
        Some(0) => Received::End,
        Some(len) => {
            inbox.filled(len);
            Received::Something
        }
        None => Received::Something,
    })
}
