//! Session calendars, as pure functions of time (feature `schedule`).
//!
//! FIX leaves it to the two sides to agree when a session runs and when its sequence numbers start again. A
//! [`Schedule`] says both; the session itself never sees one. A driver asks it what applies at a given time,
//! and when to ask again. So nothing here reads a clock, and a question asked late gets the same answer.
//!
//! A calendar has three parts, each of them optional:
//! - the **session**: one [`Window`], daily, on weekdays or weekly. Without it the session runs around the
//!   clock.
//! - the **logon window**, in which the two sides may be logged on, if that is shorter than the session: for
//!   sequence numbers that run from Sunday to Friday, and links that are up from eight to six. Without it,
//!   logon is allowed whenever the session runs.
//! - the **resets**: when a new series of sequence numbers is due. Each has to be added; a window alone
//!   resets nothing.
//!
//! # In a driver
//!
//! A [`Timekeeper`] keeps a session to its calendar. The driver asks it in each round; a restarted program
//! needs nothing but its checkpoint.
//!
//! ```
//! use sansfix::schedule::{Reset, Schedule, ScheduleError, TimeOfDay, Timekeeper, Weekday, Window, Zone};
//! use sansfix::{BeginString, Checkpoint, Config, Instant, Now, Role, Session, Utc};
//!
//! // Sunday 17:00 to Friday 16:00 in Chicago, new numbers each week.
//! fn calendar() -> Result<Schedule, ScheduleError> {
//!     let chicago = Zone::named("America/Chicago")?;
//!     let (five, four) = (TimeOfDay::new(17, 0, 0)?, TimeOfDay::new(16, 0, 0)?);
//!     let week = Window::weekly(Weekday::Sunday, five.in_zone(&chicago), Weekday::Friday, four.in_zone(&chicago));
//!     Schedule::builder().session(week).reset(Reset::AtOpening).build()
//! }
//!
//! let schedule = calendar()?;
//! let saturday = Utc::from_secs(1_767_441_600); // 2026-01-03 12:00 UTC
//! let sunday = schedule.next_opening(saturday);
//! assert_eq!(sunday, Some(Utc::from_secs(1_767_567_600))); // 2026-01-04 23:00 UTC, 17:00 in Chicago
//!
//! // The numbers of last week.
//! let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE")?;
//! let mut checkpoint = Checkpoint::begin(Utc::from_secs(1_767_000_000));
//! checkpoint.next_in = checkpoint.next_in.next();
//! let mut session = Session::new(config, checkpoint)?;
//!
//! let mut timekeeper = Timekeeper::new(schedule);
//! let on_sunday = Now { monotonic: Instant::ZERO, utc: Utc::from_secs(1_767_567_600) };
//! timekeeper.keep(&mut session, on_sunday);
//! assert_eq!(session.next_in().get(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clock;
mod error;
mod timekeeper;
mod window;
mod zone;

use core::time::Duration;
use std::vec::Vec;

pub use clock::{Date, TimeOfDay, Weekday, Weekdays};
pub use error::ScheduleError;
pub use timekeeper::Timekeeper;
pub use window::{Period, Window};
pub use zone::{LocalTime, Zone};

use crate::time::Utc;

/// When a session runs, when logon is allowed, and when its sequence numbers start again.
///
/// A question costs a few microseconds, or some milliseconds if the answer is "never". It looks 390 days
/// ahead or back: what does not happen within them counts as never.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    session: Option<Window>,
    logon: Option<Window>,
    resets: Vec<Reset>,
}

/// When a new series of sequence numbers is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reset {
    /// Whenever the session opens.
    AtOpening,
    /// Whenever the session closes.
    AtClosing,
    /// At a time of day, on these days of the week, whether the session runs then or not. A time that the
    /// clock skips is moved to the end of the gap; for one that it shows twice, the first counts.
    At {
        /// The days, on the clock of `time`.
        days: Weekdays,
        /// The time.
        time: LocalTime,
    },
}

impl Schedule {
    /// Builds a calendar, starting with a session around the clock that is never reset.
    pub fn builder() -> ScheduleBuilder {
        ScheduleBuilder::default()
    }

    /// The instance of the session that `at` belongs to; `None` if the session is closed then. The moment of
    /// closing is no longer part of it.
    ///
    /// A session around the clock has one instance, from the earliest to the latest [`Utc`].
    pub fn session_at(&self, at: Utc) -> Option<Period> {
        match &self.session {
            Some(session) => session.at(at),
            None => Some(ALWAYS),
        }
    }

    /// Whether both moments belong to the same instance of the session.
    pub fn same_session(&self, one: Utc, other: Utc) -> bool {
        self.session_at(one).is_some_and(|period| period.contains(other))
    }

    /// The period around `at` in which logon is allowed; `None` if it is not. It ends with the logon window
    /// or with the session, whichever is first; a link that is up then must log out.
    pub fn logon_at(&self, at: Utc) -> Option<Period> {
        let session = self.session_at(at)?;
        let logon = match &self.logon {
            Some(logon) => logon.at(at)?,
            None => ALWAYS,
        };
        Some(Period { opens: session.opens.max(logon.opens), closes: session.closes.min(logon.closes) })
    }

    /// The first opening of the session after `after`; `None` for a session around the clock.
    pub fn next_opening(&self, after: Utc) -> Option<Utc> {
        self.session.as_ref()?.next(after).map(|period| period.opens)
    }

    /// The first closing of the session after `after`; `None` for a session around the clock.
    pub fn next_closing(&self, after: Utc) -> Option<Utc> {
        let session = self.session.as_ref()?;
        session.at(after).or_else(|| session.next(after)).map(|period| period.closes)
    }

    /// When the next period in which logon is allowed begins after `after`; `None` if it is always allowed.
    pub fn next_logon(&self, after: Utc) -> Option<Utc> {
        let last = after.saturating_add(SEARCH);
        let mut at = after;
        // It begins with the session, inside the logon window, or with the logon window, inside the session.
        loop {
            let windows = [&self.session, &self.logon].into_iter().flatten();
            at = windows.filter_map(|window| window.next(at)).map(|period| period.opens).min()?;
            if at > last {
                return None;
            }
            if self.logon_at(at).is_some() {
                return Some(at);
            }
        }
    }

    /// When the first period in which logon is allowed ends after `after`; `None` if it is always allowed.
    pub fn next_logout(&self, after: Utc) -> Option<Utc> {
        let period = match self.logon_at(after) {
            Some(ALWAYS) => return None,
            Some(period) => period,
            None => self.logon_at(self.next_logon(after)?)?,
        };
        Some(period.closes)
    }

    /// The first reset after `after`.
    pub fn next_reset(&self, after: Utc) -> Option<Utc> {
        let next = |reset: &Reset| match reset {
            Reset::AtOpening => self.next_opening(after),
            Reset::AtClosing => self.next_closing(after),
            Reset::At { days, time } => {
                let mut dates = time.zone.days_ahead(after).filter(|&date| days.contains(Weekday::of(date)));
                dates.find_map(|date| time.first_on(date).filter(|&at| at > after))
            }
        };
        self.resets.iter().filter_map(next).min()
    }

    /// The latest reset after `since` and up to `now`, inclusive; `None` if there was none.
    ///
    /// If `since` is when the series in use began, this says whether it is out of date. A reset that was due
    /// while the process was down, or between two polls, is found all the same, and one already made is
    /// not due again. A standby asks with the series in the checkpoint it was given, not with the time it
    /// started.
    pub fn due_reset(&self, since: Utc, now: Utc) -> Option<Utc> {
        let latest = |reset: &Reset| match reset {
            Reset::AtOpening => self.session.as_ref()?.latest(now).map(|period| period.opens),
            Reset::AtClosing => self.latest_closing(now),
            Reset::At { days, time } => {
                let mut dates = time.zone.days_back(now).filter(|&date| days.contains(Weekday::of(date)));
                dates.find_map(|date| time.first_on(date).filter(|&at| at <= now))
            }
        };
        self.resets.iter().filter_map(latest).max().filter(|&at| at > since)
    }

    fn latest_closing(&self, now: Utc) -> Option<Utc> {
        let session = self.session.as_ref()?;
        let mut period = session.latest(now)?;
        if period.contains(now) {
            let before = period.opens.as_nanos().checked_sub(1)?;
            period = session.latest(Utc::from_nanos(before))?;
        }
        Some(period.closes)
    }
}

/// Builds a [`Schedule`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScheduleBuilder {
    session: Option<Window>,
    logon: Option<Window>,
    resets: Vec<Reset>,
}

impl ScheduleBuilder {
    /// The session runs in this window; each opening begins a new instance. Without this, it runs around the
    /// clock.
    #[must_use]
    pub fn session(mut self, window: Window) -> Self {
        self.session = Some(window);
        self
    }

    /// Logon is allowed only in this window, and only while the session runs.
    #[must_use]
    pub fn logon(mut self, window: Window) -> Self {
        self.logon = Some(window);
        self
    }

    /// The sequence numbers start again then. Call it again to add more.
    #[must_use]
    pub fn reset(mut self, reset: Reset) -> Self {
        self.resets.push(reset);
        self
    }

    /// The calendar.
    ///
    /// # Errors
    /// - [`ScheduleError::ResetWithoutWindow`]: a reset at the opening or closing of a session that runs
    ///   around the clock.
    /// - [`ScheduleError::LogonOutsideSession`]: the logon window never overlaps the session.
    pub fn build(self) -> Result<Schedule, ScheduleError> {
        let ScheduleBuilder { session, logon, resets } = self;
        let at_a_bound = |reset: &Reset| matches!(reset, Reset::AtOpening | Reset::AtClosing);
        if session.is_none() && resets.iter().any(at_a_bound) {
            return Err(ScheduleError::ResetWithoutWindow);
        }
        let schedule = Schedule { session, logon, resets };
        if schedule.logon.is_some() && schedule.next_logon(ANY_YEAR).is_none() {
            return Err(ScheduleError::LogonOutsideSession);
        }
        Ok(schedule)
    }
}

const ALWAYS: Period = Period { opens: Utc::from_nanos(i64::MIN), closes: Utc::from_nanos(i64::MAX) };
const SEARCH: Duration = Duration::from_secs(86_400 * zone::SEARCH_DAYS as u64);
/// 2100-01-01, to try a calendar on: zones keep their present rules then, and nobody lists holidays.
const ANY_YEAR: Utc = Utc::from_secs(4_102_444_800);

#[cfg(test)]
mod tests;
