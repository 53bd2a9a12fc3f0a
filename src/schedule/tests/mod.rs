//! Cases by name, and a slow search beside the real one.

mod cases;
mod parts;
mod search;

use jiff::Timestamp;

use super::*;

/// A moment written as in RFC 3339.
fn utc(text: &str) -> Utc {
    Utc::from_nanos(text.parse::<Timestamp>().unwrap().as_nanosecond().try_into().unwrap())
}

fn time(text: &str) -> TimeOfDay {
    text.parse().unwrap()
}

fn local(text: &str, zone: &str) -> LocalTime {
    time(text).in_zone(&Zone::named(zone).unwrap())
}

fn period(opens: &str, closes: &str) -> Option<Period> {
    Some(Period { opens: utc(opens), closes: utc(closes) })
}

fn held(window: Window) -> Schedule {
    Schedule::builder().session(window).build().unwrap()
}

/// The moment before.
fn just_before(at: Utc) -> Utc {
    Utc::from_nanos(at.as_nanos() - 1)
}
