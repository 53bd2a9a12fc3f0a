//! Short values copied. Most are short, and `memcpy` takes longer to be called than to copy them.

use super::encode::SOH;

/// Copies `from` to the front of `to`, which has room for it; true when SOH stands in it. Where nobody asks
/// for that, the compiler leaves the search out.
#[inline(always)]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> bool {
    // The first and the last bytes overlap where there are fewer than both together.
    let len = from.len();
    if len > 16 {
        if len > 32 {
            if let Some(to) = to.get_mut(..len) {
                to.copy_from_slice(from);
            }
            return holds_soh(from);
        }
        let (first, last) = ends::<16>(to, from);
        soh_among(&first, &last)
    } else if len >= 8 {
        let (first, last) = ends(to, from);
        soh_in(u64::from_le_bytes(first)) | soh_in(u64::from_le_bytes(last)) != 0
    } else if len >= 4 {
        let ([a, b, c, d], [e, f, g, h]) = ends(to, from);
        soh_in(u64::from_le_bytes([a, b, c, d, e, f, g, h])) != 0
    } else if len >= 2 {
        let ([a, b], [c, d]) = ends(to, from);
        soh_in(u64::from(u32::from_le_bytes([a, b, c, d]))) != 0
    } else {
        let ([byte], _) = ends(to, from);
        byte == SOH
    }
}

/// Copies the first and the last `N` bytes, and gives them.
#[inline(always)]
fn ends<const N: usize>(to: &mut [u8], from: &[u8]) -> ([u8; N], [u8; N]) {
    let (Some(&first), Some(&last)) = (from.first_chunk(), from.last_chunk()) else {
        return ([0; N], [0; N]);
    };
    if let Some(to) = to.get_mut(..from.len()) {
        if let Some(place) = to.first_chunk_mut() {
            *place = first;
        }
        if let Some(place) = to.last_chunk_mut() {
            *place = last;
        }
    }
    (first, last)
}

/// Not 0 when some byte is SOH.
#[inline(always)]
const fn soh_in(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let differs = word ^ (ONES * SOH as u64);
    // The high bit of a byte comes from nothing but a borrow, and the first to borrow is 0.
    differs.wrapping_sub(ONES) & !differs & (ONES << 7)
}

#[inline(always)]
fn soh_among(first: &[u8; 16], last: &[u8; 16]) -> bool {
    first.iter().zip(last).fold(false, |found, (a, b)| found | (*a == SOH) | (*b == SOH))
}

/// Does SOH stand in it? For long values, and where nothing is copied.
#[inline(never)]
pub(crate) fn holds_soh(value: &[u8]) -> bool {
    let Some(last) = value.last_chunk() else { return value.contains(&SOH) };
    // The last one overlaps the one before it.
    value.as_chunks().0.iter().any(|chunk| soh_among(chunk, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_value_is_copied_whole_and_soh_is_found_wherever_it_stands() {
        for len in 0..80 {
            let clean: Vec<u8> = (0..len).map(|at| [0, 2, 0x7f, 0x80, 0x81, 0xff][at % 6]).collect();
            let mut to = std::vec![b'.'; len + 1];
            assert!(!copy(&mut to, &clean), "{len}");
            assert_eq!(to.split_last(), Some((&b'.', &*clean)));
            for at in 0..len {
                let mut broken = clean.clone();
                broken[at] = SOH;
                assert!(copy(&mut to, &broken), "{len} {at}");
                assert_eq!(to.split_last(), Some((&b'.', &*broken)));
                assert!(holds_soh(&broken), "{len} {at}");
            }
        }
    }
}
