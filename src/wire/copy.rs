//! Copying values. Most are so short that calling `memcpy` takes longer than the copying.

use super::encode::SOH;

/// Copies `from` to the front of `to`, which has room for it. Returns false if it certainly contains no SOH,
/// as for any short ASCII text. If the result is not used, the compiler leaves the check out.
#[inline(always)]
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> bool {
    // The first bytes and the last overlap if there are fewer than both together.
    let len = from.len();
    if len > 16 {
        if len > 32 {
            if let Some(to) = to.get_mut(..len) {
                to.copy_from_slice(from);
            }
            return true;
        }
        let (first, last) = ends::<16>(to, from);
        soh_among(&first, &last)
    } else if len >= 8 {
        let (first, last) = ends(to, from);
        suspect(u64::from_le_bytes(first)) | suspect(u64::from_le_bytes(last)) != 0
    } else if len >= 4 {
        let ([a, b, c, d], [e, f, g, h]) = ends(to, from);
        suspect(u64::from_le_bytes([a, b, c, d, e, f, g, h])) != 0
    } else if len >= 2 {
        let ([a, b], [c, d]) = ends(to, from);
        suspect(u64::from(u32::from_le_bytes([a, b, c, d]))) as u32 != 0
    } else {
        let ([byte], _) = ends(to, from);
        byte == SOH
    }
}

/// Writes `bytes` at offset `at`, if there is room for them; returns where they end.
#[inline(always)]
pub(crate) fn put<const N: usize>(to: &mut [u8], at: usize, bytes: [u8; N]) -> usize {
    if let Some(place) = to.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = bytes;
    }
    at + N
}

/// Copies the first and the last `N` bytes, and returns them.
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

/// Not 0 if some byte may be SOH: NUL, SOH and bytes beyond ASCII count as possible.
#[inline(always)]
const fn suspect(word: u64) -> u64 {
    // Subtracting 2 sets the high bit of a byte below 2; the borrow may set that of the next byte as well.
    word.wrapping_sub(u64::from_le_bytes([SOH + 1; 8])) & u64::from_le_bytes([0x80; 8])
}

#[inline(always)]
fn soh_among(first: &[u8; 16], last: &[u8; 16]) -> bool {
    first.iter().zip(last).fold(false, |found, (a, b)| found | (*a == SOH) | (*b == SOH))
}

/// Whether the value contains SOH. For long values, and for those that are not copied.
#[inline(never)]
pub(crate) fn holds_soh(value: &[u8]) -> bool {
    let Some(last) = value.last_chunk() else { return value.contains(&SOH) };
    // The last chunk may overlap the one before it.
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
            copy(&mut to, &clean);
            assert!(!holds_soh(&clean), "{len}");
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

    #[test]
    fn a_short_text_of_ascii_holds_no_soh_at_first_sight() {
        for len in 0..=32 {
            let text: Vec<u8> = (0..len).map(|at| [b' ', 2, 0x7f, b'0'][at % 4]).collect();
            assert!(!copy(&mut std::vec![0; len], &text), "{len}");
        }
    }
}
