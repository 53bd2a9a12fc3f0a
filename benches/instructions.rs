//! Instructions per message of each work, counted by valgrind: `cargo bench --bench instructions [--
//! --accept]`.
//!
//! Counts do not depend on what else the machine does, so they are the gate: a work that takes over 5 % more
//! than `instructions.txt` says fails the bench. `--accept` writes the present counts to that file.
//!
//! And instructions per byte of each attack: four times the bytes may cost 1.1 times as much a byte, no more,
//! since the cost of whatever a counterparty sends has to be linear in its bytes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a bench that cannot go on stops")]

mod common;

use std::fmt::Write as _;
use std::process::{Command, ExitCode};

use common::attacks::ATTACKS;
use common::works::{CASES, IDLE};

/// Messages of the short run; the long one has twice as many, and the difference is theirs alone.
const COUNT: usize = 200;
/// How much more than the accepted count is let pass, in percent.
const TOLERANCE: f64 = 5.0;
/// Bytes of the short and of the long flood of an attack.
const FLOODS: [usize; 2] = [16 * 1024, 64 * 1024];
/// How much more a byte of the long flood may cost.
const LINEAR: f64 = 1.1;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--child") {
        let [name, count] = [&arguments[at + 1], &arguments[at + 2]];
        let count = count.parse().unwrap();
        return arguments
            .get(at + 3)
            .map_or_else(|| child(name, count), |rounds| flood(name, count, rounds.parse().unwrap()));
    }
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|answer| answer.status.success()) {
        println!(
            "valgrind is not installed: `apt-get install valgrind` (Debian, Ubuntu) or `dnf install valgrind` (Fedora)"
        );
        return ExitCode::SUCCESS;
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");
    let accepted = std::fs::read_to_string(file).unwrap_or_default();
    let mut counted = String::new();
    let mut worse = false;
    for case in CASES.iter().chain([&IDLE]) {
        let per_message = (total(case.name, &[2 * COUNT]) - total(case.name, &[COUNT])) / COUNT as u64;
        let before = count_of(&accepted, case.name);
        let change = before.map_or(String::from("new"), |before| {
            format!("{:+.1} %", (per_message as f64 / before as f64 - 1.0) * 100.0)
        });
        let too_many =
            before.is_some_and(|before| per_message as f64 > before as f64 * (1.0 + TOLERANCE / 100.0));
        worse |= too_many;
        println!("{:<68} {per_message:>7} {change}{}", case.name, if too_many { "  TOO MANY" } else { "" });
        let _ = writeln!(counted, "{}\t{per_message}", case.name);
    }
    for attack in ATTACKS {
        let [short, long] = FLOODS.map(|bytes| {
            let flood = total(attack.name, &[bytes, 2]) - total(attack.name, &[bytes, 1]);
            flood as f64 / attack.prepare(bytes).len() as f64
        });
        let too_many = long > short * LINEAR;
        worse |= too_many;
        println!("{:<68} {long:>7.1} a byte{}", attack.name, if too_many { "  NOT LINEAR" } else { "" });
    }
    if arguments.iter().any(|argument| argument == "--accept") {
        std::fs::write(file, counted).expect("benches/instructions.txt can be written");
        return ExitCode::SUCCESS;
    }
    if worse { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn count_of(accepted: &str, name: &str) -> Option<u64> {
    let mut lines = accepted.lines().filter_map(|line| line.split_once('\t'));
    lines.find(|line| line.0 == name)?.1.parse().ok()
}

/// All instructions of a process that prepares the work or attack of this name and does as much of it as
/// `amounts` say.
fn total(name: &str, amounts: &[usize]) -> u64 {
    let answer = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["--child", name])
        .args(amounts.iter().map(usize::to_string))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{name}: {said}");
    let collected =
        said.lines().find_map(|line| line.split_once("Collected :")).expect("callgrind says a total");
    collected.1.trim().parse().unwrap()
}

/// Under valgrind: the preparation, and what should come out, cost the same for both counts.
fn child(name: &str, count: usize) -> ExitCode {
    let case = CASES.iter().chain([&IDLE]).find(|case| case.name == name).unwrap();
    let mut work = case.prepare(2 * COUNT);
    let expected = [COUNT, 2 * COUNT].map(|count| (count, work.expected(count)));
    let done = work.run(count);
    assert!(expected.contains(&(count, done)), "{name}: not what should come out");
    ExitCode::SUCCESS
}

/// Under valgrind: an attack of so many bytes, prepared once and done `rounds` times.
fn flood(name: &str, bytes: usize, rounds: usize) -> ExitCode {
    let attack = ATTACKS.iter().find(|attack| attack.name == name).unwrap();
    let mut flood = attack.prepare(bytes);
    for _ in 0..rounds {
        assert_eq!(flood.run(), flood.expected(), "{name}");
    }
    ExitCode::SUCCESS
}
