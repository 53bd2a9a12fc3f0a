//! Finding fields by tag.

use super::decimal::{ZEROS, eight_digits};
use super::delimiters::{Delimiters, delimiter, delimiter_behind, delimiter_in};
use super::field::Fields;
use super::{DataFields, Value};

/// The value of the first field with this tag, or `None`. Malformed fields are skipped.
#[inline]
pub fn find<'a>(bytes: &'a [u8], tag: u32, data: &'static DataFields) -> Option<Value<'a>> {
    find_before(bytes, 0, tag, data)
}

/// The same, except that the last `margin` bytes, at most seven, are not searched. With a margin of seven the
/// first word of every field can be read at once.
// Inlined: if the caller's tag is a constant, its needle becomes one too.
#[inline(always)]
pub(crate) fn find_before<'a>(
    bytes: &'a [u8],
    margin: usize,
    tag: u32,
    data: &'static DataFields,
) -> Option<Value<'a>> {
    if Needle::is_for(tag) {
        search(bytes, margin, Needle::of(tag), tag, data)
    } else {
        find_with_care(bytes.get(..bytes.len().checked_sub(margin)?)?, tag, data)
    }
}

/// The first field with each of these tags, found in one pass: the same results as [`find`] for each.
///
/// ```
/// # use sansfix::wire::{DataFields, Value, find_each};
/// let body = b"11=A1\x0138=100\x0154=1\x01";
/// let [side, price, id] = find_each(body, [54, 44, 11], &DataFields::STANDARD);
/// assert_eq!((side, price, id), (Some(Value::new(b"1")), None, Some(Value::new(b"A1"))));
/// ```
#[inline]
pub fn find_each<'a, const N: usize>(
    bytes: &'a [u8],
    tags: [u32; N],
    data: &'static DataFields,
) -> [Option<Value<'a>>; N] {
    find_each_before(bytes, 0, tags, data)
}

/// The same, except that the last `margin` bytes, at most seven, are not searched. With a margin of seven the
/// first word of every field can be read at once.
#[inline]
pub(crate) fn find_each_before<'a, const N: usize>(
    bytes: &'a [u8],
    margin: usize,
    tags: [u32; N],
    data: &'static DataFields,
) -> [Option<Value<'a>>; N] {
    let mut values = [None; N];
    if !walk(bytes, margin, tags, data, &mut values) {
        one_by_one(bytes, margin, tags, data, &mut values);
    }
    values
}

/// One pass for all tags; false if there is a field that has to be read with care.
// Inlined: if the caller's tags are constants, the needles become constants too.
#[inline(always)]
fn walk<'a, const N: usize>(
    bytes: &'a [u8],
    margin: usize,
    tags: [u32; N],
    data: &DataFields,
    values: &mut [Option<Value<'a>>; N],
) -> bool {
    let Some(end) = bytes.len().checked_sub(margin) else { return false };
    if !tags.into_iter().all(Needle::is_for) {
        return false;
    }
    // With seven bytes more, no whole word can begin at the end of the search or later.
    let bytes = bytes.get(..end + 7).unwrap_or(bytes);
    let (mut left, mut at) = (N, 0);
    for delimiter in Delimiters::of(bytes) {
        let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
        let word = u64::from_le_bytes(*word);
        if data.begin_with(bytes.get(at..).unwrap_or_default(), word) {
            return false;
        }
        for (tag, value) in tags.into_iter().zip(&mut *values) {
            let needle = Needle::of(tag);
            if needle.fits(word) && value.is_none() {
                let Some(found) = bytes.get(at + needle.len()..delimiter) else { return false };
                *value = Some(Value::new(found));
                left -= 1;
                if left == 0 {
                    return true;
                }
            }
        }
        at = delimiter + 1;
    }
    at >= end
}

#[cold]
#[inline(never)]
fn one_by_one<'a, const N: usize>(
    bytes: &'a [u8],
    margin: usize,
    tags: [u32; N],
    data: &'static DataFields,
    values: &mut [Option<Value<'a>>; N],
) {
    *values = tags.map(|tag| find_before(bytes, margin, tag, data));
}

/// A tag and its `=` as they appear in a message, so that tags are compared without being parsed.
#[derive(Clone, Copy)]
pub(super) struct Needle {
    /// The first character in the lowest byte, zeros after the last.
    pub(super) word: u64,
    /// The bits of the word to compare.
    mask: u64,
}

impl Needle {
    /// The needle for a tag that [can have one](Needle::is_for).
    #[inline]
    pub(super) const fn of(tag: u32) -> Self {
        let digits = eight_digits(tag as u64);
        let zeros = digits.trailing_zeros() & 0x38;
        let word = (digits | ZEROS) >> zeros | (b'=' as u64).wrapping_shl(64 - zeros);
        Needle { word, mask: u64::MAX >> zeros.saturating_sub(8) }
    }

    /// Whether a tag can have a needle: more than seven digits leave no room for the `=`.
    #[inline]
    const fn is_for(tag: u32) -> bool {
        0 < tag && tag < 10_000_000
    }

    /// Whether the field that begins with this word has the tag.
    #[inline]
    const fn fits(self, word: u64) -> bool {
        (word ^ self.word) & self.mask == 0
    }

    /// How many characters are compared; the value follows them.
    #[inline]
    const fn len(self) -> usize {
        8 - (self.mask.leading_zeros() / 8) as usize
    }
}

fn search<'a>(
    bytes: &'a [u8],
    margin: usize,
    needle: Needle,
    tag: u32,
    data: &'static DataFields,
) -> Option<Value<'a>> {
    let (mut before, mut rest) = (bytes, bytes);
    while let Some(word) = rest.first_chunk() {
        let word = u64::from_le_bytes(*word);
        if data.begin_with(rest, word) {
            break;
        }
        if needle.fits(word) {
            return rest.get(needle.len()..delimiter(rest, word)).map(Value::new);
        }
        before = rest;
        rest = match delimiter_in(word) {
            Some(end) => rest.get(end + 1..)?,
            None => rest.get(delimiter_behind(rest) + 1..)?,
        };
    }
    if rest.len() <= margin {
        return None;
    }
    // From the field before, because it holds a data field's length.
    find_with_care(before.get(..before.len().checked_sub(margin)?)?, tag, data)
}

/// The same for any tag, and for bytes with data fields, which may contain delimiters.
#[cold]
#[inline(never)]
fn find_with_care<'a>(bytes: &'a [u8], tag: u32, data: &'static DataFields) -> Option<Value<'a>> {
    Fields::new(bytes, data).flatten().find(|field| field.tag == tag).map(|field| field.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    static AGREED: DataFields = DataFields::new(&[(5001, 5002)]);

    const TAGS: [u32; 17] =
        [0, 1, 3, 8, 11, 38, 89, 96, 118, 213, 355, 1185, 5002, 9_999_999, 10_000_000, 388_888_833, u32::MAX];

    /// Fields, data after a right or a wrong length, and bytes that are no field.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let tag = prop_oneof![proptest::sample::select(&TAGS[..]), 1..500_u32];
        let field =
            (tag, "[\x01-\x05a-z=0-9]{0,12}").prop_map(|(tag, value)| std::format!("{tag}={value}\x01"));
        const PAIRS: [(u32, u32); 6] =
            [(93, 89), (95, 96), (212, 213), (354, 355), (1184, 1185), (5001, 5002)];
        let data = (proptest::sample::select(&PAIRS[..]), "(\x01(3|38|11)=|[a-z\x01]){0,9}", 0..9_usize)
            .prop_map(|((length, tag), data, off)| {
                let len = data.len() + usize::from(off == 0);
                std::format!("{length}={len}\x01{tag}={data}\x01")
            });
        let piece = prop_oneof![6 => field, 3 => data, 1 => "[\x010-9=a-z]{0,9}"];
        proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat().into_bytes())
    }

    #[test]
    fn a_data_field_at_the_end_is_read_by_its_length() {
        let value = find(b"95=3\x0196=\x01x\x01\x01", 96, &DataFields::STANDARD);
        assert_eq!(value, Some(Value::new(b"\x01x\x01")));
    }

    /// Found by the fuzzer: the arithmetic on eight digits went over.
    #[test]
    fn tags_of_nine_digits_are_found_like_any_other() {
        let values = find_each(b"11=A1\x01388888833=B2\x01", [388_888_833, 11], &DataFields::STANDARD);
        assert_eq!(values, [Some(Value::new(b"B2")), Some(Value::new(b"A1"))]);
    }

    proptest! {
        #[test]
        fn each_of_several_is_found_as_it_is_alone(bytes in pieces(), tags in proptest::array::uniform4(proptest::sample::select(&TAGS[..])), margin in 0..8_usize) {
            let searched = &bytes[..bytes.len() - margin.min(bytes.len())];
            let alone = tags.map(|tag| find(searched, tag, &AGREED));
            prop_assert_eq!(find_each(searched, tags, &AGREED), alone);
            if searched.last().is_none_or(|&byte| byte == 1) {
                prop_assert_eq!(find_each_before(&bytes, margin, tags, &AGREED), alone);
            }
        }

        #[test]
        fn what_is_found_is_the_first_field_of_the_tag(bytes in pieces(), tag in proptest::sample::select(&TAGS[..]), margin in 0..8_usize) {
            let searched = &bytes[..bytes.len() - margin.min(bytes.len())];
            let all: Vec<_> = Fields::new(searched, &AGREED).flatten().collect();
            let first = all.iter().find(|field| field.tag == tag).map(|field| field.value);
            prop_assert_eq!(find(searched, tag, &AGREED), first);
            // A field begins where the margin does, as in a message.
            if searched.last().is_none_or(|&byte| byte == 1) {
                prop_assert_eq!(find_before(&bytes, margin, tag, &AGREED), first);
            }
        }
    }
}
