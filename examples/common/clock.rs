//! The two clocks of the machine, read here and nowhere else.

use std::time::SystemTime;

use sansfix::{Instant, Now};

/// Gives the time of each call to a session. Its monotonic readings count from when it was made.
pub(crate) struct Clock(std::time::Instant);

#[allow(
    clippy::disallowed_methods,
    reason = "a session is told the time: somebody has to read it, and that is the driver"
)]
impl Clock {
    pub(crate) fn start() -> Self {
        Clock(std::time::Instant::now())
    }

    pub(crate) fn now(&self) -> Now {
        let nanos = u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Now { monotonic: Instant::from_nanos(nanos), utc: SystemTime::now().into() }
    }
}
