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
use super::read::Read;
use super::receive::{Told, present};
use super::rules::MessageRules;
use super::state::State;
use super::{Goal, Liveness, Session};
use crate::inbox::Inbox;
use crate::message::{Layout, Message};
use crate::time::Now;
use crate::wire::{FrameSpan, Framing, SOH, tag};

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
            [] => None,
            [one] => Self::of_one(*one),
            [..] => Some(UsualKind::Application),
        }
    }

    /// By MsgType(35) of one character.
    #[inline]
    pub(super) fn of_one(msg_type: u8) -> Option<Self> {
        match msg_type {
            b'0' => Some(UsualKind::Heartbeat),
            b'1' => Some(UsualKind::TestRequest),
            SOH | b'2'..=b'5' | b'A' => None,
            _ => Some(UsualKind::Application),
        }
    }
}

/// What the short way found.
pub(super) enum Short {
    /// A message for the application.
    Message(Layout),
    /// No bytes: the session waits.
    Nothing,
    /// A session that is calm and awaits the next message, and another header than the one expected.
    Other,
    /// A session that has something else to do first.
    Busy,
}

impl Session {
    /// Takes the next message when it is one of the application with the header expected, and the session has
    /// nothing else to do.
    #[inline(always)]
    pub(super) fn take_short(&mut self, now: Now, inbox: &mut Inbox<'_>, rules: &impl MessageRules) -> Short {
        if self.timers.may_be_due(now.monotonic) || !self.awaits_next() || inbox.held() > 0 {
            return Short::Busy;
        }
        inbox.release_read();
        if inbox.is_empty() {
            return Short::Nothing;
        }
        self.take_expected(now, inbox, rules).map_or(Short::Other, Short::Message)
    }

    /// Is the session logged on, and is there nothing to do but to read the next message, as long as no wait
    /// is over? All that comes before reading has nothing to say then.
    #[inline]
    fn awaits_next(&self) -> bool {
        matches!((self.state, self.goal, self.liveness), (State::Active, Goal::Stay, Liveness::Quiet))
            && self.owed.is_empty()
            && self.course.is_usual()
    }

    /// Takes the next frame when it is the next application message, with the header expected. Otherwise
    /// nothing has changed.
    #[inline(always)]
    fn take_expected(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<Layout> {
        let number = self.numbers.next_in;
        let expected = self.course.expected()?;
        let (frame, layout) = expected.read(inbox.unread(), number, now.utc, &self.config)?;
        rules.check(&Message::new(frame, self.config.data_fields, layout)).ok()?;
        let len = frame.len();
        inbox.take(len);
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        self.numbers.hand_over();
        Some(layout)
    }

    /// Takes the next frame otherwise. The session is calm and awaits the next.
    #[inline]
    pub(super) fn read_usual(&mut self, now: Now, inbox: &mut Inbox<'_>, rules: &impl MessageRules) -> Read {
        if self.take_expected_admin(now, inbox, rules).is_some() {
            return Read::Taken(None);
        }
        let found = inbox.frame(self.config.frame_max);
        if let Framing::Frame(span) = &found {
            inbox.take(span.len);
            if let Some(layout) = self.take_plain(now, inbox, span, rules) {
                return Read::Taken(layout.map(Told::Message));
            }
        }
        self.take_found(now, inbox, &found, rules)
    }

    /// The same for a Heartbeat or a TestRequest with the header expected.
    #[inline]
    fn take_expected_admin(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<()> {
        let number = self.numbers.next_in;
        let expected = self.course.expected()?;
        let (frame, layout) = expected.read_admin(inbox.unread(), number, now.utc, &self.config)?;
        self.take_admin(now, frame, layout, rules)?;
        let len = frame.len();
        inbox.take(len);
        Some(())
    }

    /// Takes the frame in hand when it is the usual message, read field by field: its layout, when the
    /// application is to be told of it.
    #[inline(always)]
    fn take_plain(
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
            (None, Some(expected)) => expected.missed(frame, layout, &self.config),
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
