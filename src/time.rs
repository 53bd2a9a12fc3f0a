//! The two kinds of time in FIX: a steady reading for timers, and UTC for SendingTime(52).

use core::fmt;
use core::num::NonZeroU64;
use core::time::Duration;

use crate::wire::{TimePrecision, UTC_TIMESTAMP_MAX, write_utc};

/// A reading of a clock that only goes forward, in nanoseconds since some fixed origin.
///
/// Timers use it. Two readings can be compared only if they come from the same clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
// Holds the reading plus one, so that `Option<Instant>` is no larger.
pub struct Instant(NonZeroU64);

impl Instant {
    /// The earliest instant.
    pub const ZERO: Instant = Instant(NonZeroU64::MIN);

    /// The instant `nanos` nanoseconds after the clock's origin; `u64::MAX - 1` is the last.
    pub const fn from_nanos(nanos: u64) -> Self {
        Instant(NonZeroU64::MIN.saturating_add(nanos))
    }

    /// Nanoseconds since the clock's origin.
    pub const fn as_nanos(self) -> u64 {
        self.0.get() - 1
    }

    /// This instant plus `by`; the last representable instant if that is too late.
    #[must_use]
    pub const fn saturating_add(self, by: Duration) -> Self {
        self.after_nanos(saturating_nanos(by))
    }

    /// This instant plus `nanos` nanoseconds, saturating.
    #[inline]
    pub(crate) const fn after_nanos(self, nanos: u64) -> Self {
        Instant(self.0.saturating_add(nanos))
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    pub const fn saturating_since(self, earlier: Instant) -> Duration {
        Duration::from_nanos(self.0.get().saturating_sub(earlier.0.get()))
    }
}

impl Default for Instant {
    fn default() -> Self {
        Instant::ZERO
    }
}

/// A configured wait, in whole milliseconds: up to 49 days.
///
/// Smaller than a `Duration`, because every session keeps a handful of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u32);

impl Millis {
    /// Zero.
    pub const ZERO: Millis = Millis(0);

    /// `seconds` seconds, capped at the longest wait, 49 days.
    pub const fn from_secs(seconds: u32) -> Self {
        Millis(seconds.saturating_mul(1000))
    }
}

impl From<Millis> for Duration {
    fn from(millis: Millis) -> Self {
        Duration::from_millis(millis.0.into())
    }
}

/// As a duration: `1.5s`.
impl fmt::Debug for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration::from(*self).fmt(f)
    }
}

/// A time in UTC, in nanoseconds since 1970-01-01T00:00:00Z, not counting leap seconds: the years 1677 to
/// 2262.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Utc(i64);

impl Utc {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Utc = Utc(0);

    /// The moment `nanos` nanoseconds after the epoch (before it when negative).
    pub const fn from_nanos(nanos: i64) -> Self {
        Utc(nanos)
    }

    /// The moment `secs` seconds after the epoch; the nearest representable one if that is out of range.
    pub const fn from_secs(secs: i64) -> Self {
        Utc(secs.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the epoch.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// The time between two moments, whichever is earlier.
    pub const fn distance(self, other: Utc) -> Duration {
        Duration::from_nanos(self.0.abs_diff(other.0))
    }

    /// This moment plus `by`, saturating.
    #[must_use]
    pub const fn saturating_add(self, by: Duration) -> Self {
        Utc(self.0.saturating_add_unsigned(saturating_nanos(by)))
    }
}

/// As a FIX UTCTimestamp: in milliseconds, or with 0, 3, 6 or 9 digits, whichever is enough for the precision
/// asked for.
///
/// ```
/// use sansfix::Utc;
/// let noon = Utc::from_nanos(1_767_268_800_000_001_000);
/// assert_eq!(format!("{noon} {noon:.0} {noon:.6}"), "20260101-12:00:00.000 20260101-12:00:00 20260101-12:00:00.000001");
/// ```
impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = match f.precision() {
            Some(0) => TimePrecision::Seconds,
            None | Some(1..=3) => TimePrecision::Millis,
            Some(4..=6) => TimePrecision::Micros,
            Some(_) => TimePrecision::Nanos,
        };
        let mut text = [0; UTC_TIMESTAMP_MAX];
        let len = write_utc(*self, precision, &mut text);
        let text = text.get(..len).and_then(|text| core::str::from_utf8(text).ok());
        f.write_str(text.unwrap_or_default())
    }
}

#[cfg(feature = "std")]
impl From<std::time::SystemTime> for Utc {
    fn from(time: std::time::SystemTime) -> Self {
        match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => Utc(i64::try_from(after.as_nanos()).unwrap_or(i64::MAX)),
            Err(before) => Utc(i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos)),
        }
    }
}

/// The time of a call, on both clocks.
///
/// The session takes it as an argument everywhere and never reads a clock. A `monotonic` reading earlier than
/// the latest one seen counts as that one: time never moves back. `utc` may step either way; no timer depends
/// on it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Now {
    /// For timers: heartbeats, silence, waits.
    pub monotonic: Instant,
    /// For SendingTime(52), sent and checked.
    pub utc: Utc,
}

impl Now {
    /// The time on both clocks: a steady one, as the time since an origin of the caller's choice, and UTC.
    ///
    /// ```
    /// use sansfix::Now;
    /// use std::time::{Instant, SystemTime};
    /// let origin = Instant::now();
    /// let now = Now::new(origin.elapsed(), SystemTime::now());
    /// # let _ = now;
    /// ```
    pub fn new(since_origin: Duration, utc: impl Into<Utc>) -> Self {
        Now { monotonic: Instant::ZERO.saturating_add(since_origin), utc: utc.into() }
    }

    /// The time from now to `until`, for a driver that waits for [`Wait::until`](crate::Wait::until); zero if
    /// it has passed.
    pub const fn until(self, until: Instant) -> Duration {
        until.saturating_since(self.monotonic)
    }
}

#[inline]
const fn saturating_nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_stops_at_the_ends_of_the_range() {
        assert_eq!(Instant::from_nanos(u64::MAX).saturating_add(Duration::MAX).as_nanos(), u64::MAX - 1);
        assert_eq!(Instant::from_nanos(3).saturating_since(Instant::from_nanos(5)), Duration::ZERO);
        assert_eq!(Utc::from_nanos(i64::MAX).saturating_add(Duration::MAX).as_nanos(), i64::MAX);
        assert_eq!(
            Utc::from_secs(i64::MIN).distance(Utc::from_secs(i64::MAX)),
            Duration::from_nanos(u64::MAX)
        );
    }
}
