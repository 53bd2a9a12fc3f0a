//! One session's turn: read, step, record, write, until nothing is left to do.

use sansfix::dictionary::DictionaryRules;
use sansfix::journal::Journal;
use sansfix::schedule::Timekeeper;
use sansfix::session::ComposeError;
use sansfix::wire::tag;
use sansfix::{
    Body, Event, Frame, Inbox, Instant, Message, NotNow, Now, Outbox, Output, PushError, Reason, Replay,
    ReplayError, Session, State, Stored,
};

use crate::judge::Asker;
use crate::link::{Came, Link};
use crate::reactor::Application;

/// A session and what belongs to it.
#[derive(Debug)]
pub(crate) struct Slot<A, J> {
    pub(crate) session: Session,
    pub(crate) application: A,
    pub(crate) journal: J,
    pub(crate) link: Option<Link>,
    pub(crate) timekeeper: Option<Box<Timekeeper>>,
    pub(crate) rules: Option<DictionaryRules>,
    pub(crate) asker: Asker,
}

/// The buffers that all sessions share.
#[derive(Debug)]
pub(crate) struct Buffers {
    /// What was read for the session whose turn it is.
    pub(crate) inbound: Vec<u8>,
    /// The frame being built.
    pub(crate) frame: Vec<u8>,
    /// Frames that are recorded and wait for one sync and one write.
    pub(crate) outbound: Vec<u8>,
}

/// What a session wants after its turn.
pub(crate) enum Wish {
    /// Its next turn, at this time at the latest.
    Wait(Option<Instant>),
    Connect,
    /// The link has ended, or should be closed.
    Close,
}

/// Why a round of steps ended.
enum Pause {
    Wait(sansfix::Wait),
    Connect,
    Close,
}

impl<A: Application, J: Journal> Slot<A, J> {
    /// Tells the session of a link; if it wants none, the link is to be dropped.
    pub(crate) fn connected(&mut self, now: Now) -> Result<(), NotNow> {
        self.keep(now);
        self.session.connected(now, &mut Inbox::new(&mut []))?;
        self.asker.link += 1;
        Ok(())
    }

    /// Tells the session what its calendar wants; returns when to look again.
    fn keep(&mut self, now: Now) -> Option<Instant> {
        self.timekeeper.as_mut()?.keep(&mut self.session, now)
    }

    /// Serves the session until it waits and its link has nothing more to read.
    pub(crate) fn turn(&mut self, now: Now, buffers: &mut Buffers) -> Wish {
        let look_again = self.keep(now);
        if self.session.state() == State::Disconnected {
            // The connection was no longer wanted before it was made.
            self.link = None;
        }
        match self.read_and_step(now, buffers) {
            Wish::Wait(until) => Wish::Wait(until.into_iter().chain(look_again).min()),
            wish => wish,
        }
    }

    fn read_and_step(&mut self, now: Now, buffers: &mut Buffers) -> Wish {
        let mut link = self.link.take();
        let mut inbox = match &mut link {
            Some(link) => {
                Inbox::resume(&mut buffers.inbound, &std::mem::take(&mut link.unread), link.in_hand)
            }
            None => Inbox::new(&mut []),
        };
        let mut outbox = Outbox::new(&mut buffers.outbound);
        let wish = loop {
            let round = self.round(now, &mut inbox, &mut buffers.frame, &mut outbox, &mut link);
            let pause =
                round.and_then(|pause| flush(&mut outbox, &mut self.journal, &mut link).map(|()| pause));
            let pause = match pause {
                Ok(pause) => pause,
                Err(Failed::Link) => Pause::Close,
                Err(Failed::Journal) => {
                    // What could not be stored is not sent.
                    let _ = self.session.disconnect(now, Reason::JournalFailed);
                    Pause::Close
                }
            };
            match (pause, &mut link) {
                (Pause::Close, _) => break Wish::Close,
                (Pause::Connect, _) => break Wish::Connect,
                (Pause::Wait(wait), Some(link)) if wait.read => match link.read(inbox.space()) {
                    Came::Bytes(bytes) => inbox.filled(bytes),
                    Came::NothingNow => break Wish::Wait(wait.until),
                    Came::End => break Wish::Close,
                },
                (Pause::Wait(wait), _) => break Wish::Wait(wait.until),
            }
        };
        if let Some(link) = &mut link {
            (link.unread, link.in_hand) = (inbox.unread().to_vec(), inbox.in_hand());
        }
        self.link = link;
        wish
    }

    /// Steps until the session waits. While the link takes no more, neither a replay nor the application
    /// continues.
    fn round(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        out: &mut Vec<u8>,
        outbox: &mut Outbox<'_>,
        link: &mut Option<Link>,
    ) -> Result<Pause, Failed> {
        loop {
            let choked = link.as_ref().is_some_and(Link::is_choked);
            let frame = match self.session.step_with(now, inbox, out, &self.rules) {
                Output::Event(ref event) => {
                    match event {
                        Event::Logon(logon) => {
                            if let Some(verdict) = self.application.judge(logon, self.asker.question()) {
                                verdict.pronounce(&mut self.session, now);
                            }
                        }
                        // FIX session layer 4.3.7: the Logon says which version its sender's messages use.
                        Event::LoggedOn(logon) => {
                            if let (Some(rules), Some(id)) =
                                (&mut self.rules, logon.get(tag::DEFAULT_APPL_VER_ID))
                            {
                                rules.set_default_appl_ver_id(id.as_bytes());
                            }
                        }
                        // Until this is stored, a restart would continue the previous series.
                        Event::NewSeries { resume } => {
                            self.journal.checkpoint(resume).map_err(|_| Failed::Journal)?;
                            self.journal.sync().map_err(|_| Failed::Journal)?;
                        }
                        _ => {}
                    }
                    self.application.on(event, &mut self.session, now);
                    continue;
                }
                Output::Transmit(frame) => frame,
                // The transport is behind: the replay waits for it, reading continues.
                Output::Replay(asked) if choked => {
                    return Ok(Pause::Wait(sansfix::Wait { until: asked.until(), read: true }));
                }
                Output::Replay(asked) => match self.replay(now, asked, out)? {
                    Some(frame) => frame,
                    None => continue,
                },
                Output::NeedSpace(space) => {
                    out.resize(space, 0);
                    continue;
                }
                Output::Connect(_) => return Ok(Pause::Connect),
                Output::Compose(asked) => {
                    let application = &mut self.application;
                    let body = |body: &mut Body<'_>| application.compose(&asked, body);
                    match self.session.compose(now, asked.clone(), inbox, out, body) {
                        Ok(frame) => frame,
                        Err(ComposeError::Late) => continue,
                        Err(ComposeError::NeedSpace(space)) => {
                            out.resize(space, 0);
                            continue;
                        }
                        // Without the field, the message is not what the counterparty expects.
                        Err(ComposeError::Body(_)) => return Ok(Pause::Close),
                    }
                }
                Output::Disconnect(_) => return Ok(Pause::Close),
                Output::Wait(wait) => {
                    if choked || self.session.state() != State::Active {
                        return Ok(Pause::Wait(wait));
                    }
                    let Some(frame) = self.application.next(&mut self.session, now, out) else {
                        return Ok(Pause::Wait(wait));
                    };
                    push(frame, &mut self.session, &mut self.journal, outbox, link)?;
                    self.application.sent();
                    continue;
                }
            };
            push(frame, &mut self.session, &mut self.journal, outbox, link)?;
        }
    }

    /// Answers a question to the journal. What the application does not want sent again is withheld (FIX
    /// session layer 4.8.5).
    fn replay<'o>(
        &mut self,
        now: Now,
        asked: Replay,
        out: &'o mut Vec<u8>,
    ) -> Result<Option<Frame<'o>>, Failed> {
        let Slot { session, application, journal, .. } = self;
        let mut stored =
            journal.first_in(asked.series(), asked.from(), asked.to()).map_err(|_| Failed::Journal)?;
        if let Some(Stored::Message { number, frame }) = stored
            && let Ok(message) = Message::read(frame, session.config().data_fields)
            && !application.resends(&message, now)
        {
            stored = Some(Stored::Withheld { up_to: number });
        }
        // A stored message grows by PossDupFlag(43) and OrigSendingTime(122).
        let longest = session.config().frame_max + 256;
        if out.len() < longest {
            out.resize(longest, 0);
        }
        match session.replay(now, asked, stored, out) {
            Ok(frame) => Ok(frame),
            Err(ReplayError::Late) => Ok(None),
            Err(ReplayError::NeedSpace(_) | ReplayError::OutOfRange { .. }) => Err(Failed::Journal),
        }
    }
}

/// Why nothing more may be written.
enum Failed {
    Journal,
    Link,
}

/// Records a frame, making room first if there is none.
fn push<J: Journal>(
    frame: Frame<'_>,
    session: &mut Session,
    journal: &mut J,
    outbox: &mut Outbox<'_>,
    link: &mut Option<Link>,
) -> Result<(), Failed> {
    match outbox.push(frame, session, journal) {
        Ok(()) | Err(PushError::Stale) => Ok(()),
        Err(PushError::Full(frame)) => {
            flush(outbox, journal, link)?;
            outbox.push(frame, session, journal).map_err(|_| Failed::Journal)
        }
        Err(PushError::Journal(_)) => Err(Failed::Journal),
    }
}

/// One sync, one write.
fn flush<J: Journal>(
    outbox: &mut Outbox<'_>,
    journal: &mut J,
    link: &mut Option<Link>,
) -> Result<(), Failed> {
    let bytes = outbox.flush(journal).map_err(|_| Failed::Journal)?;
    if let Some(link) = link {
        link.write(&bytes).map_err(|_| Failed::Link)?;
    }
    outbox.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use sansfix::schedule::{Reset, Schedule, TimeOfDay, Window, Zone};
    use sansfix::testing::MemoryJournal;
    use sansfix::{BeginString, Checkpoint, Config, Role, Utc};

    use super::*;
    use crate::judge::{Question, Verdict};

    struct Idle;

    impl Application for Idle {
        fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
            Some(Verdict::Accept)
        }

        fn on(&mut self, _: &Event<'_>, _: &mut Session, _: Now) {}
    }

    /// 2026-01-01 08:00 UTC.
    const EIGHT: Utc = Utc::from_secs(1_767_254_400);

    /// A session with hours from nine to ten, and new numbers each day.
    fn slot(role: Role) -> Slot<Idle, MemoryJournal> {
        let (opens, closes) = (TimeOfDay::new(9, 0, 0).unwrap(), TimeOfDay::new(10, 0, 0).unwrap());
        let hours = Window::daily(opens.in_zone(&Zone::utc()), closes.in_zone(&Zone::utc()));
        let schedule = Schedule::builder().session(hours).reset(Reset::AtOpening).build().unwrap();
        let config = Config::new(role, BeginString::Fix44, "US", "THEM").unwrap();
        let mut yesterday = Checkpoint::begin(Utc::from_secs(1));
        yesterday.next_out = yesterday.next_out.next();
        let poll = mio::Poll::new().unwrap();
        let waker = Arc::new(mio::Waker::new(poll.registry(), mio::Token(0)).unwrap());
        Slot {
            session: Session::new(config, yesterday).unwrap(),
            application: Idle,
            journal: MemoryJournal::new(),
            link: None,
            timekeeper: Some(Box::new(Timekeeper::new(schedule))),
            rules: None,
            asker: Asker { session: 0, link: 0, answers: channel().0, waker },
        }
    }

    fn buffers() -> Buffers {
        Buffers { inbound: vec![0; 4096], frame: vec![0; 1024], outbound: vec![0; 4096] }
    }

    #[test]
    fn an_initiator_asks_for_a_link_once_its_hours_begin_and_with_new_numbers() {
        let (mut slot, mut buffers) = (slot(Role::Initiator), buffers());
        let mut passed = Duration::ZERO;
        loop {
            let now = Now::new(passed, EIGHT.saturating_add(passed));
            match slot.turn(now, &mut buffers) {
                Wish::Connect => break,
                Wish::Wait(Some(until)) => passed = until.saturating_since(Instant::ZERO),
                Wish::Wait(None) | Wish::Close => panic!("it waits for the opening"),
            }
        }
        let late = passed.checked_sub(Duration::from_secs(3600)).expect("not before nine");
        assert!(late < Duration::from_secs(3), "{late:?}");
        assert_eq!(slot.session.next_out().get(), 1);
        assert_eq!(slot.journal.safe_resume(), Some(slot.session.checkpoint()), "stored before it connects");
    }

    #[test]
    fn an_acceptor_takes_a_link_in_its_hours_only() {
        let mut slot = slot(Role::Acceptor);
        let after = |passed| Now::new(passed, EIGHT.saturating_add(passed));
        assert!(slot.connected(after(Duration::from_secs(3599))).is_err());
        assert!(slot.connected(after(Duration::from_secs(3600))).is_ok());
        assert_eq!(slot.session.next_out().get(), 1);
    }

    #[test]
    fn a_connection_that_is_not_there_when_the_hours_end_is_given_up() {
        let (mut slot, mut buffers) = (slot(Role::Initiator), buffers());
        let after =
            |secs| Now::new(Duration::from_secs(secs), EIGHT.saturating_add(Duration::from_secs(secs)));
        assert!(matches!(slot.turn(after(3602), &mut buffers), Wish::Connect));
        let nowhere = mio::net::TcpStream::connect(([127, 0, 0, 1], 9).into()).unwrap();
        slot.link = Some(Link::new(nowhere, Vec::new()));
        assert!(matches!(slot.turn(after(7200), &mut buffers), Wish::Wait(Some(_))));
        assert!(slot.link.is_none());
    }
}
