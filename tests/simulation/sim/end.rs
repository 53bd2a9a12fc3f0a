//! One side: a process that may end, a disk, an application, and a driver's buffers.

use sansfix::testing::MemoryJournal;
use sansfix::{Checkpoint, Inbox, Replay, Session};

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
    /// A question to the journal that is not answered yet.
    pub asked: Option<Replay>,
    /// One from a link that is gone: its answer comes too late.
    pub late: Option<Replay>,
    /// The last output was a question that was not taken up.
    pub shunned: bool,
    /// How many questions are to wait.
    pub waits: u8,
    /// Stopped for good by a reason that an operator has to look at.
    pub stopped: bool,
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
