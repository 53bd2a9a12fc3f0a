//! Messages above a gap that were acted on when they came: only their numbers are still to be counted.

use arrayvec::ArrayVec;

use super::recovery::Became;
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};

/// The counterparty's Logon, its ResendRequests, its Logout: what is served although messages below it are
/// missing (FIX session layer 4.8.8).
///
/// One that finds no room comes again, as a gap fill. There is room without any memory of the inbox: two
/// sides that recover from each other would otherwise ask for each other's requests without end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Acted(ArrayVec<MsgSeqNum, 4>);

impl Acted {
    /// Is no number kept?
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps a number, when there is room.
    pub(crate) fn keep(&mut self, number: MsgSeqNum) -> Became {
        let is_kept = !planted(Bug::ActedAboveGapForgotten)
            && (self.0.contains(&number) || self.0.try_push(number).is_ok());
        if is_kept { Became::Acted } else { Became::ActedOnly }
    }

    /// The lowest number.
    pub(crate) fn first(&self) -> Option<MsgSeqNum> {
        self.0.iter().min().copied()
    }

    /// Is this number, the next expected one, among them? It and what lies below it are forgotten.
    pub(crate) fn take(&mut self, next_in: MsgSeqNum) -> bool {
        let is_kept = self.0.contains(&next_in);
        self.0.retain(|&mut number| number > next_in);
        is_kept
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
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
        let mut acted = Acted::default();
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
        let mut acted = Acted::default();
        for number in 1..5 {
            assert_eq!(acted.keep(n(number)), Became::Acted);
        }
        assert_eq!(acted.keep(n(5)), Became::ActedOnly);
        assert_eq!(acted.keep(n(4)), Became::Acted);
    }
}
