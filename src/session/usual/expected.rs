//! The expected header: a quick look at the message whose header is alike to the one before.
//!
//! A counterparty writes one header after another that differ in MsgSeqNum, the second, BodyLength and
//! MsgType only. After one good message its header is kept, with the next number in it; when the bytes of the
//! next message are the same, it has the same BeginString, the same CompIDs, the next number, and the same
//! minute, and most of what the [generic way](crate::session::classify) does is done.
//!
//! What is kept here never changes an answer: it is compared as equal and hashed as nothing.

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

/// The header that the next message will have.
#[derive(Clone)]
pub(in crate::session) struct Expected {
    header: Header,
    /// The minute of the last SendingTime(52) that was read, and of the header.
    minute: Minute,
}

/// What stands at the front, as far as the expected header tells.
pub(super) enum Look {
    /// That header, with an application message behind it.
    Alike,
    /// It may be a Heartbeat or a TestRequest.
    Admin,
    Other,
}

impl Expected {
    pub(in crate::session) const fn nothing() -> Self {
        Expected { header: Header::NONE, minute: Minute::NONE }
    }

    /// What begins `unread`, as far as this header tells?
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

    /// Does a message with this header begin `unread`, whatever its type?
    pub(super) fn is_alike(&mut self, unread: &[u8], number: MsgSeqNum) -> bool {
        self.header.begins(unread, number)
    }

    /// The frame and the layout of the message at the front of `unread`, which begins with this header.
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
        // It will be taken, unless a rule has something against it: the number is written anew then.
        header.count(number.next());
        header.misses = 0;
        Some((frame, header.layout(number)))
    }

    /// What stands behind the SendingTime(52) at the front and its delimiter, when nothing is wrong with it.
    #[inline(always)]
    pub(super) fn behind_time<'b>(&mut self, bytes: &'b [u8], utc: Utc, config: &Config) -> Option<&'b [u8]> {
        match self.minute.behind(bytes) {
            Some(rest) if self.minute.is_near(utc) => Some(rest),
            _ => self.behind_other_time(bytes, utc, config),
        }
    }

    /// The same where it may be of another minute, which is the one from now on.
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

    /// A usual message had another header: keeps that one, when the next may have one like it.
    #[inline]
    pub(super) fn missed(&mut self, frame: &[u8], config: &Config) {
        self.header.misses = self.header.misses.wrapping_add(1);
        if self.header.is_tried() {
            self.missed_one(frame, config);
        }
    }

    /// One message of another kind changes nothing.
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
    /// A message that went the generic way: when it is a usual one, its header may be that of the next.
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
