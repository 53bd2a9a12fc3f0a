//! The one place that reads clocks.

use std::time::SystemTime;

use sansfix::{Now, Utc};
use tokio::time::Instant;

/// The clock of all sessions of a process: copies show the same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    /// UTC at the origin; `None` if the machine is asked.
    utc: Option<Utc>,
}

impl Clock {
    /// A clock that begins now.
    pub fn start() -> Self {
        Clock { origin: Instant::now(), utc: None }
    }

    /// A clock that begins now, with UTC at `utc`. It stops while tokio's time is paused, so a test that
    /// spans a day runs at once.
    pub fn start_at(utc: Utc) -> Self {
        Clock { utc: Some(utc), ..Clock::start() }
    }

    /// The current time.
    #[expect(clippy::disallowed_methods, reason = "a driver owns the clock")]
    pub fn now(&self) -> Now {
        let passed = self.origin.elapsed();
        match self.utc {
            Some(utc) => Now::new(passed, utc.saturating_add(passed)),
            None => Now::new(passed, SystemTime::now()),
        }
    }

    /// The deadline for tokio's timers that corresponds to `until`.
    pub(crate) fn deadline(&self, until: sansfix::Instant) -> Instant {
        self.origin + until.saturating_since(sansfix::Instant::ZERO)
    }
}
