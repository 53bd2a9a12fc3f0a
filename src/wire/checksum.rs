//! CheckSum(10).

use super::SOH;

/// The value of CheckSum(10) for the bytes of a frame before its `10=`: their sum modulo 256.
///
/// ```
/// # use sansfix::wire::checksum;
/// assert_eq!(checksum(b"\xff\x03"), 2);
/// ```
#[inline]
pub fn checksum(bytes: &[u8]) -> u8 {
    // One sum for each byte of a chunk: the compiler keeps them in vector registers.
    let mut sums = [0; CHUNK];
    let (chunks, rest) = bytes.as_chunks();
    let (fours, few) = chunks.as_chunks::<4>();
    for four in fours {
        four.iter().for_each(|chunk| add(&mut sums, chunk));
    }
    few.iter().for_each(|chunk| add(&mut sums, chunk));
    // The end of a loop over the rest would be mispredicted. Instead, the last 64 bytes are added as one more
    // chunk, with those already summed masked out.
    let mask = MASKS.get(rest.len()..).and_then(<[u8]>::first_chunk::<CHUNK>);
    let rest = match (bytes.last_chunk::<CHUNK>(), mask) {
        (Some(last), Some(mask)) => {
            let mut masked = *last;
            masked.iter_mut().zip(mask).for_each(|(byte, mask)| *byte &= mask);
            add(&mut sums, &masked);
            0
        }
        _ => sum(rest),
    };
    sum(&sums).wrapping_add(rest)
}

#[inline]
fn add(sums: &mut [u8; CHUNK], chunk: &[u8; CHUNK]) {
    sums.iter_mut().zip(chunk).for_each(|(sum, byte)| *sum = sum.wrapping_add(*byte));
}

#[inline]
fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}

const CHUNK: usize = 64;

/// The chunk that begins at n masks the last n bytes of a chunk.
const MASKS: [u8; 2 * CHUNK] = {
    let mut masks = [0; 2 * CHUNK];
    masks.split_at_mut(CHUNK).1.copy_from_slice(&[0xff; CHUNK]);
    masks
};

/// `10=ddd␁`
pub(crate) const TRAILER_LEN: usize = 7;

/// CheckSum(10) with this value.
#[cfg(test)]
pub(crate) fn trailer(sum: u8) -> [u8; TRAILER_LEN] {
    let [a, b, c, end] = sum_value(sum);
    [b'1', b'0', b'=', a, b, c, end]
}

/// The value of CheckSum(10) and its delimiter.
#[inline]
#[allow(clippy::indexing_slicing, reason = "there is a text for each value of a byte")]
pub(crate) fn sum_value(sum: u8) -> [u8; 4] {
    VALUES[usize::from(sum)]
}

/// Each sum as three digits and the delimiter.
#[allow(clippy::indexing_slicing, reason = "as many texts as sums, made by the compiler")]
static VALUES: [[u8; 4]; 256] = {
    let mut texts = [[SOH; 4]; 256];
    let mut sum = 0;
    while sum < 256 {
        texts[sum] = [b'0' + (sum / 100) as u8, b'0' + (sum / 10 % 10) as u8, b'0' + (sum % 10) as u8, SOH];
        sum += 1;
    }
    texts
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_sum_is_that_of_all_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let plain = bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>() % 256;
            prop_assert_eq!(u64::from(checksum(&bytes)), plain);
        }
    }
}
