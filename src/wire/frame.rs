//! Finding one frame at the front of a byte stream (FIX session layer 4.5.2).
//!
//! A frame is `8=…␁9=…␁35=…␁ … 10=ddd␁`. BodyLength(9) alone says where it ends: an incomplete frame is never
//! searched for the start of another, since a data field may contain a whole message.
//!
//! Garbled bytes are dropped as one piece, which ends:
//! * where BodyLength puts the end, if there is a `10=` field there;
//! * otherwise with the first CheckSum field (`␁10=…␁`) at or after the end that BodyLength claims;
//! * if no BodyLength can be read, with the first CheckSum field after the start.
//!
//! Bytes that cannot begin a field (anything but a digit) are dropped up to the first that can. Bytes that
//! begin with a digit but not with `8=` are a message that has lost its start: it is dropped up to and
//! including its CheckSum field like any other, so a message embedded in it is not delivered.

use super::checksum::{TRAILER_LEN, checksum, sum_value};
use super::decimal::short_field;
use super::{BeginString, SOH};

/// Longer than any BeginString; a field 8 with a longer value is not read any further.
const BEGIN_STRING_MAX: usize = 16;
/// As many digits, leading zeros included, as always fit in a `u64`; a field 9 with a longer value is not
/// read.
const BODY_LENGTH_MAX: usize = 19;

/// What is at the front of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Framing {
    /// One whole, valid frame: `bytes[..len]`.
    Frame(FrameSpan),
    /// More bytes are needed. Drop nothing.
    Incomplete,
    /// `bytes[..len]` is garbled: drop all of it (FIX session layer 4.5.2). `len` is never 0.
    Garbled {
        /// How many bytes to drop.
        len: usize,
        /// What is wrong.
        why: Garbled,
        /// Where the parts are, if only CheckSum(10) is wrong.
        span: Option<FrameSpan>,
    },
    /// The frame is longer than the limit, or its end was not found within the limit.
    TooLong {
        /// The length in bytes that BodyLength(9) implies, or one more than the limit if no end was found.
        claimed: usize,
    },
}

/// Where the parts of a frame are, as offsets from its start.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FrameSpan {
    /// Length of the whole frame in bytes.
    pub len: usize,
    /// The version that field 8 names.
    pub begin_string: BeginString,
    /// Where the body begins: the `35=` after field 9.
    pub body_at: usize,
    /// Where the body ends: the `10=`.
    pub trailer_at: usize,
}

/// Why a frame is garbled: its first fault, in the order of its fields (FIX session layer 4.5.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Garbled {
    /// The bytes where a frame should start cannot begin a field.
    #[error("bytes that are no fix message")]
    NotAFrame,
    /// BeginString(8) is not the first field, or its value is not a version of FIX.
    #[error("BeginString(8) is not the first field or names no version of fix")]
    BeginString,
    /// BodyLength(9) is not the second field, not a number, or not the count of bytes up to CheckSum(10).
    #[error("BodyLength(9) is not the second field or its count is wrong")]
    BodyLength,
    /// MsgType(35) is not the third field, or is empty.
    #[error("MsgType(35) is not the third field or is empty")]
    MsgType,
    /// SecureDataLen(90) is not the length of SecureData(91). The frame itself is whole; this is found when
    /// its header is read (test case 17g).
    #[error("SecureDataLen(90) is not the length of SecureData(91)")]
    SecureDataLen,
    /// CheckSum(10) is not three digits, or not the sum of the bytes before it.
    #[error("CheckSum(10) is not three digits or not the sum of the message")]
    CheckSum,
}

/// How far the search for the end of an incomplete frame has come.
///
/// Keep one with each buffer and pass it to every call. Every answer but [`Framing::Incomplete`] resets it;
/// until then, the bytes may only grow at the end. It keeps the work linear in the number of bytes, however
/// they are split.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Scan {
    /// With fewer bytes than this, the answer is still [`Framing::Incomplete`].
    needed: usize,
    /// Where to continue the search for the CheckSum field, or for its end.
    sought: usize,
    /// The search is inside the CheckSum field.
    in_trailer: bool,
}

impl Scan {
    /// The smallest number of bytes, counted from the frame's start, for which an answer other than
    /// [`Framing::Incomplete`] is possible.
    pub fn needed(&self) -> usize {
        self.needed
    }
}

/// Says what is at the front of `bytes`; no frame may be longer than `limit` bytes.
///
/// The answer depends neither on how many bytes follow the frame nor on how many earlier calls saw fewer
/// bytes of it. The one exception: [`Garbled::NotAFrame`] may come in several pieces if the bytes do.
///
/// ```
/// # use sansfix::wire::{frame, BeginString, Framing, Scan};
/// let bytes = b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x018=FIX";
/// let Framing::Frame(span) = frame(bytes, 4096, &mut Scan::default()) else { panic!() };
/// assert_eq!(span.begin_string, BeginString::Fix44);
/// assert_eq!(&bytes[span.body_at..span.trailer_at], b"35=0\x01");
/// assert_eq!(frame(&bytes[span.len..], 4096, &mut Scan::default()), Framing::Incomplete);
/// ```
pub fn frame(bytes: &[u8], limit: usize, scan: &mut Scan) -> Framing {
    match good_frame(bytes, limit) {
        Ok(span) => {
            *scan = Scan::default();
            Framing::Frame(span)
        }
        Err(other) => other.framing(bytes, limit, scan),
    }
}

/// The valid frame at the front, which nearly every one is.
#[inline(always)]
pub(crate) fn good_frame(bytes: &[u8], limit: usize) -> Result<FrameSpan, NotGood> {
    let head = usual_head(bytes);
    head.and_then(|head| whole(bytes, head, limit)).ok_or(NotGood(head))
}

/// The bytes at the front are not a valid frame, or do not begin as nearly every frame does. If they do begin
/// so, this holds fields 8 and 9.
pub(crate) struct NotGood(Option<HeadFields>);

impl NotGood {
    /// What is at the front.
    #[cold]
    #[inline(never)]
    pub(crate) fn framing(self, bytes: &[u8], limit: usize, scan: &mut Scan) -> Framing {
        if bytes.len() < scan.needed {
            return Framing::Incomplete;
        }
        let framing = match self.0.map_or_else(|| head(bytes), Head::Read) {
            Head::Read(head) if self.0.is_some() => faulty(bytes, head, limit, scan),
            Head::Read(head) => match whole(bytes, head, limit) {
                Some(span) => Framing::Frame(span),
                None => faulty(bytes, head, limit, scan),
            },
            Head::Unreadable(why) => unreadable(bytes, why, limit, scan),
            Head::Noise => noise(bytes),
            Head::Short => {
                scan.needed = bytes.len() + 1;
                Framing::Incomplete
            }
        };
        if !matches!(framing, Framing::Incomplete) {
            *scan = Scan::default();
        }
        framing
    }
}

/// Fields 8 and 9.
#[derive(Clone, Copy)]
struct HeadFields {
    begin_string: Option<BeginString>,
    body_at: usize,
    /// Where BodyLength puts the end of the body.
    trailer_at: usize,
}

impl HeadFields {
    fn len(self) -> usize {
        self.trailer_at.saturating_add(TRAILER_LEN)
    }
}

enum Head {
    Read(HeadFields),
    /// A message begins here, but no BodyLength can be read.
    Unreadable(Garbled),
    /// No field begins here.
    Noise,
    /// There are too few bytes to tell.
    Short,
}

/// Fields 8 and 9 as nearly every frame has them.
#[inline(always)]
fn usual_head(bytes: &[u8]) -> Option<HeadFields> {
    let (begin, rest) = bytes.split_first_chunk::<8>()?;
    let (begin_string, digits) = match rest {
        [minor @ b'0'..=b'4', SOH, b'9', b'=', digits @ ..] if begin == b"8=FIX.4." => {
            (BeginString::ALL.get(usize::from(minor - b'0')).copied()?, digits)
        }
        [b'.', b'1', SOH, b'9', b'=', digits @ ..] if begin == b"8=FIXT.1" => (BeginString::Fixt11, digits),
        _ => return None,
    };
    let (body_len, behind) = short_field(digits)?;
    let body_at = bytes.len() - behind.len();
    let trailer_at = body_at + usize::try_from(body_len).ok()?;
    Some(HeadFields { begin_string: Some(begin_string), body_at, trailer_at })
}

/// Fields 8 and 9 in any form.
#[cold]
fn head(bytes: &[u8]) -> Head {
    let (begin_string, at) = match begin(bytes) {
        Ok(begin) => begin,
        Err(head) => return head,
    };
    let digits = bytes.get(at..).unwrap_or_default();
    let mut body_len = 0_u64;
    for (count, &byte) in digits.iter().enumerate().take(BODY_LENGTH_MAX + 1) {
        match byte {
            b'0'..=b'9' if count < BODY_LENGTH_MAX => body_len = body_len * 10 + u64::from(byte - b'0'),
            SOH if count > 0 => {
                let body_at = at + count + 1;
                let trailer_at = usize::try_from(body_len).unwrap_or(usize::MAX).saturating_add(body_at);
                return Head::Read(HeadFields { begin_string, body_at, trailer_at });
            }
            _ => return Head::Unreadable(second_field_fault(begin_string)),
        }
    }
    Head::Short
}

/// The version that field 8 names, if any, and where field 9's value begins.
fn begin(bytes: &[u8]) -> Result<(Option<BeginString>, usize), Head> {
    let value = match bytes {
        [] | [b'8'] => return Err(Head::Short),
        [b'8', b'=', value @ ..] => value,
        [b'0'..=b'9', ..] => return Err(Head::Unreadable(Garbled::BeginString)),
        _ => return Err(Head::Noise),
    };
    let Some(len) = value.iter().take(BEGIN_STRING_MAX + 1).position(|&byte| byte == SOH) else {
        let too_long = value.len() > BEGIN_STRING_MAX;
        return Err(if too_long { Head::Unreadable(Garbled::BeginString) } else { Head::Short });
    };
    let (value, rest) = value.split_at(len);
    let begin_string = BeginString::from_bytes(value);
    match rest {
        [SOH, b'9', b'=', ..] => Ok((begin_string, 2 + len + 3)),
        [SOH] | [SOH, b'9'] => Err(Head::Short),
        _ => Err(Head::Unreadable(second_field_fault(begin_string))),
    }
}

fn second_field_fault(begin_string: Option<BeginString>) -> Garbled {
    if begin_string.is_some() { Garbled::BodyLength } else { Garbled::BeginString }
}

/// The frame that begins with `head`, if it is valid and complete.
#[inline]
fn whole(bytes: &[u8], head: HeadFields, limit: usize) -> Option<FrameSpan> {
    let begin_string = head.begin_string?;
    let (trailer_at, len) = (head.trailer_at, head.len());
    if len > limit {
        return None;
    }
    let good = ends_well(bytes.get(..len)?) && has_msg_type(bytes, head.body_at);
    good.then_some(FrameSpan { len, begin_string, body_at: head.body_at, trailer_at })
}

/// Whether the last field is CheckSum(10) and its value is the sum of the bytes before it.
#[inline(always)]
pub(crate) fn ends_well(frame: &[u8]) -> bool {
    const FIELD: u64 = u64::from_le_bytes([SOH, b'1', b'0', b'=', 0, 0, 0, SOH]);
    const MASK: u64 = u64::from_le_bytes([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0xff]);
    let Some((before, last)) = frame.split_last_chunk::<{ 1 + TRAILER_LEN }>() else { return false };
    let last = u64::from_le_bytes(*last);
    // The form of the field is checked first: otherwise the sum would be computed again for each byte of a
    // CheckSum field that has no end.
    last & MASK == FIELD && {
        let value = sum_value(checksum(before).wrapping_add(SOH));
        last >> 32 == u64::from(u32::from_le_bytes(value))
    }
}

/// Whether MsgType(35) is the third field and not empty.
#[inline]
fn has_msg_type(bytes: &[u8], body_at: usize) -> bool {
    const FIELD: u32 = u32::from_le_bytes(*b"35=\0");
    let word = bytes.get(body_at..).and_then(<[u8]>::first_chunk).map(|word| u32::from_le_bytes(*word));
    word.is_some_and(|word| word & 0xff_ffff == FIELD && word >> 24 != u32::from(SOH))
}

/// A frame whose fields 8 and 9 can be read, but which is garbled, too long, or incomplete.
#[cold]
fn faulty(bytes: &[u8], head: HeadFields, limit: usize, scan: &mut Scan) -> Framing {
    let (trailer_at, len) = (head.trailer_at, head.len());
    if len > limit {
        return Framing::TooLong { claimed: len };
    }
    if bytes.len() < trailer_at {
        // The shortest CheckSum field that can end the piece here is `10=␁`.
        scan.needed = trailer_at + 4;
        return Framing::Incomplete;
    }
    let end = match end(bytes, trailer_at, limit, scan) {
        Ok(end) => end,
        Err(none) => return none,
    };
    let why = if head.begin_string.is_none() {
        Garbled::BeginString
    } else if !bytes.get(trailer_at - 1..).is_some_and(|at| at.starts_with(b"\x0110=")) {
        Garbled::BodyLength
    } else if !has_msg_type(bytes, head.body_at) {
        Garbled::MsgType
    } else {
        Garbled::CheckSum
    };
    let span = head.begin_string.filter(|_| why == Garbled::CheckSum).map(|begin_string| FrameSpan {
        len: end,
        begin_string,
        body_at: head.body_at,
        trailer_at,
    });
    Framing::Garbled { len: end, why, span }
}

/// A message whose BodyLength cannot be read.
#[cold]
fn unreadable(bytes: &[u8], why: Garbled, limit: usize, scan: &mut Scan) -> Framing {
    match end(bytes, 0, limit, scan) {
        Ok(len) => Framing::Garbled { len, why, span: None },
        Err(none) => none,
    }
}

#[cold]
fn noise(bytes: &[u8]) -> Framing {
    let len = bytes.iter().position(u8::is_ascii_digit).unwrap_or(bytes.len());
    Framing::Garbled { len, why: Garbled::NotAFrame, span: None }
}

/// The end of the first CheckSum field that begins at `from` or later; otherwise, whether to wait for it or
/// give up.
fn end(bytes: &[u8], from: usize, limit: usize, scan: &mut Scan) -> Result<usize, Framing> {
    let window = bytes.get(..limit).unwrap_or(bytes);
    if !scan.in_trailer {
        let first = scan.sought.max(from);
        let unsure = window.len().saturating_sub(2).max(first);
        let begins = |&at: &usize| {
            let after_soh = at.checked_sub(1).is_none_or(|before| window.get(before) == Some(&SOH));
            after_soh && window.get(at..).is_some_and(|rest| rest.starts_with(b"10="))
        };
        let found = (first..unsure).find(begins);
        scan.in_trailer = found.is_some();
        scan.sought = found.map_or(unsure, |at| at + 3);
    }
    if scan.in_trailer {
        let value = window.get(scan.sought..).unwrap_or_default();
        if let Some(soh) = value.iter().position(|&byte| byte == SOH) {
            return Ok(scan.sought + soh + 1);
        }
        scan.sought = window.len();
    }
    if bytes.len() >= limit {
        return Err(Framing::TooLong { claimed: limit.saturating_add(1) });
    }
    scan.needed = bytes.len() + 1;
    Err(Framing::Incomplete)
}

#[cfg(test)]
mod tests;
