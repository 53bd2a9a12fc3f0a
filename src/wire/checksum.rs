//! CheckSum(10).

/// The value of CheckSum(10) for the bytes of a frame up to, not including, its `10=`: their sum modulo 256.
///
/// ```
/// # use sansfix::wire::checksum;
/// assert_eq!(checksum(b"\xff\x03"), 2);
/// ```
#[inline]
pub fn checksum(bytes: &[u8]) -> u8 {
    // Lanes wrap alone: 256 divides what each one loses. One lane per byte of a chunk lets the compiler add
    // whole registers.
    const LANES: usize = 32;
    let (chunks, rest) = bytes.as_chunks::<LANES>();
    let mut lanes = [0_u8; LANES];
    for chunk in chunks {
        for (lane, &byte) in lanes.iter_mut().zip(chunk) {
            *lane = lane.wrapping_add(byte);
        }
    }
    let (words, rest) = rest.as_chunks::<8>();
    let mut word_lanes = [0_u8; 8];
    for word in words {
        for (lane, &byte) in word_lanes.iter_mut().zip(word) {
            *lane = lane.wrapping_add(byte);
        }
    }
    sum(&lanes).wrapping_add(sum(&word_lanes)).wrapping_add(sum(rest))
}

#[inline]
fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}
