//! Where the delimiters are, 64 bytes at a time.

use super::encode::SOH;

const BLOCK: usize = 64;

/// The delimiters of some bytes, from the first on.
///
/// Values are short, so that a search for each delimiter spends its time beginning and ending. Here a block of bytes is looked at in one go, which
/// compilers turn into vector instructions, and each delimiter then costs a bit operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delimiters {
    /// Where the block after the present one begins.
    ahead: usize,
    /// A bit for each delimiter of the present block that was not given yet.
    bits: u64,
}

impl Delimiters {
    /// Those at `from` and behind.
    #[inline]
    pub(super) const fn from(from: usize) -> Self {
        Delimiters { ahead: from, bits: 0 }
    }

    /// Where the next one is; the end of `bytes`, the same in each call, when there is none.
    #[inline]
    pub(super) fn next(&mut self, bytes: &[u8]) -> usize {
        while self.bits == 0 {
            let rest = bytes.get(self.ahead..).unwrap_or_default();
            self.bits = match rest.first_chunk::<BLOCK>() {
                Some(block) => bits(block),
                None if rest.is_empty() => return bytes.len(),
                None => last_bits(rest),
            };
            self.ahead = self.ahead.saturating_add(BLOCK);
        }
        let at = self.ahead - BLOCK + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        at
    }
}

/// A bit for each delimiter, the lowest for the first byte.
#[inline]
fn bits(block: &[u8; BLOCK]) -> u64 {
    let mut marks = [0_u8; BLOCK];
    for (index, (mark, &byte)) in marks.iter_mut().zip(block).enumerate() {
        *mark = if byte == SOH { 1 << (index % 8) } else { 0 };
    }
    let mut bits = [0; 8];
    for (byte, word) in bits.iter_mut().zip(marks.as_chunks::<8>().0) {
        // The sum of the eight marks, which have no bit in common, is in the highest byte of this product.
        *byte = (u64::from_le_bytes(*word).wrapping_mul(0x0101_0101_0101_0101) >> 56) as u8;
    }
    u64::from_le_bytes(bits)
}

/// The same for fewer bytes than a block has.
#[inline]
fn last_bits(rest: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    if let Some(part) = block.get_mut(..rest.len()) {
        part.copy_from_slice(rest);
    }
    bits(&block)
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
