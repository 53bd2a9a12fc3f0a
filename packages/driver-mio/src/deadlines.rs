//! One timer for each of many sessions, in one heap.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use sansfix::Instant;

/// When each of many wants to be called. Indices are small numbers; each has one deadline at most.
///
/// A deadline that is moved leaves its old entry in the heap; it is dropped when it comes up. A session's
/// deadlines move later with each message, so the earlier entry serves as the wake-up at which the later one
/// is inserted: moving a deadline costs nothing.
///
/// ```
/// use sansfix::Instant;
/// use sansfix_driver_mio::Deadlines;
/// let mut deadlines = Deadlines::new();
/// deadlines.set(7, Some(Instant::from_nanos(30)));
/// deadlines.set(7, Some(Instant::from_nanos(50)));
/// assert_eq!(deadlines.due(Instant::from_nanos(40)), None);
/// assert_eq!(deadlines.due(Instant::from_nanos(50)), Some(7));
/// assert_eq!(deadlines.due(Instant::from_nanos(50)), None);
/// ```
#[derive(Debug, Default)]
pub struct Deadlines {
    wanted: Vec<Wanted>,
    heap: BinaryHeap<Reverse<(Instant, usize)>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    at: Option<Instant>,
    /// The earliest entry of this index in the heap.
    queued: Option<Instant>,
}

impl Deadlines {
    /// No deadlines.
    pub fn new() -> Self {
        Deadlines::default()
    }

    /// Sets or removes the deadline of `index`.
    pub fn set(&mut self, index: usize, at: Option<Instant>) {
        if index >= self.wanted.len() {
            self.wanted.resize(index + 1, Wanted::default());
        }
        let Some(wanted) = self.wanted.get_mut(index) else { return };
        wanted.at = at;
        if let Some(at) = at
            && wanted.queued.is_none_or(|queued| at < queued)
        {
            wanted.queued = Some(at);
            self.heap.push(Reverse((at, index)));
        }
    }

    /// When to look again at the latest: no deadline is earlier.
    pub fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one index whose deadline has come.
    pub fn due(&mut self, now: Instant) -> Option<usize> {
        while let Some(&Reverse((at, index))) = self.heap.peek()
            && at <= now
        {
            self.heap.pop();
            let Some(wanted) = self.wanted.get_mut(index) else { continue };
            // An entry overtaken by an earlier one no longer counts.
            if wanted.queued != Some(at) {
                continue;
            }
            wanted.queued = None;
            match wanted.at {
                Some(wanted) if wanted <= now => {
                    self.set(index, None);
                    return Some(index);
                }
                later => self.set(index, later),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    #[test]
    fn each_comes_once_in_order_at_its_last_deadline() {
        let mut deadlines = Deadlines::new();
        deadlines.set(0, Some(at(30)));
        deadlines.set(1, Some(at(10)));
        deadlines.set(2, Some(at(20)));
        deadlines.set(1, Some(at(25)));
        deadlines.set(0, Some(at(5)));
        deadlines.set(2, None);
        assert_eq!(deadlines.due(at(4)), None);
        assert_eq!(deadlines.due(at(5)), Some(0));
        assert_eq!(deadlines.due(at(24)), None);
        assert_eq!(deadlines.next(), Some(at(25)));
        assert_eq!(deadlines.due(at(100)), Some(1));
        assert_eq!(deadlines.due(at(100)), None);
        assert_eq!(deadlines.next(), None);
    }

    #[test]
    fn moving_a_deadline_later_a_million_times_keeps_one_entry() {
        let mut deadlines = Deadlines::new();
        for nanos in 1..1_000_000 {
            deadlines.set(3, Some(at(nanos)));
        }
        assert_eq!(deadlines.heap.len(), 1);
        assert_eq!(deadlines.due(at(999_998)), None);
        assert_eq!(deadlines.due(at(999_999)), Some(3));
    }
}
