//! What can be wrong with a calendar, found when it is made and never later.

use std::string::String;

/// Why a [`Schedule`](super::Schedule), or a part of one, cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The name is in no time zone database. Abbreviations such as "CST" mean different zones to different
    /// people and are refused, unless the database itself has them.
    #[error("time zone \"{name}\" is unknown, expected a name such as America/New_York")]
    UnknownZone {
        /// The name asked for.
        name: String,
    },
    /// The bytes given for a zone are no compiled time zone.
    #[error("the data given for time zone \"{name}\" is not in TZif format")]
    ZoneData {
        /// The name given with the bytes.
        name: String,
    },
    /// Not a time of day. There is no 24:00:00 and no leap second.
    #[error("expected a time from 00:00:00 to 23:59:59, got \"{got}\"")]
    TimeOfDay {
        /// What was given.
        got: String,
    },
    /// Not a date of the calendar.
    #[error("expected a date such as 2026-12-25 or 20261225, got \"{got}\"")]
    Date {
        /// What was given.
        got: String,
    },
    /// Not a day of the week.
    #[error("expected a day of the week in English, two letters or more, got \"{got}\"")]
    Weekday {
        /// What was given.
        got: String,
    },
    /// A set of weekdays without a day: nothing would ever happen on it.
    #[error("expected at least one day of the week, got none")]
    NoWeekdays,
    /// [`Reset::AtOpening`](super::Reset::AtOpening) or [`Reset::AtClosing`](super::Reset::AtClosing) for a
    /// session that never opens or closes.
    #[error(
        "a non-stop session has no opening and no closing to reset at: give it a window, or the reset a time"
    )]
    ResetWithoutWindow,
    /// No moment is in the session and in the logon window, so that nobody could ever log on.
    #[error("the logon window never meets the session, so nobody could log on")]
    LogonOutsideSession,
}
