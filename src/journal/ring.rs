//! A journal in memory: as many of the last messages as fit.

use core::fmt;

use super::{Journal, Record, Stored};
use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};
use crate::ring::{NoRoom, Position, Ring};

/// Keeps the newest messages in memory that the caller lends. The oldest make room for them, and are reported
/// as lost.
///
/// It survives a lost link, but not the end of the process. A message takes its own length plus
/// [`OVERHEAD`](RingJournal::OVERHEAD) bytes. Recording costs a copy; a replay visits each message once,
/// however much else the journal holds.
///
/// ```
/// use sansfix::journal::{Journal, Record, RingJournal, Stored};
/// use sansfix::{Checkpoint, MsgSeqNum, Utc};
///
/// let mut memory = vec![0; 64 * 1024];
/// let mut journal = RingJournal::new(&mut memory);
/// let resume = Checkpoint::begin(Utc::from_secs(1_700_000_000));
/// let number = MsgSeqNum::FIRST;
/// journal.record(&Record::sent(number, Some(b"8=FIX.4.4.."), resume))?;
/// assert_eq!(
///     journal.first_in(resume.series, number, MsgSeqNum::MAX)?,
///     Some(Stored::Message { number, frame: b"8=FIX.4.4.." })
/// );
/// # Ok::<(), sansfix::journal::RingJournalError>(())
/// ```
pub struct RingJournal<'b> {
    /// By MsgSeqNum, ascending: it is the key.
    messages: Ring<'b>,
    /// The series that everything here belongs to; `None` before the first record.
    series: Option<Series>,
    /// No message of this series has a number above this one, held or evicted.
    highest: u64,
    /// The highest number of this series whose message was evicted.
    evicted: Option<MsgSeqNum>,
    resume: Option<Checkpoint>,
    last_answer: Option<Answer>,
}

/// What was found last: the next question of a replay starts its search there.
#[derive(Clone, Copy)]
struct Answer {
    /// Every message before `position` has a number below this one.
    asked_from: MsgSeqNum,
    /// The number of the message at `position`.
    number: u64,
    position: Position,
}

/// Why a [`RingJournal`] did not take a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RingJournalError {
    /// The message does not fit into the memory that was lent, even if it were empty.
    #[error(
        "a message of {message} bytes, plus {} of overhead, does not fit into a ring journal of {memory} bytes",
        RingJournal::OVERHEAD
    )]
    MessageTooLarge {
        /// The message's length in bytes.
        message: usize,
        /// The length of the memory in bytes.
        memory: usize,
    },
    /// The record or checkpoint belongs to an earlier series than the one the journal holds, which is kept.
    #[error("series {got} began before series {held}, which the journal holds")]
    EarlierSeries {
        /// The series of the record.
        got: u64,
        /// The series held.
        held: u64,
    },
}

impl<'b> RingJournal<'b> {
    /// The bytes of memory that a message takes in addition to its own length.
    pub const OVERHEAD: usize = Ring::OVERHEAD;

    /// An empty journal in `memory`, whose contents do not matter.
    pub const fn new(memory: &'b mut [u8]) -> Self {
        RingJournal {
            messages: Ring::new(memory),
            series: None,
            highest: 0,
            evicted: None,
            resume: None,
            last_answer: None,
        }
    }

    /// The last checkpoint recorded, with a message or alone.
    pub const fn resume(&self) -> Option<Checkpoint> {
        self.resume
    }

    /// The number of messages in the journal.
    pub const fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there is no message in the journal.
    pub const fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Forgets everything when `series` is later than what is held.
    #[inline]
    fn enter(&mut self, series: Series) -> Result<(), RingJournalError> {
        match self.series {
            Some(held) if held == series => Ok(()),
            Some(held) if held > series => {
                Err(RingJournalError::EarlierSeries { got: series.get(), held: held.get() })
            }
            Some(_) | None => {
                self.messages.clear();
                self.series = Some(series);
                self.highest = 0;
                self.evicted = None;
                self.last_answer = None;
                Ok(())
            }
        }
    }

    /// Drops what was recorded from `number` on: when a number comes again, its first attempt and what
    /// followed it have not happened.
    #[cold]
    fn withdraw_from(&mut self, number: MsgSeqNum) {
        while self.messages.back().is_some_and(|entry| entry.key >= number.get()) {
            self.messages.pop_back();
        }
        self.last_answer = self.last_answer.filter(|answer| answer.number < number.get());
        if self.evicted.is_some_and(|evicted| evicted >= number) {
            self.evicted = number.previous();
        }
    }

    #[inline]
    fn push(&mut self, number: MsgSeqNum, frame: &[u8]) -> Result<(), RingJournalError> {
        loop {
            match self.messages.push(number.get(), 0, [frame]) {
                Ok(()) => return Ok(()),
                Err(NoRoom::Now) => self.evict(),
                Err(NoRoom::Ever) => return Err(self.too_large(frame)),
            }
        }
    }

    #[inline]
    fn evict(&mut self) {
        let Some(evicted) = self.messages.drop_front() else { return };
        self.evicted = MsgSeqNum::new(evicted);
        if self.last_answer.is_some_and(|answer| answer.number <= evicted) {
            self.last_answer = None;
        }
    }

    /// The position of the first message from `from` on. A replay asks for one after another, so it is
    /// usually the last answer or the one after it.
    #[inline]
    fn seek(&self, from: MsgSeqNum) -> Option<Position> {
        if from.get() > self.highest {
            return None;
        }
        let last = self.last_answer.filter(|answer| answer.asked_from <= from);
        if let Some(last) = last {
            let at = if last.number >= from.get() {
                Some(last.position)
            } else {
                self.messages.after(last.position)
            };
            if let Some(at) = at.filter(|&at| self.number_at(at) >= from.get()) {
                return Some(at);
            }
        }
        self.search(last.map(|last| last.position), from)
    }

    /// The same, by walking from `start`, or the oldest or the youngest message, whichever is likely nearest.
    fn search(&self, start: Option<Position>, from: MsgSeqNum) -> Option<Position> {
        let below = |position| self.number_at(position) < from.get();
        let youngest = self.messages.last()?;
        if below(youngest) {
            return None;
        }
        let start = start.or(self.messages.first())?;
        let ahead = from.get().saturating_sub(self.number_at(start));
        if ahead <= self.number_at(youngest).saturating_sub(from.get()) {
            let mut at = start;
            while below(at) {
                at = self.messages.after(at)?;
            }
            Some(at)
        } else {
            let mut at = youngest;
            while let Some(before) = self.messages.before(at).filter(|&before| !below(before)) {
                at = before;
            }
            Some(at)
        }
    }

    #[inline]
    fn number_at(&self, position: Position) -> u64 {
        self.messages.key(position).unwrap_or(0)
    }

    #[cold]
    fn too_large(&self, frame: &[u8]) -> RingJournalError {
        RingJournalError::MessageTooLarge { message: frame.len(), memory: self.messages.capacity() }
    }
}

impl Journal for RingJournal<'_> {
    type Error = RingJournalError;

    fn record(&mut self, record: &Record<'_>) -> Result<(), RingJournalError> {
        let frame = record.sent.and_then(|sent| sent.frame);
        if let Some(frame) = frame.filter(|frame| !self.messages.holds(frame.len())) {
            return Err(self.too_large(frame));
        }
        self.enter(record.resume.series)?;
        if let Some(sent) = record.sent {
            if sent.number.get() <= self.highest {
                self.withdraw_from(sent.number);
            }
            if let Some(frame) = sent.frame {
                self.push(sent.number, frame)?;
                self.highest = sent.number.get();
            }
        }
        self.resume = Some(record.resume);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), RingJournalError> {
        Ok(())
    }

    /// As [`Journal::first_in`]. If the range begins at or below the highest evicted number, everything up to
    /// that number is [`Stored::Lost`]: which of these numbers belonged to admin messages is not remembered.
    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, RingJournalError> {
        if self.series != Some(series) || from > to {
            return Ok(None);
        }
        if let Some(evicted) = self.evicted.filter(|&evicted| from <= evicted) {
            return Ok(Some(Stored::Lost { up_to: evicted.min(to) }));
        }
        let found = self.seek(from).and_then(|position| Some((position, self.messages.get(position)?)));
        let Some((position, entry)) = found else { return Ok(None) };
        self.last_answer = Some(Answer { asked_from: from, number: entry.key, position });
        let number = MsgSeqNum::new(entry.key).filter(|&number| number <= to);
        Ok(number.map(|number| Stored::Message { number, frame: entry.bytes }))
    }
}

impl fmt::Debug for RingJournal<'_> {
    /// Without the messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingJournal")
            .field("series", &self.series)
            .field("messages", &self.messages.len())
            .field("evicted", &self.evicted)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::vec::Vec;

    fn seq(n: u64) -> MsgSeqNum {
        MsgSeqNum::new(n).unwrap()
    }

    fn record(journal: &mut RingJournal<'_>, series: u64, number: u64, frame: Option<&[u8]>) {
        let series = Series::from_raw(series);
        let resume = Checkpoint {
            series,
            next_in: MsgSeqNum::FIRST,
            next_out: seq(number).next(),
            reset_pending: false,
        };
        journal.record(&Record::sent(seq(number), frame, resume)).unwrap();
    }

    fn ask<'j>(journal: &'j mut RingJournal<'_>, from: u64, to: u64) -> Option<Stored<'j>> {
        let series = journal.series.unwrap();
        journal.first_in(series, seq(from), seq(to)).unwrap()
    }

    #[test]
    fn what_had_to_make_room_is_lost_and_what_is_held_is_not() {
        let mut memory = [0; 3 * (RingJournal::OVERHEAD + 1)];
        let mut journal = RingJournal::new(&mut memory);
        for number in 1..=6 {
            record(&mut journal, 1, number, (number != 3).then_some(b"m"));
        }
        // 1 and 2 made room for 5 and 6; 3 was an admin message.
        assert_eq!(ask(&mut journal, 1, 9), Some(Stored::Lost { up_to: seq(2) }));
        assert_eq!(ask(&mut journal, 1, 1), Some(Stored::Lost { up_to: seq(1) }));
        assert_eq!(ask(&mut journal, 3, 9), Some(Stored::Message { number: seq(4), frame: b"m" }));
        assert_eq!(ask(&mut journal, 3, 3), None);
        assert_eq!(journal.resume().map(|resume| resume.next_out), Some(seq(7)));
    }

    #[test]
    fn a_later_series_has_lost_nothing() {
        let mut memory = [0; RingJournal::OVERHEAD + 1];
        let mut journal = RingJournal::new(&mut memory);
        record(&mut journal, 1, 1, Some(b"a"));
        record(&mut journal, 1, 2, Some(b"b"));
        record(&mut journal, 2, 1, None);
        assert_eq!(ask(&mut journal, 1, 9), None);
    }

    #[test]
    fn a_message_too_large_is_refused_and_nothing_makes_room_for_it() {
        let mut memory = [0; RingJournal::OVERHEAD + 4];
        let mut journal = RingJournal::new(&mut memory);
        record(&mut journal, 1, 1, Some(b"held"));
        let resume = journal.resume().unwrap();
        let too_large = Record::sent(seq(1), Some(b"large"), resume);
        let refused = journal.record(&too_large);
        assert_eq!(refused, Err(RingJournalError::MessageTooLarge { message: 5, memory: 28 }));
        assert_eq!(ask(&mut journal, 1, 1), Some(Stored::Message { number: seq(1), frame: b"held" }));
    }

    proptest! {
        #[test]
        fn every_answer_is_what_was_recorded_or_lost_up_to_a_message_that_made_room(
            capacity in 0usize..1000,
            steps in proptest::collection::vec((0u64..20, 0usize..60, any::<bool>(), 0u64..100, 0u64..20), 1..150),
        ) {
            let mut memory = std::vec![0; capacity];
            let mut journal = RingJournal::new(&mut memory);
            let mut model: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
            let mut next = 1;
            for (jump, length, admin, from, width) in steps {
                let number = match jump {
                    0 => (next - 1).max(1),
                    1 => next + 7,
                    _ => next,
                };
                let frame = std::vec![number as u8; length.min(capacity.saturating_sub(RingJournal::OVERHEAD))];
                let frame = (!admin && capacity >= RingJournal::OVERHEAD).then_some(frame);
                record(&mut journal, 1, number, frame.as_deref());
                model.split_off(&number);
                if let Some(frame) = frame {
                    model.insert(number, frame);
                }
                next = number + 1;

                let from = 1 + from % next;
                let to = from + width;
                let first = model.range(from..=to).next().map(|(&number, frame)| (seq(number), frame.as_slice()));
                let oldest_held = journal.len().checked_sub(1).and_then(|n| model.keys().rev().nth(n).copied());
                match ask(&mut journal, from, to) {
                    Some(Stored::Message { number, frame }) => prop_assert_eq!(first, Some((number, frame))),
                    Some(Stored::Lost { up_to }) => {
                        prop_assert!(up_to.get() >= from && up_to.get() <= to);
                        prop_assert!(oldest_held.is_none_or(|oldest| up_to.get() < oldest), "{} is held", up_to);
                    }
                    Some(Stored::Withheld { .. }) => prop_assert!(false, "nothing was withheld"),
                    None => prop_assert_eq!(first, None),
                }
            }
        }
    }
}
