//! The usual message: a short way for what comes nearly every time.
//!
//! The session is logged on and has nothing to do but to read, and there comes an application message, or a
//! Heartbeat or TestRequest, with the next number and with nothing wrong. That it is so is seen in one of two
//! ways: the message has [the header expected](self::expected), or its header is read
//! [field by field](self::plain). What follows is the same.
//!
//! Whatever is not certain goes the [generic way](super::receive), which decides everything and does the same
//! with these.

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

/// Is a MsgType(35) of this one character one of the application? The session layer's are `0` to `5` and `A`.
#[inline]
pub(super) fn is_application(msg_type: u8) -> bool {
    msg_type > b'5' && msg_type != b'A'
}

/// What the short way came to.
pub(super) enum Short {
    /// The message in hand is for the application.
    Message(Layout),
    /// No bytes: the session waits.
    Nothing,
    /// The next message may be a Heartbeat or TestRequest with the header expected.
    Admin,
    /// This, which is no usual message.
    Found(Framing),
    /// The session has something else to do first, or the next message has the header expected and is not a
    /// usual one all the same.
    Busy,
}

impl Session {
    /// Takes the next message when it is a usual one of the application, and the session has nothing else to
    /// do.
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

    /// Is the session logged on, and is there nothing to do but to read the next message, as long as no wait
    /// is over? All that comes before reading has nothing to say then.
    #[inline]
    fn awaits_next(&self) -> bool {
        matches!((self.state, self.goal, self.liveness), (State::Active, Goal::Stay, Liveness::Quiet))
            && self.owed.is_empty()
            && self.course.is_usual()
    }

    /// Takes the next frame when it is a Heartbeat or a TestRequest with the header expected. `None` where
    /// nothing has changed.
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

    /// Takes a Heartbeat or a TestRequest. `None` where nothing has changed.
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
