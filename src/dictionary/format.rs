//! Does a value have the form of its type? (FIX "Field data types"; session test cases 14e and 14f)

use super::field_type::FieldType;
use crate::wire::Value;

/// What is wrong with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BadValue {
    /// It cannot be read as its type: SessionRejectReason 6.
    Format,
    /// It can be read, and is out of the type's range: SessionRejectReason 5.
    Range,
}

use BadValue::{Format, Range};

/// Checks a value that is not empty.
#[inline]
pub(super) fn check(kind: FieldType, value: &[u8]) -> Result<(), BadValue> {
    match kind {
        FieldType::String | FieldType::Data => Ok(()),
        FieldType::Char => form(value.len() == 1),
        FieldType::Boolean => form(matches!(value, b"Y" | b"N")),
        FieldType::Int => integer(value),
        FieldType::Count => natural(value, 0, u64::MAX),
        FieldType::TagNum => natural(value, 1, u64::MAX),
        FieldType::DayOfMonth => natural(value, 1, 31),
        FieldType::Decimal => decimal(value),
        FieldType::MultipleStringValue => form(value.split(|&b| b == b' ').all(|word| !word.is_empty())),
        FieldType::MultipleCharValue => form(value.split(|&b| b == b' ').all(|word| word.len() == 1)),
        FieldType::UtcTimestamp => form(Value::new(value).utc_timestamp().is_ok()),
        FieldType::TimeOnly => form(time_only(value)),
        FieldType::DateOnly => form(date(value)),
        FieldType::MonthYear => form(month_year(value)),
        FieldType::TzTimeOnly => form(tz_time(value)),
        FieldType::TzTimestamp => form(value.split_at_checked(8).is_some_and(|(day, rest)| {
            date(day) && rest.split_first().is_some_and(|(dash, time)| *dash == b'-' && tz_time(time))
        })),
        FieldType::Country | FieldType::Language => form(letters(value, 2)),
        FieldType::Currency => form(letters(value, 3)),
        FieldType::Exchange => form(value.len() == 4 && value.iter().all(u8::is_ascii_alphanumeric)),
    }
}

fn form(good: bool) -> Result<(), BadValue> {
    if good { Ok(()) } else { Err(Format) }
}

/// "-" and digits; leading zeros are allowed, a "+" is not.
fn integer(value: &[u8]) -> Result<(), BadValue> {
    magnitude(value.strip_prefix(b"-").unwrap_or(value)).map(|_| ())
}

fn natural(value: &[u8], min: u64, max: u64) -> Result<(), BadValue> {
    let number = match value {
        [b'-', digits @ ..] if magnitude(digits)? > 0 => return Err(Range),
        [b'-', ..] => 0,
        digits => magnitude(digits)?,
    };
    if (min..=max).contains(&number) { Ok(()) } else { Err(Range) }
}

/// The number that digits say. What exceeds 18 of them is out of range: no application could hold it.
#[inline]
fn magnitude(digits: &[u8]) -> Result<u64, BadValue> {
    if digits.len() <= 8 { Value::new(digits).uint().map_err(|_| Format) } else { long_magnitude(digits) }
}

#[cold]
fn long_magnitude(digits: &[u8]) -> Result<u64, BadValue> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Format);
    }
    digits.iter().try_fold(0u64, |number, digit| {
        if number >= 100_000_000_000_000_000 {
            return Err(Range);
        }
        Ok(number * 10 + u64::from(digit & 0xF))
    })
}

/// "-", digits, one point anywhere among them, at least one digit.
fn decimal(value: &[u8]) -> Result<(), BadValue> {
    let unsigned = value.strip_prefix(b"-").unwrap_or(value);
    let mut points = 0;
    for &byte in unsigned {
        if byte == b'.' {
            points += 1;
        } else if !byte.is_ascii_digit() {
            return Err(Format);
        }
    }
    form(points <= 1 && unsigned.len() > points)
}

fn letters(value: &[u8], count: usize) -> bool {
    value.len() == count && value.iter().all(u8::is_ascii_alphabetic)
}

/// A number of two digits, up to `max`.
#[inline]
fn two(tens: u8, ones: u8, max: u8) -> bool {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    tens <= 9 && ones <= 9 && tens * 10 + ones <= max
}

#[inline]
fn date(value: &[u8]) -> bool {
    Value::new(value).utc_date().is_ok()
}

/// The 60th second is a leap second.
#[inline]
fn time_only(value: &[u8]) -> bool {
    Value::new(value).utc_time().is_ok()
}

fn month_year(value: &[u8]) -> bool {
    match *value {
        [y1, y2, y3, y4, m1, m2] => date(&[y1, y2, y3, y4, m1, m2, b'0', b'1']),
        [y1, y2, y3, y4, m1, m2, b'w', b'1'..=b'5'] => date(&[y1, y2, y3, y4, m1, m2, b'0', b'1']),
        _ => date(value),
    }
}

/// `HH:MM[:SS[.fraction]][Z | +hh[:mm] | -hh[:mm]]`
fn tz_time(value: &[u8]) -> bool {
    let zone_at = value.iter().position(|b| matches!(b, b'Z' | b'+' | b'-')).unwrap_or(value.len());
    let (time, zone) = value.split_at(zone_at);
    let time_is_good = match *time {
        [h1, h2, b':', m1, m2] => two(h1, h2, 23) && two(m1, m2, 59),
        _ => time_only(time),
    };
    let zone_is_good = match *zone {
        [] | [b'Z'] => true,
        [b'+' | b'-', h1, h2] => two(h1, h2, 23),
        [b'+' | b'-', h1, h2, b':', m1, m2] => two(h1, h2, 23) && two(m1, m2, 59),
        _ => false,
    };
    time_is_good && zone_is_good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn all(kind: FieldType, verdict: Result<(), BadValue>, values: &[&str]) {
        for value in values {
            assert_eq!(check(kind, value.as_bytes()), verdict, "{kind:?} {value}");
        }
    }

    #[test]
    fn numbers_have_no_plus_and_may_have_leading_zeros() {
        all(FieldType::Int, Ok(()), &["0", "00023", "-23", "-0", "999999999999999999"]);
        all(FieldType::Int, Err(Format), &["+1", "-", "1.0", "1 ", "a", "--1", "1e3"]);
        all(FieldType::Int, Err(Range), &["9999999999999999999", "-99999999999999999999999999"]);
        all(FieldType::Count, Ok(()), &["0", "007"]);
        all(FieldType::Count, Err(Range), &["-1"]);
        all(FieldType::Count, Err(Format), &["x", "+1"]);
        all(FieldType::TagNum, Err(Range), &["0"]);
        all(FieldType::DayOfMonth, Ok(()), &["1", "01", "31"]);
        all(FieldType::DayOfMonth, Err(Range), &["0", "32"]);
        all(FieldType::Decimal, Ok(()), &["002000.00", "23", "23.", ".5", "-.5", "-23.0000"]);
        all(FieldType::Decimal, Err(Format), &["+200.00", ".", "-", "1.2.3", "1,5", "1e5", "NaN"]);
    }

    #[test]
    fn texts_have_the_length_of_their_type() {
        all(FieldType::Char, Ok(()), &["a", "1"]);
        all(FieldType::Char, Err(Format), &["ab"]);
        all(FieldType::Boolean, Ok(()), &["Y", "N"]);
        all(FieldType::Boolean, Err(Format), &["y", "1", "YES"]);
        all(FieldType::MultipleCharValue, Ok(()), &["A", "A B C"]);
        all(FieldType::MultipleCharValue, Err(Format), &["AB", "A  B", " A", "A "]);
        all(FieldType::MultipleStringValue, Ok(()), &["AB", "AB C"]);
        all(FieldType::MultipleStringValue, Err(Format), &["A  B", " A"]);
        all(FieldType::Currency, Ok(()), &["USD"]);
        all(FieldType::Currency, Err(Format), &["US", "US1", "USDT"]);
        all(FieldType::Country, Err(Format), &["USA"]);
        all(FieldType::Exchange, Ok(()), &["XNYS"]);
        all(FieldType::Exchange, Err(Format), &["N"]);
    }

    #[test]
    fn dates_and_times_are_those_of_a_calendar() {
        all(
            FieldType::UtcTimestamp,
            Ok(()),
            &["20240229-00:00:00", "20000229-23:59:60.123", "20240101-01:01:01.123456789012"],
        );
        all(
            FieldType::UtcTimestamp,
            Err(Format),
            &[
                "20230229-00:00:00",
                "19000229-00:00:00",
                "20241301-00:00:00",
                "20240100-00:00:00",
                "20240101-24:00:00",
                "20240101-00:60:00",
                "20240101-00:00:61",
                "20240101 00:00:00",
                "20240101-00:00:00.",
                "20240101-00:00:00.1234567890123",
                "20240101",
                "20240101-00:00",
            ],
        );
        all(FieldType::TimeOnly, Ok(()), &["00:00:00", "12:30:00.500"]);
        all(FieldType::TimeOnly, Err(Format), &["12:30", "1:30:00"]);
        all(FieldType::DateOnly, Ok(()), &["20240430"]);
        all(FieldType::DateOnly, Err(Format), &["20240431", "2024-04-30"]);
        all(FieldType::MonthYear, Ok(()), &["202404", "20240430", "202404w5"]);
        all(FieldType::MonthYear, Err(Format), &["202413", "202404w6", "2024"]);
        all(FieldType::TzTimeOnly, Ok(()), &["07:39Z", "02:39-05", "15:39+08", "13:09+05:30", "07:39:12.5Z"]);
        all(FieldType::TzTimeOnly, Err(Format), &["7:39Z", "07:39+5", "07:39Z0", "07"]);
        all(FieldType::TzTimestamp, Ok(()), &["20060901-07:39Z", "20060901-02:39:00-05"]);
        all(FieldType::TzTimestamp, Err(Format), &["20060901", "20060931-07:39Z", "20060901-"]);
    }
}
