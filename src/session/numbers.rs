//! The two counters, and how far the application has got.

use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};
use crate::planted::{Bug, planted};
use crate::time::Utc;

/// A reset of our own. Until it is acknowledged, the old series stands, and nothing else is certain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum OurReset {
    /// We want none.
    None,
    /// Our next Logon will ask for it.
    Wanted,
    /// Our Logon asked for it for the first time, on this link. If it is refused, it is over.
    Asked,
    /// A Logon that asked for it was never answered. The counterparty may have begun the new series, and even
    /// if it refuses the next Logon that does not show that it has not.
    InDoubt,
}

impl OurReset {
    pub(crate) fn is_pending(self) -> bool {
        self != OurReset::None
    }

    pub(crate) fn wanted(self) -> Self {
        if self == OurReset::None { OurReset::Wanted } else { self }
    }

    /// Our Logon asks for it.
    pub(crate) fn asked(self) -> Self {
        match self {
            OurReset::None | OurReset::Wanted | OurReset::Asked => OurReset::Asked,
            OurReset::InDoubt => OurReset::InDoubt,
        }
    }

    /// The link has ended without the answer.
    pub(crate) fn unanswered(self, refused: bool) -> Self {
        match (self, refused) {
            (OurReset::Asked, true) => OurReset::None,
            (OurReset::Asked, false) => OurReset::InDoubt,
            (OurReset::None | OurReset::Wanted | OurReset::InDoubt, _) => self,
        }
    }
}

// A step with nothing to do reads the last of these: see `Session`.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Numbers {
    pub(crate) series: Series,
    pub(crate) next_in: MsgSeqNum,
    pub(crate) next_out: MsgSeqNum,
    /// The `next_in` that is stored: it counts what the application has finished.
    finished: MsgSeqNum,
    /// FIX session layer 4.4.3.
    pub(crate) reset: OurReset,
    /// Whether the series began with a reset in session by the counterparty.
    pub(crate) reset_answered: bool,
    /// The last message that was delivered and is not finished.
    in_hand: Option<MsgSeqNum>,
}

impl Numbers {
    pub(crate) fn resume(checkpoint: Checkpoint) -> Self {
        Numbers {
            series: checkpoint.series,
            next_in: checkpoint.next_in,
            next_out: checkpoint.next_out,
            finished: checkpoint.next_in,
            in_hand: None,
            // Nobody knows whether it went out before the restart.
            reset: if checkpoint.reset_pending { OurReset::InDoubt } else { OurReset::None },
            reset_answered: false,
        }
    }

    /// What may be stored now.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            series: self.series,
            next_in: if planted(Bug::RecordedWhenHandedOut) { self.next_in } else { self.finished },
            next_out: self.next_out,
            reset_pending: self.reset.is_pending(),
        }
    }

    /// Counts the expected number, of a message that needs no work from the application.
    #[inline]
    pub(crate) fn count(&mut self) {
        self.move_to(self.next_in.next());
    }

    /// Counts the expected number, of a message that is delivered to the application.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        self.in_hand = Some(self.next_in);
        self.next_in = self.next_in.next();
    }

    /// The next expected number becomes `next`.
    pub(crate) fn move_to(&mut self, next: MsgSeqNum) {
        self.next_in = next;
        if self.in_hand.is_none() {
            self.finished = next;
        }
    }

    /// Whether anything was delivered that is not finished.
    #[inline]
    pub(crate) fn has_in_hand(&self) -> bool {
        self.in_hand.is_some()
    }

    /// The application has finished everything that was delivered.
    #[inline]
    pub(crate) fn finish_all(&mut self) {
        self.in_hand = None;
        self.finished = self.next_in;
    }

    /// The application has finished everything up to `number`.
    pub(crate) fn finish(&mut self, number: MsgSeqNum) {
        match self.in_hand {
            Some(last) if number < last => self.finished = self.finished.max(number.next()),
            Some(_) => self.finish_all(),
            None => {}
        }
    }

    /// A new series; both numbers are 1.
    pub(crate) fn reset(&mut self, utc: Utc) {
        *self = Numbers {
            series: if planted(Bug::OldSeriesKept) { self.series } else { self.series.following(utc) },
            next_in: MsgSeqNum::FIRST,
            next_out: MsgSeqNum::FIRST,
            finished: MsgSeqNum::FIRST,
            in_hand: None,
            reset: OurReset::None,
            reset_answered: false,
        };
    }

    /// Set by an operator; nothing is in hand then.
    pub(crate) fn set_next_in(&mut self, next: MsgSeqNum) {
        self.next_in = next;
        self.finish_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(number: u64) -> MsgSeqNum {
        MsgSeqNum::new(number).unwrap()
    }

    #[test]
    fn what_is_stored_never_leads_what_the_application_finished() {
        let mut numbers = Numbers::resume(Checkpoint::begin(Utc::EPOCH));
        numbers.count();
        assert_eq!(numbers.checkpoint().next_in, n(2));
        numbers.hand_over();
        numbers.count();
        assert_eq!((numbers.next_in, numbers.checkpoint().next_in), (n(4), n(2)));
        numbers.finish_all();
        assert_eq!(numbers.checkpoint().next_in, n(4));
    }

    #[test]
    fn finishing_by_call_counts_no_further_than_the_call_says() {
        let mut numbers = Numbers::resume(Checkpoint::begin(Utc::EPOCH));
        numbers.hand_over();
        numbers.hand_over();
        numbers.hand_over();
        numbers.finish(n(2));
        assert_eq!(numbers.checkpoint().next_in, n(3));
        numbers.finish(n(1));
        assert_eq!(numbers.checkpoint().next_in, n(3));
        numbers.finish(n(3));
        assert_eq!(numbers.checkpoint().next_in, n(4));
    }

    #[test]
    fn the_last_message_in_hand_finishes_what_was_counted_behind_it() {
        let mut numbers = Numbers::resume(Checkpoint::begin(Utc::EPOCH));
        numbers.hand_over();
        numbers.hand_over();
        numbers.count();
        assert!(numbers.has_in_hand());
        numbers.finish(n(1));
        assert_eq!(numbers.checkpoint().next_in, n(2));
        numbers.finish(n(2));
        assert_eq!(numbers.checkpoint().next_in, n(4));
        assert!(!numbers.has_in_hand());
    }
}
