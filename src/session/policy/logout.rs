//! Ending a connection (FIX session layer 4.6).

use crate::time::Millis;

/// Ending a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogoutPolicy {
    /// LogoutAckThreshold: how long the answer to our Logout may take (`LogoutTimeout`). It also bounds how
    /// long a Logout is put off to recover first.
    pub timeout: Millis,
    /// How long the counterparty may take to close the link after we have answered its Logout (test case
    /// 13b: 10 s).
    pub close_timeout: Millis,
    /// How to respond to a Logout out of sequence (FIX session layer 4.6.3).
    pub out_of_sequence: OutOfSequenceLogout,
    /// Who closes the link after we have answered a Logout.
    pub after_answer: AfterAnswer,
    /// Whether a Logout that follows a Reject repeats the reason in Text(58).
    pub after_reject: AfterReject,
    /// Whether the answer to a Logout has SessionStatus(1409) 4, under FIXT.1.1.
    pub answer_status: AnswerStatus,
    /// Whether a Logout because of a wrong number has SessionStatus(1409) 9 or 10, under FIXT.1.1.
    pub fault_status: FaultStatus,
    /// Whether the application is told to cancel its orders when the link ends.
    pub on_disconnect: OnDisconnect,
}

impl LogoutPolicy {
    pub(super) const fn standard() -> Self {
        LogoutPolicy {
            timeout: Millis::from_secs(10),
            close_timeout: Millis::from_secs(10),
            out_of_sequence: OutOfSequenceLogout::Recover,
            after_answer: AfterAnswer::AwaitClose,
            after_reject: AfterReject::Text,
            answer_status: AnswerStatus::Unsaid,
            fault_status: FaultStatus::Said,
            on_disconnect: OnDisconnect::Keep,
        }
    }
}

/// How to respond to a Logout out of sequence, or while messages are being resent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OutOfSequenceLogout {
    /// Recover the gap and finish the resend first, then answer (FIX session layer 4.6.3). Below the expected
    /// number: as to any number too low.
    Recover,
    /// Answer at once; what is missing on either side is recovered at the next logon.
    Answer,
}

/// Who closes the link after we have answered a Logout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AfterAnswer {
    /// The side that asked (test case 13b), or we, if it does not do so in time.
    AwaitClose,
    /// We do, at once.
    Close,
}

/// Whether a Logout that follows a Reject repeats the reason.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AfterReject {
    /// Yes, in Text(58).
    Text,
    /// No.
    NoText,
}

/// Whether the answer to a Logout has SessionStatus(1409).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AnswerStatus {
    /// No.
    Unsaid,
    /// Yes: 4, session logout complete.
    Said,
}

/// Whether a Logout because of a wrong number has SessionStatus(1409).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultStatus {
    /// Yes: 9 if MsgSeqNum(34) was too low, 10 if NextExpectedMsgSeqNum(789) was too high (FIX session layer
    /// 4.4.1, 4.8.1).
    Said,
    /// No: only Text(58) says it.
    Unsaid,
}

/// Whether the application is told to cancel its orders when the link ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OnDisconnect {
    /// No: a Logout or a lost link never touches orders (FIX session layer 4.6).
    Keep,
    /// Yes, by [`Event::CancelOrders`](crate::Event::CancelOrders).
    CancelOrders,
}
