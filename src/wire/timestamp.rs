//! Reading and writing UTCTimestamp.

use super::ValueError;
use super::decimal::{ZEROS, eight_digits};
use crate::Utc;

const LEAP_SECOND: u8 = 60;
const SECONDS_PER_DAY: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_FROM_MARCH: i64 = 719_468;

/// A moment as a message states it, to the picosecond (FIX data type UTCTimestamp).
///
/// FIX defines 0, 3, 6, 9 and 12 digits of fraction and leaves others to agreement; any number up to 12 is
/// accepted here. A leap second, `23:59:60`, counts as the second after it, because [`Utc`] has none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UtcTimestamp {
    /// Since 1970-01-01T00:00:00Z.
    seconds: i64,
    /// Within the second.
    picos: u64,
}

impl UtcTimestamp {
    #[inline]
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ValueError> {
        let Some((date, [b'-', time @ ..])) = bytes.split_first_chunk::<8>() else {
            return Err(if bytes.is_empty() { ValueError::Empty } else { ValueError::Form });
        };
        let time = TimeOfDay::parse(time)?;
        let seconds = Date::parse(date)?.days() * SECONDS_PER_DAY + i64::from(time.seconds);
        Ok(UtcTimestamp { seconds, picos: time.picos })
    }

    /// The moment, truncated to nanoseconds; for years outside 1678 to 2261, the nearest moment that [`Utc`]
    /// can hold.
    #[inline]
    pub const fn utc(self) -> Utc {
        let nanos = (self.picos / 1000) as i64;
        Utc::from_nanos(match self.seconds.checked_mul(1_000_000_000) {
            Some(whole) => whole.saturating_add(nanos),
            // The first second that `Utc` reaches into begins before it: counted from its end.
            None if self.seconds < 0 => {
                (self.seconds + 1).saturating_mul(1_000_000_000).saturating_add(nanos - 1_000_000_000)
            }
            None => i64::MAX,
        })
    }

    /// The fraction of the second in picoseconds, below 10^12.
    pub const fn picos(self) -> u64 {
        self.picos
    }
}

/// A date that exists in the Gregorian calendar, years 0000 to 9999.
pub(super) struct Date {
    year: u32,
    month: u8,
    day: u8,
}

impl Date {
    /// From `YYYYMMDD`.
    #[inline]
    pub(super) fn parse(text: &[u8; 8]) -> Result<Self, ValueError> {
        let [century, year, month, day] = pairs(*text).ok_or(ValueError::Form)?;
        let date = Date { year: u32::from(century) * 100 + u32::from(year), month, day };
        if day == 0 || day > date.days_in_month() { Err(ValueError::Range) } else { Ok(date) }
    }

    /// Days since 1970-01-01, negative before it.
    #[inline]
    pub(super) fn days(&self) -> i64 {
        // Counted from March, so that a leap day is the last of its year; the year is moved by 400 to stay
        // positive.
        let year = self.year + 400 - u32::from(self.month <= 2);
        let month = (u32::from(self.month) + 9) % 12;
        let leap_days = year / 4 - year / 100 + year / 400;
        let day_of_year = (153 * month + 2) / 5 + u32::from(self.day) - 1;
        i64::from(year * 365 + leap_days + day_of_year) - 146_097 - EPOCH_FROM_MARCH
    }

    /// 0 for a month that does not exist.
    #[inline]
    fn days_in_month(&self) -> u8 {
        match self.month {
            2 if self.is_leap_year() => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        }
    }

    #[inline]
    fn is_leap_year(&self) -> bool {
        self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400))
    }
}

/// `HH:MM:SS` with or without a fraction.
pub(super) struct TimeOfDay {
    /// Since midnight; 86 400 in a leap second.
    pub(super) seconds: u32,
    pub(super) picos: u64,
}

impl TimeOfDay {
    #[inline]
    pub(super) fn parse(text: &[u8]) -> Result<Self, ValueError> {
        let (clock, fraction) = text.split_first_chunk().ok_or(ValueError::Form)?;
        let [hour, minute, second] = clock_pairs(*clock).ok_or(ValueError::Form)?;
        let picos = match fraction {
            [] => 0,
            [b'.', digits @ ..] => picos(digits).ok_or(ValueError::Form)?,
            _ => return Err(ValueError::Form),
        };
        if hour > 23 || minute > 59 || second > LEAP_SECOND {
            return Err(ValueError::Range);
        }
        let seconds = u32::from(hour) * 3600 + u32::from(minute) * 60 + u32::from(second);
        Ok(TimeOfDay { seconds, picos })
    }
}

/// Four numbers of two digits each, all eight at once.
#[inline]
fn pairs(text: [u8; 8]) -> Option<[u8; 4]> {
    let digits = u64::from_le_bytes(text).wrapping_sub(0x3030_3030_3030_3030);
    // A byte is a digit when neither it nor it plus 6 reaches the high half; a borrow from a byte below `0`
    // shows in that byte.
    let beyond = digits | digits.wrapping_add(0x0606_0606_0606_0606);
    if beyond & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let sums = (digits & 0x00ff_00ff_00ff_00ff) * 10 + (digits >> 8 & 0x00ff_00ff_00ff_00ff);
    let [a, _, b, _, c, _, d, _] = sums.to_le_bytes();
    Some([a, b, c, d])
}

/// The three numbers of `HH:MM:SS`, in the same way.
#[inline]
fn clock_pairs(text: [u8; 8]) -> Option<[u8; 3]> {
    const COLONS: u64 = 0x0000_ff00_00ff_0000;
    // A byte that is as it must be becomes a number below 10, and a colon 0.
    let digits = u64::from_le_bytes(text) ^ u64::from_le_bytes(*b"00:00:00");
    let beyond = digits | digits.wrapping_add(0x0606_0606_0606_0606);
    if beyond & 0xf0f0_f0f0_f0f0_f0f0 != 0 || digits & COLONS != 0 {
        return None;
    }
    let [hour, _, _, minute, _, _, second, _] = (digits * 10 + (digits >> 8)).to_le_bytes();
    Some([hour, minute, second])
}

#[inline]
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
fn picos(digits: &[u8]) -> Option<u64> {
    const UNITS: [u64; 13] = {
        let mut units = [1; 13];
        let mut digits = 12;
        while digits > 0 {
            digits -= 1;
            units[digits] = units[digits + 1] * 10;
        }
        units
    };
    Some(super::value::digits(digits).ok()? * UNITS.get(digits.len())?)
}

/// How many digits of fraction a written UTCTimestamp has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum TimePrecision {
    /// None: all that FIX 4.0 and 4.1 allow.
    Seconds,
    /// 3, from FIX.4.2.
    #[default]
    Millis,
    /// 6, by agreement.
    Micros,
    /// 9, by agreement.
    Nanos,
    /// 12, by agreement; the last three are zeros, because [`Utc`] has only nanoseconds.
    Picos,
}

impl TimePrecision {
    /// The number of digits.
    pub const fn digits(self) -> usize {
        match self {
            TimePrecision::Seconds => 0,
            TimePrecision::Millis => 3,
            TimePrecision::Micros => 6,
            TimePrecision::Nanos => 9,
            TimePrecision::Picos => 12,
        }
    }
}

/// The longest UTCTimestamp in bytes: `YYYYMMDD-HH:MM:SS.` and 12 digits.
pub const UTC_TIMESTAMP_MAX: usize = 30;

/// Writes `utc` as a UTCTimestamp to the front of `out` and returns the length written. It is truncated to
/// `precision`.
///
/// ```
/// # use sansfix::{wire::{write_utc, TimePrecision}, Utc};
/// let mut out = [0; 30];
/// let len = write_utc(Utc::from_nanos(1_500_000_000), TimePrecision::Millis, &mut out);
/// assert_eq!(&out[..len], b"19700101-00:00:01.500");
/// ```
#[inline]
pub fn write_utc(utc: Utc, precision: TimePrecision, out: &mut [u8; UTC_TIMESTAMP_MAX]) -> usize {
    let (seconds, nanos) = split_utc(utc);
    let (whole, fraction) = out.split_at_mut(17);
    whole.copy_from_slice(&date_and_seconds(seconds));
    let (text, len) = fraction_text(nanos, precision);
    fraction.copy_from_slice(&text);
    17 + len
}

/// Whole seconds since the epoch, rounded down, and the nanoseconds beyond them.
#[inline]
pub const fn split_utc(utc: Utc) -> (i64, u32) {
    let nanos = utc.as_nanos();
    (nanos.div_euclid(1_000_000_000), nanos.rem_euclid(1_000_000_000) as u32)
}

/// `YYYYMMDD-HH:MM:SS` for the second that begins `seconds` after the epoch; for years outside 0000 to 9999,
/// the nearest one.
pub fn date_and_seconds(seconds: i64) -> [u8; 17] {
    // 0000-01-01 to the last second of 9999-12-31.
    let seconds = seconds.clamp(-62_167_219_200, 253_402_300_799);
    let (days, time) = (seconds.div_euclid(SECONDS_PER_DAY), seconds.rem_euclid(SECONDS_PER_DAY) as u32);
    // In range after the clamp; counted from March of year -400 as in `Date::days`.
    let from_march = (days + EPOCH_FROM_MARCH + 146_097) as u32;
    let (era, day_of_era) = (from_march / 146_097, from_march % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u32::from(month <= 2) - 400;

    let [c, cc] = two(year / 100);
    let [y, yy] = two(year % 100);
    let [m, mm] = two(month);
    let [d, dd] = two(day);
    let [h, hh] = two(time / 3600);
    let [n, nn] = two(time / 60 % 60);
    let [s, ss] = two(time % 60);
    [c, cc, y, yy, m, mm, d, dd, b'-', h, hh, b':', n, nn, b':', s, ss]
}

/// `.` and the digits of `nanos` that `precision` keeps, and how many of these bytes are valid: none for
/// [`TimePrecision::Seconds`]. `nanos` must be below 10^9.
#[inline]
pub fn fraction_text(nanos: u32, precision: TimePrecision) -> ([u8; 13], usize) {
    let [a, b, c, d, e, f, g, h] = (eight_digits(u64::from(nanos / 10)) | ZEROS).to_le_bytes();
    let len = match precision {
        TimePrecision::Seconds => 0,
        finer => 1 + finer.digits(),
    };
    ([b'.', a, b, c, d, e, f, g, h, digit(nanos), b'0', b'0', b'0'], len)
}

#[inline]
const fn two(number: u32) -> [u8; 2] {
    [digit(number / 10), digit(number)]
}

/// The last digit.
#[inline]
const fn digit(number: u32) -> u8 {
    b'0' + (number % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<UtcTimestamp, ValueError> {
        UtcTimestamp::parse(text.as_bytes())
    }

    fn nanos(text: &str) -> Result<i64, ValueError> {
        parse(text).map(|time| time.utc().as_nanos())
    }

    #[test]
    fn the_first_and_the_last_moment_that_utc_holds_come_back() {
        for nanos in [i64::MIN, i64::MIN + 7, i64::MIN + 1_000_000_000, i64::MAX - 7, i64::MAX] {
            let utc = Utc::from_nanos(nanos);
            let mut out = [0; UTC_TIMESTAMP_MAX];
            let len = write_utc(utc, TimePrecision::Nanos, &mut out);
            assert_eq!(UtcTimestamp::parse(&out[..len]).map(UtcTimestamp::utc), Ok(utc));
        }
    }

    #[test]
    fn a_fraction_has_up_to_twelve_digits() {
        assert_eq!(nanos("19700101-00:00:01"), Ok(1_000_000_000));
        assert_eq!(nanos("19700101-00:00:01.5"), Ok(1_500_000_000));
        assert_eq!(nanos("19700101-00:00:01.123"), Ok(1_123_000_000));
        assert_eq!(nanos("19700101-00:00:01.123456789"), Ok(1_123_456_789));
        assert_eq!(nanos("19691231-23:59:59.999999999"), Ok(-1));
        let picos = parse("19700101-00:00:01.123456789999").map(|time| (time.utc().as_nanos(), time.picos()));
        assert_eq!(picos, Ok((1_123_456_789, 123_456_789_999)));
        for text in ["19700101-00:00:01.", "19700101-00:00:01.1234567890123", "19700101-00:00:01.12a"] {
            assert_eq!(nanos(text), Err(ValueError::Form), "{text}");
        }
    }

    #[test]
    fn a_leap_second_is_the_second_after_it() {
        assert_eq!(nanos("20161231-23:59:60"), nanos("20170101-00:00:00"));
        assert_eq!(nanos("20161231-23:59:60.250"), nanos("20170101-00:00:00.250"));
        assert_eq!(nanos("20161231-23:59:61"), Err(ValueError::Range));
    }

    #[test]
    fn a_date_or_time_that_does_not_exist_is_refused() {
        for text in [
            "20230229-00:00:00",
            "19000229-00:00:00",
            "20230431-00:00:00",
            "20230001-00:00:00",
            "20231301-00:00:00",
            "20230100-00:00:00",
            "20230101-24:00:00",
            "20230101-00:60:00",
            "00000000-00:00:00",
        ] {
            assert_eq!(nanos(text), Err(ValueError::Range), "{text}");
        }
        assert!(nanos("20000229-00:00:00").is_ok());
    }

    #[test]
    fn another_form_is_refused_at_every_place() {
        let good = "20230101-12:34:56.789";
        assert!(parse(good).is_ok());
        for at in 0..good.len() {
            for byte in [b' ', b'/', b':', b'a', 0xff, 0x10] {
                let mut bytes = std::vec::Vec::from(good);
                if let Some(place) = bytes.get_mut(at).filter(|place| **place != byte) {
                    *place = byte;
                    assert_eq!(UtcTimestamp::parse(&bytes), Err(ValueError::Form), "{at} {byte}");
                }
            }
        }
        assert_eq!(parse("20230101-12:34"), Err(ValueError::Form));
        assert_eq!(parse("2023-01-01T12:34:56Z"), Err(ValueError::Form));
        assert_eq!(parse(""), Err(ValueError::Empty));
    }

    #[test]
    fn a_moment_beyond_the_clocks_range_is_the_nearest_one() {
        assert_eq!(nanos("00000101-00:00:00"), Ok(i64::MIN));
        assert_eq!(nanos("99991231-23:59:60.999"), Ok(i64::MAX));
        assert_eq!(&date_and_seconds(i64::MIN), b"00000101-00:00:00");
        assert_eq!(&date_and_seconds(i64::MAX), b"99991231-23:59:59");
    }

    #[test]
    fn digits_beyond_the_precision_are_cut_off() {
        let utc = Utc::from_nanos(1_999_999_999);
        for (precision, text) in [
            (TimePrecision::Seconds, "19700101-00:00:01"),
            (TimePrecision::Millis, "19700101-00:00:01.999"),
            (TimePrecision::Micros, "19700101-00:00:01.999999"),
            (TimePrecision::Nanos, "19700101-00:00:01.999999999"),
            (TimePrecision::Picos, "19700101-00:00:01.999999999000"),
        ] {
            let mut out = [0; UTC_TIMESTAMP_MAX];
            let len = write_utc(utc, precision, &mut out);
            assert_eq!(out.get(..len), Some(text.as_bytes()));
        }
    }

    #[test]
    fn the_days_around_a_leap_day_of_a_century_are_written() {
        let date = |seconds: i64| std::string::String::from_utf8(date_and_seconds(seconds).to_vec()).unwrap();
        for (day, text) in [
            (10_956, "19991231"),
            (11_015, "20000228"),
            (11_016, "20000229"),
            (11_017, "20000301"),
            (-25_509, "19000228"),
            (-25_508, "19000301"),
            (157_113, "24000229"),
        ] {
            assert_eq!(date(day * 86_400), std::format!("{text}-00:00:00"));
        }
    }

    #[test]
    fn a_clock_has_digits_and_colons_and_nothing_else() {
        for at in 0..8 {
            for byte in 0..=u8::MAX {
                let mut text = *b"11:22:33";
                text[at] = byte;
                let digit = |at: usize| u32::from(text[at] - b'0');
                let good = if at == 2 || at == 5 { byte == b':' } else { byte.is_ascii_digit() };
                let expected = good.then(|| [0, 3, 6].map(|at| digit(at) * 10 + digit(at + 1)));
                assert_eq!(clock_pairs(text).map(|pairs| pairs.map(u32::from)), expected, "{at} {byte}");
            }
        }
    }
}
