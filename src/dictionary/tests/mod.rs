//! Message rules against the session test cases, QuickFIX's dictionaries and random messages.

mod cases;
mod generate;
mod loading;
mod properties;
mod shared_spec;
mod structure;

use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use super::{Dictionary, DictionaryRules, SMALL, Violation};

/// The bytes of a message written with `|` for SOH.
fn soh(text: &str) -> Vec<u8> {
    text.bytes().map(|byte| if byte == b'|' { 1 } else { byte }).collect()
}

fn small() -> DictionaryRules {
    DictionaryRules::new(Arc::new(Dictionary::from_xml(SMALL).unwrap())).unwrap()
}

/// A violation as text, to compare and to read: `Ok`, `373=1 371=11`, `380=3`.
fn verdict(result: Result<(), Violation<'_>>) -> String {
    match result {
        Ok(()) => "Ok".into(),
        Err(Violation::Session { reason, tag }) => std::format!("373={} 371={tag}", reason.code()),
        Err(Violation::UnsupportedMsgType) => "380=3".into(),
    }
}
