//! What can be wrong with a calendar; found when it is built, never later.

use std::string::String;

/// Why a [`Schedule`](super::Schedule), or a part of one, cannot be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The time zone database does not have this name. Abbreviations such as "CST" mean different zones to
    /// different people and are refused, unless the database itself has them.
    #[error("unknown time zone \"{name}\", expected a name such as America/New_York")]
    UnknownZone {
        /// The name asked for.
        name: String,
    },
    /// The bytes given for a zone are not a compiled time zone.
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
    /// Not a date in the calendar.
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
    /// An empty set of weekdays.
    #[error("expected at least one day of the week, got none")]
    NoWeekdays,
    /// [`Reset::AtOpening`](super::Reset::AtOpening) or [`Reset::AtClosing`](super::Reset::AtClosing) for a
    /// session that never opens or closes.
    #[error(
        "a session around the clock has no opening or closing to reset at: give it a window, or give the reset a time"
    )]
    ResetWithoutWindow,
    /// The logon window never overlaps the session.
    #[error("the logon window never overlaps the session, so nobody could log on")]
    LogonOutsideSession,
}
