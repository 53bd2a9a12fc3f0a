//! Encoding frames: first the header, then the body, then the fields before them, right-aligned. In this way
//! BodyLength has exactly the digits it needs, and nothing has to be moved.

use super::begin_string::BeginString;
use super::body::{Body, BodyFault, Guard};
use super::checksum::{TRAILER_LEN, checksum, sum_value};
use super::copy::put;
use super::decimal::{UINT_MAX, four_digits, leading_uint, write_uint};
use super::frame::ends_well;
use super::value::same;

/// SOH (0x01), which ends every field.
pub const SOH: u8 = 1;

/// Why no frame was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EncodeError {
    /// This many bytes are needed.
    NeedSpace(usize),
    Body(BodyFault),
}

/// Writes one frame into `out`: `header` writes the fields from MsgType(35) to the last header field, at
/// [`HEADER_AT`], and returns where they end; `body` writes those after it.
///
/// Returns the frame, which does not begin at the start of `out`.
#[inline(always)]
pub(crate) fn encode(
    out: &mut [u8],
    begin_string: BeginString,
    header: impl FnOnce(&mut [u8]) -> usize,
    guard: Guard,
    body: impl FnOnce(&mut Body<'_>),
) -> Result<&[u8], EncodeError> {
    let header_end = header(out);
    let end = write_body(out, header_end, guard, body).map_err(EncodeError::Body)?;
    seal(out, begin_string, end)
}

/// Writes a body after the header already there, and returns where it ends.
#[inline(always)]
pub(crate) fn write_body(
    out: &mut [u8],
    header_end: usize,
    guard: Guard,
    body: impl FnOnce(&mut Body<'_>),
) -> Result<usize, BodyFault> {
    let mut writer = Body::new(out.get_mut(header_end..).unwrap_or_default(), guard);
    body(&mut writer);
    Ok(header_end.saturating_add(writer.finish()?))
}

/// Writes the fields before the header and the one after the body, which ends at `end`; returns the frame.
#[inline(always)]
pub(crate) fn seal(out: &mut [u8], begin_string: BeginString, end: usize) -> Result<&[u8], EncodeError> {
    let need_space = || EncodeError::NeedSpace(end.saturating_add(TRAILER_LEN));
    let (written, rest) = out.split_at_mut_checked(end).ok_or_else(need_space)?;
    let (place, fields) = written.split_first_chunk_mut().ok_or_else(need_space)?;
    let trailer = rest.first_chunk_mut::<TRAILER_LEN>().ok_or_else(need_space)?;
    let (start, sum) = Opening::of(begin_string).write(place, fields.len());
    // The sum of the opening is not read back from memory: the read would wait for the writes just made
    // there.
    let sum = sum.wrapping_add(checksum(fields));
    put(trailer, 0, *b"10=");
    put(trailer, 3, sum_value(sum));
    Ok(out.get(start..end + TRAILER_LEN).unwrap_or_default())
}

/// The header and the body of a frame as [`seal`] writes it, if it is whole and undamaged. `None` does not
/// mean that the frame is invalid: another engine may have written it differently.
#[inline(always)]
pub(crate) fn unseal(frame: &[u8], begin_string: BeginString) -> Option<&[u8]> {
    let opening = Opening::of(begin_string).text;
    let (begin, rest) = frame.split_at_checked(opening.len())?;
    let (len, rest) = leading_uint(rest)?;
    let (body, _) = rest.strip_prefix(&[SOH])?.split_last_chunk::<TRAILER_LEN>()?;
    let good = same(begin, opening) && len == body.len() as u64 && ends_well(frame);
    good.then_some(body)
}

/// The most bytes before MsgType(35): field 8 and `9=`, 16 digits, and SOH.
const OPENING_MAX: usize = 16 + 16 + 1;

/// Where the header begins in a buffer; the frame begins somewhere before it.
pub(crate) const HEADER_AT: usize = OPENING_MAX;

/// Everything before the value of BodyLength(9).
struct Opening {
    text: &'static [u8],
    /// The same, right-aligned in 16 bytes.
    padded: &'static [u8; 16],
    /// The sum of the text and of the SOH that ends BodyLength(9).
    sum: u8,
}

impl Opening {
    const fn of(version: BeginString) -> &'static Self {
        match version {
            BeginString::Fix40 => const { &Opening::new(b"\0\0\0\08=FIX.4.0\x019=") },
            BeginString::Fix41 => const { &Opening::new(b"\0\0\0\08=FIX.4.1\x019=") },
            BeginString::Fix42 => const { &Opening::new(b"\0\0\0\08=FIX.4.2\x019=") },
            BeginString::Fix43 => const { &Opening::new(b"\0\0\0\08=FIX.4.3\x019=") },
            BeginString::Fix44 => const { &Opening::new(b"\0\0\0\08=FIX.4.4\x019=") },
            BeginString::Fixt11 => const { &Opening::new(b"\0\0\08=FIXT.1.1\x019=") },
        }
    }

    const fn new(padded: &'static [u8; 16]) -> Self {
        let (mut text, mut sum) = (padded.as_slice(), SOH);
        while let [0, behind @ ..] = text {
            text = behind;
        }
        let mut rest = text;
        while let [byte, behind @ ..] = rest {
            sum = sum.wrapping_add(*byte);
            rest = behind;
        }
        Opening { text, padded, sum }
    }

    /// Writes BeginString(8) and BodyLength(9) so that they end where `place` does; returns where they begin,
    /// and their sum.
    #[inline(always)]
    fn write(&self, place: &mut [u8; OPENING_MAX], body_len: usize) -> (usize, u8) {
        let Some((digits, count)) = four_digits(body_len) else { return self.write_long(place, body_len) };
        let [before @ .., end] = place;
        *end = SOH;
        if let Some(place) = before.last_chunk_mut() {
            *place = digits;
        }
        let digits_at = before.len() - count;
        if let Some(place) = place.get_mut(..digits_at).and_then(<[u8]>::last_chunk_mut) {
            *place = *self.padded;
        }
        // The four digits were summed as ASCII, but leading zeros are not part of the value.
        let sum = (u32::from_le_bytes(digits).wrapping_mul(0x0101_0101) >> 24) as u8;
        let zeros = b'0'.wrapping_mul(4).wrapping_sub(b'0'.wrapping_mul(count as u8));
        (digits_at - self.text.len(), self.sum.wrapping_add(sum).wrapping_sub(zeros))
    }

    /// The same for a BodyLength(9) of more than four digits.
    #[cold]
    #[inline(never)]
    fn write_long(&self, place: &mut [u8; OPENING_MAX], body_len: usize) -> (usize, u8) {
        let [before @ .., end] = place;
        *end = SOH;
        let mut text = [0; UINT_MAX];
        let count = write_uint(&mut text, body_len as u64);
        let texts = [self.text, text.get(..count).unwrap_or_default()];
        let at = before.len().saturating_sub(self.text.len() + count);
        before.iter_mut().skip(at).zip(texts.into_iter().flatten()).for_each(|(place, byte)| *place = *byte);
        (at, self.sum.wrapping_add(checksum(texts[1])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{DataFields, Fields, Framing, Scan, trailer};
    use proptest::prelude::*;
    use std::vec::Vec;

    fn header(out: &mut [u8]) -> usize {
        let room = out.get_mut(HEADER_AT..).unwrap_or_default();
        HEADER_AT + Body::new(room, Guard::Session).text(35, "0").uint(34, 7).len()
    }

    #[test]
    fn too_small_a_buffer_says_how_much_is_needed_and_that_much_is_enough() {
        fn write(out: &mut [u8]) -> Result<&[u8], EncodeError> {
            let body = |body: &mut Body<'_>| _ = body.text(58, "hello");
            encode(out, BeginString::Fix42, header, Guard::Session, body)
        }
        let Err(EncodeError::NeedSpace(need)) = write(&mut []) else { panic!("fits into nothing") };
        let mut out = std::vec![0; need];
        assert!(write(&mut out).is_ok());
        assert_eq!(write(&mut out[1..]), Err(EncodeError::NeedSpace(need)));
    }

    #[test]
    fn a_body_length_of_any_number_of_digits_is_written_to_its_last_one() {
        for len in [1, 80, 90, 970, 990, 9_970, 9_990, 10_000, 99_990, 123_456] {
            for len in len..len + 20 {
                let mut out = std::vec![0; len + 128];
                let value = std::vec![b'x'; len];
                let body = |body: &mut Body<'_>| _ = body.bytes(58, &value);
                let frame = encode(&mut out, BeginString::Fixt11, header, Guard::Session, body).unwrap();
                assert!(matches!(
                    crate::wire::frame(frame, frame.len(), &mut Scan::default()),
                    Framing::Frame(_)
                ));
                assert!(unseal(frame, BeginString::Fixt11).is_some(), "{len}");
            }
        }
    }

    #[test]
    fn a_frame_is_opened_only_by_its_version_and_whole() {
        let mut out = [0; 128];
        let frame = encode(&mut out, BeginString::Fix44, header, Guard::Session, |_| {}).unwrap().to_vec();
        assert_eq!(unseal(&frame, BeginString::Fix44), Some(&b"35=0\x0134=7\x01"[..]));
        assert_eq!(unseal(&frame, BeginString::Fix42), None);
        let summed = |text: &str| {
            let mut bytes = text.replace('|', "\x01").into_bytes();
            bytes.extend(trailer(checksum(&bytes)));
            bytes
        };
        assert_eq!(
            unseal(&summed("8=FIX.4.4|9=10|35=0|34=7|"), BeginString::Fix44),
            Some(&b"35=0\x0134=7\x01"[..])
        );
        assert_eq!(unseal(&summed("8=FIX.4.4|9=11|35=0|34=7|"), BeginString::Fix44), None);
        assert_eq!(unseal(&summed("8=FIX.4.4|9=9|35=0|34=7"), BeginString::Fix44), None);
        for at in 0..frame.len() {
            let mut damaged = frame.clone();
            damaged[at] ^= 1;
            assert_eq!(unseal(&damaged, BeginString::Fix44), None, "byte {at}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_found_whole_and_reads_back(
            version in proptest::sample::select(&BeginString::ALL[..]),
            values in proptest::collection::vec((5000u32..9000, "[ -~]{1,40}"), 0..30),
        ) {
            let mut out = [0; 4096];
            let bytes = encode(&mut out, version, header, Guard::Session, |body| {
                for (tag, value) in &values {
                    body.text(*tag, value);
                }
            }).unwrap();
            let Framing::Frame(span) = crate::wire::frame(bytes, 8192, &mut Scan::default()) else { panic!("not a frame") };
            prop_assert_eq!((span.len, span.begin_string), (bytes.len(), version));
            prop_assert!(unseal(bytes, version).is_some());
            let fields: Vec<_> = Fields::new(&bytes[span.body_at..span.trailer_at], &DataFields::STANDARD)
                .map(|field| field.map(|field| (field.tag, std::string::String::from(field.value.as_str().unwrap()))).unwrap())
                .collect();
            let own = [(35, std::string::String::from("0")), (34, "7".into())];
            prop_assert_eq!(fields, [&own[..], &values].concat());
        }
    }
}
