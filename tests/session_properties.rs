//! Properties of every session: how its input is split does not matter, and a restart changes nothing that
//! the counterparty sees.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

use std::time::Duration;

use proptest::prelude::*;
use sansfix::testing::{Clock, MemoryJournal, Pair, What, Who};
use sansfix::{BeginString, Checkpoint, Config, Event, Inbox, Journal, MsgType, Output, Role, Session};

/// A frame from the counterparty: its type, how far its number is above the last, PossDupFlag, and a byte
/// changed on the way.
#[derive(Clone, Debug)]
struct Sent {
    msg_type: char,
    step: u64,
    poss_dup: bool,
    garbled: Option<usize>,
}

fn sent() -> impl Strategy<Value = Sent> {
    let types = prop::sample::select(vec!['D', 'D', '8', '0', '1', '3', '4', 'z']);
    let garbled = prop::option::weighted(0.1, 20usize..60);
    (types, prop::sample::select(vec![1u64, 1, 1, 1, 2]), prop::bool::weighted(0.1), garbled)
        .prop_map(|(msg_type, step, poss_dup, garbled)| Sent { msg_type, step, poss_dup, garbled })
}

fn frame(body: &str) -> Vec<u8> {
    let body = body.replace('|', "\u{1}");
    let mut frame = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len()).into_bytes();
    let sum = sansfix::wire::checksum(&frame);
    frame.extend_from_slice(format!("10={sum:03}\u{1}").as_bytes());
    frame
}

/// The bytes that a counterparty sends: its Logon, then these.
fn stream(sent: &[Sent]) -> Vec<u8> {
    let header = "49=THEM|52=20260105-09:00:00|56=US|";
    let mut bytes = frame(&format!("35=A|34=1|{header}98=0|108=30|"));
    let mut number = 1;
    for sent in sent {
        number += sent.step;
        let duplicate = if sent.poss_dup { "43=Y|122=20260105-09:00:00|" } else { "" };
        let body = match sent.msg_type {
            '1' => "112=ping|".into(),
            '3' => "45=1|".into(),
            '4' => format!("123=Y|36={}|", number + 1),
            _ => format!("11={number}|"),
        };
        let mut one = frame(&format!("35={}|34={number}|{duplicate}{header}{body}", sent.msg_type));
        if let Some(byte) = sent.garbled.and_then(|at| one.get_mut(at)) {
            *byte ^= 1;
        }
        bytes.extend(one);
    }
    bytes
}

/// Everything that an acceptor sends and reports if the bytes come in pieces of these lengths.
fn hear(bytes: &[u8], cuts: &[usize]) -> Vec<String> {
    let now = Clock::new().now();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "US", "THEM").unwrap();
    let mut session = Session::new(config, Checkpoint::begin(now.utc)).unwrap();
    let (mut memory, mut held) = ([0; 8192], [0; 8192]);
    let mut inbox = Inbox::new(&mut memory).holding(&mut held);
    let (mut journal, mut out, mut heard) = (MemoryJournal::new(), [0; 2048], Vec::new());
    session.connected(now, &mut inbox).unwrap();
    let mut cuts = cuts.iter().cycle();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, left) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
        rest = left;
        assert_eq!(inbox.extend(piece), piece.len());
        loop {
            match session.step(now, &mut inbox, &mut out) {
                // It does not matter into how many events a run of garbled bytes is divided.
                Output::Event(Event::Garbled { .. }) => {}
                Output::Event(ref event) => {
                    heard.push(format!("{event:?}"));
                    if let Event::Logon(_) = event {
                        session.accept(now).unwrap();
                    }
                }
                Output::Transmit(frame) => {
                    let wire = frame.commit(&mut session, &mut journal).unwrap();
                    heard.push(wire.escape_ascii().to_string());
                }
                Output::Wait(_) => break,
                Output::Disconnect(why) => {
                    heard.push(why.to_string());
                    return heard;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    heard
}

/// The frames sent from a point on, without the times in them.
fn frames(pair: &Pair, from: usize) -> Vec<(Who, String)> {
    let timeless = |frame: &str| {
        let kept = frame
            .split('|')
            .filter(|field| !["9=", "52=", "122=", "10="].iter().any(|tag| field.starts_with(tag)));
        kept.collect::<Vec<_>>().join("|")
    };
    let sent = pair.log()[from..].iter().filter_map(|line| match &line.what {
        What::Sent(frame) => Some((line.who, timeless(frame))),
        What::Told(_) | What::Closed(_) => None,
    });
    sent.collect()
}

/// What is seen after the link broke and, if `restart`, a process died that had stored its checkpoint.
fn seen_after_break(before: &[(bool, bool)], after: u8, who: Who, restart: bool) -> Vec<(Who, String)> {
    let mut pair = Pair::new(BeginString::Fix44).unwrap();
    pair.connect();
    let send = |pair: &mut Pair, who| {
        let now = pair.clock.now();
        pair.side(who).send(now, MsgType::NEW_ORDER_SINGLE, |body| {
            body.text(11, "order");
        })
    };
    for &(initiator, arrives) in before {
        send(&mut pair, if initiator { Who::Initiator } else { Who::Acceptor }).unwrap();
        if arrives {
            pair.drive();
        }
    }
    pair.cut(Who::Acceptor, 0);
    let from = pair.log().len();
    if restart {
        let side = pair.side(who);
        let resume = side.session.checkpoint();
        side.journal.checkpoint(&resume).unwrap();
        side.journal.sync().unwrap();
        pair.restart(who);
    }
    pair.pass(Duration::from_secs(6));
    for _ in 0..after {
        send(&mut pair, Who::Initiator).unwrap();
        send(&mut pair, Who::Acceptor).unwrap();
    }
    pair.pass(Duration::from_secs(6));
    frames(&pair, from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 5000 }))]

    #[test]
    fn the_cut_of_the_bytes_does_not_matter(
        sent in prop::collection::vec(sent(), 0..20),
        cuts in prop::collection::vec(1usize..90, 1..8),
    ) {
        let bytes = stream(&sent);
        prop_assert_eq!(hear(&bytes, &cuts), hear(&bytes, &[bytes.len()]));
        prop_assert_eq!(hear(&bytes, &[1]), hear(&bytes, &[bytes.len()]));
    }

    #[test]
    fn a_restart_changes_nothing_that_the_counterparty_sees(
        before in prop::collection::vec((any::<bool>(), any::<bool>()), 0..8),
        after in 0u8..3,
        initiator: bool,
    ) {
        let who = if initiator { Who::Initiator } else { Who::Acceptor };
        let went_on = seen_after_break(&before, after, who, false);
        prop_assert!(went_on.len() >= 2);
        prop_assert_eq!(went_on, seen_after_break(&before, after, who, true));
    }
}
