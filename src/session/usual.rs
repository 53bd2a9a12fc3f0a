//! The usual message: a short way for what comes nearly every time.
//!
//! The session is logged on and has nothing to do but to read, and there comes an application message, or a
//! Heartbeat or TestRequest, with the next number and with nothing wrong. That it is so is seen in one of two
//! ways: the message has [the header expected](super::expected), or its header is read
//! [field by field](super::plain). What follows is the same.
//!
//! Whatever is not certain goes the [generic way](super::receive), which decides everything and does the same
//! with these.

use super::owed::Owed;
use super::plain::Plain;
use super::receive::{Told, present};
use super::rules::MessageRules;
use super::state::State;
use super::{Goal, Liveness, Session};
use crate::inbox::Inbox;
use crate::message::{Layout, Message};
use crate::number::MsgSeqNum;
use crate::time::Now;
use crate::wire::{FrameSpan, tag};

/// The kinds that a usual message may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum UsualKind {
    Application,
    Heartbeat,
    TestRequest,
}

impl UsualKind {
    /// By MsgType(35); `None` for the others of the session layer.
    #[inline]
    pub(super) fn of(msg_type: &[u8]) -> Option<Self> {
        match msg_type {
            b"0" => Some(UsualKind::Heartbeat),
            b"1" => Some(UsualKind::TestRequest),
            [] | [b'2'..=b'5' | b'A'] => None,
            [..] => Some(UsualKind::Application),
        }
    }
}

impl Session {
    /// Is the session logged on, and is there nothing to do but to read, as long as no wait is over? All that
    /// comes before reading has nothing to say then.
    #[inline]
    pub(super) fn is_calm(&self) -> bool {
        matches!(self.state, State::Active)
            && self.owed.is_empty()
            && self.goal == Goal::Stay
            && self.course.is_usual()
    }

    /// Does a calm session wait for nothing but the next message, which is not held?
    #[inline]
    pub(super) fn awaits_next(&self, inbox: &Inbox<'_>) -> bool {
        matches!(self.liveness, Liveness::Quiet)
            && self.numbers.next_in < MsgSeqNum::LAST
            && inbox.held() == 0
    }

    /// Takes the next frame when it is the next application message, with the header expected. The session is
    /// calm and awaits the next. Otherwise nothing has changed.
    #[inline]
    pub(super) fn take_expected(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<Layout> {
        let number = self.numbers.next_in;
        let expected = self.course.expected()?;
        let (len, layout) = expected.read(inbox.unread(), number, now.utc, &self.config)?;
        let frame = inbox.unread().get(..len)?;
        rules.check(&Message::new(frame, self.config.data_fields, layout)).ok()?;
        inbox.take(len);
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        self.numbers.hand_over();
        Some(layout)
    }

    /// The same for the frame in hand, read field by field: what there is to tell, when it is a usual
    /// message.
    #[inline]
    pub(super) fn take_plain(
        &mut self,
        now: Now,
        inbox: &Inbox<'_>,
        span: &FrameSpan,
        rules: &impl MessageRules,
    ) -> Option<Option<Told>> {
        let number = self.numbers.next_in;
        let expected = self.course.expected()?;
        let frame = inbox.current();
        let plain = Plain::read(frame, span, number, now.utc, &self.config, expected)?;
        let Plain { kind, layout, last_processed } = plain;
        let message = Message::new(frame, self.config.data_fields, layout);
        rules.check(&message).ok()?;
        match kind {
            UsualKind::Application | UsualKind::Heartbeat => {}
            UsualKind::TestRequest => present(&message, tag::TEST_REQ_ID).ok()?,
        }
        // It may be the echo of our TestRequest (FIX session layer 4.5.5).
        if kind == UsualKind::Heartbeat && self.probe.is_some() {
            return None;
        }
        match last_processed {
            Some(_) => self.acknowledged(last_processed),
            None => expected.missed(frame, &layout, &self.config),
        }
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        if kind == UsualKind::Application {
            self.numbers.hand_over();
            return Some(Some(Told::Message(layout)));
        }
        self.numbers.count();
        if kind == UsualKind::TestRequest {
            self.owe(Owed::Echo { body_at: layout.body_at });
        }
        Some(None)
    }
}
