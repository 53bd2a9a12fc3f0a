//! All works by name.

use sansfix::MsgSeqNum;

use super::inbound::{Absorbed, Delivered, Envelope, Idle, ThreeFields};
use super::messages::{Draw, FIRST, Order, execution_report, market_data, message, order, sending_time};
use super::outbound::{Replayed, Sent};
use super::{Work, logged_on};

/// A work that can be made for any number of messages.
pub(crate) struct Case {
    /// What it is called in the tables.
    pub(crate) name: &'static str,
    make: fn(usize) -> Box<dyn Work>,
}

impl Case {
    /// Prepares `count` messages and checks that they are done as they must.
    pub(crate) fn prepare(&self, count: usize) -> Box<dyn Work> {
        let mut work = (self.make)(count);
        work.verify(count);
        work.rewind();
        work
    }
}

/// Every work, in the order of the tables.
pub(crate) const CASES: &[Case] = &[
    Case { name: "inbound order", make: |count| Box::new(delivered(orders(count, usual), Envelope)) },
    Case {
        name: "inbound order, three fields read",
        make: |count| Box::new(delivered(orders(count, usual), ThreeFields)),
    },
    Case {
        name: "inbound order, header in another order each time (generic path)",
        make: |count| Box::new(delivered(orders(count, permuted), Envelope)),
    },
    Case {
        name: "inbound order, every field checked by a dictionary",
        make: |count| Box::new(delivered(orders(count, usual), Envelope).by(dictionary())),
    },
    Case { name: "outbound order", make: |count| Box::new(Sent::new(logged_on(|_| {}), count, 0, 0)) },
    Case {
        name: "outbound order, SendingTime moves",
        make: |count| Box::new(Sent::new(logged_on(|_| {}), count, 0, 1)),
    },
    Case {
        name: "outbound order, recorded in memory",
        make: |count| Box::new(Sent::new(logged_on(|_| {}), count, 32 * 1024, 0)),
    },
    Case {
        name: "replay of a stored order",
        make: |count| Box::new(Replayed::new(logged_on(|_| {}), count)),
    },
    Case { name: "TestRequest answered", make: |count| Box::new(test_requests(count)) },
    Case { name: "inbound Heartbeat", make: |count| Box::new(heartbeats(count)) },
    Case {
        name: "inbound execution report, 28 fields",
        make: |count| Box::new(delivered(execution_reports(count), Envelope)),
    },
    Case {
        name: "inbound market data, 8 KiB in groups",
        make: |count| Box::new(delivered(market(count, 8 * 1024), Envelope)),
    },
    Case {
        name: "inbound order and execution report in turn",
        make: |count| Box::new(delivered(mixed(count), Envelope)),
    },
    Case { name: "inbound order, SendingTime moves", make: |count| Box::new(moving(count, 1)) },
    Case { name: "inbound order, one a minute", make: |count| Box::new(moving(count, 60_000)) },
    Case { name: "inbound order, CheckSum wrong", make: |count| Box::new(garbled(count)) },
    Case { name: "inbound duplicate (PossDupFlag)", make: |count| Box::new(duplicates(count)) },
    Case {
        name: "inbound order, every header field there is",
        make: |count| Box::new(delivered(long_headers(count), Envelope)),
    },
];

/// A logged-on session with nothing to do, stepped.
pub(crate) const IDLE: Case =
    Case { name: "idle session stepped", make: |count| Box::new(Idle::new(&logged_on(|_| {}), count)) };

/// A small dictionary, but every field of an order is in it.
fn dictionary() -> sansfix::dictionary::DictionaryRules {
    use sansfix::dictionary::{Dictionary, DictionaryRules, SMALL};
    DictionaryRules::new(std::sync::Arc::new(Dictionary::from_xml(SMALL).unwrap())).unwrap()
}

fn delivered<T: super::inbound::Take>(frames: Vec<Vec<u8>>, take: T) -> Delivered<T> {
    Delivered::new(logged_on(|_| {}), &frames, take, 0)
}

fn numbers(count: usize) -> impl Iterator<Item = u64> {
    (FIRST + 1..).take(count)
}

fn usual(_: u64) -> Order {
    Order::ByTag
}

/// No two in a row are alike, nor is one like the one that was kept, but for one in 24.
fn permuted(number: u64) -> Order {
    Order::Permuted(number)
}

/// Orders in sequence.
pub(crate) fn orders(count: usize, layout: fn(u64) -> Order) -> Vec<Vec<u8>> {
    let mut draw = Draw::new(11);
    numbers(count).map(|number| order(number, &mut draw, layout(number), &sending_time(0))).collect()
}

/// Orders in sequence, the first with this number.
pub(crate) fn orders_over(first: u64, count: usize) -> Vec<Vec<u8>> {
    let mut draw = Draw::new(11);
    (first..).take(count).map(|number| order(number, &mut draw, Order::ByTag, &sending_time(0))).collect()
}

fn execution_reports(count: usize) -> Vec<Vec<u8>> {
    let mut draw = Draw::new(7);
    numbers(count).map(|number| execution_report(number, &mut draw)).collect()
}

/// Market data messages of about `size` bytes, in sequence.
pub(crate) fn market(count: usize, size: usize) -> Vec<Vec<u8>> {
    let mut draw = Draw::new(5);
    numbers(count).map(|number| market_data(number, &mut draw, size)).collect()
}

fn mixed(count: usize) -> Vec<Vec<u8>> {
    let pairs = orders(count, usual).into_iter().zip(execution_reports(count));
    pairs.enumerate().map(|(index, pair)| if index % 2 == 0 { pair.0 } else { pair.1 }).collect()
}

fn moving(count: usize, pace: u64) -> Delivered<Envelope> {
    let mut draw = Draw::new(11);
    let frame = |(index, number): (usize, u64)| {
        // The stream stays within the hour.
        order(number, &mut draw, Order::ByTag, &sending_time(index as u64 * pace % 3_600_000))
    };
    let frames: Vec<_> = numbers(count).enumerate().map(frame).collect();
    let start = logged_on(|config| {
        config.policies.checks.sending_time =
            sansfix::session::SendingTimeCheck::Within(sansfix::Millis::from_secs(7200));
        config.policies.liveness.silence = sansfix::session::Silence::Ignore;
        config.heart_bt_int = 0;
    });
    // A slow stream outlasts every heartbeat; it is the stamps that move, not the clock.
    Delivered::new(start, &frames, Envelope, if pace > 1 { 0 } else { pace })
}

fn long_headers(count: usize) -> Vec<Vec<u8>> {
    let body = "50=DESK|57=ROUTER|115=CLIENT|116=TRADER|128=VENUE|129=BOOK|142=LONDON|143=NEWYORK|144=PARIS|145=TOKYO|\
                43=N|97=N|347=UTF-8|369=7|5001=AGREED|11=ORDER|55=IBM|54=1|38=100|40=1|";
    numbers(count).map(|number| message("D", number, body)).collect()
}

fn garbled(count: usize) -> Absorbed {
    let mut frames = orders(count, usual);
    for frame in &mut frames {
        let at = frame.len() / 2;
        frame[at] ^= 4;
    }
    Absorbed::new(logged_on(|_| {}), &frames, 0, 1)
}

fn duplicates(count: usize) -> Absorbed {
    let stamp = sending_time(0);
    let body =
        format!("43=Y|122={stamp}|11=O0000007|1=ACC7|21=1|38=100|40=2|44=10.25|54=1|55=IBM|59=0|60={stamp}|");
    let frames: Vec<_> = (0..count).map(|_| message("D", FIRST - 1, &body)).collect();
    Absorbed::new(logged_on(|_| {}), &frames, 0, 1)
}

fn heartbeats(count: usize) -> Absorbed {
    let frames: Vec<_> = numbers(count).map(|number| message("0", number, "")).collect();
    Absorbed::new(logged_on(|_| {}), &frames, 1, 0)
}

fn test_requests(count: usize) -> Absorbed {
    let frames: Vec<_> = numbers(count).map(|number| message("1", number, "112=ARE YOU THERE|")).collect();
    Absorbed::new(logged_on(|_| {}), &frames, 1, 1)
}

/// The number of the message with this index in a stream.
pub(crate) fn number_at(index: usize) -> MsgSeqNum {
    MsgSeqNum::new(FIRST + 1 + index as u64).unwrap()
}
