//! Bugs on purpose, each of which has to be found. `.ci/planted` runs it.

use sansfix::testing::{Bug, plant};

use super::{Story, case, play};

const BUGS: [Bug; 19] = [
    Bug::PossDupFlagIgnored,
    Bug::SentBeforeStored,
    Bug::SilenceTimerNotReset,
    Bug::GapClosedTooEarly,
    Bug::GapFillAppliedAboveGap,
    Bug::NumberTakenTwice,
    Bug::ResetBeforeVerdict,
    Bug::RecordedWhenHandedOut,
    Bug::OldSeriesKept,
    Bug::ReplayBeforeReading,
    Bug::ResentWithoutPossDupFlag,
    Bug::ResendCutShort,
    Bug::LogoutCountedAboveGap,
    Bug::RecoveryOutlivesLink,
    Bug::ActedAboveGapForgotten,
    Bug::SentBeforeLogon,
    Bug::ResetGivenUpUnanswered,
    Bug::HeldKeptOverReset,
    Bug::LateAnswerTaken,
];
const SEEDS: u64 = 10_000;

#[test]
fn every_planted_bug_is_found() {
    let mut missed = Vec::new();
    println!("{:<26} {:<34} seeds", "bug", "caught by");
    for bug in BUGS {
        plant(Some(bug));
        let found = (0..SEEDS).find_map(|seed| {
            let (plan, ops) = case(seed);
            play(&plan, &ops, Story::default()).0.err().map(|broken| (seed + 1, broken.checker))
        });
        match found {
            Some((seeds, checker)) => println!("{:<26} {checker:<34} {seeds}", format!("{bug:?}")),
            None => {
                println!("{:<26} {:<34} {SEEDS}", format!("{bug:?}"), "-");
                missed.push(bug);
            }
        }
    }
    plant(None);
    assert!(missed.is_empty(), "not found: {missed:?}");
}
