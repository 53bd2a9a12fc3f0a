//! Sequence numbers and the series that they belong to.

use core::fmt;
use core::num::NonZeroU64;

use crate::time::Utc;

/// MsgSeqNum(34): the number of a message in its direction, from 1.
///
/// 0 is never a MsgSeqNum (FIX session layer 4.1). Where FIX uses 0 for "no end", in EndSeqNo(16), this crate
/// uses `None`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MsgSeqNum(NonZeroU64);

impl MsgSeqNum {
    /// The number of the first message of a series.
    pub const FIRST: MsgSeqNum = MsgSeqNum(NonZeroU64::MIN);

    /// The largest number: 18 nines. No message has it: a counter that reaches it is exhausted, and the
    /// session ends in an orderly way instead of wrapping.
    pub const MAX: MsgSeqNum = match MsgSeqNum::new(999_999_999_999_999_999) {
        Some(max) => max,
        None => MsgSeqNum::FIRST,
    };

    /// The largest number a message can have.
    pub(crate) const LAST: MsgSeqNum = match MsgSeqNum::new(999_999_999_999_999_998) {
        Some(last) => last,
        None => MsgSeqNum::FIRST,
    };

    /// The number `n`; `None` if it is 0 or above [`MsgSeqNum::MAX`].
    pub const fn new(n: u64) -> Option<Self> {
        if n > 999_999_999_999_999_999 {
            return None;
        }
        match NonZeroU64::new(n) {
            Some(n) => Some(MsgSeqNum(n)),
            None => None,
        }
    }

    /// The number as an integer.
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The number after this one; [`MsgSeqNum::MAX`] stays the same.
    #[must_use]
    pub const fn next(self) -> Self {
        match MsgSeqNum::new(self.get() + 1) {
            Some(next) => next,
            None => MsgSeqNum::MAX,
        }
    }

    /// The number before this one; `None` for the first.
    pub const fn previous(self) -> Option<Self> {
        MsgSeqNum::new(self.get() - 1)
    }
}

impl fmt::Display for MsgSeqNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for MsgSeqNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A run of sequence numbers between two resets, both directions together.
///
/// Its name is the time it began, in nanoseconds of UTC, but always later than the series before it, even if
/// the wall clock was set back. A journal that holds messages of one series never answers for another, so a
/// crash between a reset and the journal's truncation cannot bring old orders back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Series(u64);

impl Series {
    /// The series that begins at `utc`.
    pub const fn beginning(utc: Utc) -> Self {
        Series(if utc.as_nanos() < 0 { 0 } else { utc.as_nanos() as u64 })
    }

    /// The series that follows this one at `utc`; later than this one, whatever the clock says.
    #[must_use]
    pub const fn following(self, utc: Utc) -> Self {
        let now = Series::beginning(utc);
        if now.0 > self.0 { now } else { Series(self.0.saturating_add(1)) }
    }

    /// When it began, for a calendar that asks whether a reset has been due since then. Never earlier than
    /// the clock said; later if the clock had been set back.
    pub const fn began(self) -> Utc {
        Utc::from_nanos(if self.0 > i64::MAX as u64 { i64::MAX } else { self.0 as i64 })
    }

    /// The name as an integer, for storage.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The series whose name is `raw`, as [`get`](Series::get) returned it.
    pub const fn from_raw(raw: u64) -> Self {
        Series(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_never_a_number_and_the_top_does_not_wrap() {
        assert_eq!(MsgSeqNum::new(0), None);
        assert_eq!(MsgSeqNum::new(u64::MAX), None);
        assert_eq!(MsgSeqNum::MAX.next(), MsgSeqNum::MAX);
        assert_eq!(MsgSeqNum::FIRST.previous(), None);
        assert_eq!(MsgSeqNum::MAX.previous().map(MsgSeqNum::next), Some(MsgSeqNum::MAX));
    }

    #[test]
    fn a_series_is_later_than_the_one_before_it_although_the_clock_was_set_back() {
        let first = Series::beginning(Utc::from_secs(100));
        assert!(first.following(Utc::from_secs(50)) > first);
        assert_eq!(first.following(Utc::from_secs(200)), Series::beginning(Utc::from_secs(200)));
    }
}
