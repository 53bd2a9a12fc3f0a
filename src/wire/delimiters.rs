//! Finding the ends of fields, eight bytes at a time.

use super::encode::SOH;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The first eight bytes, the first in the lowest byte, padded with zeros if there are fewer.
#[inline]
pub(super) fn first_word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => short_word(bytes),
    }
}

#[cold]
#[inline(never)]
fn short_word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        // Where the halves overlap, both hold the same bytes.
        (Some(&first), Some(&last)) => {
            let shift = 8 * (bytes.len() - 4) % 64;
            u64::from(u32::from_le_bytes(first)) | u64::from(u32::from_le_bytes(last)) << shift
        }
        _ => bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Where the first delimiter is, or the end of `bytes`; `word` is their [`first_word`].
///
/// Values are short, so a general search would spend its time on starting and finishing. Most fields end in
/// the word in which they begin, and that word is read for the tag anyway.
#[inline]
pub(super) fn delimiter(bytes: &[u8], word: u64) -> usize {
    delimiter_in(word).unwrap_or_else(|| delimiter_behind(bytes))
}

/// The part of `bytes` before the first delimiter.
#[inline]
pub(crate) fn leading_value(bytes: &[u8]) -> &[u8] {
    bytes.get(..delimiter(bytes, first_word(bytes))).unwrap_or(bytes)
}

/// Where the first delimiter of a word is.
#[inline]
pub(super) fn delimiter_in(word: u64) -> Option<usize> {
    let differs = word ^ (ONES * SOH as u64);
    // Borrows only propagate upwards, so the lowest mark is right.
    let marks = differs.wrapping_sub(ONES) & !differs & HIGHS;
    (marks != 0).then_some((marks.trailing_zeros() / 8) as usize)
}

/// Where the first delimiter is, if none of the first eight bytes is one.
#[inline]
pub(super) fn delimiter_behind(bytes: &[u8]) -> usize {
    let mut at = 8;
    while let Some(rest) = bytes.get(at..) {
        if let Some(found) = delimiter_in(first_word(rest)) {
            return at + found;
        }
        at += 8;
    }
    bytes.len()
}

/// The delimiters in the whole eight-byte words of a slice, in order. The search for one does not depend on
/// where the one before was found.
#[derive(Debug)]
pub(super) struct Delimiters<'a> {
    words: core::slice::Iter<'a, [u8; 8]>,
    /// Where the current word begins.
    at: usize,
    /// The high bit of each of its bytes that is a delimiter not yet returned.
    marks: u64,
}

impl<'a> Delimiters<'a> {
    #[inline]
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Delimiters { words: bytes.as_chunks().0.iter(), at: 0_usize.wrapping_sub(8), marks: 0 }
    }
}

impl Iterator for Delimiters<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.marks == 0 {
            self.marks = soh_marks(u64::from_le_bytes(*self.words.next()?));
            self.at = self.at.wrapping_add(8);
        }
        let at = self.at + (self.marks.trailing_zeros() / 8) as usize;
        self.marks &= self.marks - 1;
        Some(at)
    }
}

/// The high bit of each byte of a word that is SOH.
#[inline]
const fn soh_marks(word: u64) -> u64 {
    let differs = word ^ (ONES * SOH as u64);
    // Adding 0x7f to the low seven bits sets the high bit of every byte but those where they are zero, and
    // carries nothing into the next byte; the or keeps high bits that were set before.
    !((differs & !HIGHS).wrapping_add(!HIGHS) | differs) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_delimiter_found_is_the_first(bytes in proptest::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..40)) {
            let expected = bytes.iter().position(|&byte| byte == SOH);
            prop_assert_eq!(delimiter(&bytes, first_word(&bytes)), expected.unwrap_or(bytes.len()));
        }
    }
}
