//! What is counted, and what is logged, of a conversation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod conversation;

use std::collections::BTreeMap;

use conversation::converse;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

#[test]
fn the_meters_count_what_happened() {
    let recorder = DebuggingRecorder::new();
    metrics::with_local_recorder(&recorder, converse);
    let mut of_buy = BTreeMap::new();
    let mut of_sell = BTreeMap::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let buys = key.key().labels().any(|label| label.value() == "BUY");
        let meters = if buys { &mut of_buy } else { &mut of_sell };
        meters.insert(key.key().name().to_owned(), value);
    }
    assert_eq!(of_buy["fix_resent_total"], DebugValue::Counter(2), "both orders again");
    assert_eq!(of_buy["fix_resend_requests_total"], DebugValue::Counter(1));
    assert_eq!(of_sell["fix_gaps_total"], DebugValue::Counter(1));
    assert_eq!(of_sell["fix_logons_total"], DebugValue::Counter(1));
    assert_eq!(of_buy["fix_next_out"], of_sell["fix_next_in"]);
    assert_eq!(of_buy["fix_logged_on"], DebugValue::Gauge(0.0.into()));
    let DebugValue::Histogram(trips) = &of_buy["fix_round_trip_seconds"] else { panic!("a histogram") };
    assert_eq!(trips.len(), 1);
    // Nothing of SELL's was lost: as many came as went.
    assert_eq!(of_sell["fix_sent_total"], of_buy["fix_received_total"]);
}

#[test]
fn the_log_has_every_frame_and_no_password() {
    let (buy, sell) = converse();
    assert!(buy.contains("\u{1}553=desk\u{1}554=***\u{1}") && sell.contains("\u{1}554=***\u{1}"), "{buy}");
    assert!(!buy.contains("hunter2") && !sell.contains("hunter2"));
    let first = buy.lines().next().unwrap();
    assert!(first.starts_with("20260101-00:00:00.000 -> 8=FIX.4.4\u{1}9="), "{first}");
    // Sides agree: what one has out, the other has in, but for the order that was lost.
    let frames = |log: &str, way: &str| -> Vec<String> {
        log.lines().filter_map(|line| line.split_once(way)).map(|(_, frame)| frame.to_owned()).collect()
    };
    assert_eq!(frames(&sell, " -> "), frames(&buy, " <- "));
}
