//! The expected header: a quick check for a message whose header is like the one before.
//!
//! The headers that a counterparty writes differ only in MsgSeqNum, the second, BodyLength and MsgType. After
//! a good message its header is kept, with the next number written into it. If the next message has the same
//! bytes, it has the same BeginString, the same CompIDs, the next number and the same minute, and most of the
//! work of the [generic path](crate::session::classify) is done.
//!
//! What is kept here never changes an answer: all values compare equal, and none is hashed.

use core::fmt;

use super::minute::Minute;
use crate::message::{Flags, Layout};
use crate::number::MsgSeqNum;
use crate::session::Session;
use crate::session::classify::{self, Class, Classified, Kind, sending_time_fault};
use crate::session::config::Config;
use crate::time::Utc;
use crate::wire::{Value, leading_value};

mod header;
mod model;

use header::Header;
pub(in crate::session) use model::begins_body;

/// The header that the next message is expected to have.
#[derive(Clone)]
pub(in crate::session) struct Expected {
    header: Header,
    /// The minute of the last SendingTime(52) read, and of the header.
    minute: Minute,
}

/// What is at the front, as far as the expected header tells.
pub(super) enum Look {
    /// The expected header, and an application message.
    Alike,
    /// Possibly a Heartbeat or a TestRequest.
    Admin,
    Other,
}

impl Expected {
    pub(in crate::session) const fn nothing() -> Self {
        Expected { header: Header::NONE, minute: Minute::NONE }
    }

    /// What is at the front of `unread`, as far as this header tells.
    #[inline(always)]
    pub(super) fn look(&mut self, unread: &[u8], number: MsgSeqNum) -> Look {
        let header = &mut self.header;
        if !header.is_tried() {
            Look::Other
        } else if header.is_application(unread) {
            if header.begins(unread, number) { Look::Alike } else { Look::Other }
        } else if header.is_admin(unread) {
            Look::Admin
        } else {
            Look::Other
        }
    }

    /// Whether a message with this header is at the front of `unread`, whatever its type.
    pub(super) fn is_alike(&mut self, unread: &[u8], number: MsgSeqNum) -> bool {
        self.header.begins(unread, number)
    }

    /// The frame and layout of the message at the front of `unread`, which begins with this header.
    #[inline(always)]
    pub(super) fn read<'u>(
        &mut self,
        unread: &'u [u8],
        number: MsgSeqNum,
        utc: Utc,
        config: &Config,
    ) -> Option<(&'u [u8], Layout)> {
        let header = &mut self.header;
        let frame = header.read(unread, &self.minute, utc, config)?;
        // The message will be taken, unless a rule objects; then the number is written again.
        header.count(number.next());
        header.misses = 0;
        Some((frame, header.layout(number)))
    }

    /// What follows the SendingTime(52) at the front and its delimiter, if nothing is wrong with it.
    #[inline(always)]
    pub(super) fn behind_time<'b>(&mut self, bytes: &'b [u8], utc: Utc, config: &Config) -> Option<&'b [u8]> {
        match self.minute.behind(bytes) {
            Some(rest) if self.minute.is_near(utc) => Some(rest),
            _ => self.behind_other_time(bytes, utc, config),
        }
    }

    /// The same if the time may be in another minute, which then becomes the expected one.
    #[cold]
    #[inline(never)]
    fn behind_other_time<'b>(&mut self, bytes: &'b [u8], utc: Utc, config: &Config) -> Option<&'b [u8]> {
        let time = leading_value(bytes);
        if sending_time_fault(Value::new(time), config, Some(utc)).is_some() {
            return None;
        }
        if !time.starts_with(self.minute.text()) {
            self.minute = Minute::of(time, config);
            self.header.turn_to(time);
        }
        bytes.get(time.len() + 1..)
    }

    /// A usual message had a different header, which is kept if the next message may have one like it.
    #[inline]
    pub(super) fn missed(&mut self, frame: &[u8], config: &Config) {
        self.header.misses = self.header.misses.wrapping_add(1);
        if self.header.is_tried() {
            self.missed_one(frame, config);
        }
    }

    /// A single message of another kind changes nothing.
    #[inline(never)]
    fn missed_one(&mut self, frame: &[u8], config: &Config) {
        let header = &mut self.header;
        if header.misses != Header::LAST_TRIED {
            if let Some(number) = header.number {
                header.count(number.next());
            }
            return;
        }
        let layout = classify::layout(frame, config);
        let kept = Header::of(frame, &layout, config).unwrap_or(Header::NONE);
        self.header = Header { misses: Header::LAST_TRIED, ..kept };
        if self.header.number.is_some() {
            self.minute = Minute::of(self.header.sending_time(), config);
        }
    }
}

impl Session {
    /// After a message that took the generic path: if it is a usual one, the next may have a header like it.
    pub(in crate::session) fn expect_alike_if_usual(&mut self, frame: &[u8], message: &Classified) {
        let usual = matches!(message.kind, Kind::Application | Kind::Heartbeat | Kind::TestRequest)
            && message.class == Class::Next
            && message.fault.is_none()
            && message.last_processed.is_none()
            && !message.layout.flags.has(Flags::POSS_DUP);
        if usual && let Some(expected) = self.course.expected() {
            expected.missed(frame, &self.config);
        }
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expected")
    }
}

#[cfg(test)]
mod tests;
