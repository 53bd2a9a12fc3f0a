//! One expected header, and the bytes that are compared with it.

use crate::message::{Flags, Layout};
use crate::number::MsgSeqNum;
use crate::session::classify::sending_time_fault;
use crate::session::config::Config;
use crate::session::usual::is_application;
use crate::session::usual::minute::{MINUTE_LEN, Minute};
use crate::time::Utc;
use crate::wire::{SOH, TRAILER_LEN, Value, ends_well};

use super::model::begins_body;

/// Longer headers take the generic path.
pub(super) const LEN: usize = 96;

// It is read in vectors of sixteen bytes.
#[repr(C, align(16))]
#[derive(Clone)]
pub(super) struct Header {
    /// The expected bytes; `0` for a digit that varies.
    pub(super) bytes: [u8; LEN],
    /// By how much each byte may differ, as an exclusive or: [`SAME`], [`TO_FIVE`], [`DIGIT`] or [`ANY`].
    pub(super) leeway: [u8; LEN],
    /// The number in `bytes`; `None` if it did not fit, and for no header.
    pub(super) number: Option<MsgSeqNum>,
    /// How the body began: as much of its first four bytes as belongs to the first tag and its `=`.
    pub(super) lead: u32,
    pub(super) lead_mask: u32,
    pub(super) body_length: Part,
    pub(super) msg_type: Part,
    pub(super) msg_seq_num: Part,
    pub(super) sending_time: Part,
    pub(super) body_at: u8,
    pub(super) flags: Flags,
    /// How many messages in a row had a different header. It wraps.
    pub(super) misses: u8,
}

/// Where a value is in the header.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) at: u8,
    pub(super) len: u8,
}

pub(super) const SAME: u8 = 0;
/// `0` to `5` where `0` is expected.
pub(super) const TO_FIVE: u8 = 5;
/// `0` to `9` where `0` is expected.
pub(super) const DIGIT: u8 = 9;
pub(super) const ANY: u8 = u8::MAX;

impl Header {
    /// After this many misses the header of the last message is kept. Headers that are never alike are not
    /// compared every time: after one more miss none is tried until the count has wrapped.
    pub(super) const LAST_TRIED: u8 = 2;

    /// Matches no message; the header of the next one is kept.
    pub(super) const NONE: Header = Header {
        bytes: [0; LEN],
        leeway: [0; LEN],
        number: None,
        lead: 0,
        lead_mask: 0,
        body_length: Part::NONE,
        msg_type: Part::NONE,
        msg_seq_num: Part::NONE,
        sending_time: Part::NONE,
        body_at: 0,
        flags: Flags::NONE,
        misses: Header::LAST_TRIED - 1,
    };

    /// Whether `unread` begins with this header and this number, whatever the message's type.
    #[inline(always)]
    pub(super) fn begins(&mut self, unread: &[u8], number: MsgSeqNum) -> bool {
        self.bear(number) && unread.first_chunk().is_some_and(|header| self.is_alike(header))
    }

    /// The frame at the front of `unread`, which begins with this header; `minute` is the header's.
    #[inline(always)]
    pub(super) fn read<'u>(
        &self,
        unread: &'u [u8],
        minute: &Minute,
        utc: Utc,
        config: &Config,
    ) -> Option<&'u [u8]> {
        let header = unread.first_chunk()?;
        let trailer_at = self.body_length.end() + 1 + self.body_length.number_in(header)?;
        let frame = unread.get(..trailer_at + TRAILER_LEN)?;
        let body_at = usize::from(self.body_at);
        let good = frame.len() <= config.frame_max
            && body_at <= trailer_at
            && ends_well(frame)
            && (minute.is_near(utc) || self.is_in_time(header, utc, config))
            && self.begins_body(frame.get(body_at..)?, config);
        good.then_some(frame)
    }

    /// Writes `number` over the previous one; false if it has more digits.
    #[inline]
    pub(super) fn bear(&mut self, number: MsgSeqNum) -> bool {
        self.number == Some(number) || self.write(number)
    }

    #[cold]
    #[inline(never)]
    fn write(&mut self, number: MsgSeqNum) -> bool {
        let mut rest = number.get();
        for digit in self.bytes.get_mut(self.msg_seq_num.range()).unwrap_or_default().iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        self.number = (rest == 0).then_some(number);
        rest == 0
    }

    /// The number was taken: writes the next one if only the last digit changes.
    #[inline]
    pub(super) fn count(&mut self, next: MsgSeqNum) {
        if let Some(last) = self.bytes.get_mut(self.msg_seq_num.last())
            && *last < b'9'
        {
            *last += 1;
            self.number = Some(next);
        }
    }

    /// Whether this header is tried: not after too many misses.
    #[inline]
    pub(super) fn is_tried(&self) -> bool {
        self.misses <= Header::LAST_TRIED
    }

    #[inline(always)]
    fn is_alike(&self, header: &[u8; LEN]) -> bool {
        let mut differs = 0;
        for ((byte, expected), leeway) in header.iter().zip(&self.bytes).zip(&self.leeway) {
            // Without a branch, so that it is vectorised.
            differs |= (byte ^ expected).saturating_sub(*leeway);
        }
        differs == 0
    }

    /// Whether the message at the front of `unread` has an application MsgType of one or two characters.
    #[inline(always)]
    pub(super) fn is_application(&self, unread: &[u8]) -> bool {
        let at = usize::from(self.msg_type.at);
        match unread.get(at..at + 2) {
            Some(&[one, _]) if self.msg_type.len == 1 => is_application(one),
            Some(&[one, other]) => one != SOH && other != SOH,
            _ => false,
        }
    }

    /// Whether it is a Heartbeat or a TestRequest.
    pub(super) fn is_admin(&self, unread: &[u8]) -> bool {
        let msg_type = unread.get(usize::from(self.msg_type.at));
        self.msg_type.len == 1 && matches!(msg_type, Some(b'0' | b'1'))
    }

    /// Where the parts of a message with this header and number are.
    #[inline]
    pub(super) fn layout(&self, number: MsgSeqNum) -> Layout {
        Layout {
            number,
            kind_at: self.msg_type.at,
            kind_len: self.msg_type.len.into(),
            body_at: self.body_at.into(),
            flags: self.flags,
        }
    }

    /// FIX session layer 4.2.3: within the threshold, either way.
    #[cold]
    #[inline(never)]
    fn is_in_time(&self, header: &[u8; LEN], utc: Utc, config: &Config) -> bool {
        sending_time_fault(Value::new(self.sending_time.of(header)), config, Some(utc)).is_none()
    }

    /// The expected SendingTime(52).
    pub(super) fn sending_time(&self) -> &[u8] {
        self.sending_time.of(&self.bytes)
    }

    /// Expects the minute of this SendingTime(52) from now on.
    pub(super) fn turn_to(&mut self, time: &[u8]) {
        let own = self.bytes.get_mut(self.sending_time.range()).unwrap_or_default();
        for (own, byte) in own.iter_mut().zip(time).take(MINUTE_LEN) {
            *own = *byte;
        }
    }

    /// Whether the first field after the header, at the latest CheckSum(10), is certainly not a header field,
    /// and not data.
    #[inline]
    fn begins_body(&self, bytes: &[u8], config: &Config) -> bool {
        let begun = |first| u32::from_le_bytes(first) & self.lead_mask == self.lead;
        bytes.first_chunk().copied().is_some_and(begun) || begins_body(bytes, config)
    }
}

impl Part {
    const NONE: Part = Part { at: 0, len: 0 };

    pub(super) fn new(at: usize, len: usize) -> Option<Self> {
        let part = Part { at: u8::try_from(at).ok()?, len: u8::try_from(len).ok()? };
        (part.end() <= LEN).then_some(part)
    }

    #[inline]
    fn end(self) -> usize {
        usize::from(self.at) + usize::from(self.len)
    }

    #[inline]
    fn last(self) -> usize {
        self.end().wrapping_sub(1)
    }

    #[inline]
    pub(super) fn range(self) -> core::ops::Range<usize> {
        usize::from(self.at)..self.end()
    }

    #[inline]
    pub(super) fn of(self, header: &[u8; LEN]) -> &[u8] {
        header.get(self.range()).unwrap_or_default()
    }

    /// These one to four digits as a number; `None` at the end of the header.
    #[inline(always)]
    fn number_in(self, header: &[u8; LEN]) -> Option<usize> {
        let word = u32::from_le_bytes(*header.get(usize::from(self.at)..)?.first_chunk()?);
        // Shifted to the end of the word, which drops what follows a number of fewer digits.
        let digits = (word << ((32 - 8 * u32::from(self.len)) % 32)) & 0x0f0f_0f0f;
        let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff;
        usize::try_from((pairs * 100 + (pairs >> 16)) & 0xffff).ok()
    }
}
