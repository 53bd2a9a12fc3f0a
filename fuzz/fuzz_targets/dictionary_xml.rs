//! No XML, however hostile, makes the loader panic or hang, and a dictionary that loads can check any bytes.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sansfix::dictionary::{Dictionary, DictionaryRules, Item};

// The XML and a frame, separated by the first NUL.
fuzz_target!(|data: &[u8]| {
    let (xml, frame) = match data.iter().position(|&byte| byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01"[..]),
    };
    let Ok(xml) = std::str::from_utf8(xml) else { return };
    let Ok(dictionary) = Dictionary::from_xml(xml) else { return };
    let Ok(rules) = DictionaryRules::new(Arc::new(dictionary)) else { return };
    let _ = rules.validate(frame);
    for item in rules.body(frame) {
        if let Item::Group(group) = item {
            assert!(group.entries().flatten().count() <= group.as_bytes().len());
        }
    }
});
