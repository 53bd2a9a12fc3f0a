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
use super::receive::present;
use super::rules::MessageRules;
use super::state::State;
use super::{Goal, Liveness, Session};
use crate::inbox::Inbox;
use crate::message::{Layout, Message};
use crate::number::MsgSeqNum;
use crate::time::Now;
use crate::wire::{FrameSpan, SOH, tag};

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
            [] | [SOH | b'2'..=b'5' | b'A'] => None,
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

    /// The same for a Heartbeat or a TestRequest; `true` when it was taken.
    #[inline]
    pub(super) fn has_taken_expected_admin(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> bool {
        // Asked here, since for most messages this is all.
        let is_admin = self.course.expected().is_some_and(|expected| expected.is_admin(inbox.unread()));
        is_admin && self.take_expected_admin(now, inbox, rules).is_some()
    }

    #[inline(never)]
    fn take_expected_admin(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<()> {
        let number = self.numbers.next_in;
        let expected = self.course.expected()?;
        let (len, layout) = expected.read_any(inbox.unread(), number, now.utc, &self.config)?;
        self.take_admin(now, inbox.unread().get(..len)?, layout, rules)?;
        inbox.take(len);
        Some(())
    }

    /// Takes the frame in hand when it is the usual message, read field by field: its layout, when the
    /// application is to be told of it.
    #[inline]
    pub(super) fn take_plain(
        &mut self,
        now: Now,
        inbox: &Inbox<'_>,
        span: &FrameSpan,
        rules: &impl MessageRules,
    ) -> Option<Option<Layout>> {
        let number = self.numbers.next_in;
        let expected = self.course.expected()?;
        let frame = inbox.current();
        let plain = Plain::read(frame, span, number, now.utc, &self.config, expected)?;
        let Plain { kind, layout, last_processed } = plain;
        if kind != UsualKind::Application {
            self.take_admin(now, frame, layout, rules)?;
        } else {
            rules.check(&Message::new(frame, self.config.data_fields, layout)).ok()?;
            self.memory.last_received = Some(now.monotonic);
            self.await_traffic(now);
            self.numbers.hand_over();
        }
        match (last_processed, self.course.expected()) {
            (None, Some(expected)) => expected.missed(frame, &layout, &self.config),
            _ => self.acknowledged(last_processed),
        }
        Some((kind == UsualKind::Application).then_some(layout))
    }

    /// Takes a Heartbeat or a TestRequest. `None` where nothing has changed.
    #[cold]
    #[inline(never)]
    fn take_admin(
        &mut self,
        now: Now,
        frame: &[u8],
        layout: Layout,
        rules: &impl MessageRules,
    ) -> Option<()> {
        let message = Message::new(frame, self.config.data_fields, layout);
        let kind = UsualKind::of(message.msg_type().as_bytes())?;
        // A Heartbeat may be the echo of our TestRequest (FIX session layer 4.5.5).
        if kind == UsualKind::Heartbeat && self.probe.is_some() {
            return None;
        }
        rules.check(&message).ok()?;
        if kind == UsualKind::TestRequest {
            present(&message, tag::TEST_REQ_ID).ok()?;
            self.owe(Owed::Echo { body_at: layout.body_at });
        }
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        self.numbers.count();
        Some(())
    }
}
