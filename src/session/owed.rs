//! What the session owes: frames to send, events to tell, a link to close.

use super::news::News;
use super::rules::RefTag;
use super::state::Opening;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::wire::Garbled;

/// One thing owed. It stays until it has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Owed {
    /// Our first Logon on this link, or the one that resets in session.
    Logon(Opening),
    /// The answer to the Logon in hand.
    LogonAnswer {
        reset: bool,
    },
    Heartbeat,
    /// The answer to the TestRequest in hand, whose body begins there.
    Echo {
        body_at: u32,
    },
    TestRequest,
    ResendRequest(Request),
    /// The same request once more, under its own number.
    RepeatResendRequest(Request, MsgSeqNum),
    /// An answer to the message in hand.
    Reject(Rejection),
    /// An answer to the message in hand, as an application message.
    BusinessReject(Rejection),
    /// A Logout that asks.
    Logout,
    /// A Logout that answers.
    LogoutAnswer,
    /// A Logout that says why.
    LogoutFor(Reason),
    /// SequenceReset-Reset.
    SequenceReset {
        next_out: MsgSeqNum,
    },
    /// The counterparty's Logon is in hand.
    LoggedOn,
    Event(News),
    Connect,
    Disconnect(Reason),
}

/// A ResendRequest(2): from BeginSeqNo(7) to EndSeqNo(16), or without end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Request {
    pub(crate) from: MsgSeqNum,
    pub(crate) to: Option<MsgSeqNum>,
    /// The number that it went out under.
    pub(crate) number: Option<MsgSeqNum>,
}

/// Why the message in hand is rejected.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Rejection {
    /// RefSeqNum(45); 0 where the message says so.
    pub(crate) number: u64,
    pub(crate) tag: Option<RefTag>,
    pub(crate) why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Why {
    Session(SessionRejectReason),
    /// A SequenceReset that would lower the number to this.
    LowersTo(u64),
    /// MsgSeqNum is below the expected one, where policy rejects it.
    TooLow {
        expected: MsgSeqNum,
        received: MsgSeqNum,
    },
    /// The message is garbled, where policy rejects it.
    Garbled(Garbled),
    /// BusinessRejectReason(380), and what Text(58) says.
    Business(u16, &'static str),
}

impl Rejection {
    pub(crate) fn new(number: MsgSeqNum, reason: SessionRejectReason, tag: Option<RefTag>) -> Self {
        Rejection { number: number.get(), tag, why: Why::Session(reason) }
    }

    /// SessionRejectReason(373).
    pub(crate) fn reason(&self) -> SessionRejectReason {
        match self.why {
            Why::Session(reason) => reason,
            Why::LowersTo(_) | Why::TooLow { .. } | Why::Garbled(_) => SessionRejectReason::ValueIncorrect,
            Why::Business(..) => SessionRejectReason::InvalidMsgType,
        }
    }
}
