//! All of a session at a glance, for a person.

use arrayvec::ArrayString;

use super::{Inbound, Liveness, Outbound, Session, Span, State};
use crate::checkpoint::Checkpoint;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::time::Instant;
use crate::wire::tag;

/// The longest text that a session keeps, in bytes; longer ones are cut.
const TEXT_MAX: usize = 96;

/// A short text: what a Logout said, or says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Text(ArrayString<TEXT_MAX>);

impl Text {
    /// No text.
    pub const fn new() -> Self {
        Text(ArrayString::new_const())
    }

    /// As much of `text` as fits, without what cannot stand in a field.
    pub fn cut(text: &str) -> Self {
        let mut kept = ArrayString::new();
        for character in text.chars().filter(|&character| character != '\u{1}') {
            if kept.try_push(character).is_err() {
                break;
            }
        }
        Text(kept)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the last connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Closed {
    /// Why.
    pub why: Reason,
    /// When, on the monotonic clock.
    pub at: Instant,
    /// Text(58) of the counterparty's last Logout.
    pub text: Text,
    /// SessionStatus(1409) of it.
    pub session_status: Option<u32>,
    /// The number that the counterparty expects of us, where its Logout said: in NextExpectedMsgSeqNum(789),
    /// or in the words `expecting N`.
    pub peer_expects: Option<MsgSeqNum>,
}

/// Where a session stands, all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The connection.
    pub state: State,
    /// Whether messages of the counterparty are missing, and what was asked for.
    pub inbound: Inbound,
    /// Whether a TestRequest is open.
    pub liveness: Liveness,
    /// Whether a replay runs.
    pub outbound: Outbound,
    /// The number that the next inbound message must bear.
    pub next_in: MsgSeqNum,
    /// The number that the next outbound message will bear.
    pub next_out: MsgSeqNum,
    /// What would be stored now: its `next_in` is what the application has finished.
    pub stored: Checkpoint,
    /// LastMsgSeqNumProcessed(369) as the counterparty last said it.
    pub acknowledged: Option<MsgSeqNum>,
    /// HeartBtInt(108) in force, in seconds.
    pub heart_bt_int: u32,
    /// When the session was logged on, on the present link or the last; `None` when that was refused or is
    /// not yet done.
    pub logged_on: Option<Instant>,
    /// When the session next wants to be called.
    pub deadline: Option<Instant>,
    /// When a frame last came in and last went out.
    pub last_received: Option<Instant>,
    /// When a frame was last committed.
    pub last_sent: Option<Instant>,
    /// How the last connection ended.
    pub last_close: Option<Closed>,
    /// What the counterparty last asked to be sent again.
    pub last_request: Option<Span>,
}

/// What a session remembers only to be able to say it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) acknowledged: Option<MsgSeqNum>,
    /// When the present link, or the last, was logged on.
    pub(crate) logged_on: Option<Instant>,
    pub(crate) last_received: Option<Instant>,
    pub(crate) last_sent: Option<Instant>,
    pub(crate) last_close: Option<Closed>,
    pub(crate) last_request: Option<Span>,
    pub(crate) text: Text,
    pub(crate) session_status: Option<u32>,
    pub(crate) peer_expects: Option<MsgSeqNum>,
}

impl Memory {
    /// Keeps what a Logout of the counterparty says.
    pub(crate) fn note_logout(&mut self, message: &Message<'_>) {
        let text = message.text(tag::TEXT).unwrap_or_default();
        self.text = Text::cut(text);
        self.session_status =
            message.get(tag::SESSION_STATUS).and_then(|value| u32::try_from(value.uint().ok()?).ok());
        let said = message.get(tag::NEXT_EXPECTED_MSG_SEQ_NUM).and_then(|value| value.seq_num().ok());
        self.peer_expects = said.or_else(|| expecting(text));
    }

    pub(crate) fn note_close(&mut self, why: Reason, at: Instant) {
        let (text, session_status, peer_expects) = (self.text, self.session_status, self.peer_expects);
        self.last_close = Some(Closed { why, at, text, session_status, peer_expects });
    }

    /// A new link: what was said on the last one is history.
    pub(crate) fn begin_link(&mut self) {
        self.logged_on = None;
        self.text = Text::new();
        self.session_status = None;
        self.peer_expects = None;
    }
}

/// The number behind `expecting` in the customary words of test case 2c.
fn expecting(text: &str) -> Option<MsgSeqNum> {
    let (_, rest) = text.split_once("expecting ")?;
    let digits = rest.split(|character: char| !character.is_ascii_digit()).next()?;
    MsgSeqNum::new(digits.parse().ok()?)
}

impl Session {
    /// All of it, for a person or a dashboard.
    pub fn status(&self) -> Status {
        Status {
            state: self.state,
            inbound: self.inbound,
            liveness: self.liveness,
            outbound: self.outbound,
            next_in: self.numbers.next_in,
            next_out: self.numbers.next_out,
            stored: self.numbers.checkpoint(),
            acknowledged: self.memory.acknowledged,
            heart_bt_int: self.heart_bt_int,
            logged_on: self.memory.logged_on,
            deadline: self.timers.next(),
            last_received: self.memory.last_received,
            last_sent: self.memory.last_sent,
            last_close: self.memory.last_close,
            last_request: self.memory.last_request,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_number_is_read_from_the_customary_words() {
        let expected = |text| expecting(text).map(MsgSeqNum::get);
        assert_eq!(expected("MsgSeqNum too low, expecting 17 but received 3"), Some(17));
        assert_eq!(expected("expecting 17"), Some(17));
        assert_eq!(expected("expecting nothing"), None);
        assert_eq!(expected("goodbye"), None);
    }
}
