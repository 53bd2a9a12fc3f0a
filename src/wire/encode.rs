//! Frames out: the header first, then the body, then what stands before them, right-aligned. BodyLength has
//! its exact digits and nothing is moved.

use super::begin_string::BeginString;
use super::body::{Body, BodyFault, Guard};
use super::checksum::{TRAILER_LEN, checksum, trailer};
use super::decimal::{leading_uint, padded_uint};
use super::value::same;

/// SOH, the end of a field.
pub const SOH: u8 = 1;

/// Why no frame was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EncodeError {
    /// So many bytes are needed.
    NeedSpace(usize),
    Body(BodyFault),
}

/// Writes one frame into `out`: `header` writes the fields from MsgType(35) to the last header field and says
/// how many bytes they take, `body` those behind it.
///
/// Returns the frame, which does not begin where `out` does.
#[inline]
pub(crate) fn encode(
    out: &mut [u8],
    begin_string: BeginString,
    header: impl FnOnce(&mut [u8]) -> usize,
    guard: Guard,
    body: impl FnOnce(&mut Body<'_>),
) -> Result<&[u8], EncodeError> {
    let header_len = header(out.get_mut(OPENING_MAX..).unwrap_or_default());
    let body_at = header_len.saturating_add(OPENING_MAX);
    let mut writer = Body::new(out.get_mut(body_at..).unwrap_or_default(), guard);
    body(&mut writer);
    let body_len = writer.finish().map_err(EncodeError::Body)?;
    seal(out, begin_string, header_len.saturating_add(body_len))
}

/// Writes what stands before and behind the `len` bytes of header and body.
fn seal(out: &mut [u8], begin_string: BeginString, len: usize) -> Result<&[u8], EncodeError> {
    let end = len.saturating_add(OPENING_MAX + TRAILER_LEN);
    let Some(frame) = out.get_mut(..end) else { return Err(EncodeError::NeedSpace(end)) };
    let start = frame.first_chunk_mut().map_or(0, |place| write_opening(place, begin_string, len as u64));
    let frame = frame.get_mut(start..).unwrap_or_default();
    if let Some((summed, place)) = frame.split_last_chunk_mut() {
        *place = trailer(checksum(summed));
    }
    Ok(frame)
}

/// The header and the body of a frame that was written here, whole and undamaged. Others may be good frames
/// too.
#[inline]
pub(crate) fn unseal(frame: &[u8], begin_string: BeginString) -> Option<&[u8]> {
    let (summed, end) = frame.split_last_chunk()?;
    let (opening, opening_len) = (opening(begin_string), opening_len(begin_string));
    let (begin, rest) = summed.split_at_checked(opening_len)?;
    let (len, rest) = leading_uint(rest)?;
    let body = rest.strip_prefix(&[SOH])?;
    let good = same(begin, opening.get(opening.len() - opening_len..)?)
        && len == body.len() as u64
        && body.ends_with(&[SOH])
        && *end == trailer(checksum(summed));
    good.then_some(body)
}

/// The most that stands before MsgType(35): field 8, `9=` and 16 digits with their SOH.
const OPENING_MAX: usize = 16 + 16 + 1;

/// Writes BeginString(8) and BodyLength(9) so that they end where `place` does; returns where they begin.
#[inline]
fn write_opening(place: &mut [u8; OPENING_MAX], version: BeginString, body_len: u64) -> usize {
    let (digits, count) = padded_uint(body_len);
    let [before @ .., end] = place;
    *end = SOH;
    if let Some(place) = before.last_chunk_mut() {
        *place = digits;
    }
    let digits_at = before.len() - count;
    if let Some(place) = before.get_mut(..digits_at).and_then(<[u8]>::last_chunk_mut) {
        *place = opening(version);
    }
    digits_at - opening_len(version)
}

/// All up to the value of BodyLength(9), at the end of this.
const fn opening(version: BeginString) -> [u8; 16] {
    *match version {
        BeginString::Fix40 => b"    8=FIX.4.0\x019=",
        BeginString::Fix41 => b"    8=FIX.4.1\x019=",
        BeginString::Fix42 => b"    8=FIX.4.2\x019=",
        BeginString::Fix43 => b"    8=FIX.4.3\x019=",
        BeginString::Fix44 => b"    8=FIX.4.4\x019=",
        BeginString::Fixt11 => b"   8=FIXT.1.1\x019=",
    }
}

const fn opening_len(version: BeginString) -> usize {
    if matches!(version, BeginString::Fixt11) { 13 } else { 12 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{DataFields, Fields, Framing, Scan};
    use proptest::prelude::*;
    use std::vec::Vec;

    fn header(room: &mut [u8]) -> usize {
        Body::new(room, Guard::Session).text(35, "0").uint(34, 7).len()
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
        fn what_is_encoded_is_found_whole_and_reads_back(values in proptest::collection::vec((5000u32..9000, "[ -~]{1,40}"), 0..30)) {
            let mut out = [0; 4096];
            let bytes = encode(&mut out, BeginString::Fixt11, header, Guard::Session, |body| {
                for (tag, value) in &values {
                    body.text(*tag, value);
                }
            }).unwrap();
            let Framing::Frame(span) = crate::wire::frame(bytes, 8192, &mut Scan::default()) else { panic!("not a frame") };
            prop_assert_eq!(span.len, bytes.len());
            let fields: Vec<_> = Fields::new(&bytes[span.body_at..span.trailer_at], &DataFields::STANDARD)
                .map(|field| field.map(|field| (field.tag, std::string::String::from(field.value.as_str().unwrap()))).unwrap())
                .collect();
            let own = [(35, std::string::String::from("0")), (34, "7".into())];
            prop_assert_eq!(fields, [&own[..], &values].concat());
        }
    }
}
