//! Stores written here byte by byte as each engine writes them.

use std::fs;
use std::path::PathBuf;
use std::string::{String, ToString as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec::Vec;
use std::{format, vec};

use super::*;
use crate::journal::{RingJournal, Stored};
use crate::time::Utc;

/// A store in a folder of its own, removed with the value.
struct Store(PathBuf);

impl Store {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sansfix-migration-{}-{n}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Store(folder)
    }

    fn prefix(&self) -> PathBuf {
        self.0.join("FIX.4.4-US-BROKER")
    }

    fn with(self, suffix: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(suffix, content);
        self
    }

    fn write(&self, suffix: &str, content: impl AsRef<[u8]>) {
        fs::write(with_suffix(&self.prefix(), suffix), content).unwrap();
    }

    fn open(&self) -> Result<QuickFixStore, MigrationError> {
        QuickFixStore::open(self.prefix())
    }

    fn refusal(&self) -> String {
        let refused = self.open().and_then(|mut store| store.messages().collect::<Result<Vec<_>, _>>());
        let refused = refused.unwrap_err().to_string();
        let (_, after_folder) = refused.split_once("FIX.4.4-US-BROKER").unwrap();
        after_folder.into()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn frame(msg_type: &str, number: u64) -> String {
    format!("8=FIX.4.4|9=55|35={msg_type}|34={number}|49=US|52=20240131-12:30:01|56=BROKER|10=000|")
        .replace('|', "\x01")
}

/// In the order in which they were stored: 3 and 4 a second time, 4 as a Heartbeat then, and 5, whose number
/// was not taken.
fn sent() -> Vec<(u64, String)> {
    [("A", 1), ("D", 2), ("F", 3), ("D", 4), ("0", 4), ("G", 3), ("D", 5)]
        .map(|(msg_type, number)| (number, frame(msg_type, number)))
        .into()
}

fn body() -> String {
    sent().into_iter().map(|(_, frame)| frame).collect()
}

fn text_header(end: &str) -> String {
    let mut offset = 0;
    sent()
        .into_iter()
        .map(|(number, frame)| {
            let entry = format!("{number},{offset},{}{end}", frame.len());
            offset += frame.len();
            entry
        })
        .collect()
}

fn binary_header() -> Vec<u8> {
    let mut offset = 0;
    let mut header = Vec::new();
    for (number, frame) in sent() {
        header.extend((number as i32).to_be_bytes());
        header.extend((offset as i64).to_be_bytes());
        header.extend((frame.len() as i32).to_be_bytes());
        offset += frame.len();
    }
    header
}

/// As Java's `writeUTF`.
fn java(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

fn quick_fix() -> Store {
    Store::new()
        .with("seqnums", "0000000005 : 0000000009")
        .with("session", "20240131-12:30:00")
        .with("header", text_header(" "))
        .with("body", body())
}

fn quick_fix_n() -> Store {
    Store::new()
        .with("seqnums", "00000000000000000005 : 00000000000000000009  ")
        .with("session", "20240131-12:30:00.000")
        .with("header", text_header("\r\n"))
        .with("body", body())
}

fn quick_fix_j() -> Store {
    Store::new()
        // The file was longer before a reset; Java leaves the rest.
        .with("senderseqnums", [java("5"), b"234".to_vec()].concat())
        .with("targetseqnums", java("9"))
        .with("session", java("20240131-12:30:00.000"))
        .with("header", binary_header())
        .with("body", body())
}

fn quick_fix_go() -> Store {
    Store::new()
        .with("senderseqnums", "0000000000000000005")
        .with("targetseqnums", "0000000000000000009")
        .with("session", "2024-01-31T13:30:00+01:00")
        .with("header", text_header("\n"))
        .with("body", body())
}

#[test]
fn each_engines_store_becomes_a_checkpoint_and_a_journal() {
    for (files, engine) in [
        (quick_fix(), Engine::QuickFix),
        (quick_fix_n(), Engine::QuickFix),
        (quick_fix_j(), Engine::QuickFixJ),
        (quick_fix_go(), Engine::QuickFixGo),
    ] {
        let mut store = files.open().unwrap();
        assert_eq!(store.engine(), engine);
        let resume = store.checkpoint();
        assert_eq!(resume.series, Series::beginning(Utc::from_secs(1_706_704_200)));
        assert_eq!((resume.next_out.get(), resume.next_in.get()), (5, 9));

        let mut memory = vec![0; 4096];
        let mut journal = RingJournal::new(&mut memory);
        // A second copy changes nothing.
        for _ in 0..2 {
            let copied = store.copy_into(&mut journal).unwrap();
            assert_eq!(copied, Copied { messages: 2, unsent: 1 });
        }
        assert_eq!(journal.resume(), Some(resume));
        let mut from = MsgSeqNum::FIRST;
        for (number, msg_type) in [(2, "D"), (3, "G")] {
            let number = MsgSeqNum::new(number).unwrap();
            let expected = frame(msg_type, number.get());
            let found = journal.first_in(resume.series, from, MsgSeqNum::MAX).unwrap();
            assert_eq!(found, Some(Stored::Message { number, frame: expected.as_bytes() }));
            from = number.next();
        }
        assert_eq!(journal.first_in(resume.series, from, MsgSeqNum::MAX), Ok(None));
    }
}

#[test]
fn an_entry_that_was_torn_by_a_crash_is_left_out() {
    for (files, header) in [(quick_fix(), text_header(" ").into_bytes()), (quick_fix_j(), binary_header())] {
        // The last entry's number was never taken, whatever is left of it.
        for torn in 1..10 {
            files.write("header", &header[..header.len() - torn]);
            assert_eq!(files.open().unwrap().messages().count(), 2);
        }
    }
}

#[test]
fn a_store_that_does_not_fit_together_is_refused_by_file_and_expectation() {
    let nothing = Store::new();
    assert!(nothing.refusal().starts_with(": expected "), "{}", nothing.refusal());
    let cases = [
        (
            quick_fix().with("seqnums", ""),
            ".seqnums: expected two numbers from 1 on, as \"10 : 20\", got \"\"",
        ),
        (
            quick_fix().with("seqnums", "0 : 1"),
            ".seqnums: expected two numbers from 1 on, as \"10 : 20\", got \"0 : 1\"",
        ),
        (
            quick_fix().with("session", "yesterday"),
            ".session: expected a UTC time as 20240131-12:30:00, got \"yesterday\"",
        ),
        (
            quick_fix().with("header", "1,0 "),
            ".header: expected number, offset and size in entry 1, got \"1,0\"",
        ),
        (
            quick_fix().with("header", "2,0,10 0,0,1 "),
            ".header: expected a number from 1 on in entry 2, got \"0\"",
        ),
        (
            quick_fix().with("header", "2,0,10 "),
            ".body: expected a whole FIX message with this MsgSeqNum for message 2, 10 bytes from byte 0",
        ),
        (
            quick_fix().with("header", "2,18446744073709551615,10 "),
            ".body: expected a file that is long enough for message 2, 10 bytes from byte 18446744073709551615",
        ),
        (
            quick_fix().with("body", frame("D", 1)),
            ".body: expected a file that is long enough for message 2, 69 bytes from byte 69",
        ),
        (
            quick_fix_j().with("targetseqnums", "9"),
            ".targetseqnums: expected a length of two bytes and a number from 1 on, got \"9\"",
        ),
        (quick_fix_go().with("senderseqnums", "x"), ".senderseqnums: expected a number from 1 on, got \"x\""),
        (
            quick_fix_go().with("session", "20240131-12:30:00"),
            ".session: expected a time as 2024-01-31T12:30:00Z, got \"20240131-12:30:00\"",
        ),
    ];
    for (files, refusal) in cases {
        assert_eq!(files.refusal(), refusal);
    }
}

#[test]
fn a_missing_file_is_named() {
    for suffix in ["session", "header", "body"] {
        let files = quick_fix();
        fs::remove_file(with_suffix(&files.prefix(), suffix)).unwrap();
        assert!(files.refusal().starts_with(&format!(".{suffix}: ")), "{}", files.refusal());
    }
}
