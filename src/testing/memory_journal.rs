//! A journal in memory that behaves like one on a disk, which loses what was not synced.

use std::boxed::Box;
use std::collections::BTreeMap;
use std::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::journal::{Journal, Record, Stored};
use crate::number::{MsgSeqNum, Series};

/// A journal for tests: it keeps everything, loses in a crash what was not synced, and fails or loses
/// messages on demand.
///
/// ```
/// use sansfix::testing::MemoryJournal;
/// use sansfix::{Checkpoint, Journal, MsgSeqNum, Record, Utc};
///
/// let resume = Checkpoint::begin(Utc::EPOCH);
/// let mut journal = MemoryJournal::new();
/// journal.record(&Record::sent(MsgSeqNum::FIRST, Some(b"order"), resume))?;
/// assert_eq!(journal.message(MsgSeqNum::FIRST), Some(b"order".as_slice()));
/// journal.crash(0);
/// assert_eq!(journal.message(MsgSeqNum::FIRST), None);
/// # Ok::<(), sansfix::testing::DiskFailed>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct MemoryJournal {
    /// Everything recorded, in the current series and those before it.
    log: Vec<Kept>,
    /// How many entries of the log are synced.
    synced: usize,
    /// The current series according to the log: each number, with its frame if it is an application message.
    numbers: BTreeMap<MsgSeqNum, Option<Box<[u8]>>>,
    lost_up_to: Option<MsgSeqNum>,
    failing_records: u32,
    failing_syncs: u32,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Kept {
    resume: Checkpoint,
    sent: Option<(MsgSeqNum, Option<Box<[u8]>>)>,
}

/// The disk failed because the test said so, or the record belonged to an earlier series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[error("the disk failed")]
pub struct DiskFailed;

impl MemoryJournal {
    /// An empty journal.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where a session would resume now; `None` if nothing has been recorded.
    pub fn resume(&self) -> Option<Checkpoint> {
        self.log.last().map(|kept| kept.resume)
    }

    /// Where a session would resume after a crash that loses everything not synced.
    pub fn safe_resume(&self) -> Option<Checkpoint> {
        self.log.get(..self.synced)?.last().map(|kept| kept.resume)
    }

    /// How many records a crash could lose.
    pub fn unsynced(&self) -> usize {
        self.log.len() - self.synced
    }

    /// The process dies. The disk keeps what was synced, and the first `keep` of the other records.
    pub fn crash(&mut self, keep: usize) {
        self.log.truncate(self.synced.saturating_add(keep));
        self.synced = self.log.len();
        (self.failing_records, self.failing_syncs) = (0, 0);
        self.numbers.clear();
        let (log, lost) = (core::mem::take(&mut self.log), self.lost_up_to);
        let mut series = None;
        for kept in &log {
            self.take(series.replace(kept.resume.series), kept);
        }
        let last = self.numbers.last_key_value().map(|(&number, _)| number);
        (self.log, self.lost_up_to) = (log, lost.min(last));
    }

    /// The message recorded under `number` in the current series, even if it counts as
    /// [lost](Self::lose_up_to).
    pub fn message(&self, number: MsgSeqNum) -> Option<&[u8]> {
        self.numbers.get(&number)?.as_deref()
    }

    /// Loses the messages of the current series up to `number`, like a ring buffer that overwrites its
    /// oldest.
    pub fn lose_up_to(&mut self, number: MsgSeqNum) {
        self.lost_up_to = self.lost_up_to.max(Some(number));
    }

    /// The last number lost in the current series.
    pub fn lost_up_to(&self) -> Option<MsgSeqNum> {
        self.lost_up_to
    }

    /// Makes the next `records` records and the next `syncs` syncs fail.
    pub fn fail(&mut self, records: u32, syncs: u32) {
        (self.failing_records, self.failing_syncs) = (records, syncs);
    }

    fn take(&mut self, before: Option<Series>, kept: &Kept) {
        if before != Some(kept.resume.series) {
            self.numbers.clear();
            self.lost_up_to = None;
        }
        if let Some((number, frame)) = &kept.sent {
            // A number recorded again voids its first attempt and everything after that.
            self.numbers.split_off(number);
            self.numbers.insert(*number, frame.clone());
        }
    }
}

impl Journal for MemoryJournal {
    type Error = DiskFailed;

    fn record(&mut self, record: &Record<'_>) -> Result<(), DiskFailed> {
        if self.failing_records > 0 {
            self.failing_records -= 1;
            return Err(DiskFailed);
        }
        let before = self.resume().map(|resume| resume.series);
        if before.is_some_and(|series| series > record.resume.series) {
            return Err(DiskFailed);
        }
        let sent = record.sent.map(|sent| (sent.number, sent.frame.map(Box::from)));
        let kept = Kept { resume: record.resume, sent };
        self.take(before, &kept);
        self.log.push(kept);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), DiskFailed> {
        if self.failing_syncs > 0 {
            self.failing_syncs -= 1;
            return Err(DiskFailed);
        }
        self.synced = self.log.len();
        Ok(())
    }

    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, DiskFailed> {
        if from > to || self.resume().is_none_or(|resume| resume.series != series) {
            return Ok(None);
        }
        if let Some(lost) = self.lost_up_to.filter(|&lost| lost >= from) {
            return Ok(Some(Stored::Lost { up_to: lost.min(to) }));
        }
        let mut range = self.numbers.range(from..=to);
        Ok(range.find_map(|(&number, frame)| frame.as_deref().map(|frame| Stored::Message { number, frame })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{BrokenRule, persistent_journal_suite};

    #[test]
    fn it_keeps_every_rule_of_a_journal() -> Result<(), BrokenRule> {
        let reopen = |mut journal: MemoryJournal| {
            journal.crash(3);
            let resume = journal.resume();
            (journal, resume)
        };
        persistent_journal_suite(MemoryJournal::new, reopen)
    }
}
