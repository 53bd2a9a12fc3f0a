//! What a session tells its application.

use core::time::Duration;

use crate::checkpoint::Checkpoint;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::wire::Garbled;

/// Something that the application may act on.
///
/// An event borrows the inbox and nothing else, so the application may call the session while it holds one.
#[non_exhaustive]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'i> {
    /// A Logon that passed the session's checks (FIX session layer 4.3.10). Username(553), Password(554) and
    /// every other field are in it. Answer by `Session::accept` or `Session::refuse`, now or later;
    /// nothing more is read until then.
    Logon(Message<'i>),
    /// The session is established. The message is the counterparty's Logon.
    LoggedOn(Message<'i>),
    /// An application message, in order. It counts as finished when `step` is called again, or, by policy,
    /// when `processed` says so: store what `Session::checkpoint_after` says after your work for
    /// at-least-once processing, or in the same transaction for exactly-once.
    Message(Message<'i>),
    /// The counterparty rejects a message of ours: RefSeqNum(45), SessionRejectReason(373) and Text(58) are
    /// in it (test case 7).
    Rejected(Message<'i>),
    /// The counterparty's Logout: unasked, the answer to ours, or its refusal of our Logon. Text(58) and
    /// SessionStatus(1409) are in it.
    Logout(Message<'i>),
    /// A message was rejected, and the Reject is the next output; a Reject that is wrong itself is not answered
    /// (FIX session layer 4.5.4).
    Refused {
        /// The message.
        message: Message<'i>,
        /// What is wrong with it.
        reason: SessionRejectReason,
        /// The field that is wrong, where it is one and its tag is a number.
        tag: Option<u32>,
    },
    /// A message had no effect.
    Ignored {
        /// The message.
        message: Message<'i>,
        /// Why.
        why: Ignored,
    },
    /// Bytes were dropped as garbled (FIX session layer 4.5.2).
    Garbled {
        /// How many.
        len: usize,
        /// What is wrong with them.
        why: Garbled,
    },
    /// Messages of the counterparty are missing; they are asked for (FIX session layer 4.8.1).
    Gap {
        /// The first that is missing.
        missing: MsgSeqNum,
        /// The number that came in its place.
        received: MsgSeqNum,
    },
    /// Nothing is missing any more.
    Recovered,
    /// The counterparty rejected our ResendRequest: what is missing will not come.
    ResendRejected,
    /// The counterparty moved its numbers on: what lay between will not come (FIX session layer 4.8.5,
    /// 4.8.6).
    Skipped {
        /// The first number that will not come.
        from: MsgSeqNum,
        /// The number that comes next.
        to: MsgSeqNum,
        /// By which kind of SequenceReset.
        by: Skip,
    },
    /// Both directions begin anew at 1. Whatever was stored of the series before is void. Store `resume`:
    /// until something is stored of the new series, a restart goes on with the old one, and asks for the
    /// reset again.
    NewSeries {
        /// Where the session stands in it.
        resume: Checkpoint,
    },
    /// The counterparty asks for messages again. They follow by `Output::Replay`.
    ResendRequested {
        /// The first.
        from: MsgSeqNum,
        /// The last.
        to: MsgSeqNum,
    },
    /// The counterparty asks for messages that were never sent. Nothing is owed.
    ResendBeyond {
        /// The first that it asks for.
        from: MsgSeqNum,
        /// The next that we send.
        next_out: MsgSeqNum,
    },
    /// The journal no longer has messages that the counterparty asks for, or they are longer now than it
    /// takes: a gap fill stands in for them.
    Lost {
        /// The first.
        from: MsgSeqNum,
        /// The last.
        to: MsgSeqNum,
    },
    /// An operator set the number that the next inbound message must bear.
    NextInSet {
        /// What it was.
        was: MsgSeqNum,
        /// What it became.
        to: MsgSeqNum,
    },
    /// An operator set the number that the next outbound message will bear.
    NextOutSet {
        /// What it was.
        was: MsgSeqNum,
        /// What it became.
        to: MsgSeqNum,
    },
    /// A TestRequest of ours was answered by its echo.
    RoundTrip {
        /// The time between the two.
        took: Duration,
    },
    /// Somebody connected as this counterparty while the session has a live link; the new link has to be
    /// dropped, and the old one is tested by a TestRequest (test case 1Sb).
    DuplicateConnection,
    /// The session asks for no more connections by itself; `Session::enable` makes it.
    Stopped {
        /// Why the last one ended.
        why: Reason,
    },
    /// The link has ended, and by policy orders are to be cancelled.
    CancelOrders {
        /// Why it ended.
        why: Reason,
    },
}

/// How numbers were skipped.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Skip {
    /// By a gap fill: admin messages, or messages that are not worth sending again.
    GapFill,
    /// By a reset: messages may be lost.
    Reset,
}

/// Why a message had no effect.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Ignored {
    /// A number that was processed before, with PossDupFlag(43) (test case 2e).
    Duplicate,
    /// An admin message with PossDupFlag(43): only its number counts (FIX session layer 4.8.7).
    AdminDuplicate,
    /// A SequenceReset to the number that was expected anyway (test case 11b).
    AlreadyThere,
    /// The session is logging out, and the message cannot change that.
    Closing,
}
