//! What committing a frame changes in the session.

use super::owed::{Owed, Request};
use super::queue::Notice;
use super::{Liveness, Session};
use crate::frame::{Effect, Frame, Stale};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::time::Instant;

impl Session {
    /// A frame is void if something has changed since it was built.
    #[inline]
    pub(crate) fn check_ticket(&self, frame: &Frame<'_>) -> Result<(), Stale> {
        if frame.ticket == self.ticket { Ok(()) } else { Err(Stale) }
    }

    /// A frame was committed: makes its changes.
    #[inline(always)]
    pub(crate) fn take_effect(&mut self, effect: Effect, number: MsgSeqNum, at: Instant) {
        self.ticket = self.ticket.wrapping_add(1);
        self.memory.last_sent = Some(at);
        if let Effect::Message = effect {
            self.numbers.next_out = number.next();
            self.bucket.take(self.config.rate, at);
        } else {
            self.take_rarer_effect(effect, number, at);
        }
        // A message that goes out later does not postpone the Heartbeat.
        if self.is_logged_on() && !matches!(effect, Effect::MessageBehindReplay | Effect::MessageForLater) {
            self.start_heartbeat(at);
        }
    }

    fn take_rarer_effect(&mut self, effect: Effect, number: MsgSeqNum, at: Instant) {
        match effect {
            Effect::Message => {}
            Effect::MessageBehindReplay => {
                self.numbers.next_out = number.next();
                self.bucket.take(self.config.rate, at);
                self.course.change(|detour| detour.waiting_since = detour.waiting_since.or(Some(at)));
                self.out(super::replay::Input::Committed(number));
            }
            Effect::MessageForLater => self.numbers.next_out = number.next(),
            Effect::Owed if planted(Bug::NumberTakenTwice) => self.paid(number, at),
            Effect::Owed => {
                self.numbers.next_out = number.next();
                self.paid(number, at);
            }
            Effect::OwedAgain => self.paid(number, at),
            Effect::SequenceReset { next_out } => {
                self.numbers.next_out = next_out;
                self.paid(number, at);
            }
            Effect::Resent { below } => {
                self.probe_again(number, below);
                self.out(super::replay::Input::Sent(below));
            }
        }
    }

    /// FIX session layer 4.8.5: if a gap fill covers our TestRequest, the counterparty has missed it and will
    /// not answer. If we still wait for its echo, send another.
    fn probe_again(&mut self, from: MsgSeqNum, below: MsgSeqNum) {
        let passed_over = self.probe.is_some_and(|(number, _)| from <= number && number < below);
        if passed_over && matches!(self.liveness, Liveness::Probing { .. }) && self.owed.has_room() {
            self.owe(Owed::TestRequest);
        }
    }

    /// The first thing owed is done.
    fn paid(&mut self, number: MsgSeqNum, at: Instant) {
        match self.owed.first() {
            Some(Notice::TestRequest) => self.probe = Some((number, at)),
            Some(Notice::ResendRequest) => {
                self.request = self.request.map(|request| Request { number: Some(number), ..request });
            }
            Some(Notice::LogonReset) => self.numbers.reset = self.numbers.reset.asked(),
            Some(Notice::LogonAnswer | Notice::LogonAnswerReset) => self.memory.session_status = None,
            Some(
                Notice::LogonResumed
                | Notice::Heartbeat
                | Notice::Echo
                | Notice::RepeatResendRequest
                | Notice::Reject
                | Notice::BusinessReject
                | Notice::Logout
                | Notice::LogoutAnswer
                | Notice::LogoutFor
                | Notice::SequenceReset
                | Notice::LoggedOn
                | Notice::News
                | Notice::Connect
                | Notice::Disconnect,
            )
            | None => {}
        }
        self.settle_first();
    }
}
