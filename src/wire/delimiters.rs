//! Where the delimiters are, eight bytes at a time.

use super::encode::SOH;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The delimiters of some bytes, from the first on.
///
/// Values are short, so that a search for each delimiter would spend its time beginning and ending. Here each
/// word of bytes is looked at once, and a delimiter costs a bit operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delimiters {
    /// Where the word after the present one begins.
    ahead: usize,
    /// The high bit of each byte of the present word that is a delimiter and was not given yet.
    marks: u64,
}

impl Delimiters {
    /// Those at `from` and behind.
    #[inline]
    pub(super) const fn from(from: usize) -> Self {
        Delimiters { ahead: from, marks: 0 }
    }

    /// Where the next one is; the end of `bytes`, the same in each call, when there is none.
    #[inline]
    pub(super) fn next(&mut self, bytes: &[u8]) -> usize {
        while self.marks == 0 {
            let rest = bytes.get(self.ahead..).unwrap_or_default();
            let word = match rest.first_chunk() {
                Some(word) => u64::from_le_bytes(*word),
                None if rest.is_empty() => return bytes.len(),
                None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
            };
            self.marks = soh_marks(word);
            self.ahead = self.ahead.saturating_add(8);
        }
        let at = self.ahead - 8 + (self.marks.trailing_zeros() / 8) as usize;
        self.marks &= self.marks - 1;
        at
    }
}

/// The high bit of each byte that is SOH.
#[inline]
pub(super) const fn soh_marks(word: u64) -> u64 {
    let differs = word ^ (ONES * SOH as u64);
    // Adding 0x7f reaches the high bit of every byte but 0 and 0x80 and more; nothing is carried out of a
    // byte.
    !((differs & !HIGHS).wrapping_add(!HIGHS) | differs) & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn every_delimiter_is_given_once_and_then_the_end(bytes in proptest::collection::vec(0_u8..4, 0..300), from in 0_usize..300) {
            let mut delimiters = Delimiters::from(from);
            let expected: Vec<_> = (from..bytes.len()).filter(|&at| bytes[at] == SOH).collect();
            for at in expected {
                prop_assert_eq!(delimiters.next(&bytes), at);
            }
            prop_assert_eq!(delimiters.next(&bytes), bytes.len());
            prop_assert_eq!(delimiters.next(&bytes), bytes.len());
        }
    }
}
