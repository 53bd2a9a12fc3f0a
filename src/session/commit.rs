//! What a committed frame changes.

use super::Session;
use super::owed::{Owed, Request};
use super::state::Opening;
use crate::frame::{Effect, Frame, Stale};
use crate::number::MsgSeqNum;
use crate::time::Instant;

impl Session {
    /// A frame that was built before something else happened is void.
    pub(crate) fn check_ticket(&self, frame: &Frame<'_>) -> Result<(), Stale> {
        if frame.ticket == self.ticket { Ok(()) } else { Err(Stale) }
    }

    /// A frame was committed: what it changes.
    pub(crate) fn take_effect(&mut self, effect: Effect, number: MsgSeqNum, at: Instant) {
        self.ticket = self.ticket.wrapping_add(1);
        self.memory.last_sent = Some(at);
        match effect {
            Effect::Message => {
                self.numbers.next_out = number.next();
                self.bucket.take(at);
            }
            Effect::MessageBehindReplay => {
                self.numbers.next_out = number.next();
                self.bucket.take(at);
                self.waiting_since = self.waiting_since.or(Some(at));
                self.out(super::replay::Input::Committed(number));
                // Nothing goes to the wire, so the Heartbeat is not put off.
                return;
            }
            Effect::MessageForLater => {
                self.numbers.next_out = number.next();
                return;
            }
            Effect::Owed => {
                self.numbers.next_out = number.next();
                self.paid(number, at);
            }
            Effect::OwedAgain => self.paid(number, at),
            Effect::SequenceReset { next_out } => {
                self.numbers.next_out = next_out;
                self.paid(number, at);
            }
            Effect::Resent { below } => self.out(super::replay::Input::Sent(below)),
        }
        if self.is_logged_on() {
            self.start_heartbeat(at);
        }
    }

    /// The first thing owed is done.
    fn paid(&mut self, number: MsgSeqNum, at: Instant) {
        match self.owed.first() {
            Some(Owed::TestRequest) => self.probe = Some((number, at)),
            Some(Owed::ResendRequest(request)) => {
                self.request = Some(Request { number: Some(number), ..request });
            }
            Some(Owed::Logon(Opening::Reset)) => self.numbers.reset_pending = true,
            Some(
                Owed::Logon(Opening::Resumed)
                | Owed::LogonAnswer { .. }
                | Owed::Heartbeat
                | Owed::Echo(_)
                | Owed::RepeatResendRequest(..)
                | Owed::Reject(_)
                | Owed::BusinessReject(_)
                | Owed::Logout
                | Owed::LogoutAnswer
                | Owed::LogoutFor(_)
                | Owed::SequenceReset { .. }
                | Owed::LoggedOn
                | Owed::Event(_)
                | Owed::Connect
                | Owed::Disconnect(_),
            )
            | None => {}
        }
        self.owed.pop();
    }
}
