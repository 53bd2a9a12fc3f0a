//! Time per message of each work: `cargo bench --bench session [-- PART OF A NAME]`.
//!
//! One line a work: name, nanoseconds (median of many rounds), the best round, the median absolute deviation,
//! messages and bytes a second. Then attacks, by the byte.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a bench that cannot go on stops")]

mod common;

use std::time::Duration;

use common::attacks::ATTACKS;
use common::measure::{Figures, measure, time};
use common::whole::{over_tcp, restart, write_journal};
use common::works::{CASES, Case, IDLE};

/// Messages a round: their bytes stay in the first-level cache.
const IN_CACHE: usize = 64;
/// Messages a round: their bytes do not fit any cache.
const STREAMING: usize = 100_000;
/// Bytes of an attack.
const FLOOD: usize = 64 * 1024;
const TIME: Duration = Duration::from_millis(400);

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let matches = |name: &str| wanted.as_ref().is_none_or(|wanted| name.contains(wanted.as_str()));
    println!("{:<68} {:>9} {:>9} {:>7} {:>12} {:>14}", "", "ns", "best", "+-", "messages/s", "bytes/s");
    for case in CASES.iter().filter(|case| matches(case.name)) {
        let count = if case.name.contains("8 KiB") { 4 } else { IN_CACHE };
        report(case.name, case, count);
    }
    for case in CASES.iter().take(7) {
        let name = format!("{}, streaming", case.name);
        if matches(&name) {
            report(&name, case, STREAMING);
        }
    }
    if matches(IDLE.name) {
        report(IDLE.name, &IDLE, STREAMING);
        println!("{:<68} {:>9} bytes", "idle session in memory", size_of::<sansfix::Session>());
    }
    if matches("loopback TCP") {
        let rounds = (0..9).map(|_| time(|| over_tcp(200, 500)) / 100_000.0).collect();
        line("order over loopback TCP, both sides on one core", &Figures::of(rounds), 176.0);
    }
    if matches("restart") {
        let path = std::env::temp_dir().join(format!("sansfix-restart-{}", std::process::id()));
        write_journal(&path, 1_000_000);
        let rounds = (0..3).map(|_| time(|| restart(&path, 1_000_000)) / 1_000_000.0).collect();
        let _ = std::fs::remove_file(&path);
        line("restart from a file journal of 1,000,000 orders, a message", &Figures::of(rounds), 176.0);
    }
    println!("{:<68} {:>9} {:>9} {:>7} {:>27}", "hostile bytes", "ns/byte", "best", "+-", "bytes/s");
    for attack in ATTACKS.iter().filter(|attack| matches(attack.name)) {
        let mut flood = attack.prepare(FLOOD);
        let round = |_| {
            let took = time(|| assert_eq!(flood.run(), flood.expected(), "{}", attack.name));
            took / flood.len() as f64
        };
        let Figures { median, best, deviation } = Figures::of((0..9).map(round).collect());
        println!("{:<68} {median:>9.2} {best:>9.2} {deviation:>7.2} {:>27.0}", attack.name, 1e9 / median);
    }
}

fn report(name: &str, case: &Case, count: usize) {
    let mut work = case.prepare(count);
    let figures = measure(work.as_mut(), count, TIME);
    line(name, &figures, work.bytes(count) as f64 / count as f64);
}

fn line(name: &str, figures: &Figures, bytes: f64) {
    let Figures { median, best, deviation } = figures;
    let per_second = 1e9 / median;
    println!(
        "{name:<68} {median:>9.1} {best:>9.1} {deviation:>7.1} {per_second:>12.0} {:>14.0}",
        bytes * per_second
    );
}
