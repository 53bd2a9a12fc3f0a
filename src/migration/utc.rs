//! The two ways in which stores write a moment.

use core::time::Duration;

use crate::time::Utc;
use crate::wire::Value;

/// `20240131-12:30:00`, with or without a fraction.
pub(super) fn fix(text: &[u8]) -> Option<Utc> {
    Value::new(text).utc_timestamp().ok().map(|moment| moment.utc())
}

/// `2024-01-31T12:30:00`, with or without a fraction, followed by `Z` or an offset from UTC.
pub(super) fn rfc_3339(text: &[u8]) -> Option<Utc> {
    let (&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T'], rest) = text.split_first_chunk()? else {
        return None;
    };
    let date = Value::new(&[y1, y2, y3, y4, m1, m2, d1, d2]).utc_date().ok()?;
    let zone_at = rest.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-'))?;
    let (time, zone) = rest.split_at_checked(zone_at)?;
    let since_midnight = Value::new(time).utc_time().ok()?;
    let local = date.saturating_add(since_midnight);
    match *zone {
        [b'Z'] => Some(local),
        [b'+', ref offset @ ..] => Some(Utc::from_nanos(local.as_nanos().checked_sub(nanos(offset)?)?)),
        [b'-', ref offset @ ..] => Some(Utc::from_nanos(local.as_nanos().checked_add(nanos(offset)?)?)),
        _ => None,
    }
}

/// An offset from UTC, `HH:MM`, in nanoseconds.
fn nanos(offset: &[u8]) -> Option<i64> {
    let &[h1, h2, b':', m1, m2] = offset else { return None };
    let time = Value::new(&[h1, h2, b':', m1, m2, b':', b'0', b'0']).utc_time().ok()?;
    i64::try_from(Duration::as_nanos(&time)).ok()
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
        for text in [
            "",
            "20240301",
            "20240301-00:00",
            "20240230-00:00:00",
            "20241301-00:00:00",
            "20240301-24:00:00",
            "20240301-00:00:00x",
        ] {
            assert_eq!(fix(text.as_bytes()), None, "{text}");
        }
        for text in
            ["2024-03-01T00:00:00", "2024-03-01 00:00:00Z", "2024-03-01T00:00:00+1", "99999-3-01T00:00:00Z"]
        {
            assert_eq!(rfc_3339(text.as_bytes()), None, "{text}");
        }
    }
}
