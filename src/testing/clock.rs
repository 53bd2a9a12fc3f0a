//! A clock that moves when the test says so.

use core::time::Duration;

use crate::time::{Instant, Now, Utc};

/// Virtual time: a steady reading and a wall clock, both in the test's hands.
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
    /// A clock whose steady reading is 0, and whose wall clock shows 2026-01-05T09:00:00Z, a Monday.
    pub const fn new() -> Self {
        Clock { now: Now { monotonic: Instant::ZERO, utc: Utc::from_secs(1_767_603_600) } }
    }

    /// The time on both clocks.
    pub const fn now(&self) -> Now {
        self.now
    }

    /// Time passes, on both clocks.
    pub fn advance(&mut self, by: Duration) {
        self.now.monotonic = self.now.monotonic.saturating_add(by);
        self.now.utc = self.now.utc.saturating_add(by);
    }

    /// Time passes until `then`; nothing happens if that has passed.
    pub fn advance_to(&mut self, then: Instant) {
        self.advance(then.saturating_since(self.now.monotonic));
    }

    /// Somebody sets the wall clock forward by `nanos` nanoseconds, or back if that is negative. The steady
    /// clock does not notice.
    pub fn step_utc(&mut self, nanos: i64) {
        self.now.utc = Utc::from_nanos(self.now.utc.as_nanos().saturating_add(nanos));
    }
}

impl Default for Clock {
    fn default() -> Self {
        Clock::new()
    }
}
