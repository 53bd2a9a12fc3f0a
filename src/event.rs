//! What a session tells its application.

use core::time::Duration;

use crate::checkpoint::Checkpoint;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::wire::Garbled;

/// Something the application may act on.
///
/// An event borrows only the inbox, so the application may call the session while holding one.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'i> {
    /// A Logon that passed the session's own checks (FIX session layer 4.3.10). Username(553), Password(554)
    /// and all other fields are in it. Answer with [`Session::accept`](crate::Session::accept) or
    /// [`Session::refuse`](crate::Session::refuse), now or later; nothing more is read until then.
    Logon(Message<'i>),
    /// The session is established. The message is the counterparty's Logon.
    LoggedOn(Message<'i>),
    /// An application message, in order. It counts as finished when `step` is called again or, by policy,
    /// when [`Session::processed`](crate::Session::processed) is. For at-least-once processing, store
    /// [`Session::checkpoint_after`](crate::Session::checkpoint_after) after your work; for exactly-once, in
    /// the same transaction.
    Message(Message<'i>),
    /// The counterparty rejected a message of ours: RefSeqNum(45), SessionRejectReason(373) and Text(58) are
    /// in the message (test case 7). When that was our Logon, the connection ends (test case 1Be).
    Rejected(Message<'i>),
    /// The counterparty's Logout: unsolicited, the answer to ours, or its refusal of our Logon. Text(58) and
    /// SessionStatus(1409) are in the message.
    Logout(Message<'i>),
    /// We rejected a message, and the Reject is the next output. A faulty Reject is reported here too, but
    /// never answered (FIX session layer 4.5.4).
    Refused {
        /// The message.
        message: Message<'i>,
        /// What is wrong with it.
        reason: SessionRejectReason,
        /// The tag of the field at fault, if a single field is and its tag is a number.
        tag: Option<u32>,
    },
    /// A message was ignored.
    Ignored {
        /// The message.
        message: Message<'i>,
        /// Why.
        why: Ignored,
    },
    /// Bytes were dropped as garbled (FIX session layer 4.5.2).
    Garbled {
        /// How many bytes.
        len: usize,
        /// What is wrong with them.
        why: Garbled,
    },
    /// Messages from the counterparty are missing; they are being asked for (FIX session layer 4.8.1).
    Gap {
        /// The first missing number.
        missing: MsgSeqNum,
        /// The number that came in its place.
        received: MsgSeqNum,
    },
    /// The gap is closed: nothing is missing any more.
    Recovered,
    /// The counterparty rejected our ResendRequest: what is missing will not come for now. The next message
    /// above the gap asks again.
    ResendRejected,
    /// The counterparty skipped numbers: the messages under them will not come (FIX session layer 4.8.5,
    /// 4.8.6).
    Skipped {
        /// The first number that was skipped.
        from: MsgSeqNum,
        /// The next expected number, NewSeqNo(36): the first that was not skipped.
        next: MsgSeqNum,
        /// By which kind of SequenceReset.
        by: Skip,
    },
    /// Both directions start again at 1, and everything stored for the old series is void. Store `resume`, by
    /// [`Journal::checkpoint`](crate::Journal::checkpoint): until something of the new series is stored, a
    /// restart resumes the old one, and asks for the reset again if it was ours.
    NewSeries {
        /// Where the session stands in it.
        resume: Checkpoint,
    },
    /// The counterparty asked for messages again. [`Output::Replay`](crate::Output::Replay) follows.
    ResendRequested {
        /// The first.
        from: MsgSeqNum,
        /// The last.
        to: MsgSeqNum,
    },
    /// The counterparty asked for messages that were never sent. It gets no answer.
    ResendBeyond {
        /// The first number it asked for.
        from: MsgSeqNum,
        /// Our next outbound number.
        next_out: MsgSeqNum,
    },
    /// The counterparty asked for messages that the journal has lost, or that are now longer than the
    /// counterparty accepts: a gap fill goes out instead.
    Lost {
        /// The first.
        from: MsgSeqNum,
        /// The last.
        to: MsgSeqNum,
    },
    /// An operator set the next expected inbound number.
    NextInSet {
        /// What it was.
        was: MsgSeqNum,
        /// What it became.
        to: MsgSeqNum,
    },
    /// An operator set the next outbound number.
    NextOutSet {
        /// What it was.
        was: MsgSeqNum,
        /// What it became.
        to: MsgSeqNum,
    },
    /// A Heartbeat echoed our TestRequest.
    RoundTrip {
        /// The time from sending the TestRequest to reading the Heartbeat.
        took: Duration,
    },
    /// Somebody connected as this counterparty while the session was logged on. Drop the new link; by policy
    /// the session tests the old one with a TestRequest (test case 1Sb).
    DuplicateConnection,
    /// An initiator will not reconnect by itself; [`Session::enable`](crate::Session::enable) makes it.
    Stopped {
        /// Why the last connection ended.
        why: Reason,
    },
    /// The link ended, and by policy the application is to cancel its orders.
    CancelOrders {
        /// Why it ended.
        why: Reason,
    },
}

/// How numbers were skipped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Skip {
    /// By a gap fill: admin messages, or messages the counterparty chose not to send again.
    GapFill,
    /// By a reset: messages may be lost.
    Reset,
}

/// Why a message had no effect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ignored {
    /// Its number was already processed, and PossDupFlag(43) says so (test case 2e).
    Duplicate,
    /// An admin message with PossDupFlag(43): only its number counts (FIX session layer 4.8.7).
    AdminDuplicate,
    /// A SequenceReset to the number already expected (test case 11b).
    AlreadyThere,
    /// The session is logging out, and the message does not change that.
    Closing,
}
