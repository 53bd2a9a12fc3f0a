//! A checkpoint's bytes are read back to themselves or refused; a journal's file is opened or refused, and what opens can be asked.
#![no_main]

#[path = "../bodies/checkpoint_journal.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| body::run(input));
