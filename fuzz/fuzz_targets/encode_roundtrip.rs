//! What the encoder writes, the reader reads: the same fields, in order.
#![no_main]

#[path = "../bodies/encode_roundtrip.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| body::run(input));
