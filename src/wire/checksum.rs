//! CheckSum(10).

/// The value of CheckSum(10) for the bytes of a frame up to, not including, its `10=`: their sum modulo 256.
///
/// ```
/// # use sansfix::wire::checksum;
/// assert_eq!(checksum(b"\xff\x03"), 2);
/// ```
pub fn checksum(bytes: &[u8]) -> u8 {
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    let whole = sum(chunks.as_flattened().iter().copied());
    // No loop over the rest, whose end would be mispredicted: it lies in the last bytes, where those that
    // were added before are masked out.
    let mask = MASKS.get(rest.len()..).and_then(<[u8]>::first_chunk::<CHUNK>);
    let rest = match (bytes.last_chunk::<CHUNK>(), mask) {
        (Some(last), Some(mask)) => sum(last.iter().zip(mask).map(|(byte, mask)| byte & mask)),
        _ => sum(rest.iter().copied()),
    };
    whole.wrapping_add(rest)
}

/// The compiler adds whole registers of bytes.
#[inline(always)]
fn sum(bytes: impl Iterator<Item = u8>) -> u8 {
    bytes.fold(0, u8::wrapping_add)
}

const CHUNK: usize = 32;

/// From the n-th on, a mask of the last n bytes of a chunk.
const MASKS: [u8; 2 * CHUNK] = {
    let mut masks = [0; 2 * CHUNK];
    masks.split_at_mut(CHUNK).1.copy_from_slice(&[0xff; CHUNK]);
    masks
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_sum_is_that_of_all_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(u64::from(checksum(&bytes)), bytes.iter().map(|&byte| u64::from(byte)).sum::<u64>() % 256);
        }
    }
}
