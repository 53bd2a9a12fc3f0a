//! The calendar of a session: StartTime, EndTime and related keys.

use core::str::FromStr;

use super::SessionSettings;
use super::error::{SettingsError, SettingsFault};
use super::section::{Section, Setting};
use crate::schedule::{
    LocalTime, Reset, Schedule, ScheduleError, TimeOfDay, Weekday, Weekdays, Window, Zone,
};

impl SessionSettings {
    /// When the session is held, when one may log on, and when its sequence numbers begin again, for a
    /// [`Timekeeper`](crate::schedule::Timekeeper) or a driver's own use.
    ///
    /// As in both engines, the session runs from StartTime to EndTime: every day, on Weekdays, or once a week
    /// from StartDay to EndDay. Each time it opens, its sequence numbers start at 1. With LogonTime,
    /// LogoutTime, LogonDay or LogoutDay, logon is allowed only in that window; those not set are taken
    /// from the session. Times are `HH:MM:SS`, optionally followed by a space and a zone; otherwise they
    /// are in TimeZone or, without it, in UTC.
    ///
    /// With `NonStopSession=Y` the session runs around the clock and is never reset, whatever its bounds. So
    /// does one without StartTime and EndTime, which the engines refuse.
    ///
    /// Nothing here asks the system for its zone: with `UseLocalTime=Y`, TimeZone must name it. (QuickFIX has
    /// no TimeZone key and ignores it.)
    ///
    /// ```
    /// use sansfix::Utc;
    /// use sansfix::settings::Settings;
    ///
    /// let settings = Settings::parse("
    /// [SESSION]
    /// ConnectionType=acceptor
    /// BeginString=FIX.4.4
    /// SenderCompID=SELLSIDE
    /// TargetCompID=BUYSIDE
    /// StartTime=08:00:00
    /// EndTime=17:00:00
    /// TimeZone=Europe/London
    /// ")?;
    /// let schedule = settings.sessions()[0].schedule()?;
    /// let noon = Utc::from_secs(1_783_425_600); // 2026-07-07 12:00 UTC, 13:00 in London
    /// let day = schedule.session_at(noon).expect("a summer's day");
    /// assert_eq!(day.closes, Utc::from_secs(1_783_440_000)); // 16:00 UTC
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// An impossible time, day or zone, keys that contradict each other, or a logon window that never
    /// overlaps the session; with file, line and key.
    pub fn schedule(&self) -> Result<Schedule, SettingsError> {
        read(&self.others).map_err(|error| SettingsError { file: self.file.clone(), ..error })
    }
}

fn read(keys: &Section) -> Result<Schedule, SettingsError> {
    let mut schedule = Schedule::builder();
    let mut session = Bounds::default();
    if keys.flag("NonStopSession")? != Some(true) {
        session = Bounds::of(keys, ["StartTime", "EndTime", "StartDay", "EndDay"]);
        if let Some(window) = held(keys, session)? {
            schedule = schedule.session(window).reset(Reset::AtOpening);
        }
    }
    let logon = Bounds::of(keys, ["LogonTime", "LogoutTime", "LogonDay", "LogoutDay"]);
    if logon.first().is_some() {
        schedule = schedule.logon(logon.or(session).window(keys)?);
    }
    // The one thing that can still be wrong is the logon window.
    schedule.build().map_err(|source| match logon.first() {
        Some(first) => first.misfit(source),
        None => SettingsError::at(keys.line, SettingsFault::Schedule { key: "StartTime".into(), source }),
    })
}

/// The window of the session; `None` when no key speaks of one.
fn held(keys: &Section, bounds: Bounds<'_>) -> Result<Option<Window>, SettingsError> {
    let Some(weekdays) = keys.get("Weekdays") else {
        return bounds.first().map(|_| bounds.window(keys)).transpose();
    };
    if bounds.days(keys)?.is_some() {
        let why = "these days, or the week from StartDay to EndDay, but not both";
        return Err(weekdays.fault(SettingsFault::Contradiction { key: weekdays.key.clone(), why }));
    }
    let (days, (start, end)) = (weekdays.part::<Weekdays>()?, bounds.times(keys)?);
    Ok(Some(Window::on_weekdays(days, start, end)))
}

/// The keys that bound a window.
#[derive(Clone, Copy, Default)]
struct Bounds<'k> {
    start: Bound<'k>,
    end: Bound<'k>,
    start_day: Bound<'k>,
    end_day: Bound<'k>,
}

#[derive(Clone, Copy, Default)]
struct Bound<'k> {
    key: &'static str,
    setting: Option<&'k Setting>,
}

impl<'k> Bounds<'k> {
    fn of(keys: &'k Section, names: [&'static str; 4]) -> Self {
        let [start, end, start_day, end_day] = names.map(|key| Bound { key, setting: keys.get(key) });
        Bounds { start, end, start_day, end_day }
    }

    /// Any key that is there.
    fn first(self) -> Option<&'k Setting> {
        [self.start, self.end, self.start_day, self.end_day].into_iter().find_map(|bound| bound.setting)
    }

    /// These, and those of `others` where a key is missing.
    fn or(self, others: Bounds<'k>) -> Self {
        let either =
            |own: Bound<'k>, other: Bound<'k>| Bound { setting: own.setting.or(other.setting), ..own };
        Bounds {
            start: either(self.start, others.start),
            end: either(self.end, others.end),
            start_day: either(self.start_day, others.start_day),
            end_day: either(self.end_day, others.end_day),
        }
    }

    /// Weekly with days, else daily.
    fn window(self, keys: &Section) -> Result<Window, SettingsError> {
        let (start, end) = self.times(keys)?;
        Ok(match self.days(keys)? {
            Some((start_day, end_day)) => Window::weekly(start_day, start, end_day, end),
            None => Window::daily(start, end),
        })
    }

    fn times(self, keys: &Section) -> Result<(LocalTime, LocalTime), SettingsError> {
        Ok((local_time(self.start.required(keys)?, keys)?, local_time(self.end.required(keys)?, keys)?))
    }

    /// Both days or none.
    fn days(self, keys: &Section) -> Result<Option<(Weekday, Weekday)>, SettingsError> {
        if self.start_day.setting.is_none() && self.end_day.setting.is_none() {
            return Ok(None);
        }
        Ok(Some((self.start_day.required(keys)?.part()?, self.end_day.required(keys)?.part()?)))
    }
}

impl<'k> Bound<'k> {
    fn required(self, keys: &Section) -> Result<&'k Setting, SettingsError> {
        self.setting.ok_or_else(|| SettingsError::at(keys.line, SettingsFault::Missing(self.key)))
    }
}

impl Setting {
    /// The value, as the calendar reads it.
    fn part<T: FromStr<Err = ScheduleError>>(&self) -> Result<T, SettingsError> {
        self.value.parse().map_err(|source| self.misfit(source))
    }

    fn misfit(&self, source: ScheduleError) -> SettingsError {
        self.fault(SettingsFault::Schedule { key: self.key.clone(), source })
    }
}

/// `08:00:00`, on the clock of the session, or `08:00:00 Europe/London`.
fn local_time(bound: &Setting, keys: &Section) -> Result<LocalTime, SettingsError> {
    let (time, zone) = bound.value.split_once(char::is_whitespace).unwrap_or((&bound.value, ""));
    let time: TimeOfDay = time.parse().map_err(|source| bound.misfit(source))?;
    let zone = match zone.trim() {
        "" => session_zone(keys)?,
        own => own.parse().map_err(|source| bound.misfit(source))?,
    };
    Ok(time.in_zone(&zone))
}

fn session_zone(keys: &Section) -> Result<Zone, SettingsError> {
    let is_local = keys.flag("UseLocalTime")? == Some(true);
    match (keys.get("TimeZone"), keys.get("UseLocalTime")) {
        (Some(zone), _) => zone.part(),
        (None, Some(setting)) if is_local => {
            let why = "nothing here asks the machine for its zone: name it, as in TimeZone=Europe/London";
            Err(setting.fault(SettingsFault::Contradiction { key: setting.key.clone(), why }))
        }
        (None, _) => Ok(Zone::utc()),
    }
}

#[cfg(test)]
mod tests;
