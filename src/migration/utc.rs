//! The two ways that stores write a moment.

use super::files::integer;
use crate::time::Utc;

/// `20240131-12:30:00`, with or without a fraction.
pub(super) fn fix(text: &[u8]) -> Option<Utc> {
    let (date, rest) = text.split_at_checked(8)?;
    let (year, rest_of_date) = date.split_at_checked(4)?;
    let (month, day) = rest_of_date.split_at_checked(2)?;
    let (time, rest) = time_of_day(rest.strip_prefix(b"-")?)?;
    rest.is_empty().then_some(())?;
    at(day_number(year, month, day)?, time, 0)
}

/// `2024-01-31T12:30:00`, with or without a fraction, and `Z` or a distance to UTC.
pub(super) fn rfc_3339(text: &[u8]) -> Option<Utc> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut parts = date.split(|&byte| byte == b'-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let (time, zone) = time_of_day(rest.strip_prefix(b"T")?)?;
    let ahead_secs = match zone {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h @ .., b':', m1, m2] => {
            let secs = two_digits(h, 23)? * 3600 + two_digits(&[*m1, *m2], 59)? * 60;
            if *sign == b'-' { -secs } else { secs }
        }
        _ => return None,
    };
    at(day_number(year, month, day)?, time, ahead_secs)
}

/// Nanoseconds since midnight, and what stands behind them.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (&[h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_first_chunk()? else { return None };
    // 60 is a leap second.
    let secs =
        two_digits(&[h1, h2], 23)? * 3600 + two_digits(&[m1, m2], 59)? * 60 + two_digits(&[s1, s2], 60)?;
    let nanos = secs * 1_000_000_000;
    let Some(fraction) = rest.strip_prefix(b".") else { return Some((nanos, rest)) };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = fraction.split_at_checked(length)?;
    let digits = digits.get(..9).unwrap_or(digits);
    let scale = 10i64.pow(9 - u32::try_from(digits.len()).ok()?);
    Some((nanos + i64::try_from(integer(digits)?).ok()? * scale, rest))
}

fn two_digits(digits: &[u8], max: i64) -> Option<i64> {
    let value = if digits.len() == 2 { i64::try_from(integer(digits)?).ok()? } else { return None };
    (value <= max).then_some(value)
}

/// Days since 1970-01-01 in the Gregorian calendar, for years from 1970 on.
fn day_number(year: &[u8], month: &[u8], day: &[u8]) -> Option<i64> {
    let year = if year.len() == 4 { i64::try_from(integer(year)?).ok()? } else { return None };
    let (month, day) = (two_digits(month, 12)?, two_digits(day, 31)?);
    if year < 1970 || month < 1 || day < 1 {
        return None;
    }
    // Years that begin with March have their leap day at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let before_month = (month * 153 + 2) / 5;
    const BEFORE_1970: i64 = 719_468;
    Some(before_year + before_month + day - 1 - BEFORE_1970)
}

fn at(day: i64, nanos_of_day: i64, ahead_secs: i64) -> Option<Utc> {
    let secs = day.checked_mul(86_400)?.checked_sub(ahead_secs)?;
    Some(Utc::from_nanos(secs.checked_mul(1_000_000_000)?.checked_add(nanos_of_day)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_both_forms() {
        let nanos = |secs: i64, nanos| Some(Utc::from_nanos(secs * 1_000_000_000 + nanos));
        assert_eq!(fix(b"19700101-00:00:00"), nanos(0, 0));
        assert_eq!(fix(b"20240229-23:59:59"), nanos(1_709_251_199, 0));
        assert_eq!(fix(b"20240301-00:00:00.5"), nanos(1_709_251_200, 500_000_000));
        assert_eq!(fix(b"20000229-12:00:00.123456789"), nanos(951_825_600, 123_456_789));
        assert_eq!(rfc_3339(b"2024-03-01T00:00:00Z"), nanos(1_709_251_200, 0));
        assert_eq!(rfc_3339(b"2024-03-01T01:30:00.25+01:30"), nanos(1_709_251_200, 250_000_000));
        assert_eq!(rfc_3339(b"2024-02-29T19:00:00-05:00"), nanos(1_709_251_200, 0));
    }

    #[test]
    fn anything_else_is_no_moment() {
        for text in
            ["", "20240301", "20240301-00:00", "20241301-00:00:00", "20240301-24:00:00", "20240301-00:00:00x"]
        {
            assert_eq!(fix(text.as_bytes()), None, "{text}");
        }
        for text in
            ["2024-03-01T00:00:00", "2024-03-01 00:00:00Z", "2024-03-01T00:00:00+1", "99999-3-01T00:00:00Z"]
        {
            assert_eq!(rfc_3339(text.as_bytes()), None, "{text}");
        }
    }
}
