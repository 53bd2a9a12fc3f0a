//! What is traced of a conversation. By itself: where another thread converses without a subscriber, `tracing`
//! may take its first look for the last and leave the events out here too.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod conversation;

use std::io::Write;
use std::sync::{Arc, Mutex};

use conversation::converse;

#[test]
fn trouble_is_traced_as_a_warning_with_its_numbers() {
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sink = Sink::default();
    let writer = sink.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, converse);
    let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let line = |what: &str| {
        text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {text}"))
    };
    let gap = line("messages are missing");
    assert!(gap.contains("WARN") && gap.contains("missing=2 received=3"), "{gap}");
    let end = line("why=logged out rule=");
    assert!(end.contains("INFO") && end.contains("FIX session layer 4.6.1"), "{end}");
    assert!(!text.contains("hunter2"));
}
