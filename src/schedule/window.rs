//! Recurring windows of time: a session's, or the one for logon.

use std::vec::Vec;

use jiff::ToSpan;
use jiff::civil;

use super::clock::{Date, Weekday, Weekdays};
use super::zone::LocalTime;
use crate::time::Utc;

/// A stretch of time from one moment up to, but not including, another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Period {
    /// The first moment within.
    pub opens: Utc,
    /// The first moment no longer within.
    pub closes: Utc,
}

impl Period {
    /// Whether `at` is within.
    pub fn contains(self, at: Utc) -> bool {
        self.opens <= at && at < self.closes
    }
}

/// A window of time that opens on some days: what StartTime and EndTime say, or LogonTime and LogoutTime.
///
/// - It opens when the clock in the start's zone shows the start time, and closes when the clock in the end's
///   zone next shows the end time: on the same day, after midnight or, if both times are equal, a full day
///   later.
/// - A bound that the clock skips, in the night when summer time begins, is moved to the end of the gap. A
///   window that lies entirely in the gap does not open.
/// - If the clock shows a bound twice, in the night when summer time ends, the window opens at the first and
///   closes at the second.
/// - A window closes when the next one opens, at the latest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Window {
    days: Weekdays,
    start: LocalTime,
    end: LocalTime,
    length: Length,
    /// In ascending order.
    holidays: Vec<civil::Date>,
}

/// On which day a window closes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Length {
    /// When the end time comes next.
    Daily,
    /// When the end time comes next on this day of the week.
    UntilDay(Weekday),
}

impl Window {
    /// A window that opens on every day.
    pub fn daily(start: impl Into<LocalTime>, end: impl Into<LocalTime>) -> Self {
        Window::on_weekdays(Weekdays::EVERY_DAY, start, end)
    }

    /// A window that opens on these days of the week, in the zone of `start`. It may close on the day after:
    /// one from Sunday to Thursday, 17:00 to 16:00, is open on Friday morning and closed on Saturday.
    pub fn on_weekdays(days: Weekdays, start: impl Into<LocalTime>, end: impl Into<LocalTime>) -> Self {
        Window { days, start: start.into(), end: end.into(), length: Length::Daily, holidays: Vec::new() }
    }

    /// A window that opens once a week. If both days are the same, it is open for some hours of that day if
    /// `end` is the later time, otherwise for a week.
    pub fn weekly(
        start_day: Weekday,
        start: impl Into<LocalTime>,
        end_day: Weekday,
        end: impl Into<LocalTime>,
    ) -> Self {
        Window {
            days: start_day.into(),
            start: start.into(),
            end: end.into(),
            length: Length::UntilDay(end_day),
            holidays: Vec::new(),
        }
    }

    /// The same window, but it does not open on these dates, in the zone of its start. Call it again to add
    /// more.
    ///
    /// A weekly window opens on the next date that is not a holiday, at the same time, if that is before it
    /// closes. A window that opened the day before is not cut short.
    #[must_use]
    pub fn except(mut self, holidays: impl IntoIterator<Item = Date>) -> Self {
        self.holidays.extend(holidays.into_iter().map(civil::Date::from));
        self.holidays.sort_unstable();
        self
    }

    /// The period that `at` is within.
    pub(super) fn at(&self, at: Utc) -> Option<Period> {
        self.latest(at).filter(|period| period.contains(at))
    }

    /// The last period that opened at or before `at`.
    pub(super) fn latest(&self, at: Utc) -> Option<Period> {
        self.start.zone.days_back(at).filter_map(|day| self.period(day)).find(|period| period.opens <= at)
    }

    /// The first period that opens after `after`.
    pub(super) fn next(&self, after: Utc) -> Option<Period> {
        self.start
            .zone
            .days_ahead(after)
            .filter_map(|day| self.period(day))
            .find(|period| period.opens > after)
    }

    /// The period that belongs to a day: the one on which it opens, or would if that were not a holiday.
    fn period(&self, day: civil::Date) -> Option<Period> {
        let opens = self.opening(day)?;
        let mut closes = self.closing(day)?;
        let following = day.series(1.day()).skip(1).take(8).find_map(|day| self.opening(day));
        if let Some(following) = following {
            closes = closes.min(following);
        }
        (opens < closes).then_some(Period { opens, closes })
    }

    fn opening(&self, day: civil::Date) -> Option<Utc> {
        if !self.days.contains(Weekday::of(day)) {
            return None;
        }
        let days = match self.length {
            Length::Daily => 1,
            Length::UntilDay(_) => 7,
        };
        let open = |day: &civil::Date| self.holidays.binary_search(day).is_err();
        day.series(1.day()).take(days).find(open).and_then(|day| self.start.first_on(day))
    }

    fn closing(&self, day: civil::Date) -> Option<Utc> {
        // What the clock of the end shows at the opening. On one and the same clock that is the start time
        // itself, also when it lies in a gap.
        let opening = if self.start.zone == self.end.zone {
            day.to_datetime(self.start.time.0)
        } else {
            self.end.zone.reading(self.start.first_on(day)?)
        };
        let passed_today = self.end.time.0 <= opening.time();
        let days = match self.length {
            Length::Daily => i8::from(passed_today),
            Length::UntilDay(end_day) => match end_day.days_after(Weekday::of(opening.date())) {
                0 if passed_today => 7,
                days => days,
            },
        };
        let day = opening.date().checked_add(i32::from(days).days()).ok()?;
        self.end.last_on(day)
    }
}
