//! The reader reads what the encoder wrote: the same fields in the same order.
#![no_main]

#[path = "../bodies/encode_roundtrip.rs"]
mod body;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| body::run(input));
