//! What the session owes: frames to send, events to report, a link to close.

use super::news::News;
use super::rules::RefTag;
use super::state::Opening;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::wire::Garbled;

/// One thing owed. It stays in the queue until it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Owed {
    /// Our first Logon on this link, or the one that resets in session.
    Logon(Opening),
    /// The answer to the Logon in hand.
    LogonAnswer {
        reset: bool,
    },
    Heartbeat,
    /// The answer to the TestRequest in hand, whose body begins at `body_at`.
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
    /// A Logout of our own accord.
    Logout,
    /// The answer to a Logout.
    LogoutAnswer,
    /// A Logout that gives a reason.
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

/// A ResendRequest(2): from BeginSeqNo(7) to EndSeqNo(16); `to` is `None` for an open end.
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
    /// RefSeqNum(45); 0 if that is the message's MsgSeqNum.
    pub(crate) number: u64,
    pub(crate) tag: Option<RefTag>,
    pub(crate) why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Why {
    Session(SessionRejectReason),
    /// A SequenceReset that would lower the number to this.
    LowersTo(u64),
    /// MsgSeqNum is below the expected one, and policy rejects that.
    TooLow {
        expected: MsgSeqNum,
        received: MsgSeqNum,
    },
    /// The message is garbled, and policy rejects that.
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
