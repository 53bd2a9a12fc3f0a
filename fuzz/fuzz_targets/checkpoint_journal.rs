//! Any bytes read as a checkpoint are refused or written back unchanged. Any file is refused as a journal, or
//! opens as one that can be queried.
#![no_main]

#[path = "../bodies/checkpoint_journal.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| body::run(input));
