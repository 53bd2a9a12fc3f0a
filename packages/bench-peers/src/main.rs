//! Measures other crates on the same messages in the same run: `cargo run --release -p bench-peers`.
//!
//! It prints one line for each workload and peer: nanoseconds per message, and the ratio to ours. Ours is
//! always the whole session step, while a parser or an encoder does only part of that. One peer is a session
//! engine that can be driven without a socket.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a bench that cannot go on stops")]
#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

#[path = "../../../benches/common/mod.rs"]
mod common;
mod decoding;
mod encoding;
mod engine;

use std::time::{Duration, Instant};

use common::measure::measure;
use common::works::CASES;

/// Messages per round: their bytes stay in the first-level cache.
const COUNT: usize = 64;
const TIME: Duration = Duration::from_millis(400);

fn main() {
    println!("{:<24} {:<44} {:>9} {:>7}", "work", "by", "ns", "ratio");
    let ours = ours("inbound order");
    table(
        "inbound order",
        "sansfix, session step",
        ours,
        &[("ironfix-engine 0.5, session", engine::inbound())],
    );
    let ours = self::ours("inbound order, three fields read");
    table("order, fields read", "sansfix, session step and three fields", ours, &decoding::all());
    let ours = self::ours("outbound order");
    table("outbound order", "sansfix, session send and commit", ours, &encoding::all());
}

/// The best of many rounds of a workload from our own benches.
fn ours(name: &str) -> f64 {
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    measure(case.prepare(COUNT).as_mut(), COUNT, TIME).best
}

fn table(work: &str, name: &str, ours: f64, peers: &[(&str, f64)]) {
    for (name, ns) in [(name, ours)].iter().chain(peers) {
        println!("{work:<24} {name:<44} {ns:>9.1} {:>7.1}", ns / ours);
    }
}

/// The best of many rounds, in nanoseconds per message. A round handles `count` messages and returns a
/// digest, which must not vary.
fn best_of(count: usize, mut round: impl FnMut() -> u64) -> f64 {
    let expected = round();
    let end = Instant::now() + TIME;
    let mut best = f64::INFINITY;
    while Instant::now() < end {
        let begin = Instant::now();
        let digest = round();
        best = best.min(begin.elapsed().as_nanos() as f64 / count as f64);
        assert_eq!(digest, expected);
    }
    best
}
