//! The clock, and what is kept of many rounds.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::time::{Duration, Instant};

use super::Work;

/// Nanoseconds a message.
pub(crate) struct Figures {
    pub(crate) median: f64,
    pub(crate) best: f64,
    /// The median absolute deviation.
    pub(crate) deviation: f64,
}

impl Figures {
    /// From the nanoseconds a message of each round.
    pub(crate) fn of(mut rounds: Vec<f64>) -> Self {
        let best = rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let median = median(&mut rounds);
        let mut deviations: Vec<_> = rounds.iter().map(|round| (round - median).abs()).collect();
        Figures { median, best, deviation: self::median(&mut deviations) }
    }
}

/// Rounds of `count` messages for about as long as `time`, at least nine.
pub(crate) fn measure(work: &mut dyn Work, count: usize, time: Duration) -> Figures {
    let end = Instant::now() + time;
    let mut rounds = Vec::new();
    while Instant::now() < end || rounds.len() < 9 {
        work.rewind();
        let begin = Instant::now();
        let digest = work.run(count);
        let took = begin.elapsed();
        assert_eq!(digest, work.expected(count), "the work was not done");
        rounds.push(took.as_nanos() as f64 / count as f64);
    }
    Figures::of(rounds)
}

/// The nanoseconds of `done`.
pub(crate) fn time(done: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    done();
    begin.elapsed().as_nanos() as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
