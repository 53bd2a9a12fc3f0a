//! Works that write: orders sent, and stored orders sent again.

use std::fmt::Write as _;

use sansfix::{
    Event, Inbox, Journal, MsgSeqNum, MsgType, NoJournal, Now, Output, RingJournal, Session, wire::checksum,
};

use super::messages::{Draw, FIRST, PEER, US, message, sending_time};
use super::{Work, noon, noon_and, plain_value, sums};

/// The values of an order's eleven body fields, as an application has them.
struct Values {
    id: String,
    quantity: u64,
    price: String,
    side: char,
    symbol: &'static str,
    time: String,
}

impl Values {
    fn draw(number: u64, draw: &mut Draw) -> Self {
        Values {
            id: format!("O{number:07}"),
            quantity: 100 + draw.below(99_900),
            price: format!("{}.{:02}", 10 + draw.below(900), draw.below(100)),
            side: ['1', '2'][draw.below(2) as usize],
            symbol: ["MSFT", "AAPL", "IBM", "VOD.L"][draw.below(4) as usize],
            time: sending_time(0),
        }
    }

    /// The frame as it must be, built the plain way, so many milliseconds after noon.
    fn plain(&self, number: u64, millis: u64) -> Vec<u8> {
        let mut body = format!("35=D|34={number}|49={US}|52={}|56={PEER}|", sending_time(millis));
        let _ = write!(
            body,
            "11={}|1=ACC7|15=USD|21=1|38={}|40=2|44={}|54={}|55={}|59=0|60={}|",
            self.id, self.quantity, self.price, self.side, self.symbol, self.time
        );
        super::messages::frame(&body)
    }
}

fn send<'o>(session: &mut Session, now: Now, values: &Values, out: &'o mut [u8]) -> sansfix::Frame<'o> {
    session
        .send(now, MsgType::NEW_ORDER_SINGLE, out, |body| {
            body.text(11, &values.id)
                .text(1, "ACC7")
                .text(15, "USD")
                .char(21, '1')
                .uint(38, values.quantity)
                .char(40, '2')
                .text(44, &values.price)
                .char(54, values.side)
                .text(55, values.symbol)
                .char(59, '0')
                .text(60, &values.time);
        })
        .unwrap()
}

/// Length and CheckSum of a frame.
#[inline]
fn digest(frame: &[u8]) -> u64 {
    let sum = frame.last_chunk::<4>().map_or(0, |&[a, b, c, _]| u64::from(a) + u64::from(b) + u64::from(c));
    frame.len() as u64 * 1000 + sum
}

/// Orders sent, recorded in a journal or not.
pub(crate) struct Sent {
    start: Session,
    session: Session,
    values: Vec<Values>,
    bytes: Vec<u64>,
    digests: Vec<u64>,
    /// Memory for a ring journal; empty for none.
    memory: Vec<u8>,
    /// How many milliseconds lie between two orders.
    pace: u64,
}

impl Sent {
    /// `count` orders, `pace` milliseconds apart; `memory` bytes of journal.
    pub(crate) fn new(start: Session, count: usize, memory: usize, pace: u64) -> Self {
        let mut draw = Draw::new(11);
        // Values repeat after 64 orders, so that they stay in cache.
        let values: Vec<_> = (0..64).map(|index| Values::draw(FIRST + 1 + index, &mut draw)).collect();
        let frames: Vec<_> = (0..count as u64)
            .map(|index| values[index as usize % 64].plain(FIRST + 1 + index, index * pace))
            .collect();
        let mut work = Sent {
            session: start.clone(),
            start,
            values,
            bytes: sums(frames.iter().map(|frame| frame.len() as u64)),
            digests: sums(frames.iter().map(|frame| digest(frame))),
            memory: vec![0; memory],
            pace,
        };
        let mut out = [0; 1024];
        for ((values, plain), index) in work.values.iter().zip(&frames).zip(0..) {
            let frame = send(&mut work.session, noon_and(index * pace), values, &mut out);
            let sent = frame.commit(&mut work.session, &mut NoJournal).unwrap();
            assert_eq!(String::from_utf8_lossy(&sent), String::from_utf8_lossy(plain));
        }
        work
    }

    fn run_into<J: Journal>(
        session: &mut Session,
        values: &[Values],
        count: usize,
        pace: u64,
        journal: &mut J,
    ) -> u64
    where
        J::Error: std::fmt::Debug,
    {
        let mut out = [0; 1024];
        let mut sum = 0;
        let mut now = noon();
        for (values, index) in values.iter().cycle().take(count).zip(0..) {
            if pace != 0 {
                now = noon_and(index * pace);
            }
            sum += digest(&send(session, now, values, &mut out).commit(session, journal).unwrap());
        }
        sum
    }
}

impl Work for Sent {
    fn rewind(&mut self) {
        self.session = self.start.clone();
    }

    fn run(&mut self, count: usize) -> u64 {
        if self.memory.is_empty() {
            Self::run_into(&mut self.session, &self.values, count, self.pace, &mut NoJournal)
        } else {
            let mut journal = RingJournal::new(&mut self.memory);
            Self::run_into(&mut self.session, &self.values, count, self.pace, &mut journal)
        }
    }

    fn expected(&self, count: usize) -> u64 {
        self.digests[count]
    }

    fn bytes(&self, count: usize) -> u64 {
        self.bytes[count]
    }
}

/// Stored orders sent again, each looked up in a ring journal.
pub(crate) struct Replayed {
    start: Session,
    session: Session,
    journal: RingJournal<'static>,
    /// The first number asked for.
    first: u64,
    bytes: Vec<u64>,
}

impl Replayed {
    /// `count` orders are stored, and all of them are asked for.
    pub(crate) fn new(start: Session, count: usize) -> Self {
        Self::last(start, count, count)
    }

    /// `stored` orders are stored, and the last `count` are asked for.
    pub(crate) fn last(mut start: Session, stored: usize, count: usize) -> Self {
        // The journal lives as long as the bench.
        let memory = Box::leak(vec![0; stored * 256 + 4096].into_boxed_slice());
        let mut journal = RingJournal::new(memory);
        let mut draw = Draw::new(11);
        let mut out = [0; 1024];
        for number in 0..stored as u64 {
            let values = Values::draw(FIRST + 1 + number, &mut draw);
            let frame = send(&mut start, noon(), &values, &mut out);
            let _ = frame.commit(&mut start, &mut journal).unwrap();
        }
        let mut memory = [0; 1024];
        let mut inbox = Inbox::new(&mut memory);
        let first = FIRST + 1 + (stored - count) as u64;
        inbox.extend(&message("2", FIRST + 1, &format!("7={first}|16=0|")));
        match start.step(noon(), &mut inbox, &mut out) {
            Output::Event(Event::ResendRequested { .. }) => {}
            other => panic!("no replay: {other:?}"),
        }
        let mut work = Replayed { session: start.clone(), start, journal, first, bytes: Vec::new() };
        let mut lengths = Vec::new();
        for number in (first..).take(count) {
            let mut frame = Vec::new();
            work.one(&mut out, |bytes| frame = bytes.to_vec());
            assert_eq!(plain_value(&frame, "34"), number.to_string());
            assert_eq!(plain_value(&frame, "11"), format!("O{number:07}"));
            assert_eq!(
                (plain_value(&frame, "43"), plain_value(&frame, "122")),
                ("Y".into(), sending_time(0))
            );
            assert_eq!(plain_value(&frame, "10"), format!("{:03}", checksum(&frame[..frame.len() - 7])));
            lengths.push(frame.len() as u64);
        }
        work.bytes = sums(lengths.into_iter());
        work
    }

    #[inline]
    fn one(&mut self, out: &mut [u8], mut take: impl FnMut(&[u8])) {
        let mut inbox = Inbox::new(&mut []);
        match self.session.step(noon(), &mut inbox, out) {
            Output::Replay(asked) => {
                let stored = self.journal.first_in(asked.series(), asked.from(), asked.to()).unwrap();
                let frame = self.session.replay(noon(), asked, stored, out).unwrap().unwrap();
                take(&frame.commit(&mut self.session, &mut NoJournal).unwrap());
            }
            other => panic!("no replay: {other:?}"),
        }
    }
}

impl Work for Replayed {
    fn rewind(&mut self) {
        self.session = self.start.clone();
        let first = MsgSeqNum::new(self.first).unwrap();
        let _ = self.journal.first_in(self.session.checkpoint().series, first, first);
    }

    fn run(&mut self, count: usize) -> u64 {
        let mut out = [0; 1024];
        let mut bytes = 0;
        for _ in 0..count {
            self.one(&mut out, |frame| bytes += frame.len() as u64);
        }
        bytes
    }

    fn expected(&self, count: usize) -> u64 {
        self.bytes[count]
    }

    fn bytes(&self, count: usize) -> u64 {
        self.bytes[count]
    }
}
