//! A clock that only a test moves.

use core::time::Duration;

use crate::time::{Instant, Now, Utc};

/// Virtual time: a monotonic clock and a wall clock, both set by the test.
///
/// ```
/// use core::time::Duration;
/// use sansfix::testing::Clock;
///
/// let mut clock = Clock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(30));
/// clock.step_utc(-1_000_000_000);
/// assert_eq!(clock.now().monotonic.saturating_since(before.monotonic), Duration::from_secs(30));
/// assert_eq!(clock.now().utc.distance(before.utc), Duration::from_secs(29));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Clock {
    now: Now,
}

impl Clock {
    /// A clock whose monotonic time is 0 and whose wall clock shows 2026-01-05T09:00:00Z, a Monday.
    pub const fn new() -> Self {
        Clock { now: Now { monotonic: Instant::ZERO, utc: Utc::from_secs(1_767_603_600) } }
    }

    /// The time on both clocks.
    pub const fn now(&self) -> Now {
        self.now
    }

    /// Lets time pass on both clocks.
    pub fn advance(&mut self, by: Duration) {
        self.now.monotonic = self.now.monotonic.saturating_add(by);
        self.now.utc = self.now.utc.saturating_add(by);
    }

    /// Lets time pass until `then`; does nothing if that is in the past.
    pub fn advance_to(&mut self, then: Instant) {
        self.advance(then.saturating_since(self.now.monotonic));
    }

    /// Sets the wall clock forward by `nanos` nanoseconds, or back if that is negative. The monotonic clock
    /// is unaffected.
    pub fn step_utc(&mut self, nanos: i64) {
        self.now.utc = Utc::from_nanos(self.now.utc.as_nanos().saturating_add(nanos));
    }
}

impl Default for Clock {
    fn default() -> Self {
        Clock::new()
    }
}
