//! Ending a connection (FIX session layer 4.6).

use crate::time::Millis;

/// Ending a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogoutPolicy {
    /// LogoutAckThreshold: how long the answer to our Logout may take (`LogoutTimeout`).
    pub timeout: Millis,
    /// How long the counterparty may take to close the link after we answered its Logout (test case 13b: 10
    /// s).
    pub close_timeout: Millis,
    /// What a Logout with a number above the expected one gets (FIX session layer 4.6.3).
    pub out_of_sequence: OutOfSequenceLogout,
    /// Who closes the link after we answered a Logout.
    pub after_answer: AfterAnswer,
    /// Does a Logout that follows a Reject repeat the reason in Text(58)?
    pub after_reject: AfterReject,
    /// Does the answer to a Logout bear SessionStatus(1409) 4, where the version has the field?
    pub answer_status: AnswerStatus,
    /// Does a Logout over a wrong number bear SessionStatus(1409) 9 or 10, where the version has the field?
    pub fault_status: FaultStatus,
    /// Is the application told to cancel its orders when the link ends?
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

/// What a Logout above a gap, or while messages are sent again, gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OutOfSequenceLogout {
    /// The gap is asked for and filled, and what was asked of us is sent; then it is answered (FIX session
    /// layer 4.6.3).
    Recover,
    /// It is answered at once; what is missing, on either side, comes after the next logon.
    Answer,
}

/// Who closes the link after we answered a Logout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AfterAnswer {
    /// The side that began (test case 13b); we, if it does not within the time allowed.
    AwaitClose,
    /// We do, at once.
    Close,
}

/// Does a Logout that follows a Reject repeat the reason?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AfterReject {
    /// In Text(58).
    Text,
    /// No.
    NoText,
}

/// Does the answer to a Logout bear SessionStatus(1409)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AnswerStatus {
    /// No.
    Unsaid,
    /// 4, session logout complete.
    Said,
}

/// Does a Logout over a wrong number bear SessionStatus(1409)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultStatus {
    /// 9 when MsgSeqNum(34) was too low, 10 when NextExpectedMsgSeqNum(789) was too high (FIX session layer
    /// 4.4.1, 4.8.1).
    Said,
    /// No: Text(58) alone says it.
    Unsaid,
}

/// Is the application told to cancel its orders when the link ends?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OnDisconnect {
    /// No: a Logout or a lost link never touches orders (FIX session layer 4.6).
    Keep,
    /// By an event.
    CancelOrders,
}
