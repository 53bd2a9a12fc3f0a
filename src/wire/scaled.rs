//! Decimal numbers as scaled integers: a Price(44) as a number of hundredths, say, exact in both directions.

use arrayvec::ArrayVec;

use super::decimal::{UINT_MAX, write_uint};
use super::{Body, Value, ValueError};

/// A sign, a point, and more digits than any number of places needs.
const TEXT_MAX: usize = 2 + UINT_MAX + u8::MAX as usize;

impl Value<'_> {
    /// A decimal number (FIX data type float: Price, Qty, Amt) as an integer scaled by `places` decimal
    /// places: with two places `101.5` is 10150.
    ///
    /// ```
    /// # use sansfix::wire::{Value, ValueError};
    /// assert_eq!(Value::new(b"101.5").scaled(2), Ok(10_150));
    /// assert_eq!(Value::new(b"-7").scaled(4), Ok(-70_000));
    /// assert_eq!(Value::new(b"0.12500").scaled(3), Ok(125));
    /// assert_eq!(Value::new(b"0.125").scaled(2), Err(ValueError::Range));
    /// ```
    ///
    /// # Errors
    /// [`ValueError`] if it is empty or not in the form that [`decimal`](Value::decimal) accepts;
    /// [`ValueError::Range`] if it has more decimal places (nothing is ever rounded) or does not fit.
    #[inline]
    pub fn scaled(self, places: u8) -> Result<i64, ValueError> {
        let text = self.as_bytes();
        let (unsigned, is_negative) = match text {
            [b'-', unsigned @ ..] => (unsigned, true),
            unsigned => (unsigned, false),
        };
        // The number so far in units, as long as it fits, and how many places are still to come.
        let mut units = Some(0_u64);
        let mut to_come = places;
        let (mut has_digit, mut is_behind_point) = (false, false);
        for &byte in unsigned {
            match byte {
                b'0'..=b'9' => {
                    has_digit = true;
                    let digit = u64::from(byte - b'0');
                    if !is_behind_point {
                        units = shifted(units, digit);
                    } else if let Some(rest) = to_come.checked_sub(1) {
                        to_come = rest;
                        units = shifted(units, digit);
                    } else if digit != 0 {
                        units = None;
                    }
                }
                b'.' if !is_behind_point => is_behind_point = true,
                _ => return Err(ValueError::Form),
            }
        }
        if !has_digit {
            return Err(if text.is_empty() { ValueError::Empty } else { ValueError::Form });
        }
        // Zero needs no scaling: that bounds the loop by the digits of a `u64`.
        while to_come > 0 && units.is_some_and(|units| units > 0) {
            to_come -= 1;
            units = shifted(units, 0);
        }
        let units = units.ok_or(ValueError::Range)?;
        let signed = if is_negative { 0_i64.checked_sub_unsigned(units) } else { i64::try_from(units).ok() };
        signed.ok_or(ValueError::Range)
    }
}

/// Appends a digit, as long as the number fits.
#[inline]
fn shifted(units: Option<u64>, digit: u64) -> Option<u64> {
    units?.checked_mul(10)?.checked_add(digit)
}

impl Body<'_> {
    /// A decimal number (FIX data type float: Price, Qty, Amt) from an integer scaled by `places` decimal
    /// places: 10150 with two places is written `101.50`. [`Value::scaled`] reads it back.
    ///
    /// ```
    /// # use sansfix::Body;
    /// /// Price(44), held in hundredths.
    /// fn price(body: &mut Body<'_>, cents: i64) {
    ///     body.scaled(44, cents, 2);
    /// }
    /// ```
    pub fn scaled(&mut self, tag: u32, units: i64, places: u8) -> &mut Self {
        let mut digits = [0; UINT_MAX];
        let count = write_uint(&mut digits, units.unsigned_abs());
        let digits = digits.get(..count).unwrap_or_default();
        let places = usize::from(places);
        let (whole, fraction) = digits.split_at(count.saturating_sub(places));

        let mut text = ArrayVec::<u8, TEXT_MAX>::new();
        text.extend((units < 0).then_some(b'-'));
        text.extend(if whole.is_empty() { b"0" } else { whole }.iter().copied());
        if places > 0 {
            text.extend([b'.']);
            text.extend(core::iter::repeat_n(b'0', places - fraction.len()));
            text.extend(fraction.iter().copied());
        }
        self.bytes(tag, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Guard;
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    fn read(text: &str, places: u8) -> Result<i64, ValueError> {
        Value::new(text.as_bytes()).scaled(places)
    }

    fn written(units: i64, places: u8) -> String {
        let mut out = [0; 320];
        let mut body = Body::new(&mut out, Guard::Session);
        body.scaled(44, units, places);
        let len = body.finish().unwrap();
        let text = str::from_utf8(&out[..len]).unwrap();
        text.strip_prefix("44=").unwrap().strip_suffix('\u{1}').unwrap().into()
    }

    #[test]
    fn a_number_has_as_many_places_as_asked_for() {
        assert_eq!(written(10_150, 2), "101.50");
        assert_eq!(written(-5, 2), "-0.05");
        assert_eq!(written(5, 0), "5");
        assert_eq!(written(0, 3), "0.000");
        assert_eq!(written(100, 2), "1.00");
        assert_eq!(written(i64::MIN, 18), "-9.223372036854775808");
        assert_eq!(written(1, 255).len(), 257);
    }

    #[test]
    fn what_is_no_whole_number_of_units_is_refused_and_never_rounded() {
        assert_eq!(read("101.505", 2), Err(ValueError::Range));
        assert_eq!(read("0.1", 0), Err(ValueError::Range));
        assert_eq!(read("101.500", 2), Ok(10_150));
        assert_eq!(read("92233720368547758.07", 2), Ok(i64::MAX));
        assert_eq!(read("-92233720368547758.08", 2), Ok(i64::MIN));
        assert_eq!(read("92233720368547758.08", 2), Err(ValueError::Range));
        assert_eq!(read("1", 19), Err(ValueError::Range));
        assert_eq!(read("0.0", 255), Ok(0));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(units: i64, places: u8) {
            prop_assert_eq!(read(&written(units, places), places), Ok(units));
        }

        #[test]
        fn what_is_no_decimal_is_no_scaled_number_for_the_same_reason(text in "-?[0-9.]{0,6}[-+.e 0-9]{0,2}", places in 0..9_u8) {
            match Value::new(text.as_bytes()).decimal() {
                Err(error) => prop_assert_eq!(read(&text, places), Err(error)),
                Ok(_) => prop_assert_eq!(read(&text, 9).map_err(|_| ()), Ok(nano_units(&text))),
            }
        }
    }

    /// The number in billionths.
    fn nano_units(text: &str) -> i64 {
        let unsigned = text.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let units: i64 = std::format!("0{whole}{fraction:0<9}").parse().unwrap();
        if text.starts_with('-') { -units } else { units }
    }
}
