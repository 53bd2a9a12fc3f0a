use super::*;
use crate::inbox::Inbox;
use crate::time::{Now, Utc};
use crate::{BeginString, Checkpoint, Config, Event, Output, Role, State};
use std::format;
use std::vec::Vec;

fn order(number: u64, time: &str) -> Vec<u8> {
    let body = format!(
        "35=D\u{1}34={number}\u{1}49=BUYSIDE\u{1}52={time}\u{1}56=SELLSIDE\u{1}11=ORDER\u{1}55=IBM\u{1}58=a text of some length\u{1}"
    );
    let mut frame = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len()).into_bytes();
    frame.extend(crate::wire::trailer(crate::wire::checksum(&frame)));
    frame
}

fn ready(number: u64) -> Session {
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE").unwrap();
    let next_in = MsgSeqNum::new(number).unwrap();
    let mut session = Session::new(config, Checkpoint { next_in, ..Checkpoint::begin(Utc::EPOCH) }).unwrap();
    session.state = State::Active;
    session
}

/// Which of the frames took the shortcut.
fn short_ways(session: &mut Session, frames: &[Vec<u8>]) -> Vec<bool> {
    let now = Now { utc: Utc::from_secs(3600), ..Now::default() };
    let went = |frame: &Vec<u8>| {
        let mut memory = [0; 512];
        let mut inbox = Inbox::new(&mut memory);
        inbox.extend(frame);
        // Every message changes this count.
        session.course.expected().unwrap().header.misses = 1;
        let Output::Event(Event::Message(_)) = session.step(now, &mut inbox, &mut []) else { panic!() };
        session.course.expected().unwrap().header.misses == 0
    };
    frames.iter().map(went).collect()
}

#[test]
fn the_second_of_two_like_headers_goes_the_short_way_and_so_do_all_after_it() {
    let frames: Vec<_> = (7..10).map(|number| order(number, "19700101-01:00:00.000")).collect();
    assert_eq!(short_ways(&mut ready(7), &frames), [false, true, true]);
}

#[test]
fn another_second_is_expected_and_another_minute_or_another_digit_in_the_number_is_not() {
    let frames = [
        order(8, "19700101-01:00:00.000"),
        order(9, "19700101-01:00:59.123"),
        order(10, "19700101-01:00:59.123"),
        order(11, "19700101-01:00:59.123"),
        order(12, "19700101-01:01:00.000"),
    ];
    assert_eq!(short_ways(&mut ready(8), &frames), [false, true, false, true, false]);
}

#[test]
fn a_number_with_more_digits_is_not_cut() {
    let mut session = ready(99);
    let _ = short_ways(&mut session, &[order(99, "19700101-01:00:00.000")]);
    let header = &mut session.course.expected().unwrap().header;
    for _ in 0..2 {
        assert!(!header.bear(MsgSeqNum::new(100).unwrap()));
    }
    assert!(header.bear(MsgSeqNum::new(99).unwrap()));
}

/// Whether the second of two messages with like headers, arriving `millis` after the epoch, reaches the
/// application.
fn is_taken(second: &[u8], millis: i64, frame_max: usize) -> bool {
    let mut session = ready(7);
    let _ = short_ways(&mut session, &[order(7, "19700101-01:00:00.000")]);
    session.config.frame_max = frame_max;
    let now = Now { utc: Utc::from_nanos(millis * 1_000_000), ..Now::default() };
    let mut memory = [0; 512];
    let mut inbox = Inbox::new(&mut memory);
    inbox.extend(second);
    matches!(session.step(now, &mut inbox, &mut []), Output::Event(Event::Message(_)))
}

#[test]
fn every_part_of_sending_time_counts_against_the_threshold() {
    for (time, seconds, fraction) in
        [("00.000", 0, 0), ("59.000", 59, 0), ("07.999", 7, 999), ("30.5", 30, 500), ("45", 45, 0)]
    {
        let sent = (3600 + seconds) * 1000 + fraction;
        let order = order(8, &format!("19700101-01:00:{time}"));
        assert!(is_taken(&order, sent - 120_000, 512) && is_taken(&order, sent + 120_000, 512), "{time}");
        assert!(!is_taken(&order, sent - 120_001, 512) && !is_taken(&order, sent + 120_001, 512), "{time}");
    }
}

/// The third message is in the minute of the first, long after it.
#[test]
fn a_header_goes_with_the_minute_that_was_read_last() {
    let mut session = ready(7);
    let mut taken = |number, time, secs| {
        let mut memory = [0; 512];
        let mut inbox = Inbox::new(&mut memory);
        inbox.extend(&order(number, time));
        let now = Now { utc: Utc::from_secs(secs), ..Now::default() };
        matches!(session.step(now, &mut inbox, &mut [0; 512]), Output::Event(Event::Message(_)))
    };
    assert!(taken(7, "19700101-01:00:00.000", 3600));
    assert!(taken(8, "19700101-01:01:00.000", 3660));
    assert!(!taken(9, "19700101-01:00:00.000", 3721));
}

#[test]
fn a_frame_that_is_too_long_is_so_whatever_its_header() {
    let order = order(8, "19700101-01:00:00.000");
    assert!(is_taken(&order, 3_600_000, order.len()));
    assert!(!is_taken(&order, 3_600_000, order.len() - 1));
}

#[test]
fn what_is_expected_is_no_part_of_what_a_session_is() {
    let mut session = ready(7);
    let _ = short_ways(&mut session, &[order(7, "19700101-01:00:00.000")]);
    let mut other = session.clone();
    *other.course.expected().unwrap() = Expected::nothing();
    assert!(session.course.expected().unwrap().header.number.is_some() && session == other);
    let shown = format!("{session:?}");
    assert!(
        shown == format!("{other:?}") && shown.contains("course: Usual(Expected), stamp: Stamp"),
        "{shown}"
    );
}
