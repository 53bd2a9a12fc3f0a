//! Time zones: from what a wall clock shows to UTC, and back.

use core::str::FromStr;
use std::string::ToString;

use jiff::civil::{self, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};

use super::clock::{Date, TimeOfDay};
use super::error::ScheduleError;
use crate::time::Utc;

/// How far a question looks ahead or back, in days. What does not happen within them counts as never.
pub(super) const SEARCH_DAYS: usize = 400;
/// How far before the date of an opening its own day can lie: a week session put off by holidays, and a day
/// that a zone left out.
const SLACK_DAYS: i8 = 9;

/// A time zone, by its name in the IANA database, which is built into the crate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// UTC.
    pub fn utc() -> Self {
        Zone(TimeZone::UTC)
    }

    /// The zone with this name, such as `America/New_York`, in upper or lower case.
    ///
    /// # Errors
    /// [`ScheduleError::UnknownZone`] if the database does not have the name.
    pub fn named(name: &str) -> Result<Self, ScheduleError> {
        match TimeZoneDatabase::bundled().get(name) {
            Ok(zone) if !zone.is_unknown() => Ok(Zone(zone)),
            _ => Err(ScheduleError::UnknownZone { name: name.to_string() }),
        }
    }

    /// A zone from the bytes of a file in TZif format, such as those in `/usr/share/zoneinfo`, for rules
    /// newer than the built-in ones. `name` is for error messages.
    ///
    /// # Errors
    /// [`ScheduleError::ZoneData`] if the bytes are not in TZif format.
    pub fn from_tzif(name: &str, bytes: &[u8]) -> Result<Self, ScheduleError> {
        TimeZone::tzif(name, bytes).map(Zone).map_err(|_| ScheduleError::ZoneData { name: name.to_string() })
    }

    /// What this zone's clock shows at a moment.
    pub(super) fn reading(&self, at: Utc) -> DateTime {
        // Every `Utc` is within a timestamp's range, which spans twenty thousand years.
        let timestamp =
            Timestamp::from_nanosecond(i128::from(at.as_nanos())).unwrap_or(Timestamp::UNIX_EPOCH);
        self.0.to_datetime(timestamp)
    }

    /// The dates, going forward, on which something may begin that happens after `after`.
    pub(super) fn days_ahead(&self, after: Utc) -> impl Iterator<Item = civil::Date> {
        let from = self.reading(after).date().saturating_sub(i32::from(SLACK_DAYS).days());
        from.series(1.day()).take(SEARCH_DAYS)
    }

    /// The dates, going back, on which something may have begun that happened at or before `at`.
    pub(super) fn days_back(&self, at: Utc) -> impl Iterator<Item = civil::Date> {
        // The clock may have been set back over midnight since: the reading's next day has begun once
        // already.
        let from = self.reading(at).date().saturating_add(1.day());
        from.series((-1).day()).take(SEARCH_DAYS)
    }

    /// The moment at which the clock shows `reading`: the `pass` of two when it shows it twice, and the end
    /// of the gap when the clock leaves it out. `None` when a [`Utc`] cannot say it.
    fn moment(&self, reading: DateTime, pass: Pass) -> Option<Utc> {
        let offset = match (self.0.to_ambiguous_timestamp(reading).offset(), pass) {
            (AmbiguousOffset::Unambiguous { offset }, _) => offset,
            (AmbiguousOffset::Fold { before, .. }, Pass::First) => before,
            (AmbiguousOffset::Fold { after, .. }, Pass::Second) => after,
            (AmbiguousOffset::Gap { after, .. }, _) => return self.end_of_gap(reading, after),
        };
        utc(offset.to_timestamp(reading).ok()?)
    }

    /// The moment at which the clock jumps over `reading` to the offset `after`.
    fn end_of_gap(&self, reading: DateTime, after: Offset) -> Option<Utc> {
        // Read with the later offset, a time in the gap names a moment before the jump, by less than its
        // width.
        let before_jump = after.to_timestamp(reading).ok()?;
        let jump = self.0.following(before_jump).take(4).find(|change| change.offset() == after)?;
        utc(jump.timestamp())
    }
}

/// Reads a name, as [`Zone::named`] does.
impl FromStr for Zone {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Zone::named(text)
    }
}

/// Which one, of two moments at which a clock that was set back shows the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Pass {
    First,
    Second,
}

/// A time of day on the clock of a zone: one bound of a window, or the time of a reset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalTime {
    pub(super) time: TimeOfDay,
    pub(super) zone: Zone,
}

impl TimeOfDay {
    /// This time on the clock of `zone`.
    pub fn in_zone(self, zone: &Zone) -> LocalTime {
        LocalTime { time: self, zone: zone.clone() }
    }
}

/// A time without a zone is in UTC, as in a settings file.
impl From<TimeOfDay> for LocalTime {
    fn from(time: TimeOfDay) -> Self {
        LocalTime { time, zone: Zone::utc() }
    }
}

impl LocalTime {
    /// When the clock first shows this time on `date`.
    pub(super) fn first_on(&self, date: civil::Date) -> Option<Utc> {
        self.zone.moment(date.to_datetime(self.time.0), Pass::First)
    }

    /// When the clock last shows this time on `date`.
    pub(super) fn last_on(&self, date: civil::Date) -> Option<Utc> {
        self.zone.moment(date.to_datetime(self.time.0), Pass::Second)
    }
}

impl From<Date> for civil::Date {
    fn from(date: Date) -> Self {
        date.0
    }
}

fn utc(timestamp: Timestamp) -> Option<Utc> {
    i64::try_from(timestamp.as_nanosecond()).ok().map(Utc::from_nanos)
}
