//! Works that read: a stream of frames in the inbox, one step each.

use std::hint::black_box;

use sansfix::session::NoRules;
use sansfix::{Event, Inbox, Message, MessageRules, NoJournal, Output, Session, Value};

use super::{Work, noon, noon_and, plain_value, sums};

/// What an application takes from a message, as a number.
pub(crate) trait Take: Copy {
    /// From the message handed over.
    fn take(&self, message: &Message<'_>) -> u64;
    /// The same, found in the frame the plain way.
    fn plain(&self, frame: &[u8]) -> u64;
}

/// Number and length: the body is not looked at.
#[derive(Clone, Copy)]
pub(crate) struct Envelope;

impl Take for Envelope {
    #[inline]
    fn take(&self, message: &Message<'_>) -> u64 {
        message.msg_seq_num().get() + message.as_bytes().len() as u64
    }

    fn plain(&self, frame: &[u8]) -> u64 {
        plain_value(frame, "34").parse::<u64>().unwrap() + frame.len() as u64
    }
}

/// ClOrdID(11) and Price(44) as text, OrderQty(38) as an integer.
#[derive(Clone, Copy)]
pub(crate) struct ThreeFields;

impl Take for ThreeFields {
    #[inline]
    fn take(&self, message: &Message<'_>) -> u64 {
        let [id, quantity, price] = message.get_each([11, 38, 44]);
        let text = |value: Option<Value<'_>>| {
            value.and_then(|value| value.as_str().ok()).map_or(0, |text| black_box(text).len() as u64)
        };
        let quantity = quantity.and_then(|value| value.int().ok()).unwrap_or(0);
        Envelope.take(message) + text(id) + text(price) + quantity.unsigned_abs()
    }

    fn plain(&self, frame: &[u8]) -> u64 {
        let length = |tag| plain_value(frame, tag).len() as u64;
        Envelope.plain(frame) + length("11") + length("44") + plain_value(frame, "38").parse::<u64>().unwrap()
    }
}

/// Application messages, each handed over.
pub(crate) struct Delivered<T, R = NoRules> {
    start: Session,
    session: Session,
    /// The frames one after another; the inbox is laid over it.
    stream: Vec<u8>,
    ends: Vec<u64>,
    digests: Vec<u64>,
    take: T,
    /// How much later each message comes than the one before, in milliseconds.
    pace: u64,
    rules: R,
}

impl<T: Take> Delivered<T> {
    /// `frames` come to `start` one after another, `pace` milliseconds apart.
    pub(crate) fn new(start: Session, frames: &[Vec<u8>], take: T, pace: u64) -> Self {
        Delivered {
            session: start.clone(),
            start,
            stream: frames.concat(),
            ends: sums(frames.iter().map(|frame| frame.len() as u64)),
            digests: sums(frames.iter().map(|frame| take.plain(frame))),
            take,
            pace,
            rules: NoRules,
        }
    }

    /// The session as the last run left it.
    pub(crate) fn into_session(self) -> Session {
        self.session
    }

    /// Each message is checked by `rules`.
    pub(crate) fn by<R: MessageRules>(self, rules: R) -> Delivered<T, R> {
        let Delivered { start, session, stream, ends, digests, take, pace, rules: NoRules } = self;
        Delivered { start, session, stream, ends, digests, take, pace, rules }
    }
}

impl<T: Take, R: MessageRules> Work for Delivered<T, R> {
    fn rewind(&mut self) {
        self.session = self.start.clone();
    }

    fn run(&mut self, count: usize) -> u64 {
        let mut inbox = Inbox::new(&mut self.stream);
        inbox.filled(self.ends[count] as usize);
        let mut out = [0; 1024];
        let mut digest = 0;
        let mut now = noon();
        for index in 0..count {
            if self.pace != 0 {
                now = noon_and(index as u64 * self.pace);
            }
            match self.session.step_with(now, &mut inbox, &mut out, &self.rules) {
                Output::Event(Event::Message(ref message)) => digest += self.take.take(message),
                other => panic!("message {index} was not handed over: {other:?}"),
            }
        }
        digest
    }

    fn expected(&self, count: usize) -> u64 {
        self.digests[count]
    }

    fn bytes(&self, count: usize) -> u64 {
        self.ends[count]
    }
}

/// Frames that the application is not told of as messages: admin messages, duplicates, garbled ones. What
/// counts is what the session sends, how many events it has, and its next number.
pub(crate) struct Absorbed {
    start: Session,
    session: Session,
    stream: Vec<u8>,
    ends: Vec<u64>,
    /// What each frame adds to the digest.
    each: u64,
}

impl Absorbed {
    /// `frames` come to `start`; each moves the next number by `counted`, and causes `outputs` events and
    /// frames.
    pub(crate) fn new(start: Session, frames: &[Vec<u8>], counted: u64, outputs: u64) -> Self {
        Absorbed {
            session: start.clone(),
            start,
            stream: frames.concat(),
            ends: sums(frames.iter().map(|frame| frame.len() as u64)),
            each: counted + outputs,
        }
    }
}

impl Work for Absorbed {
    fn rewind(&mut self) {
        self.session = self.start.clone();
    }

    fn run(&mut self, count: usize) -> u64 {
        let before = self.session.next_in().get();
        let mut inbox = Inbox::new(&mut self.stream);
        inbox.filled(self.ends[count] as usize);
        let mut out = [0; 1024];
        let mut outputs = 0;
        loop {
            match self.session.step(noon(), &mut inbox, &mut out) {
                Output::Event(ref event) => {
                    black_box(event);
                    outputs += 1;
                }
                Output::Transmit(frame) => {
                    black_box(frame.commit(&mut self.session, &mut NoJournal).unwrap().len());
                    outputs += 1;
                }
                Output::Wait(_) => return self.session.next_in().get() - before + outputs,
                other => panic!("unexpected: {other:?}"),
            }
        }
    }

    fn expected(&self, count: usize) -> u64 {
        self.each * count as u64
    }

    fn bytes(&self, count: usize) -> u64 {
        self.ends[count]
    }
}

/// Sessions that are logged on and have nothing to do, each stepped once.
pub(crate) struct Idle {
    sessions: Vec<Session>,
}

impl Idle {
    /// `count` of them.
    pub(crate) fn new(session: &Session, count: usize) -> Self {
        Idle { sessions: vec![session.clone(); count] }
    }
}

impl Work for Idle {
    fn rewind(&mut self) {}

    fn run(&mut self, count: usize) -> u64 {
        let mut memory = [0; 64];
        let mut inbox = Inbox::new(&mut memory);
        let mut out = [0; 64];
        let mut waits = 0;
        for session in &mut self.sessions[..count] {
            match session.step(noon(), &mut inbox, &mut out) {
                Output::Wait(wait) => waits += u64::from(wait.until.is_some()),
                other => panic!("nothing was to do: {other:?}"),
            }
        }
        waits
    }

    fn expected(&self, count: usize) -> u64 {
        count as u64
    }

    fn bytes(&self, _: usize) -> u64 {
        0
    }
}
