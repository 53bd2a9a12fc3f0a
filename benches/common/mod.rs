//! The works that are measured, each with a check of what it did: a broken run must not look fast.

#![allow(dead_code, reason = "each bench and test uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a work that was not done stops the run"
)]

pub(crate) mod attacks;
pub(crate) mod inbound;
pub(crate) mod measure;
pub(crate) mod messages;
pub(crate) mod outbound;
pub(crate) mod whole;
pub(crate) mod works;

use std::time::Duration;

use messages::{FIRST, NOON, PEER, US};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, Instant, MsgSeqNum, NoJournal, Now, Output, Role, Session,
    Utc,
};

/// One work, done message by message from the same beginning each time.
pub(crate) trait Work {
    /// Back to the beginning; not measured.
    fn rewind(&mut self);
    /// Does `count` messages, no more than it was made for, and says a digest of what came of them. This is
    /// measured.
    fn run(&mut self, count: usize) -> u64;
    /// The digest that `count` messages must have.
    fn expected(&self, count: usize) -> u64;
    /// The bytes of `count` messages on the wire.
    fn bytes(&self, count: usize) -> u64;

    /// Does `count` messages once, and fails unless they came out as they must.
    fn verify(&mut self, count: usize) {
        self.rewind();
        assert_eq!(self.run(count), self.expected(count), "the work was not done");
    }
}

/// The moment of all measured calls but those that move it.
pub(crate) fn noon() -> Now {
    Now { monotonic: Instant::from_nanos(1_000_000_000_000), utc: Utc::from_secs(NOON) }
}

/// Noon and `millis` milliseconds.
pub(crate) fn noon_and(millis: u64) -> Now {
    let later = Duration::from_millis(millis);
    Now { monotonic: noon().monotonic.saturating_add(later), utc: noon().utc.saturating_add(later) }
}

/// An acceptor that is logged on. The next number is one above [`FIRST`], either way.
pub(crate) fn logged_on(change: impl FnOnce(&mut Config)) -> Session {
    let mut config = Config::new(Role::Acceptor, BeginString::Fix44, US, PEER).unwrap();
    change(&mut config);
    let first = MsgSeqNum::new(FIRST).unwrap();
    let resume = Checkpoint { next_in: first, next_out: first, ..Checkpoint::begin(Utc::from_secs(NOON)) };
    let mut session = Session::new(config, resume).unwrap();
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut out = [0; 1024];
    session.connected(noon(), &mut inbox).unwrap();
    inbox.extend(&messages::message("A", FIRST, "98=0|108=30|"));
    loop {
        match session.step(noon(), &mut inbox, &mut out) {
            Output::Event(Event::Logon(_)) => session.accept(noon()).unwrap(),
            Output::Event(Event::LoggedOn(_)) => {}
            Output::Transmit(frame) => {
                let _ = frame.commit(&mut session, &mut NoJournal).unwrap();
            }
            Output::Wait(_) => return session,
            other => panic!("not on the way to a session: {other:?}"),
        }
    }
}

/// The value of a field, found the plain way; empty when there is none.
pub(crate) fn plain_value(frame: &[u8], tag: &str) -> String {
    let text = std::str::from_utf8(frame).unwrap();
    let mut fields = text.split('\u{1}').filter_map(|field| field.split_once('='));
    fields.find(|field| field.0 == tag).map(|field| field.1.to_owned()).unwrap_or_default()
}

/// Sums before each index: `sums[n]` is the sum over the first `n`.
pub(crate) fn sums(values: impl Iterator<Item = u64>) -> Vec<u64> {
    let mut sums = vec![0];
    let mut sum = 0;
    for value in values {
        sum += value;
        sums.push(sum);
    }
    sums
}
