//! Explores every order of events between two sessions: sends, deliveries, replays, dropped links, and
//! processes that die between recording a frame and writing it or while handling a message.
//!
//! `cargo run --release -p model-check` checks the sessions, then two faulty drivers, whose mistakes it must
//! discover.

mod model;
mod side;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use model::{Bounds, Mistake, Sessions};
use stateright::{Checker, HasDiscoveries, Model};

/// A run that takes longer has not explored everything, and fails.
const TIME_MAX: Duration = Duration::from_secs(240);

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("model-check: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, sansfix::ConfigError> {
    let mut good = true;
    let all = [
        Bounds { sends: 2, drops: 1, crashes: 0 },
        Bounds { sends: 2, drops: 0, crashes: 1 },
        Bounds { sends: 1, drops: 1, crashes: 1 },
    ];
    for bounds in all {
        good &= holds(bounds)?;
    }
    let bounds = Bounds { sends: 1, drops: 0, crashes: 1 };
    for mistake in [Mistake::WrittenBeforeStored, Mistake::SavedBeforeWork] {
        good &= is_discovered(bounds, mistake)?;
    }
    Ok(good)
}

/// Whether every state within the bounds was explored and every property holds.
#[allow(
    clippy::disallowed_methods,
    reason = "the command keeps its own time limit: the checker does not tell that it was cut off"
)]
fn holds(bounds: Bounds) -> Result<bool, sansfix::ConfigError> {
    let begin = Instant::now();
    let checker = Sessions::new(bounds, Mistake::None)?
        .checker()
        .threads(2)
        .timeout(TIME_MAX)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_dfs()
        .join();
    let time = begin.elapsed();
    let done = time < TIME_MAX;
    println!(
        "{bounds:?}: {} unique states, depth {}, {:.0} s{}",
        checker.unique_state_count(),
        checker.max_depth(),
        time.as_secs_f32(),
        if done { "" } else { ": CUT OFF by the time limit" },
    );
    let mut good = done;
    for property in checker.model().properties() {
        let discovery = checker.discovery(property.name);
        let expected = property.expectation == stateright::Expectation::Sometimes;
        let holds = discovery.is_some() == expected;
        println!("  {} {}", if holds { "holds: " } else { "BROKEN:" }, property.name);
        if let (false, Some(path)) = (holds, discovery) {
            println!("{path}");
        }
        good &= holds;
    }
    Ok(good)
}

/// Whether a driver with this mistake breaks a property, as it must.
fn is_discovered(bounds: Bounds, mistake: Mistake) -> Result<bool, sansfix::ConfigError> {
    let checker = Sessions::new(bounds, mistake)?
        .checker()
        .threads(2)
        .timeout(TIME_MAX)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    let failures: Vec<_> = checker
        .model()
        .properties()
        .iter()
        .filter(|property| property.expectation != stateright::Expectation::Sometimes)
        .filter(|property| checker.discovery(property.name).is_some())
        .map(|property| property.name)
        .collect();
    let found = failures.first().copied().unwrap_or("NOT DISCOVERED");
    println!("{mistake:?}: {found}, after {} unique states", checker.unique_state_count());
    Ok(!failures.is_empty())
}
