//! One side: a process that may end, a disk, an application, and a driver's buffers.

use sansfix::testing::MemoryJournal;
use sansfix::{Checkpoint, Inbox, MsgSeqNum, Replay, Session, Stored};

use super::op::{Judge, Point};

pub struct End<'m> {
    /// `None` while the process is down.
    pub session: Option<Session>,
    pub journal: MemoryJournal,
    pub inbox: Inbox<'m>,
    pub out: Vec<u8>,
    /// Committed frames that the link has not taken.
    pub unwritten: Vec<u8>,
    /// Committed frames that wait for one sync: the series of each, whether it is sure, and its end.
    pub group: Vec<u8>,
    pub grouped: Vec<Grouped>,
    /// What the application stored with its work.
    pub saved: Option<Checkpoint>,
    pub begin: Checkpoint,
    /// How far its wall clock is off, in nanoseconds.
    pub skew: i64,
    pub crash_at: Option<(Point, u8)>,
    pub judge: Judge,
    /// A question to the journal whose answer is on its way.
    pub asked: Option<Answer>,
    /// One from a link that is gone: its answer comes too late.
    pub late: Option<Answer>,
    /// The last output was a question that was not taken up.
    pub shunned: bool,
    /// How many questions are to wait.
    pub waits: u8,
    /// Stopped for good by a reason that an operator has to look at.
    pub stopped: bool,
}

/// A question, and what the journal read when it was asked, whatever becomes of the journal before that
/// arrives.
pub struct Answer {
    pub asked: Replay,
    pub read: Option<Read>,
}

pub enum Read {
    Message(MsgSeqNum, Vec<u8>),
    Lost(MsgSeqNum),
    Withheld(MsgSeqNum),
}

impl Read {
    pub fn of(stored: Stored<'_>) -> Self {
        match stored {
            Stored::Message { number, frame } => Read::Message(number, frame.to_vec()),
            Stored::Lost { up_to } => Read::Lost(up_to),
            Stored::Withheld { up_to } => Read::Withheld(up_to),
        }
    }

    pub fn stored(&self) -> Stored<'_> {
        match *self {
            Read::Message(number, ref frame) => Stored::Message { number, frame },
            Read::Lost(up_to) => Stored::Lost { up_to },
            Read::Withheld(up_to) => Stored::Withheld { up_to },
        }
    }
}

#[derive(Clone, Copy)]
pub struct Grouped {
    pub series: u64,
    pub sure: bool,
    pub end: usize,
}

impl End<'_> {
    /// What belongs to a link is gone.
    pub fn forget_link(&mut self) {
        self.unwritten.clear();
        self.group.clear();
        self.grouped.clear();
        self.late = self.asked.take().or(self.late.take());
    }

    /// Where the process goes on when it begins again.
    pub fn resume(&self, transaction: bool) -> Checkpoint {
        let resume = self.journal.resume().unwrap_or(self.begin);
        match self.saved {
            Some(saved) if transaction => resume.with_finished(saved),
            Some(_) | None => resume,
        }
    }
}
