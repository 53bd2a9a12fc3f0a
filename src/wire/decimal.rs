//! Decimal numbers, written and read.

use super::SOH;

/// The digits of the largest `u64`.
pub(super) const UINT_MAX: usize = 20;

pub(super) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// A number below 10^8 in decimal, and how many digits it has; the bytes after them are meaningless.
#[inline]
pub(crate) const fn short_uint(value: u64) -> Option<([u8; 8], usize)> {
    if value >= 100_000_000 {
        return None;
    }
    let digits = eight_digits(value);
    // The last digit counts even if it is 0.
    let leading_zeros = (digits | 1 << 56).trailing_zeros() / 8;
    let text = (digits | ZEROS) >> (8 * leading_zeros);
    Some((text.to_le_bytes(), 8 - leading_zeros as usize))
}

/// A number below 10^4 as four digits, and how many of them are not leading zeros.
#[inline(always)]
pub(super) const fn four_digits(value: usize) -> Option<([u8; 4], usize)> {
    if value >= 10_000 {
        return None;
    }
    let value = value as u32;
    let hundreds = (value * 5_243) >> 19;
    let pairs = hundreds | ((value - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f;
    let digits = tens | ((pairs - tens * 10) << 8);
    let leading_zeros = (digits | 1 << 24).trailing_zeros() / 8;
    Some(((digits | ZEROS as u32).to_le_bytes(), 4 - leading_zeros as usize))
}

/// Writes `value` in decimal at the front of `out`, which has room for 20 bytes or at least for the digits of
/// the value; returns the number of digits. The bytes after them may change.
#[inline]
pub(crate) fn write_uint(out: &mut [u8], value: u64) -> usize {
    let Some((text, len)) = short_uint(value) else { return write_long(out, value) };
    match out.first_chunk_mut() {
        Some(place) => *place = text,
        None => out.iter_mut().zip(text).take(len).for_each(|(place, digit)| *place = digit),
    }
    len
}

#[cold]
fn write_long(out: &mut [u8], value: u64) -> usize {
    let len = write_uint(out, value / 100_000_000);
    let low = (eight_digits(value % 100_000_000) | ZEROS).to_le_bytes();
    if let Some(place) = out.get_mut(len..len + 8) {
        place.copy_from_slice(&low);
    }
    len + 8
}

/// The number at the front, if one to seven digits are followed by the delimiter, and what follows that.
#[inline(always)]
pub(crate) fn short_field(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let word = u64::from_le_bytes(*bytes.first_chunk()?);
    let digits = word ^ ZEROS;
    // A byte is a digit if neither it nor its sum with 6 has a bit in the high half. Carries only propagate
    // upwards, so the lowest mark is right.
    let others = (digits | digits.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
    let bits = others.trailing_zeros() & 0x78;
    if bits == 0 || (word >> (bits % 64)) & 0xff != u64::from(SOH) {
        return None;
    }
    let number = from_digits(digits << ((64 - bits) % 64));
    Some((number, bytes.get(bits as usize / 8 + 1..)?))
}

/// The number at the front, of up to 18 digits, and what follows it.
#[inline(always)]
pub(crate) fn leading_uint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let Some(&first) = bytes.first_chunk() else { return leading_long(bytes) };
    let digits = u64::from_le_bytes(first) ^ ZEROS;
    // The high bit of a byte above 9 is set, and a carry may set those of later bytes: the first mark counts.
    let others = (digits | digits.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080;
    let count = others.trailing_zeros() / 8;
    if count == 0 || count == 8 {
        return leading_long(bytes);
    }
    Some((from_digits(digits << (64 - 8 * count)), bytes.get(count as usize..)?))
}

/// The same, digit by digit.
#[cold]
fn leading_long(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (mut value, mut rest) = (0_u64, bytes);
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        rest = behind;
    }
    matches!(bytes.len() - rest.len(), 1..=18).then_some((value, rest))
}

/// The number made of eight digits, the first in the lowest byte, each a number from 0 to 9.
#[inline]
pub(super) const fn from_digits(digits: u64) -> u64 {
    let pairs = (digits * 10 + (digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (fours * 10_000 + (fours >> 32)) & 0xffff_ffff
}

/// The eight digits of a number below 10^8, each a number from 0 to 9, the first in the lowest byte. All are
/// computed at once, because the end of a loop would be mispredicted.
#[inline]
pub(super) const fn eight_digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    // A multiplication and a shift divide every lane.
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((pairs - tens * 10) << 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_at_the_front_ends_where_its_digits_do() {
        assert_eq!(leading_uint(b"0176\x0135="), Some((176, b"\x0135=".as_slice())));
        assert_eq!(leading_uint(b"999999999999999999"), Some((999_999_999_999_999_999, b"".as_slice())));
        for none in [b"".as_slice(), b"x", b"-1", b"0000000000000000001"] {
            assert_eq!(leading_uint(none), None);
        }
    }

    proptest! {
        #[test]
        fn a_number_read_at_once_is_the_one_read_digit_by_digit(
            text in prop_oneof!["[0-9]{0,20}[\x00-\x7f]{0,9}", "[0-9]{0,9}[\u{80}-\u{7ff}]{0,4}[0-9]{0,9}"],
        ) {
            prop_assert_eq!(leading_uint(text.as_bytes()), leading_long(text.as_bytes()));
        }
    }

    #[test]
    fn a_number_is_padded_to_four_digits() {
        for value in 0..10_000 {
            let (padded, count) = four_digits(value).unwrap();
            assert_eq!(padded.as_slice(), std::format!("{value:04}").as_bytes());
            assert_eq!(count, std::format!("{value}").len());
        }
        assert_eq!(four_digits(10_000), None);
    }

    #[test]
    fn a_number_is_cut_only_where_the_space_ends() {
        for value in [0, 7, 10, 4096, 12_345_678, 99_999_999, 100_000_000, 1_234_567_890, u64::MAX] {
            let text = std::format!("{value}");
            for space in 0..=24 {
                let mut out = std::vec![b'.'; space];
                assert_eq!(write_uint(&mut out, value), text.len());
                if space >= text.len() {
                    assert_eq!(&out[..text.len()], text.as_bytes(), "{space}");
                }
            }
        }
    }
}
