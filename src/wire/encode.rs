//! Frames out: the body first, at a fixed offset, then the header right-aligned before it. BodyLength has its
//! exact digits and nothing is moved.

use super::begin_string::BeginString;
use super::checksum::{TRAILER_LEN, checksum, trailer};
use super::delimiters::soh_marks;
use super::tag;
use super::timestamp::{TimePrecision, write_utc};
use crate::time::Utc;

/// SOH, the end of a field.
pub const SOH: u8 = 1;

/// `9=` with the most digits that a BodyLength of ours can have, and its SOH.
const BODY_LENGTH_ROOM: usize = 2 + 10 + 1;

/// Writes fields one after another into lent memory; in an application's hands, the body of its message.
///
/// Each method appends one field and can be chained. What cannot be written (a tag that the session writes
/// itself, an empty value, SOH in a value that is not data) is remembered, and the call that lent the writer
/// returns it as an error; nothing of the message is sent.
#[derive(Debug)]
pub struct Body<'b> {
    out: &'b mut [u8],
    /// How many bytes were wanted: above `out.len()` when they did not fit.
    len: usize,
    fault: Option<BodyFault>,
    guard: Guard,
}

/// Whose fields a writer takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Guard {
    /// The session's own: any tag.
    Session,
    /// An application's: body tags of this version only.
    Application(BeginString),
}

/// Why a body cannot be sent as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum BodyFault {
    /// [`Body::cancel`] was called.
    #[error("the message was cancelled")]
    Cancelled,
    /// Header and trailer are the session's: header fields go with the message's kind, not into its body.
    #[error("tag {tag} belongs to the header or trailer, which the session writes")]
    NotABodyTag {
        /// The tag.
        tag: u32,
    },
    /// A field always has a value (FIX session layer 4.5.4, SessionRejectReason(373) 4).
    #[error("tag {tag} has an empty value")]
    Empty {
        /// The tag.
        tag: u32,
    },
    /// Only data fields, which say their length, may hold SOH.
    #[error("the value of tag {tag} holds SOH (0x01), which ends a field: use Body::data for a data field")]
    HoldsSoh {
        /// The tag.
        tag: u32,
    },
}

impl<'b> Body<'b> {
    pub(crate) fn new(out: &'b mut [u8], guard: Guard) -> Self {
        Body { out, len: 0, fault: None, guard }
    }

    /// A field as bytes: text, price, quantity, anything already in FIX's form.
    #[inline]
    pub fn bytes(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        if holds_soh(value) {
            self.fail(BodyFault::HoldsSoh { tag });
        }
        self.field(tag, value)
    }

    /// A field as text.
    #[inline]
    pub fn text(&mut self, tag: u32, value: &str) -> &mut Self {
        self.bytes(tag, value.as_bytes())
    }

    /// An int field.
    #[inline]
    pub fn int(&mut self, tag: u32, value: i64) -> &mut Self {
        let mut digits = [b'-'; 1 + UINT_MAX];
        let Some((_, magnitude)) = digits.split_first_chunk_mut::<1>() else { return self };
        let len = write_uint(magnitude, value.unsigned_abs());
        let from = usize::from(value >= 0);
        self.field(tag, digits.get(from..=len).unwrap_or_default())
    }

    /// A field with a number that is never negative: a length, a sequence number, a count.
    #[inline]
    pub fn uint(&mut self, tag: u32, value: u64) -> &mut Self {
        let mut digits = [0; UINT_MAX];
        let len = write_uint(&mut digits, value);
        self.field(tag, digits.get(..len).unwrap_or_default())
    }

    /// A char field: one ASCII character.
    #[inline]
    pub fn char(&mut self, tag: u32, value: char) -> &mut Self {
        let mut utf8 = [0; 4];
        self.bytes(tag, value.encode_utf8(&mut utf8).as_bytes())
    }

    /// A Boolean field: `Y` or `N`.
    #[inline]
    pub fn bool(&mut self, tag: u32, value: bool) -> &mut Self {
        self.field(tag, if value { b"Y" } else { b"N" })
    }

    /// A UTCTimestamp field.
    #[inline]
    pub fn utc(&mut self, tag: u32, value: Utc, precision: TimePrecision) -> &mut Self {
        let mut text = [0; 30];
        let len = write_utc(value, precision, &mut text);
        self.field(tag, text.get(..len).unwrap_or_default())
    }

    /// A data field behind its length: `length_tag` says how many bytes `tag` holds, any byte among them.
    pub fn data(&mut self, length_tag: u32, tag: u32, value: &[u8]) -> &mut Self {
        self.uint(length_tag, value.len() as u64).field(tag, value)
    }

    /// A field without a value. FIX forbids it (SessionRejectReason(373) 4): only for a counterparty that is
    /// known to take such fields.
    pub fn empty(&mut self, tag: u32) -> &mut Self {
        self.named(tag, b"")
    }

    /// Gives the message up: the call that lent this writer returns [`BodyFault::Cancelled`], and no number
    /// is taken.
    pub fn cancel(&mut self) {
        self.fail(BodyFault::Cancelled);
    }

    /// How many bytes the fields so far take.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Has nothing been written yet?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    // Inlined like `put`, for the constant tag.
    #[inline(always)]
    fn field(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        if value.is_empty() {
            self.fail(BodyFault::Empty { tag });
        }
        self.named(tag, value)
    }

    #[inline]
    fn named(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        if let Guard::Application(version) = self.guard
            && (tag == 0 || tag::is_header(tag, version) || tag::is_trailer(tag))
        {
            self.fail(BodyFault::NotABodyTag { tag });
        }
        self.put(tag, value)
    }

    /// A field that is known to be good, or good where it came from: a header's data fields may hold SOH.
    // The tag is a constant nearly everywhere, and then most of this folds away.
    #[inline(always)]
    pub(crate) fn put(&mut self, tag: u32, value: &[u8]) -> &mut Self {
        let (name, name_len) = name(tag);
        let len = name_len + value.len() + 1;
        let room = self.out.get_mut(self.len..).unwrap_or_default();
        self.len = self.len.saturating_add(len);
        if room.len() < len {
            return self;
        }
        // As a whole where there is room for it: the value is written over what the name leaves.
        match room.first_chunk_mut() {
            Some(place) => *place = name,
            None => copy(room, name.get(..name_len).unwrap_or_default()),
        }
        if let Some((end, place)) = room.get_mut(name_len..len).and_then(<[u8]>::split_last_mut) {
            copy(place, value);
            *end = SOH;
        }
        self
    }

    /// Bytes as they are: fields that were encoded before.
    #[inline]
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.out.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
        }
        self.len = end;
        self
    }

    fn fail(&mut self, fault: BodyFault) {
        self.fault = self.fault.or(Some(fault));
    }

    /// The length, or why it does not count.
    pub(crate) fn finish(self) -> Result<usize, BodyFault> {
        match self.fault {
            None => Ok(self.len),
            Some(fault) => Err(fault),
        }
    }
}

/// Why no frame was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EncodeError {
    /// So many bytes are needed.
    NeedSpace(usize),
    Body(BodyFault),
}

/// Writes one frame into `out`: `header` writes the fields from MsgType(35) to the last header field, `body`
/// those behind it.
///
/// Returns where the frame stands in `out`.
#[inline]
pub(crate) fn encode(
    out: &mut [u8],
    begin_string: BeginString,
    header: impl FnOnce(&mut Body<'_>),
    guard: Guard,
    body: impl FnOnce(&mut Body<'_>),
) -> Result<core::ops::Range<usize>, EncodeError> {
    let begin = begin_string.as_str().as_bytes();
    let header_at = 2 + begin.len() + 1 + BODY_LENGTH_ROOM;
    let mut writer = Body::new(out.get_mut(header_at..).unwrap_or_default(), Guard::Session);
    header(&mut writer);
    let header_len = writer.finish().map_err(EncodeError::Body)?;
    let body_at = header_at.saturating_add(header_len);
    let mut writer = Body::new(out.get_mut(body_at..).unwrap_or_default(), guard);
    body(&mut writer);
    let body_len = writer.finish().map_err(EncodeError::Body)?;
    let trailer_at = body_at.saturating_add(body_len);
    let end = trailer_at.saturating_add(TRAILER_LEN);
    if end > out.len() {
        return Err(EncodeError::NeedSpace(end));
    }

    let mut length = [0; 20];
    let length_len = write_uint(&mut length, (header_len + body_len) as u64);
    let start = header_at.saturating_sub(2 + begin.len() + 1 + 2 + length_len + 1);
    let mut at = start;
    for part in [b"8=", begin, b"\x019=", length.get(..length_len).unwrap_or_default(), b"\x01"] {
        if let Some(room) = out.get_mut(at..at + part.len()) {
            copy(room, part);
        }
        at += part.len();
    }
    let sum = checksum(out.get(start..trailer_at).unwrap_or_default());
    if let Some(room) = out.get_mut(trailer_at..end) {
        room.copy_from_slice(&trailer(sum));
    }
    Ok(start..end)
}

/// The longest u64 in digits.
const UINT_MAX: usize = 20;

/// Writes `value` in decimal at the front of `out`, which holds at least 20 bytes or as many as the value
/// has; returns the number of digits. What stands behind them may change.
#[inline]
pub(crate) fn write_uint(out: &mut [u8], value: u64) -> usize {
    if value >= 100_000_000 {
        return write_long(out, value);
    }
    let digits = eight_digits(value);
    let leading_zeros = (digits.trailing_zeros() / 8).min(7);
    let text = ((digits | ZEROS) >> (8 * leading_zeros)).to_le_bytes();
    let len = 8 - leading_zeros as usize;
    match out.first_chunk_mut() {
        Some(place) => *place = text,
        None => out.iter_mut().zip(text).take(len).for_each(|(place, digit)| *place = digit),
    }
    len
}

#[cold]
fn write_long(out: &mut [u8], value: u64) -> usize {
    let len = write_uint(out, value / 100_000_000);
    let low = (eight_digits(value % 100_000_000) | ZEROS).to_le_bytes();
    if let Some(place) = out.get_mut(len..len + 8) {
        place.copy_from_slice(&low);
    }
    len + 8
}

pub(super) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The digits of a number below 10^8 as numbers, the first in the lowest byte: all at once, since a loop
/// mispredicts where it ends.
#[inline]
pub(super) const fn eight_digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    // A product and a shift divide every lane.
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - tens * 10) << 8)
}

/// A tag and its `=`, and how long that is.
#[inline]
fn name(tag: u32) -> ([u8; 12], usize) {
    let mut name = [0; 12];
    let len = write_uint(&mut name, u64::from(tag));
    if let Some(equals) = name.get_mut(len) {
        *equals = b'=';
    }
    (name, len + 1)
}

/// Copies `from` to the front of `to`. Most values are short, and `memcpy` takes longer to be called than to
/// copy them.
#[inline]
fn copy(to: &mut [u8], from: &[u8]) {
    // The first and the last bytes overlap where there are fewer than both together.
    if from.len() > 16 || from.is_empty() {
        if let Some(to) = to.get_mut(..from.len()) {
            to.copy_from_slice(from);
        }
    } else if from.len() >= 8 {
        ends::<8>(to, from);
    } else if from.len() >= 4 {
        ends::<4>(to, from);
    } else if from.len() >= 2 {
        ends::<2>(to, from);
    } else {
        ends::<1>(to, from);
    }
}

/// Copies the first and the last `N` bytes.
#[inline]
fn ends<const N: usize>(to: &mut [u8], from: &[u8]) {
    let Some(to) = to.get_mut(..from.len()) else { return };
    if let (Some(place), Some(bytes)) = (to.first_chunk_mut::<N>(), from.first_chunk()) {
        *place = *bytes;
    }
    if let (Some(place), Some(bytes)) = (to.last_chunk_mut::<N>(), from.last_chunk()) {
        *place = *bytes;
    }
}

/// Does SOH stand in it?
#[inline]
fn holds_soh(value: &[u8]) -> bool {
    let Some(last) = value.last_chunk() else {
        return value.contains(&SOH);
    };
    // The last word overlaps the one before it.
    let mut marks = soh_marks(u64::from_le_bytes(*last));
    for word in value.as_chunks().0 {
        marks |= soh_marks(u64::from_le_bytes(*word));
    }
    marks != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{DataFields, Fields, Framing, Scan};
    use proptest::prelude::*;
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
    fn too_small_a_buffer_says_how_much_is_needed_and_that_much_is_enough() {
        let write = |out: &mut [u8]| {
            let body = |body: &mut Body<'_>| _ = body.text(58, "hello");
            encode(out, BeginString::Fix42, |header| _ = header.text(35, "0"), Guard::Session, body)
        };
        let Err(EncodeError::NeedSpace(need)) = write(&mut []) else { panic!("fits into nothing") };
        let mut out = std::vec![0; need];
        assert!(write(&mut out).is_ok());
        assert_eq!(write(&mut out[1..]), Err(EncodeError::NeedSpace(need)));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_found_whole_and_reads_back(values in proptest::collection::vec((5000u32..9000, "[ -~]{1,40}"), 0..30)) {
            let mut out = [0; 4096];
            let range = encode(&mut out, BeginString::Fixt11, |header| _ = header.text(35, "D").uint(34, 1), Guard::Session, |body| {
                for (tag, value) in &values {
                    body.text(*tag, value);
                }
            }).unwrap();
            let bytes = &out[range];
            let Framing::Frame(span) = crate::wire::frame(bytes, 8192, &mut Scan::default()) else { panic!("not a frame") };
            prop_assert_eq!(span.len, bytes.len());
            let fields: Vec<_> = Fields::new(&bytes[span.body_at..span.trailer_at], &DataFields::STANDARD)
                .skip(2)
                .map(|field| field.map(|field| (field.tag, std::string::String::from(field.value.as_str().unwrap()))).unwrap())
                .collect();
            prop_assert_eq!(fields, values);
        }
    }

    #[test]
    fn a_moment_and_an_empty_field_are_written_and_counted() {
        let mut out = [0; 64];
        let mut body = Body::new(&mut out, Guard::Application(BeginString::Fix44));
        assert!(body.is_empty());
        body.utc(60, Utc::from_nanos(1_500_000_000), TimePrecision::Seconds).empty(58);
        assert!(!body.is_empty());
        let len = body.len();
        assert_eq!(body.finish(), Ok(len));
        assert_eq!(&out[..len], b"60=19700101-00:00:01\x0158=\x01");
    }

    #[test]
    fn a_number_is_cut_only_where_the_space_ends() {
        for value in [0, 7, 10, 4096, 12_345_678, 100_000_000, 1_234_567_890, u64::MAX] {
            let text = std::format!("{value}");
            for space in 0..=24 {
                let mut out = std::vec![b'.'; space];
                assert_eq!(write_uint(&mut out, value), text.len());
                if space >= text.len() {
                    assert_eq!(&out[..text.len()], text.as_bytes(), "{space}");
                }
            }
        }
    }

    #[test]
    fn soh_is_found_wherever_it_stands() {
        for len in 0..40 {
            let clean: Vec<u8> = (0..len).map(|at| [0, 2, 0x7f, 0x80, 0x81, 0xff][at % 6]).collect();
            assert!(!holds_soh(&clean));
            for at in 0..len {
                let mut broken = clean.clone();
                broken[at] = SOH;
                assert!(holds_soh(&broken), "{len} {at}");
            }
        }
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
