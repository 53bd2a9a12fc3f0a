//! What a wall clock and a wall calendar show: times of day, days of the week, dates.

use core::str::FromStr;
use std::format;
use std::string::ToString;

use jiff::civil;

use super::error::ScheduleError;

/// A time of day to the second, 00:00:00 to 23:59:59, like StartTime and EndTime in a settings file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TimeOfDay(pub(super) civil::Time);

impl TimeOfDay {
    /// The time `hour`:`minute`:`second`, in 24 hours.
    ///
    /// # Errors
    /// [`ScheduleError::TimeOfDay`] when a part is out of range.
    pub fn new(hour: u8, minute: u8, second: u8) -> Result<Self, ScheduleError> {
        let [Ok(h), Ok(m), Ok(s)] = [hour, minute, second].map(i8::try_from) else {
            return Err(ScheduleError::TimeOfDay { got: format!("{hour:02}:{minute:02}:{second:02}") });
        };
        match civil::Time::new(h, m, s, 0) {
            Ok(time) => Ok(TimeOfDay(time)),
            Err(_) => Err(ScheduleError::TimeOfDay { got: format!("{hour:02}:{minute:02}:{second:02}") }),
        }
    }
}

/// Reads `HH:MM:SS`.
impl FromStr for TimeOfDay {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let two_digits = |part: &str| {
            let fits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            if fits { part.parse().ok() } else { None }
        };
        let mut parts = text.split(':').map(two_digits);
        match [parts.next(), parts.next(), parts.next(), parts.next()] {
            [Some(Some(hour)), Some(Some(minute)), Some(Some(second)), None] => {
                TimeOfDay::new(hour, minute, second)
            }
            _ => Err(ScheduleError::TimeOfDay { got: text.to_string() }),
        }
    }
}

/// A date of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date(pub(super) civil::Date);

impl Date {
    /// The date `year`-`month`-`day`, with month and day counted from 1.
    ///
    /// # Errors
    /// [`ScheduleError::Date`] if the calendar has no such date.
    pub fn new(year: i16, month: u8, day: u8) -> Result<Self, ScheduleError> {
        let date = match [month, day].map(i8::try_from) {
            [Ok(month), Ok(day)] => civil::Date::new(year, month, day).ok(),
            _ => None,
        };
        date.map(Date).ok_or_else(|| ScheduleError::Date { got: format!("{year:04}-{month:02}-{day:02}") })
    }
}

/// Reads `YYYY-MM-DD`, or `YYYYMMDD` like a LocalMktDate in FIX.
impl FromStr for Date {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let format = match text.len() {
            8 => "%Y%m%d",
            10 => "%Y-%m-%d",
            _ => return Err(ScheduleError::Date { got: text.to_string() }),
        };
        civil::Date::strptime(format, text)
            .map(Date)
            .map_err(|_| ScheduleError::Date { got: text.to_string() })
    }
}

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    const ALL: [(Weekday, &'static str); 7] = [
        (Weekday::Monday, "monday"),
        (Weekday::Tuesday, "tuesday"),
        (Weekday::Wednesday, "wednesday"),
        (Weekday::Thursday, "thursday"),
        (Weekday::Friday, "friday"),
        (Weekday::Saturday, "saturday"),
        (Weekday::Sunday, "sunday"),
    ];

    pub(super) fn of(date: civil::Date) -> Self {
        match date.weekday() {
            civil::Weekday::Monday => Weekday::Monday,
            civil::Weekday::Tuesday => Weekday::Tuesday,
            civil::Weekday::Wednesday => Weekday::Wednesday,
            civil::Weekday::Thursday => Weekday::Thursday,
            civil::Weekday::Friday => Weekday::Friday,
            civil::Weekday::Saturday => Weekday::Saturday,
            civil::Weekday::Sunday => Weekday::Sunday,
        }
    }

    /// The days from `earlier` until this day comes, 0 to 6.
    pub(super) fn days_after(self, earlier: Weekday) -> i8 {
        (self as i8 - earlier as i8).rem_euclid(7)
    }
}

/// Reads an English name, or at least its first two letters, in any case: `mo`, `Mon`, `MONDAY`.
impl FromStr for Weekday {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let begins = |name: &str| name.get(..text.len()).is_some_and(|part| part.eq_ignore_ascii_case(text));
        match Weekday::ALL.iter().find(|(_, name)| text.len() >= 2 && begins(name)) {
            Some(&(day, _)) => Ok(day),
            None => Err(ScheduleError::Weekday { got: text.to_string() }),
        }
    }
}

/// Days of the week, at least one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Weekdays(u8);

impl Weekdays {
    /// All seven.
    pub const EVERY_DAY: Weekdays = Weekdays(0b111_1111);
    /// Monday, Tuesday, Wednesday, Thursday, Friday.
    pub const MONDAY_TO_FRIDAY: Weekdays = Weekdays(0b001_1111);

    /// The days given, in any order.
    ///
    /// # Errors
    /// [`ScheduleError::NoWeekdays`] when there are none.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Result<Self, ScheduleError> {
        match days.into_iter().fold(0, |set, day| set | 1 << day as u8) {
            0 => Err(ScheduleError::NoWeekdays),
            set => Ok(Weekdays(set)),
        }
    }

    /// Whether `day` is among them.
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << day as u8 != 0
    }
}

impl From<Weekday> for Weekdays {
    fn from(day: Weekday) -> Self {
        Weekdays(1 << day as u8)
    }
}

/// Reads days separated by commas: `Sun,Mon,Tue`.
impl FromStr for Weekdays {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let mut set = 0;
        for day in text.split(',') {
            set |= 1 << day.trim().parse::<Weekday>()? as u8;
        }
        Ok(Weekdays(set))
    }
}
