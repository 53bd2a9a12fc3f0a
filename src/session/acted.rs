//! Messages above a gap that were acted on at once: only their numbers are still to be counted.

use super::recovery::Became;
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};

/// The numbers of the counterparty's Logon, ResendRequests and Logout that were served although messages
/// below them are missing (FIX session layer 4.8.8).
///
/// A number that finds no room comes again, as a gap fill. This does not depend on memory lent to the inbox,
/// because two sides that recover from each other would otherwise ask for each other's requests for ever.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
// In ascending order; free slots come last.
pub(crate) struct Acted([Option<MsgSeqNum>; 4]);

impl Acted {
    pub(crate) const NONE: Acted = Acted([None; 4]);

    /// Whether no number is kept.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// Keeps a number, if there is room.
    pub(crate) fn keep(&mut self, number: MsgSeqNum) -> Became {
        if planted(Bug::ActedAboveGapForgotten) {
            return Became::ActedOnly;
        }
        if !self.0.contains(&Some(number)) {
            let Some(free) = self.0.iter_mut().find(|kept| kept.is_none()) else { return Became::ActedOnly };
            *free = Some(number);
            self.0.sort_unstable_by_key(|&kept| (kept.is_none(), kept));
        }
        Became::Acted
    }

    /// The lowest number.
    #[inline]
    pub(crate) fn first(&self) -> Option<MsgSeqNum> {
        let [first, ..] = self.0;
        first
    }

    /// Whether this number, the expected one, is kept. Forgets it, and those below it.
    #[inline]
    pub(crate) fn take(&mut self, next_in: MsgSeqNum) -> bool {
        let mut is_kept = false;
        while let Some(first) = self.first().filter(|&first| first <= next_in) {
            is_kept = first == next_in;
            let [_, second, third, fourth] = self.0;
            self.0 = [second, third, fourth, None];
        }
        is_kept
    }

    pub(crate) fn clear(&mut self) {
        *self = Acted::NONE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(number: u64) -> MsgSeqNum {
        MsgSeqNum::new(number).unwrap()
    }

    #[test]
    fn a_number_counts_once_and_what_lies_below_it_not_at_all() {
        let mut acted = Acted::NONE;
        for number in [9, 5, 7, 5] {
            assert_eq!(acted.keep(n(number)), Became::Acted);
        }
        assert_eq!(acted.first(), Some(n(5)));
        assert!(!acted.take(n(6)));
        assert!(acted.take(n(7)));
        assert!(!acted.take(n(7)));
        assert_eq!(acted.first(), Some(n(9)));
        acted.clear();
        assert_eq!(acted.first(), None);
    }

    #[test]
    fn what_finds_no_room_has_to_come_again() {
        let mut acted = Acted::NONE;
        for number in 1..5 {
            assert_eq!(acted.keep(n(number)), Became::Acted);
        }
        assert_eq!(acted.keep(n(5)), Became::ActedOnly);
        assert_eq!(acted.keep(n(4)), Became::Acted);
    }
}
