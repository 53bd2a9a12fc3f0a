//! The expected header: a short way for the message that comes nearly every time.
//!
//! A counterparty writes one header after another that differ in MsgSeqNum, the second, BodyLength and
//! MsgType only. After one good message its header is kept, with the next number in it; when the bytes of the
//! next message are the same, it has the same BeginString, the same CompIDs, the next number, and the same
//! minute, and most of what the [generic way](super::classify) does is done.
//!
//! Whatever is not certain goes the generic way, which decides everything. What is kept here never changes an
//! answer: it is compared as equal and hashed as nothing.

use core::fmt;

use super::classify::{Class, Classified, Kind};
use super::rules::MessageRules;
use super::{Liveness, Session};
use crate::inbox::Inbox;
use crate::message::{Flags, Layout, Message};
use crate::number::MsgSeqNum;
use crate::time::Now;
use crate::wire::FrameSpan;

mod header;
mod model;

use header::Header;
pub(super) use model::begins_body;

/// The header that the next message will have.
#[derive(Clone)]
pub(super) struct Expected {
    header: Option<Header>,
    /// How many messages in a row had another one.
    misses: u8,
}

impl Session {
    /// Takes the next frame when it is the next application message, with the expected header. The session is
    /// logged on and has nothing to do but to read. Otherwise nothing has changed, and the frame goes the
    /// generic way.
    #[inline]
    pub(super) fn take_expected(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<Layout> {
        let number = self.numbers.next_in;
        let calm = matches!(self.liveness, Liveness::Quiet) && inbox.held() == 0 && number < MsgSeqNum::LAST;
        let expected = self.course.expected()?;
        let header = expected.header.as_mut()?;
        if !calm || !header.bear(number) {
            return None;
        }
        let len = header.read(inbox.unread(), now.utc, &self.config)?;
        let layout = Layout { number, ..header.layout };
        let frame = inbox.unread().get(..len)?;
        rules.check(&Message::new(frame, self.config.data_fields, layout)).ok()?;
        header.count(number.next());
        inbox.take(len);
        expected.misses = 0;
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        self.numbers.hand_over();
        Some(layout)
    }

    /// Keeps the header of a message that went the generic way, when the next may have one like it.
    pub(super) fn expect_alike(&mut self, frame: &[u8], span: &FrameSpan, message: &Classified) {
        let usual = message.kind == Kind::Application
            && message.class == Class::Next
            && message.fault.is_none()
            && message.last_processed.is_none()
            && !message.layout.flags.has(Flags::POSS_DUP);
        // One message of another kind changes nothing, and headers that are never alike are not looked at
        // each time.
        let Some(expected) = self.course.expected() else { return };
        let misses = expected.misses.wrapping_add(1);
        expected.misses = misses;
        let stale = expected.header.as_ref().is_none_or(|header| header.number.is_none());
        let worthwhile = stale || misses > 1;
        if usual && worthwhile && misses.is_power_of_two() {
            expected.header = Header::of(frame, span, &message.layout, &self.config);
        }
    }

    /// Sends the next message the generic way: nothing but the time that it takes may depend on it.
    #[cfg(any(test, feature = "testing"))]
    pub fn forget_expected_header(&mut self) {
        if let Some(expected) = self.course.expected() {
            *expected = Expected::nothing();
        }
    }
}

impl Expected {
    pub(super) const fn nothing() -> Self {
        Expected { header: None, misses: 0 }
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expected")
    }
}

#[cfg(test)]
mod tests;
