//! Any sequence of steps of two sessions and their surroundings passes every check of the simulation.
#![no_main]

#[path = "../bodies/session_calls.rs"]
mod body;
#[path = "../../tests/simulation/sim/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports, reason = "shared with the simulation")]
mod sim;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| body::run(input));
