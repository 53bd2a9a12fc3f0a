//! CheckSum(10).

use super::SOH;

/// The value of CheckSum(10) for the bytes of a frame up to, not including, its `10=`: their sum modulo 256.
///
/// ```
/// # use sansfix::wire::checksum;
/// assert_eq!(checksum(b"\xff\x03"), 2);
/// ```
#[inline(always)]
pub fn checksum(bytes: &[u8]) -> u8 {
    // Blocks of known length are summed in vectors without a loop.
    let (blocks, rest) = bytes.as_chunks::<256>();
    blocks.iter().fold(sum(rest), |total, block| total.wrapping_add(sum(block)))
}

#[inline]
fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}

/// `10=ddd␁`
pub(crate) const TRAILER_LEN: usize = 7;

/// CheckSum(10) with this value.
#[inline]
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

/// Every sum as three digits and the delimiter.
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
