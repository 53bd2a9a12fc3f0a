//! A session's whole state at a glance, for a person.

use core::fmt;

use arrayvec::ArrayString;

use super::{Inbound, Liveness, Outbound, Session, Span, State};
use crate::checkpoint::Checkpoint;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::time::Instant;
use crate::wire::tag;

/// The longest text a session keeps, in bytes; longer ones are cut.
const TEXT_MAX: usize = 60;

/// A short text, from a Logout.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    bytes: [u8; TEXT_MAX],
    len: u8,
}

impl Text {
    /// No text.
    pub const fn new() -> Self {
        Text { bytes: [0; TEXT_MAX], len: 0 }
    }

    /// As much of `text` as fits, without SOH.
    pub fn cut(text: &str) -> Self {
        let mut kept = ArrayString::<TEXT_MAX>::new();
        for character in text.chars().filter(|&character| character != '\u{1}') {
            if kept.try_push(character).is_err() {
                break;
            }
        }
        let mut cut = Text { len: kept.len() as u8, ..Text::new() };
        cut.bytes.iter_mut().zip(kept.bytes()).for_each(|(to, byte)| *to = byte);
        cut
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let text = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

impl Default for Text {
    fn default() -> Self {
        Text::new()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// How the last connection ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Closed {
    /// Why.
    pub why: Reason,
    /// When, on the monotonic clock.
    pub at: Instant,
    /// The first 60 bytes of Text(58) in the counterparty's Logout. Lost once a later Logout is on its way,
    /// because a session has room for one text.
    pub text: Text,
    /// SessionStatus(1409) in it.
    pub session_status: Option<u16>,
    /// The number that the counterparty expects from us, if its Logout said so, in
    /// NextExpectedMsgSeqNum(789) or in the words `expecting N`.
    pub peer_expects: Option<MsgSeqNum>,
}

/// A session's whole state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Status {
    /// The connection.
    pub state: State,
    /// Whether messages from the counterparty are missing, and what was asked for.
    pub inbound: Inbound,
    /// Whether a TestRequest is open.
    pub liveness: Liveness,
    /// Whether a replay is running.
    pub outbound: Outbound,
    /// The expected MsgSeqNum(34) of the next inbound message.
    pub next_in: MsgSeqNum,
    /// The MsgSeqNum(34) of the next outbound message.
    pub next_out: MsgSeqNum,
    /// What would be stored now; its `next_in` counts only what the application has finished.
    pub stored: Checkpoint,
    /// The highest LastMsgSeqNumProcessed(369) from the counterparty in this series.
    pub acknowledged: Option<MsgSeqNum>,
    /// HeartBtInt(108) in force, in seconds.
    pub heart_bt_int: u32,
    /// When the present connection, or else the last one, was logged on; `None` if it was not.
    pub logged_on: Option<Instant>,
    /// When the session next wants to be called; `None` if no timer runs.
    pub deadline: Option<Instant>,
    /// When a frame last came in.
    pub last_received: Option<Instant>,
    /// When a frame was last committed.
    pub last_sent: Option<Instant>,
    /// How the last connection ended.
    pub last_close: Option<Closed>,
    /// What the counterparty last asked to be sent again.
    pub last_request: Option<Span>,
}

/// What a session remembers only to report it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) acknowledged: Option<MsgSeqNum>,
    /// When the present link, or the last, was logged on.
    pub(crate) logged_on: Option<Instant>,
    pub(crate) last_received: Option<Instant>,
    pub(crate) last_sent: Option<Instant>,
    last_close: Option<(Reason, Instant)>,
    pub(crate) last_request: Option<Span>,
    /// See [`Closed::peer_expects`].
    peer_expects: Option<MsgSeqNum>,
    logout: Said,
    /// What the answer to a Logon, or our Logout, says in SessionStatus(1409).
    pub(crate) session_status: Option<u16>,
}

/// What the last Logout said.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
struct Said {
    by: Speaker,
    text: Text,
    session_status: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
enum Speaker {
    /// The counterparty on the present link, or on the last when there is none.
    #[default]
    Peer,
    /// The counterparty on the link before the present one.
    PeerBefore,
    /// We.
    Us,
}

impl Memory {
    /// Keeps what a Logout of the counterparty says.
    pub(crate) fn note_logout(&mut self, message: &Message<'_>) {
        let text = message.text(tag::TEXT).unwrap_or_default();
        let session_status =
            message.get(tag::SESSION_STATUS).and_then(|value| u16::try_from(value.uint().ok()?).ok());
        let said = message.get(tag::NEXT_EXPECTED_MSG_SEQ_NUM).and_then(|value| value.seq_num().ok());
        self.peer_expects = said.or_else(|| expecting(text));
        self.logout = Said { by: Speaker::Peer, text: Text::cut(text), session_status };
    }

    /// Keeps what our Logout will say.
    pub(crate) fn say(&mut self, text: &str) {
        self.peer_expects = None;
        self.logout = Said { by: Speaker::Us, text: Text::cut(text), session_status: None };
    }

    /// What our Logout says.
    pub(crate) fn farewell(&self) -> &str {
        if self.logout.by == Speaker::Us { self.logout.text.as_str() } else { "" }
    }

    pub(crate) fn note_close(&mut self, why: Reason, at: Instant) {
        self.last_close = Some((why, at));
        if self.logout.by != Speaker::Peer {
            self.peer_expects = None;
            self.logout = Said::default();
        }
    }

    /// Why the last connection ended.
    pub(crate) fn why_closed(&self) -> Reason {
        self.last_close.map_or(Reason::Closed, |(why, _)| why)
    }

    /// A new link: what was said on the last one is history.
    pub(crate) fn begin_link(&mut self) {
        self.logged_on = None;
        if self.logout.by == Speaker::Peer {
            self.logout.by = Speaker::PeerBefore;
        }
    }

    fn last_close(&self, state: State) -> Option<Closed> {
        let (why, at) = self.last_close?;
        let said_then = match self.logout.by {
            Speaker::Peer => matches!(state, State::Disconnected | State::Connecting),
            Speaker::PeerBefore => true,
            Speaker::Us => false,
        };
        let (Said { text, session_status, .. }, peer_expects) =
            if said_then { (self.logout, self.peer_expects) } else { Default::default() };
        Some(Closed { why, at, text, session_status, peer_expects })
    }
}

/// The number after `expecting` in the customary words of test case 2c.
fn expecting(text: &str) -> Option<MsgSeqNum> {
    let (_, rest) = text.split_once("expecting ")?;
    let digits = rest.split(|character: char| !character.is_ascii_digit()).next()?;
    MsgSeqNum::new(digits.parse().ok()?)
}

impl Session {
    /// The whole state, for a person or a dashboard.
    pub fn status(&self) -> Status {
        Status {
            state: self.state,
            inbound: self.inbound(),
            liveness: self.liveness,
            outbound: self.outbound(),
            next_in: self.numbers.next_in,
            next_out: self.numbers.next_out,
            stored: self.numbers.checkpoint(),
            acknowledged: self.memory.acknowledged,
            heart_bt_int: self.heart_bt_int,
            logged_on: self.memory.logged_on,
            deadline: self.timers.next(),
            last_received: self.memory.last_received,
            last_sent: self.memory.last_sent,
            last_close: self.memory.last_close(self.state),
            last_request: self.memory.last_request,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_shown_as_it_came() {
        assert_eq!(std::format!("{:?}", Text::cut("good night")), "\"good night\"");
    }

    #[test]
    fn the_expected_number_is_read_from_the_customary_words() {
        let expected = |text| expecting(text).map(MsgSeqNum::get);
        assert_eq!(expected("MsgSeqNum too low, expecting 17 but received 3"), Some(17));
        assert_eq!(expected("expecting 17"), Some(17));
        assert_eq!(expected("expecting nothing"), None);
        assert_eq!(expected("goodbye"), None);
    }
}
