//! The simulation: two real sessions, each with an application, a journal and a disk that loses what was not
//! synced, joined by a hostile link, under one virtual clock and one seed.
//!
//! `SEEDS=n` runs so many seeds, `SEED_BASE=n` begins with that one, `SEED=n` runs one and tells its story;
//! `KEEP_GOING=1` lists what breaks and goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]
#![allow(unreachable_pub, reason = "nothing reaches into a test")]

#[cfg(sansfix_planted)]
mod planted;
mod regressions;
mod sim;

use std::panic::{AssertUnwindSafe, catch_unwind};

use sim::check::Broken;
use sim::draw::Random;
use sim::op::Op;
use sim::plan::Plan;
use sim::{Counts, Memory, Story, World};

/// What a seed makes: a plan and its steps.
fn case(seed: u64) -> (Plan, Vec<Op>) {
    let mut random = Random(seed);
    let plan = Plan::draw(&mut random);
    let ops = (0..plan.ops).map(|_| Op::draw(&mut random, &plan)).collect();
    (plan, ops)
}

/// Plays a run to its end.
fn play(plan: &Plan, ops: &[Op], story: Story) -> (Result<(), Broken>, Counts, String) {
    let mut memory = Memory::of(plan);
    let mut world = World::new(plan.clone(), &mut memory, story);
    let result = catch_unwind(AssertUnwindSafe(|| {
        for side in 0..2 {
            world.start(side)?;
        }
        for &op in ops {
            world.apply(op)?;
        }
        world.settle()
    }));
    let result = result.unwrap_or_else(|panic| {
        let what = panic.downcast_ref::<String>().cloned();
        let what = what.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        Err(Broken { checker: "nothing panics", what: what.unwrap_or_default() })
    });
    let mut counts = std::mem::take(&mut world.counts);
    for checks in &world.checks {
        counts.delivered += checks.delivery.messages;
        counts.skipped += checks.delivery.skipped;
    }
    (result, counts, world.story.to_string())
}

/// Leaves out steps as long as the same rule is still broken.
fn shrink(plan: &Plan, ops: Vec<Op>, checker: &str) -> Vec<Op> {
    let fails =
        |ops: &[Op]| play(plan, ops, Story::default()).0.is_err_and(|broken| broken.checker == checker);
    let mut kept = ops;
    let mut size = kept.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < kept.len() {
            let mut shorter = kept.clone();
            shorter.drain(at..(at + size).min(kept.len()));
            if fails(&shorter) {
                kept = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    kept
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

fn report(seed: u64) -> String {
    let (plan, ops) = case(seed);
    let (result, _, _) = play(&plan, &ops, Story::default());
    let Err(broken) = result else { return format!("seed {seed}: nothing broken") };
    let len = ops.len();
    let shorter = shrink(&plan, ops, broken.checker);
    let (result, _, story) = play(&plan, &shorter, Story::told());
    let after = result.err().map_or_else(String::new, |broken| broken.what);
    format!(
        "seed {seed} breaks \"{}\": {}\n{story}\n{} of {len} steps: {shorter:?}\n{after}\n{plan:#?}\nreplay: SEED={seed}",
        broken.checker,
        broken.what,
        shorter.len(),
    )
}

#[test]
fn nothing_is_lost_doubled_or_stuck_under_any_seed() {
    if let Some(seed) = from_env("SEED") {
        println!("{}", report(seed));
        return;
    }
    let seeds = from_env("SEEDS").unwrap_or(if cfg!(debug_assertions) { 150 } else { 10_000 });
    let base = from_env("SEED_BASE").unwrap_or(0);
    let keep_going = from_env("KEEP_GOING").is_some();
    println!("seeds {base} to {}", base + seeds - 1);
    let mut total = Counts::default();
    for seed in base..base + seeds {
        let (plan, ops) = case(seed);
        let (result, counts, _) = play(&plan, &ops, Story::default());
        total.add(&counts);
        if let Err(broken) = result {
            assert!(keep_going, "{}", report(seed));
            println!("seed {seed}: {}: {}", broken.checker, broken.what);
        }
    }
    println!("faults injected:");
    for (name, count) in &total.faults {
        println!("  {count:>9} {name}");
    }
    println!(
        "{} messages sent, {} delivered, {} skipped with notice",
        total.sent, total.delivered, total.skipped
    );
    println!(
        "{} frames, {} of them again; {} logons; {} resets asked for; {} runs settled",
        total.frames, total.retransmitted, total.connections, total.resets, total.settled
    );
}
