//! The two counters, and how far the application is.

use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};
use crate::time::Utc;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Numbers {
    pub(crate) series: Series,
    pub(crate) next_in: MsgSeqNum,
    pub(crate) next_out: MsgSeqNum,
    /// `next_in` as far as the application has finished: what is stored.
    finished: MsgSeqNum,
    /// The last message that was handed over and is not finished.
    in_hand: Option<MsgSeqNum>,
    /// A reset that we asked for is not acknowledged: the old series stands until then (FIX session layer 4.4.3).
    pub(crate) reset_pending: bool,
}

impl Numbers {
    pub(crate) fn resume(checkpoint: Checkpoint) -> Self {
        Numbers {
            series: checkpoint.series,
            next_in: checkpoint.next_in,
            next_out: checkpoint.next_out,
            finished: checkpoint.next_in,
            in_hand: None,
            reset_pending: checkpoint.reset_pending,
        }
    }

    /// What may be stored now.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            series: self.series,
            next_in: self.finished,
            next_out: self.next_out,
            reset_pending: self.reset_pending,
        }
    }

    /// The next expected number is counted, by a message that needs no work of the application.
    #[inline]
    pub(crate) fn count(&mut self) {
        self.move_to(self.next_in.next());
    }

    /// The next expected number is counted, and its message is in the application's hands.
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

    /// Was anything handed over that is not finished?
    #[inline]
    pub(crate) fn has_in_hand(&self) -> bool {
        self.in_hand.is_some()
    }

    /// The application has finished everything that it was handed.
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
            series: self.series.following(utc),
            next_in: MsgSeqNum::FIRST,
            next_out: MsgSeqNum::FIRST,
            finished: MsgSeqNum::FIRST,
            in_hand: None,
            reset_pending: false,
        };
    }

    /// Set by an operator: nothing is in hand then.
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
}
