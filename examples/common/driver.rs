//! Drives a session: its frames go through a journal to a link, its events to an application.
//!
//! One thread does everything and waits in one place, where it reads from the link: what the application
//! sends is caused by what comes in, or by time. `packages/` has drivers for applications that are woken from
//! elsewhere.
//!
//! A failure here ends the program (in the demo, its stand-in). Nothing needs tidying up: a program restarted
//! from its files continues where this one stopped.

use std::io;
use std::thread;
use std::time::Duration;

use sansfix::dictionary::DictionaryRules;
use sansfix::journal::FileJournal;
use sansfix::schedule::Timekeeper;
use sansfix::session::{ComposeError, OUT_MIN};
use sansfix::wire::tag;
use sansfix::{Body, Connect, Event, Inbox, Journal, Outbox, Output, Reason, ReplayError, Session, Wait};

use super::Error;
use super::application::{Application, Port, push};
use super::clock::Clock;
use super::link::Link;

/// The size of each buffer, in bytes: how much is read, synced and written at a time.
pub(super) const BUFFER: usize = 256 * 1024;
/// The part of the outbox reserved for what the session itself owes, which must not wait for the application.
pub(super) const RESERVE: usize = 16 * 1024;
/// A link that accepts no byte for this long is lost. The session's own timers watch only what comes in.
const STALLED: Duration = Duration::from_secs(30);
/// How long a closing link may take for the last bytes.
const LAST_BYTES: Duration = Duration::from_secs(1);

/// A session, and what it needs besides a link.
pub(crate) struct Engine {
    pub(crate) session: Session,
    pub(crate) journal: FileJournal,
    pub(crate) clock: Clock,
    /// What messages are checked against, besides the session's own rules.
    pub(crate) rules: Option<DictionaryRules>,
    /// Fields of our Logon beside the session's own, by tag and value: a password, for instance, so print
    /// nothing of it.
    pub(crate) logon_fields: Vec<(u32, String)>,
    /// Keeps the session to its hours.
    pub(crate) timekeeper: Timekeeper,
}

impl Engine {
    /// Waits until the session wants a link, connects with `dial`, and drives the connection to its end.
    pub(crate) fn initiate<L: Link>(
        &mut self,
        app: &mut impl Application,
        mut dial: impl FnMut(Connect) -> io::Result<L>,
    ) -> Result<Reason, Error> {
        // Without a link nothing comes in.
        let mut inbox = Inbox::new(&mut []);
        let mut out = [0; OUT_MIN];
        loop {
            let now = self.clock.now();
            let look_again = self.timekeeper.keep(&mut self.session, now);
            match self.session.step(now, &mut inbox, &mut out) {
                Output::Connect(wish) => match dial(wish) {
                    Ok(mut link) => return self.converse(app, &mut link),
                    Err(_) => self.session.disconnected(self.clock.now()),
                },
                Output::Event(ref event) => app.on(event, &mut self.session, now)?,
                Output::Wait(wait) => {
                    let until = wait.no_later_than(look_again).until;
                    thread::park_timeout(now.until(until.ok_or("the session has nothing to wait for")?));
                }
                other => return Err(format!("without a link the session asks for {other:?}").into()),
            }
        }
    }

    /// Drives the session from the first byte of a connection to its end, and returns why it ended. Outside
    /// the session's hours the link is dropped at once, without a word.
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
        self.timekeeper.keep(&mut self.session, self.clock.now());
        if self.session.connected(self.clock.now(), &mut inbox).is_err() {
            return Ok(Reason::Closed);
        }
        loop {
            let look_again = self.timekeeper.keep(&mut self.session, self.clock.now());
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
            let wake = wait.no_later_than(look_again).until;
            let until = if outbox.is_empty() { wake } else { Some(now) };
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

/// Reads once, for at most `patience`.
fn receive(
    link: &mut impl Link,
    inbox: &mut Inbox<'_>,
    read: bool,
    patience: Option<Duration>,
) -> io::Result<Received> {
    let space = inbox.space();
    if !read || space.is_empty() {
        // A Logon is being judged, or the session has no room for an answer: nothing is read, and the
        // counterparty feels it.
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
