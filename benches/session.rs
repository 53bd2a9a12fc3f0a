//! Time per message of each work: `cargo bench --bench session [-- PART OF A NAME]`.
//!
//! One line a work: name, nanoseconds (median of many rounds), the best round, the median absolute deviation, messages and bytes a second.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a bench that cannot go on stops")]

mod common;

use std::time::{Duration, Instant};

use common::Work;
use common::works::{CASES, Case, IDLE};

/// Messages a round: their bytes stay in the first-level cache.
const IN_CACHE: usize = 64;
/// Messages a round: their bytes do not fit any cache.
const STREAMING: usize = 100_000;

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let matches = |name: &str| wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str()));
    println!("{:<68} {:>9} {:>9} {:>7} {:>12} {:>14}", "", "ns", "best", "+-", "messages/s", "bytes/s");
    for case in CASES.iter().filter(|case| matches(case.name)) {
        let count = if case.name.contains("8 KiB") { 4 } else { IN_CACHE };
        report(case.name, case, count);
    }
    for case in CASES.iter().take(6) {
        let name = format!("{}, streaming", case.name);
        if matches(&name) {
            report(&name, case, STREAMING);
        }
    }
    if matches(IDLE.name) {
        report(IDLE.name, &IDLE, STREAMING);
        println!("{:<68} {:>9} bytes", "idle session in memory", size_of::<sansfix::Session>());
    }
}

fn report(name: &str, case: &Case, count: usize) {
    let mut work = case.prepare(count);
    let figures = measure(work.as_mut(), count);
    let per_second = 1e9 / figures.median;
    let bytes = work.bytes(count) as f64 / count as f64 * per_second;
    println!(
        "{name:<68} {:>9.1} {:>9.1} {:>7.1} {per_second:>12.0} {bytes:>14.0}",
        figures.median, figures.best, figures.deviation
    );
}

/// Nanoseconds a message.
struct Figures {
    median: f64,
    best: f64,
    /// The median absolute deviation.
    deviation: f64,
}

fn measure(work: &mut dyn Work, count: usize) -> Figures {
    let end = Instant::now() + Duration::from_millis(400);
    let mut rounds = Vec::new();
    while Instant::now() < end || rounds.len() < 9 {
        work.rewind();
        let begin = Instant::now();
        let digest = work.run(count);
        let took = begin.elapsed();
        assert_eq!(digest, work.expected(count), "the work was not done");
        rounds.push(took.as_nanos() as f64 / count as f64);
    }
    let best = rounds.iter().copied().fold(f64::INFINITY, f64::min);
    let median = median(&mut rounds);
    let mut deviations: Vec<_> = rounds.iter().map(|round| (round - median).abs()).collect();
    Figures { median, best, deviation: self::median(&mut deviations) }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
