//! The session's timers, in one small table.

use crate::time::Instant;

/// Every timer of a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Timer {
    /// The timeout of the connection machine's state: for a Logon, an answer, a closed link, the next attempt
    /// to connect.
    Connection,
    /// Nothing was sent for HeartBtInt: a Heartbeat is due.
    Heartbeat,
    /// Nothing was received: a TestRequest is due, or the link is lost.
    Silence,
    /// A recovery has made no progress.
    Recovery,
}

const COUNT: usize = 4;
const ALL: [Timer; COUNT] = [Timer::Connection, Timer::Heartbeat, Timer::Silence, Timer::Recovery];

/// When each timer is due; [`NEVER`] for one that is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Timers([Instant; COUNT]);

/// The last instant, 584 years after the first.
const NEVER: Instant = Instant::from_nanos(u64::MAX);

#[allow(clippy::indexing_slicing, reason = "a Timer is an index below COUNT")]
impl Timers {
    pub(crate) const fn new() -> Self {
        Timers([NEVER; COUNT])
    }

    #[inline]
    pub(crate) fn start(&mut self, timer: Timer, at: Instant) {
        self.0[timer as usize] = at;
    }

    #[inline]
    pub(crate) fn stop(&mut self, timer: Timer) {
        self.start(timer, NEVER);
    }

    pub(crate) fn is_running(&self, timer: Timer) -> bool {
        self.0[timer as usize] != NEVER
    }

    pub(crate) fn stop_all(&mut self) {
        *self = Timers::new();
    }

    /// When the next one is due.
    #[inline]
    pub(crate) fn next(&self) -> Option<Instant> {
        Some(self.earliest()).filter(|&earliest| earliest != NEVER)
    }

    /// False when none is due at `now`; asked at each step.
    #[inline]
    pub(crate) fn may_be_due(&self, now: Instant) -> bool {
        self.earliest() <= now
    }

    /// Whether any is due at `now`.
    #[inline]
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        let earliest = self.earliest();
        earliest <= now && earliest != NEVER
    }

    /// Stops and returns the earliest one, if it is due at `now`.
    #[inline]
    pub(crate) fn expire(&mut self, now: Instant) -> Option<Timer> {
        if self.is_due(now) { self.take_earliest() } else { None }
    }

    #[inline]
    fn earliest(&self) -> Instant {
        self.0.iter().fold(NEVER, |earliest, &at| earliest.min(at))
    }

    #[cold]
    fn take_earliest(&mut self) -> Option<Timer> {
        let timer = ALL.into_iter().min_by_key(|&timer| self.0[timer as usize])?;
        self.stop(timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_fires_at_its_instant_and_not_one_tick_before() {
        let mut timers = Timers::new();
        timers.start(Timer::Silence, Instant::from_nanos(20));
        timers.start(Timer::Heartbeat, Instant::from_nanos(10));
        assert_eq!(timers.next(), Some(Instant::from_nanos(10)));
        assert_eq!(timers.expire(Instant::from_nanos(9)), None);
        assert_eq!(timers.expire(Instant::from_nanos(30)), Some(Timer::Heartbeat));
        assert_eq!(timers.expire(Instant::from_nanos(30)), Some(Timer::Silence));
        assert_eq!(timers.expire(Instant::from_nanos(30)), None);
        assert_eq!(timers.next(), None);
    }
}
