//! How the cost grows, or does not: `cargo bench --bench curves`, tab-separated.
//!
//! Each line is a curve, what it grows with, and nanoseconds: a message's, or a whole replay's for the width
//! of a gap.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a bench that cannot go on stops")]

mod common;

use std::time::Duration;

use common::inbound::{Delivered, Envelope};
use common::measure::{Figures, measure, time};
use common::messages::{FIRST, message};
use common::outbound::Replayed;
use common::works::{market, orders_over};
use common::{Work, logged_on, noon};
use sansfix::{Checkpoint, Event, Inbox, Journal, MsgSeqNum, NoJournal, Output, RingJournal, Session, Utc};

const TIME: Duration = Duration::from_millis(300);

fn main() {
    println!("curve\tgrows with\tns");
    for size in [256, 512, 1024, 2048, 4096, 8192, 16384, 32768] {
        let count = (128 * 1024 / size).min(64);
        let frames = market(count, size);
        let bytes = frames.iter().map(Vec::len).sum::<usize>() / frames.len();
        let mut work = Delivered::new(logged_on(|_| {}), &frames, Envelope, 0);
        line("message size", bytes, measure(&mut work, count, TIME).best);
    }
    for handled in [100, 1_000, 10_000, 100_000, 1_000_000] {
        line("messages handled", handled, after(handled));
    }
    for stored in [100, 1_000, 10_000, 100_000, 500_000] {
        line("messages stored", stored, replay_of_the_last(stored));
    }
    for width in [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000] {
        line("numbers in a gap", width, gap_of_admin_messages(width as u64));
    }
}

fn line(curve: &str, grows: usize, ns: f64) {
    println!("{curve}\t{grows}\t{ns:.1}");
}

/// The cost of a message when the session has handled so many.
fn after(handled: usize) -> f64 {
    let mut session = logged_on(|_| {});
    let mut done = 0;
    // In pieces, so that the messages need not all be in memory at once.
    while done < handled {
        let count = 1000.min(handled - done);
        let mut work = Delivered::new(session, &orders_over(FIRST + 1 + done as u64, count), Envelope, 0);
        work.rewind();
        work.run(count);
        session = work.into_session();
        done += count;
    }
    let mut work = Delivered::new(session, &orders_over(FIRST + 1 + done as u64, 64), Envelope, 0);
    measure(&mut work, 64, TIME).best
}

/// The cost of sending the last 64 of so many stored messages again, each.
fn replay_of_the_last(stored: usize) -> f64 {
    let mut work = Replayed::last(logged_on(|_| {}), stored, 64);
    measure(&mut work, 64, TIME).best
}

/// A ResendRequest for so many numbers that were admin messages: one gap fill.
fn gap_of_admin_messages(width: u64) -> f64 {
    let next_out = MsgSeqNum::new(width + 1).unwrap();
    let mut memory = [0; 4096];
    let mut journal = RingJournal::new(&mut memory);
    let resume = Checkpoint { next_out, ..Checkpoint::begin(Utc::EPOCH) };
    journal.checkpoint(&resume).unwrap();
    let config = logged_on(|_| {}).config().clone();
    let mut rounds = Vec::new();
    for _ in 0..500 {
        let mut session = Session::new(config.clone(), resume).unwrap();
        let (mut bytes, mut out) = ([0; 1024], [0; 1024]);
        let mut inbox = Inbox::new(&mut bytes);
        session.connected(noon(), &mut inbox).unwrap();
        inbox.extend(&message("A", 1, "98=0|108=30|"));
        inbox.extend(&message("2", 2, &format!("7=1|16={width}|")));
        let mut frames = 0;
        let mut replay = || {
            loop {
                match session.step(noon(), &mut inbox, &mut out) {
                    Output::Event(Event::Logon(_)) => session.accept(noon()).unwrap(),
                    Output::Event(_) => {}
                    Output::Transmit(frame) => {
                        let _ = frame.commit(&mut session, &mut NoJournal).unwrap();
                    }
                    Output::Replay(asked) => {
                        let stored = journal.first_in(asked.series(), asked.from(), asked.to()).unwrap();
                        let frame = session.replay(noon(), asked, stored, &mut out).unwrap().unwrap();
                        let _ = frame.commit(&mut session, &mut NoJournal).unwrap();
                        frames += 1;
                    }
                    Output::Wait(_) => break,
                    other => panic!("unexpected: {other:?}"),
                }
            }
        };
        rounds.push(time(&mut replay));
        assert_eq!(frames, 1, "a gap of admin messages is one gap fill");
    }
    Figures::of(rounds).median
}
