//! The fields of a message, written one after another.

use super::begin_string::BeginString;
use super::copy::{copy, holds_soh};
use super::decimal::{UINT_MAX, short_uint, write_uint};
use super::encode::SOH;
use super::tag;
use super::timestamp::{TimePrecision, UTC_TIMESTAMP_MAX, write_utc};
use crate::time::Utc;

mod display;

/// Writes fields one after another into borrowed memory. An application uses it to write the body of a
/// message.
///
/// Each method appends one field and can be chained. The first thing that cannot be sent (a tag that the
/// session writes itself, an empty value, SOH in a value that is not data) is remembered, and the call that
/// supplied the writer returns it as an error; no part of the message is sent.
#[derive(Debug)]
pub struct Body<'b> {
    /// The memory still free; empty as soon as a field does not fit.
    room: &'b mut [u8],
    /// How much was free at the start, in bytes.
    size: usize,
    /// How many bytes did not fit.
    beyond: usize,
    fault: Option<BodyFault>,
    guard: Guard,
}

/// Whose fields a writer accepts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Guard {
    /// The session's: any tag.
    Session,
    /// An application's: only body tags of this version.
    Application(BeginString),
}

/// Why a body cannot be sent as written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum BodyFault {
    /// [`Body::cancel`] was called.
    #[error("the message was cancelled")]
    Cancelled,
    /// The session writes header and trailer: header fields are given with the message type, not in the body.
    #[error("tag {tag} belongs to the header or trailer, which the session writes")]
    NotABodyTag {
        /// The tag.
        tag: u32,
    },
    /// A field must have a value (FIX session layer 4.5.4, SessionRejectReason(373) 4).
    #[error("tag {tag} has an empty value")]
    Empty {
        /// The tag.
        tag: u32,
    },
    /// Only data fields, whose length is given, may contain SOH.
    #[error("the value of tag {tag} holds SOH (0x01), which ends a field: use Body::data for a data field")]
    HoldsSoh {
        /// The tag.
        tag: u32,
    },
}

// Inlined into the caller's closure, where the tag is a constant: its text and the checks on it are then
// computed at compile time, and the write position stays in registers.
impl<'b> Body<'b> {
    pub(crate) fn new(room: &'b mut [u8], guard: Guard) -> Self {
        Body { size: room.len(), room, beyond: 0, fault: None, guard }
    }

    /// A field as bytes: text, a price, a quantity, anything already in its FIX form.
    #[inline(always)]
    pub fn bytes(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        if self.write(tag, value) && holds_soh(value) {
            self.fail(BodyFault::HoldsSoh { tag });
        }
        self.check(tag, value.len())
    }

    /// A field as text.
    #[inline(always)]
    pub fn text(&mut self, tag: u32, value: &str) -> &mut Self {
        self.bytes(tag, value.as_bytes())
    }

    /// An int field.
    #[inline(always)]
    pub fn int(&mut self, tag: u32, value: i64) -> &mut Self {
        if value >= 0 {
            return self.uint(tag, value.unsigned_abs());
        }
        let mut text = [b'-'; 1 + UINT_MAX];
        let [_, digits @ ..] = &mut text;
        let len = write_uint(digits, value.unsigned_abs());
        self.field(tag, text.get(..=len).unwrap_or_default())
    }

    /// A field whose number is never negative: a length, a sequence number, a count.
    #[inline(always)]
    pub fn uint(&mut self, tag: u32, value: u64) -> &mut Self {
        if let Some((digits, count)) = short_uint(value)
            && self.write_short(tag, digits, count)
        {
            return self.check(tag, count);
        }
        let mut digits = [0; UINT_MAX];
        let len = write_uint(&mut digits, value);
        self.field(tag, digits.get(..len).unwrap_or_default())
    }

    /// A char field: one ASCII character.
    #[inline(always)]
    pub fn char(&mut self, tag: u32, value: char) -> &mut Self {
        match u8::try_from(value) {
            Ok(byte) if byte.is_ascii() => self.bytes(tag, &[byte]),
            _ => self.bytes(tag, value.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    /// A Boolean field: `Y` or `N`.
    #[inline(always)]
    pub fn bool(&mut self, tag: u32, value: bool) -> &mut Self {
        self.field(tag, if value { b"Y" } else { b"N" })
    }

    /// A UTCTimestamp field.
    #[inline]
    pub fn utc(&mut self, tag: u32, value: Utc, precision: TimePrecision) -> &mut Self {
        let mut text = [0; UTC_TIMESTAMP_MAX];
        let len = write_utc(value, precision, &mut text);
        self.field(tag, text.get(..len).unwrap_or_default())
    }

    /// A data field, preceded by its length: the field `length_tag` gives the number of bytes in the field
    /// `tag`, which may be any bytes.
    pub fn data(&mut self, length_tag: u32, tag: u32, value: &[u8]) -> &mut Self {
        self.uint(length_tag, value.len() as u64).field(tag, value)
    }

    /// A field without a value. FIX forbids this (SessionRejectReason(373) 4): use it only for a counterparty
    /// known to accept such fields.
    pub fn empty(&mut self, tag: u32) -> &mut Self {
        self.put(tag, b"").check(tag, 1)
    }

    /// Abandons the message: the call that supplied this writer returns [`BodyFault::Cancelled`], and no
    /// number is used.
    pub fn cancel(&mut self) {
        self.fail(BodyFault::Cancelled);
    }

    /// How many bytes the fields written so far take.
    pub fn len(&self) -> usize {
        (self.size - self.room.len()).saturating_add(self.beyond)
    }

    /// Whether nothing has been written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline(always)]
    fn field(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        self.put(tag, value).check(tag, value.len())
    }

    /// Notes a fault if this field, with a value of this length, may not be sent.
    #[inline(always)]
    fn check(&mut self, tag: u32, len: usize) -> &mut Self {
        if len == 0 {
            self.fail(BodyFault::Empty { tag });
        }
        if let Guard::Application(version) = self.guard
            && (tag == 0 || tag::is_header(tag, version) || tag::is_trailer(tag))
        {
            self.fail(BodyFault::NotABodyTag { tag });
        }
        self
    }

    /// A field that needs no check: the session knows it to be good, or it was checked before. A header's
    /// data fields may contain SOH.
    #[inline(always)]
    pub(crate) fn put(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        self.write(tag, value);
        self
    }

    /// Writes a field; false if its value certainly contains no SOH.
    #[inline(always)]
    fn write(&mut self, tag: u32, value: &[u8]) -> bool {
        let name = Name::of(tag);
        // The checked addition tells the compiler that the name fits; no slice is long enough to overflow it.
        let Some(len) = value.len().checked_add(name.len + 1) else { return true };
        let Some(place) = self.take(len) else { return true };
        name.write(place);
        let Some((end, place)) = place.split_last_mut() else { return false };
        *end = SOH;
        place.get_mut(name.len..).is_some_and(|place| copy(place, value))
    }

    /// Writes a field whose value is in a register, if there is room for the longest name and the whole
    /// register; false if not.
    #[inline(always)]
    fn write_short(&mut self, tag: u32, value: [u8; 8], value_len: usize) -> bool {
        let name = Name::of(tag);
        let Some(place) = self.room.first_chunk_mut::<{ Name::MAX + 8 + 1 }>() else { return false };
        name.write(place);
        if let Some(place) = place.get_mut(name.len..).and_then(<[u8]>::first_chunk_mut) {
            *place = value;
        }
        if let Some(end) = place.get_mut(name.len + value_len) {
            *end = SOH;
        }
        self.take(name.len + value_len + 1);
        true
    }

    /// Copies bytes as they are: fields that are already encoded.
    #[inline]
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        if let Some(place) = self.take(bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self
    }

    /// The next `len` bytes, if that many are free.
    #[inline(always)]
    fn take(&mut self, len: usize) -> Option<&'b mut [u8]> {
        let room = core::mem::take(&mut self.room);
        let free = room.len();
        let Some((place, rest)) = room.split_at_mut_checked(len) else {
            self.beyond = self.beyond.saturating_add(len - free);
            return None;
        };
        self.room = rest;
        Some(place)
    }

    #[inline(always)]
    fn fail(&mut self, fault: BodyFault) {
        self.fault = first(self.fault, fault);
    }

    /// The length, or why the body cannot be sent.
    #[inline]
    pub(crate) fn finish(self) -> Result<usize, BodyFault> {
        match self.fault {
            None => Ok(self.len()),
            Some(fault) => Err(fault),
        }
    }
}

/// The first of the faults. Passed by value: a writer whose address is taken would not stay in registers.
#[cold]
fn first(before: Option<BodyFault>, fault: BodyFault) -> Option<BodyFault> {
    before.or(Some(fault))
}

/// A tag and its `=`.
struct Name {
    text: [u8; 12],
    len: usize,
}

impl Name {
    const MAX: usize = 10 + 1;

    #[inline(always)]
    fn of(tag: u32) -> Self {
        let mut text = [0; 12];
        let digits = write_uint(&mut text, u64::from(tag));
        if let Some(equals) = text.get_mut(digits) {
            *equals = b'=';
        }
        Name { text, len: digits + 1 }
    }

    /// Writes the name to the front of `to`. A byte after it may be overwritten, so something must follow.
    #[inline(always)]
    fn write(&self, to: &mut [u8]) {
        // Four bytes are one move, and three are two.
        let len = if self.len == 3 { 4 } else { self.len };
        copy(to, self.text.get(..len).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn body_of(write: impl FnOnce(&mut Body<'_>)) -> Result<Vec<u8>, BodyFault> {
        let mut out = [0; 256];
        let mut body = Body::new(&mut out, Guard::Application(BeginString::Fix44));
        write(&mut body);
        body.finish().map(|len| out[..len].to_vec())
    }

    #[test]
    fn fields_are_written_in_fix_form() {
        let body = body_of(|body| {
            body.text(11, "A1").int(38, -5).uint(9999, u64::MAX).char(54, '1').bool(113, true);
            body.data(95, 96, b"a\x01=").int(99, i64::MIN).int(99, 0);
        });
        let text = b"11=A1\x0138=-5\x019999=18446744073709551615\x0154=1\x01113=Y\x0195=3\x0196=a\x01=\x0199=-9223372036854775808\x0199=0\x01";
        assert_eq!(body.unwrap(), text);
    }

    #[test]
    fn a_number_of_eight_digits_is_written_whole_behind_the_longest_tag() {
        let body = body_of(|body| _ = body.uint(u32::MAX, 12_345_678));
        assert_eq!(body.unwrap(), b"4294967295=12345678\x01");
    }

    #[test]
    fn a_character_is_written_as_in_a_text() {
        let body = body_of(|body| _ = body.char(58, 'é').char(58, '7'));
        assert_eq!(body.unwrap(), "58=é\u{1}58=7\u{1}".as_bytes());
    }

    #[test]
    fn what_would_break_the_frame_is_refused_with_its_tag() {
        let field = |tag, value| body_of(|body| _ = body.text(tag, value)).err();
        assert_eq!(field(58, ""), Some(BodyFault::Empty { tag: 58 }));
        assert_eq!(field(58, "a\x01b"), Some(BodyFault::HoldsSoh { tag: 58 }));
        for tag in [34, 10, 0] {
            assert_eq!(field(tag, "9"), Some(BodyFault::NotABodyTag { tag }));
        }
        assert_eq!(body_of(|body| body.text(58, "x").cancel()), Err(BodyFault::Cancelled));
    }

    #[test]
    fn a_moment_and_an_empty_field_are_written_and_counted() {
        let mut out = [0; 64];
        let mut body = Body::new(&mut out, Guard::Application(BeginString::Fix44));
        assert!(body.is_empty());
        body.utc(60, Utc::from_nanos(1_500_000_000), TimePrecision::Seconds).empty(58);
        assert!(!body.is_empty());
        let len = body.len();
        assert!(body.finish().is_ok());
        assert_eq!(&out[..len], b"60=19700101-00:00:01\x0158=\x01");
    }

    #[test]
    fn a_field_fits_to_the_last_byte_and_its_length_is_said_when_it_does_not() {
        for space in 0..24 {
            let mut out = std::vec![b'.'; space];
            let mut body = Body::new(&mut out, Guard::Session);
            body.put(112, b"ARE YOU THERE");
            assert_eq!(body.len(), 18);
            if space >= 18 {
                assert_eq!(&out[..18], b"112=ARE YOU THERE\x01");
            } else {
                assert!(out.iter().all(|&byte| byte == b'.'));
            }
        }
    }
}
