//! Every rule of the session layer as a scenario: see `tests/scenarios/README.md` for their language and
//! `docs/rules.md` for the list.
//!
//! `cargo test --test scenarios -- --nocapture` prints what was run, a word after `--` selects scenarios by
//! name, and `--show WORD` prints what actually happened, as a help for writing one.

#[path = "scenarios/runner/mod.rs"]
mod runner;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut show = false;
    let mut word = None;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--show" => show = true,
            flag if flag.starts_with('-') => {}
            name => word = Some(name.to_owned()),
        }
    }
    runner::run(word.as_deref(), show)
}
