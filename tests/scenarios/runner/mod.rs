//! Reads the scenarios, plays each for every version and side that it names, and says what was run.

mod app;
mod checks;
mod coverage;
mod expect;
mod fields;
mod line;
mod outcome;
mod play;
mod scenario;
mod settings;
mod store;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sansfix::Role;

use play::Player;
use scenario::Scenario;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Plays what `word` picks, all without it; then the page of rules is compared with what there is.
pub(crate) fn run(word: Option<&str>, show: bool) -> ExitCode {
    match run_all(word, show) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(failures) => {
            for failure in &failures {
                println!("{failure}\n");
            }
            println!("{} failed", failures.len());
            ExitCode::FAILURE
        }
    }
}

fn run_all(word: Option<&str>, show: bool) -> Result<String, Vec<String>> {
    let scenarios = read_all().map_err(|error| vec![error])?;
    let mut failures = Vec::new();
    let mut counts: BTreeMap<(usize, &str, &str), (BTreeSet<&str>, usize)> = BTreeMap::new();
    for scenario in scenarios.iter().filter(|scenario| word.is_none_or(|word| scenario.name.contains(word))) {
        for case in &scenario.cases {
            for (&version, &role) in scenario
                .versions
                .iter()
                .flat_map(|version| scenario.sides.iter().map(move |role| (version, role)))
            {
                let side = match role {
                    Role::Acceptor => "acceptor",
                    Role::Initiator => "initiator",
                };
                let mut player = match Player::new(scenario, case, version, role) {
                    Ok(player) => player,
                    Err(error) => {
                        failures.push(format!("{}: {version} {side}: {error}", scenario.path.display()));
                        continue;
                    }
                };
                let result = player.play();
                if show {
                    println!("{} {version} {side} {}\n{}", scenario.name, case.label, player.transcript());
                }
                match result {
                    Ok(()) => {
                        let count = counts.entry((version.index(), version.name(), side)).or_default();
                        count.0.insert(&scenario.name);
                        count.1 += 1;
                    }
                    Err(error) => failures.push(format!(
                        "{}:{}: {version} {side} {}\n    {}\n  so far:\n{}",
                        scenario.path.display(),
                        error.line,
                        case.label,
                        error.message,
                        player.transcript()
                    )),
                }
            }
        }
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    for ((_, version, side), (names, cases)) in &counts {
        println!("{version:<16} {side:<10} {:>4} scenarios in {cases:>4} cases passed", names.len());
    }
    if word.is_some() {
        return Ok(format!("{} played", counts.values().map(|count| count.1).sum::<usize>()));
    }
    let page = coverage::check(&scenarios)?;
    Ok(format!("{} scenarios, {} rules, {} hard cases", scenarios.len(), page.rules, page.hard_cases))
}

fn read_all() -> Result<Vec<Scenario>, String> {
    let folder = root().join("tests/scenarios");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "fix"))
        .collect();
    paths.sort();
    paths.iter().map(|path| Scenario::read(path)).collect()
}
