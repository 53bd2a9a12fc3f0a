//! The frame finder agrees with the slow reference, on the whole input and byte by byte.
#![no_main]

#[path = "../../tests/reference/frame.rs"]
mod reference;

use libfuzzer_sys::fuzz_target;
use sansfix::wire::{Framing, Garbled, Scan, frame};

fuzz_target!(|input: (u8, &[u8])| {
    let (limit, bytes) = (usize::from(input.0) * 4, input.1);
    let mut start = 0;
    loop {
        let rest = &bytes[start..];
        let whole = frame(rest, limit, &mut Scan::default());
        assert_eq!(whole, reference::frame(rest, limit));

        let mut scan = Scan::default();
        let first = (0..=rest.len())
            .map(|seen| frame(&rest[..seen], limit, &mut scan))
            .find(|framing| *framing != Framing::Incomplete)
            .unwrap_or(Framing::Incomplete);
        if !matches!(whole, Framing::Garbled { why: Garbled::NotAFrame, .. }) {
            assert_eq!(first, whole);
        }
        start += match whole {
            Framing::Frame(span) => span.len,
            Framing::Garbled { len, .. } => len,
            Framing::Incomplete | Framing::TooLong { .. } => return,
        };
    }
});
