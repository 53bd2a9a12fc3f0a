//! The outbound rate limit.

use super::config::Rate;
use crate::time::Instant;

/// A token bucket: what was left, in billionths of a message, at a time on the monotonic clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Bucket {
    left: u64,
    at: Instant,
}

impl Bucket {
    /// One message. In billionths of it, a rate per second is a gain per nanosecond.
    const TOKEN: u64 = 1_000_000_000;

    pub(super) fn full(rate: Option<Rate>) -> Self {
        let left = rate.map_or(0, |rate| u64::from(rate.burst) * Self::TOKEN);
        Bucket { left, at: Instant::ZERO }
    }

    fn level(&self, rate: Rate, now: Instant) -> u64 {
        let nanos = u64::try_from(now.saturating_since(self.at).as_nanos()).unwrap_or(u64::MAX);
        let gained = nanos.saturating_mul(u64::from(rate.per_second));
        self.left.saturating_add(gained).min(u64::from(rate.burst) * Self::TOKEN)
    }

    /// When the next message may go out; `None` if it may now.
    #[inline]
    pub(super) fn wait(&self, rate: Option<Rate>, now: Instant) -> Option<Instant> {
        self.wait_for(rate?, now)
    }

    fn wait_for(&self, rate: Rate, now: Instant) -> Option<Instant> {
        let missing = Self::TOKEN.saturating_sub(self.level(rate, now));
        if missing == 0 {
            return None;
        }
        let nanos = missing.div_ceil(u64::from(rate.per_second).max(1));
        Some(now.saturating_add(core::time::Duration::from_nanos(nanos)))
    }

    #[inline]
    pub(super) fn take(&mut self, rate: Option<Rate>, now: Instant) {
        if let Some(rate) = rate {
            self.take_from(rate, now);
        }
    }

    fn take_from(&mut self, rate: Rate, now: Instant) {
        self.left = self.level(rate, now).saturating_sub(Self::TOKEN);
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_lets_its_burst_through_and_then_its_rate() {
        let rate = Some(Rate { burst: 2, per_second: 10 });
        let mut bucket = Bucket::full(rate);
        // From the first moment on: nothing is regained before it.
        let now = Instant::ZERO;
        for _ in 0..2 {
            assert_eq!(bucket.wait(rate, now), None);
            bucket.take(rate, now);
        }
        let next = Instant::from_nanos(100_000_000);
        assert_eq!(bucket.wait(rate, now), Some(next));
        assert_eq!(bucket.wait(rate, Instant::from_nanos(99_999_999)), Some(next));
        assert_eq!(bucket.wait(rate, next), None);
    }
}
