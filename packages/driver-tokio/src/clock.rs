//! The one place that reads clocks.

use sansfix::Now;
use std::time::{Instant, SystemTime};

/// The clock of all sessions of a process: copies show the same time.
#[derive(Clone, Copy, Debug)]
pub struct Clock(Instant);

impl Clock {
    /// A clock that begins now.
    #[expect(clippy::disallowed_methods, reason = "a driver owns the clock")]
    pub fn start() -> Self {
        Clock(Instant::now())
    }

    /// What it shows.
    #[expect(clippy::disallowed_methods, reason = "a driver owns the clock")]
    pub fn now(&self) -> Now {
        Now::new(self.0.elapsed(), SystemTime::now())
    }

    /// When tokio's timers have to fire for `until`.
    pub(crate) fn deadline(&self, until: sansfix::Instant) -> tokio::time::Instant {
        (self.0 + until.saturating_since(sansfix::Instant::ZERO)).into()
    }
}
