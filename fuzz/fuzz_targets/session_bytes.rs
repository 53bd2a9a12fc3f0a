//! Any bytes, in any pieces, given to a session in any state: it comes to rest, and what it sends is well
//! formed.
#![no_main]

#[path = "../bodies/session_bytes.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| body::run(input));
