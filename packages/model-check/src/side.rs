//! One side: a session, the contents of its disk, and what its application has finished.

use sansfix::testing::MemoryJournal;
use sansfix::{
    Checkpoint, Config, Event, Frame, Inbox, Journal, MsgType, NotNow, Now, Output, Role, Session, State,
};

use crate::model::Mistake;

/// A process and its disk, which outlives it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Side {
    pub(crate) session: Session,
    pub(crate) journal: MemoryJournal,
    /// How many messages the application has finished. It stores this and the checkpoint `saved` in one
    /// transaction.
    pub(crate) finished: u8,
    pub(crate) saved: Checkpoint,
    /// How many messages the application has sent, that is, how many the journal has accepted.
    pub(crate) sent: u8,
    /// Each number written to the link, and a hash of its content.
    pub(crate) written: Vec<(u64, u64)>,
    pub(crate) broken: Option<&'static str>,
}

/// How a piece of work ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// The session has nothing more to do.
    Waits,
    /// The session wants its link closed.
    Closes,
    /// The process died in the middle of it.
    Crashed,
}

/// Where the process dies, if it gets there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Crash {
    Never,
    /// The frame is recorded but not written.
    AfterRecord,
    /// The application has been given a message and has not acted on it.
    InHand,
}

impl Side {
    pub(crate) fn new(config: Config, begin: Checkpoint) -> Result<Side, sansfix::ConfigError> {
        Ok(Side {
            session: Session::new(config, begin)?,
            journal: MemoryJournal::new(),
            finished: 0,
            saved: begin,
            sent: 0,
            written: Vec::new(),
            broken: None,
        })
    }

    /// The process dies, and starts again from its disk.
    pub(crate) fn restart(&mut self) {
        self.journal.crash(0);
        let resume = self.journal.resume().unwrap_or(self.saved).with_finished(self.saved);
        // It cannot fail: the configuration was valid before.
        if let Ok(session) = Session::new(self.session.config().clone(), resume) {
            self.session = session;
        }
    }

    pub(crate) fn connected(&mut self, now: Now) -> Result<(), NotNow> {
        self.session.enable(now);
        self.session.connected(now, &mut Inbox::new(&mut [0; 512]))
    }

    pub(crate) fn send(
        &mut self,
        now: Now,
        mistake: Mistake,
        crash: Crash,
        wire: &mut Vec<Box<[u8]>>,
    ) -> End {
        let mut out = [0; 512];
        let id = u64::from(self.sent);
        let frame = self.session.send(now, MsgType::new(b"B"), &mut out, |body| {
            body.uint(148, id);
        });
        match frame {
            Ok(frame) => commit(
                frame,
                &mut self.session,
                &mut self.journal,
                &mut self.written,
                &mut self.broken,
                mistake,
                crash,
                wire,
            )
            .inspect(|_| self.sent += 1)
            .unwrap_or(End::Waits),
            Err(_) => End::Waits,
        }
    }

    /// Reads one frame, or nothing, and steps until the session waits or asks for a message to replay.
    pub(crate) fn run(
        &mut self,
        now: Now,
        frame: &[u8],
        mistake: Mistake,
        crash: Crash,
        wire: &mut Vec<Box<[u8]>>,
    ) -> End {
        let (mut memory, mut out) = ([0; 512], [0; 512]);
        let mut inbox = Inbox::new(&mut memory);
        inbox.extend(frame);
        loop {
            match self.session.step(now, &mut inbox, &mut out) {
                Output::Event(Event::Logon(_)) => {
                    // It cannot fail: the session has just asked for this.
                    let _ = self.session.accept(now);
                }
                Output::Event(Event::Message(message)) => {
                    let id = message.int(148);
                    if mistake == Mistake::SavedBeforeWork {
                        self.saved = self.session.checkpoint();
                    }
                    if crash == Crash::InHand {
                        return End::Crashed;
                    }
                    if id != Some(i64::from(self.finished)) {
                        self.broken = Some("a message was lost, doubled, or out of order");
                    }
                    self.finished += 1;
                    self.saved = self.session.checkpoint();
                }
                Output::Event(_) => {}
                Output::Transmit(frame) => {
                    let end = commit(
                        frame,
                        &mut self.session,
                        &mut self.journal,
                        &mut self.written,
                        &mut self.broken,
                        mistake,
                        crash,
                        wire,
                    );
                    if end == Some(End::Crashed) {
                        return End::Crashed;
                    }
                }
                Output::Disconnect(_) => return End::Closes,
                Output::Replay(_) | Output::Wait(_) | Output::Connect(_) => return End::Waits,
                // These do not occur with these configurations.
                Output::Compose(_) | Output::NeedSpace(_) => return End::Waits,
            }
        }
    }

    /// Answers the session's question to the journal, if there is one.
    pub(crate) fn replay(
        &mut self,
        now: Now,
        mistake: Mistake,
        crash: Crash,
        wire: &mut Vec<Box<[u8]>>,
    ) -> End {
        let (mut memory, mut out) = ([0; 512], [0; 512]);
        let Output::Replay(asked) = self.session.step(now, &mut Inbox::new(&mut memory), &mut out) else {
            return End::Waits;
        };
        let Ok(stored) = self.journal.first_in(asked.series(), asked.from(), asked.to()) else {
            return End::Waits;
        };
        let Ok(Some(frame)) = self.session.replay(now, asked, stored, &mut out) else { return End::Waits };
        commit(
            frame,
            &mut self.session,
            &mut self.journal,
            &mut self.written,
            &mut self.broken,
            mistake,
            crash,
            wire,
        )
        .unwrap_or(End::Waits)
    }

    pub(crate) fn is_settled(&self) -> bool {
        let status = self.session.status();
        status.state == State::Active
            && status.inbound == sansfix::session::Inbound::InSequence
            && status.outbound == sansfix::session::Outbound::Live
    }

    pub(crate) fn is_initiator(&self) -> bool {
        self.session.config().role == Role::Initiator
    }
}

/// Records the frame, uses its number, writes it. `None` if the journal or the session refused.
#[allow(clippy::too_many_arguments, reason = "the parts of one side, lent apart")]
fn commit(
    frame: Frame<'_>,
    session: &mut Session,
    journal: &mut MemoryJournal,
    written: &mut Vec<(u64, u64)>,
    broken: &mut Option<&'static str>,
    mistake: Mistake,
    crash: Crash,
    wire: &mut Vec<Box<[u8]>>,
) -> Option<End> {
    let number = frame.msg_seq_num().get();
    let is_new = frame.record().is_some();
    // The mistake is to leave out the sync: a crash then loses the record, although its bytes may have left.
    if let Some(record) = frame.record() {
        journal.record(&record).ok()?;
        if mistake != Mistake::WrittenBeforeStored {
            journal.sync().ok()?;
        }
    }
    if crash == Crash::AfterRecord && mistake != Mistake::WrittenBeforeStored {
        return Some(End::Crashed);
    }
    let bytes = frame.committed(session).ok()?;
    if !bytes.is_empty() {
        let content = content(&bytes);
        match written.iter().find(|&&(other, _)| other == number) {
            Some(&(_, other)) if is_new || other != content && !is_fill(&bytes) => {
                *broken = Some("a number carried two bodies");
            }
            Some(_) => {}
            None if is_new => written.push((number, content)),
            None => {}
        }
        wire.push(Box::from(&*bytes));
    }
    Some(if crash == Crash::AfterRecord { End::Crashed } else { End::Waits })
}

/// A hash of what a retransmission must not change: the type and the body.
fn content(frame: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(frame);
    let fields = text.split('\u{1}').filter(|field| {
        field.starts_with("35=")
            || field.starts_with("148=")
            || field.starts_with("7=")
            || field.starts_with("36=")
    });
    fields.flat_map(str::bytes).fold(7, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

fn is_fill(frame: &[u8]) -> bool {
    frame.windows(7).any(|part| part == b"\x01123=Y\x01")
}
