//! What the fuzzers have found, run by every `cargo test`: the inputs in `fuzz/regressions`, and a few
//! written by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by them")]
#![allow(unreachable_pub, reason = "nothing reaches into a test")]

#[path = "../fuzz/bodies/checkpoint_journal.rs"]
mod checkpoint_journal;
#[path = "../fuzz/bodies/encode_roundtrip.rs"]
mod encode_roundtrip;
#[path = "../fuzz/bodies/session_bytes.rs"]
mod session_bytes;
#[path = "../fuzz/bodies/session_calls.rs"]
mod session_calls;
#[path = "simulation/sim/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the simulation uses the rest")]
mod sim;

/// Runs every input in a target's folder, and returns how many there were.
fn replay(target: &str, run: fn(&[u8])) -> usize {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions").join(target);
    let Ok(files) = std::fs::read_dir(folder) else { return 0 };
    let files = files.filter_map(Result::ok).map(|file| file.path());
    files.map(|path| run(&std::fs::read(&path).unwrap())).count()
}

#[test]
fn inputs_found_before_break_nothing() {
    replay("session_bytes", session_bytes::run);
    replay("session_calls", session_calls::run);
    replay("encode_roundtrip", encode_roundtrip::run);
    replay("checkpoint_journal", checkpoint_journal::run);
}

#[test]
fn every_choice_of_session_takes_its_frames_byte_by_byte() {
    for choice in 0..16 {
        for state in 0..16 {
            let mut input = vec![choice, state, 1];
            input.extend_from_slice(b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x018=FIX.4.4\x019=999\x0135=D\x01");
            session_bytes::run(&input);
        }
    }
}

#[test]
fn fields_of_every_kind_come_back() {
    encode_roundtrip::run(b"\x00\x0b\x05order\x00\x36\x011\x00\x26\x03100");
    let checkpoint = sansfix::Checkpoint::begin(sansfix::Utc::from_secs(1_700_000_000)).encode();
    checkpoint_journal::run(&checkpoint);
    session_calls::run(&[7; 400]);
}
