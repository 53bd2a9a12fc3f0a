//! The usual message: a shortcut for what arrives nearly every time.
//!
//! The session is logged on and has nothing to do but read. What arrives is an application message, a
//! Heartbeat or a TestRequest, with the next number and nothing wrong. It is recognised in one of two ways:
//! by [the expected header](self::expected), or by reading its header [field by field](self::plain). What
//! follows is the same for both.
//!
//! Anything in doubt takes the [generic path](super::receive), which decides everything, and treats the usual
//! message in the same way.

use super::owed::Owed;
use super::receive::present;
use super::rules::MessageRules;
use super::state::State;
use super::{Goal, Liveness, Session};
use crate::inbox::Inbox;
use crate::message::{Layout, Message};
use crate::time::Now;
use crate::wire::{Framing, MsgType, tag};

mod expected;
mod minute;
mod plain;

use expected::Look;
pub(super) use expected::{Expected, begins_body};

/// Whether a MsgType(35) of this one character is an application type. The session layer's are `0` to `5` and
/// `A`.
#[inline]
pub(super) fn is_application(msg_type: u8) -> bool {
    msg_type > b'5' && msg_type != b'A'
}

/// What the shortcut found.
pub(super) enum Short {
    /// The message in hand is for the application.
    Message(Layout),
    /// No bytes: the session waits.
    Nothing,
    /// The next message may be a Heartbeat or TestRequest with the expected header.
    Admin,
    /// What is at the front, which is not a usual message.
    Found(Framing),
    /// The session has something else to do first, or the next message is not a usual one although it has the
    /// expected header.
    Busy,
}

impl Session {
    /// Takes the next message if it is a usual application message and the session has nothing else to do.
    #[inline(always)]
    pub(super) fn take_short(&mut self, now: Now, inbox: &mut Inbox<'_>, rules: &impl MessageRules) -> Short {
        if self.timers.may_be_due(now.monotonic) || !self.awaits_next() || inbox.held() > 0 {
            return Short::Busy;
        }
        inbox.release_read();
        if inbox.is_empty() {
            return Short::Nothing;
        }
        let (unread, number) = (inbox.unread(), self.numbers.next_in);
        let Some(expected) = self.course.expected() else { return Short::Busy };
        let layout = match expected.look(unread, number) {
            Look::Alike => match expected.read(unread, number, now.utc, &self.config) {
                Some((frame, layout)) => {
                    let len = frame.len();
                    inbox.take(len);
                    layout
                }
                None => return Short::Busy,
            },
            Look::Admin => return Short::Admin,
            Look::Other => {
                let mut found = Framing::Incomplete;
                match self.read_plain(inbox, now.utc, &mut found) {
                    Some(layout) => layout,
                    None => return Short::Found(found),
                }
            }
        };
        let message = Message::new(inbox.current_read(), self.config.data_fields, layout);
        if rules.check(&message).is_err() {
            inbox.put_back();
            return Short::Busy;
        }
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        self.numbers.hand_over();
        Short::Message(layout)
    }

    /// Whether the session is logged on and has nothing to do but read the next message, unless a timer is
    /// due. If so, the steps before reading have nothing to do.
    #[inline]
    fn awaits_next(&self) -> bool {
        matches!((self.state, self.goal, self.liveness), (State::Active, Goal::Stay, Liveness::Quiet))
            && self.owed.is_empty()
            && self.course.is_usual()
    }

    /// Takes the next frame if it is a Heartbeat or a TestRequest with the expected header. `None` if nothing
    /// has changed.
    pub(super) fn take_expected_admin(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<()> {
        let (unread, number) = (inbox.unread(), self.numbers.next_in);
        let expected = self.course.expected()?;
        if !expected.is_alike(unread, number) {
            return None;
        }
        let (frame, layout) = expected.read(unread, number, now.utc, &self.config)?;
        self.take_admin(now, frame, layout, rules)?;
        let len = frame.len();
        inbox.take(len);
        Some(())
    }

    /// Takes a Heartbeat or a TestRequest. `None` if nothing has changed.
    fn take_admin(
        &mut self,
        now: Now,
        frame: &[u8],
        layout: Layout,
        rules: &impl MessageRules,
    ) -> Option<()> {
        let message = Message::new(frame, self.config.data_fields, layout);
        // A Heartbeat may be the echo of our TestRequest (FIX session layer 4.5.5).
        if message.msg_type() == MsgType::HEARTBEAT && self.probe.is_some() {
            return None;
        }
        rules.check(&message).ok()?;
        if message.msg_type() == MsgType::TEST_REQUEST {
            present(&message, tag::TEST_REQ_ID).ok()?;
            self.owe(Owed::Echo { body_at: layout.body_at });
        }
        self.memory.last_received = Some(now.monotonic);
        self.await_traffic(now);
        self.numbers.count();
        Some(())
    }
}
