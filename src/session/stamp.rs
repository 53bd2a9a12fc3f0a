//! SendingTime(52), cached as text.

use super::config::Config;
use crate::time::Utc;
use crate::wire::{
    BeginString, Body, Guard, SOH, TimePrecision, UTC_TIMESTAMP_MAX, date_and_seconds, fraction_text, put,
    split_utc, tag,
};

/// SendingTime(52) of the last frame built. It is rewritten when its last digit changes; within a second,
/// only the fraction is.
///
/// It is a cache, so sessions that differ only in it are equal.
#[derive(Clone)]
pub(super) struct Stamp {
    /// The second in the text, since the epoch.
    second: i64,
    /// The fraction in the text, in nanoseconds.
    fraction: u32,
    precision: TimePrecision,
    len: u8,
    /// The field with its SOH.
    text: [u8; Stamp::ROOM],
}

const TIME_AT: usize = "52=".len();
const FRACTION_AT: usize = TIME_AT + "YYYYMMDD-HH:MM:SS".len();

impl Stamp {
    pub(super) const ROOM: usize = TIME_AT + UTC_TIMESTAMP_MAX + 1;

    pub(super) fn new(config: &Config) -> Self {
        // FIX 4.0 and 4.1 have whole seconds only (FIX data type UTCTimestamp).
        let whole_seconds = config.begin_string < BeginString::Fix42;
        let precision = if whole_seconds { TimePrecision::Seconds } else { config.time_precision };
        let mut text = [0; Stamp::ROOM];
        let mut to = Body::new(&mut text, Guard::Session);
        let len = to.utc(tag::SENDING_TIME, Utc::EPOCH, precision).len() as u8;
        Stamp { second: 0, fraction: 0, precision, len, text }
    }

    /// Sets SendingTime(52).
    #[inline]
    pub(super) fn date(&mut self, utc: Utc) {
        let since = self.since_second(utc).and_then(|since| since.checked_sub(self.fraction));
        if since.is_none_or(|since| since >= unit(self.precision)) {
            self.renew(utc);
        }
    }

    /// Nanoseconds since the second in the text began; `None` before it, or more than four seconds after it.
    #[inline]
    fn since_second(&self, utc: Utc) -> Option<u32> {
        let begun = self.second.checked_mul(1_000_000_000)?;
        u32::try_from(utc.as_nanos().checked_sub(begun)?).ok()
    }

    /// Rewrites the text: its last digit changes.
    #[inline(never)]
    fn renew(&mut self, utc: Utc) {
        let nanos = match self.since_second(utc) {
            Some(nanos) if nanos < 1_000_000_000 => nanos,
            _ => self.enter(utc),
        };
        self.fraction = nanos - nanos % unit(self.precision);
        // All the digits, then the SOH of the field, which they may have overwritten.
        let (digits, _) = fraction_text(nanos, self.precision);
        put(&mut self.text, FRACTION_AT, digits);
        put(&mut self.text, usize::from(self.len).wrapping_sub(1), [SOH]);
    }

    /// Writes another second; returns the nanoseconds after it began.
    #[inline(never)]
    fn enter(&mut self, utc: Utc) -> u32 {
        let (seconds, nanos) = split_utc(utc);
        self.second = seconds;
        if let Some(place) = self.text.get_mut(TIME_AT..).and_then(<[u8]>::first_chunk_mut) {
            *place = date_and_seconds(seconds);
        }
        nanos
    }

    /// The field, from `52=` to its SOH.
    #[inline]
    pub(super) fn field(&self) -> &[u8] {
        self.text.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The text at its full size, and how much of it is the field.
    #[inline]
    pub(super) fn front(&self) -> (&[u8; Stamp::ROOM], usize) {
        (&self.text, usize::from(self.len))
    }

    /// Its value.
    #[inline]
    pub(super) fn sending_time(&self) -> &[u8] {
        self.text.get(TIME_AT..usize::from(self.len).wrapping_sub(1)).unwrap_or_default()
    }
}

/// The unit of the last digit, in nanoseconds; with picoseconds, the last three digits never change.
const fn unit(precision: TimePrecision) -> u32 {
    match precision {
        TimePrecision::Seconds => 1_000_000_000,
        TimePrecision::Millis => 1_000_000,
        TimePrecision::Micros => 1_000,
        TimePrecision::Nanos | TimePrecision::Picos => 1,
    }
}

impl PartialEq for Stamp {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Stamp {}

impl core::hash::Hash for Stamp {
    fn hash<H: core::hash::Hasher>(&self, _: &mut H) {}
}

impl core::fmt::Debug for Stamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Stamp")
    }
}
