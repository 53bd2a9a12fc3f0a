//! Why a connection ended, with the rule behind it.

use core::fmt;

use crate::number::MsgSeqNum;
use crate::reject_reason::SessionRejectReason;

/// Why a connection ends. Its `Display` is Text(58) of our Logout, if one is sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reason {
    /// We logged out, and the counterparty answered.
    LoggedOut,
    /// The counterparty logged out, and we answered.
    LoggedOutByPeer,
    /// The counterparty did not answer our Logout in time.
    LogoutUnanswered,
    /// The counterparty did not close the link in time after we answered its Logout.
    LinkLeftOpen,
    /// The Logon exchange was not complete in time.
    LogonTimeout,
    /// The application refused the counterparty's Logon.
    LogonRefused,
    /// The counterparty answered our Logon with a Logout.
    LogonRefusedByPeer,
    /// The first message was not a Logon.
    FirstMessageNotLogon,
    /// The counterparty's Logon is not acceptable.
    InvalidLogon(LogonFault),
    /// A Logon that is not a reset came while the session was logged on.
    SecondLogon,
    /// BeginString(8) is not the one agreed.
    BeginString,
    /// A CompID, SubID or LocationID is not the one agreed.
    CompId {
        /// The tag of the field.
        tag: u32,
    },
    /// SendingTime(52) is too far from our clock.
    SendingTime,
    /// OrigSendingTime(122) is later than SendingTime(52).
    OrigSendingTime,
    /// A message had no readable MsgSeqNum(34).
    MsgSeqNumMissing,
    /// A message has a number that was already processed, but is not marked as a possible duplicate.
    MsgSeqNumTooLow {
        /// The next number expected.
        expected: MsgSeqNum,
        /// The number received.
        received: MsgSeqNum,
    },
    /// The counterparty expects a number above our next one: the session cannot be recovered.
    NextExpectedTooHigh {
        /// Our next outbound number.
        next_out: MsgSeqNum,
        /// The number it expects.
        received: MsgSeqNum,
    },
    /// The counterparty asked for a reset, which policy refuses.
    ResetRefused,
    /// The counterparty did not answer our reset properly.
    ResetUnanswered,
    /// Our ResendRequest brought nothing, however often it was repeated.
    ResendUnanswered {
        /// The first missing number.
        missing: MsgSeqNum,
    },
    /// Nothing came for too long, and our TestRequest was not answered.
    Silent,
    /// A frame is longer than the configured limit.
    FrameTooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A garbled message came, and policy ends the connection for it.
    Garbled,
    /// The sequence numbers have reached the end of their range.
    NumbersExhausted,
    /// The application closed the connection.
    Closed,
    /// The journal failed: what cannot be stored must not be sent.
    JournalFailed,
    /// The driver reported that the link is gone.
    LinkLost,
}

/// What is wrong with a Logon.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LogonFault {
    /// HeartBtInt(108) must have this value, in seconds.
    HeartBtIntExpected(u32),
    /// HeartBtInt(108) must be in this range, in seconds.
    HeartBtIntBetween(u32, u32),
    /// HeartBtInt(108) is not the one we asked for, or, in session, not the one in force.
    HeartBtIntChanged,
    /// A production session received a test Logon, or the other way round.
    TestMessage,
    /// ResetSeqNumFlag(141)=Y with a MsgSeqNum(34) other than 1.
    ResetNumber,
    /// The answer to our Logon resets although we did not ask for it.
    UnaskedReset,
    /// MaxMessageSize(383) is too small for any session.
    MaxMessageSize {
        /// What the counterparty accepts, in bytes.
        said: u64,
        /// What a session needs, in bytes.
        needed: u64,
    },
    /// A field, by its tag, is missing, empty, malformed or out of range; or the message breaks a rule that
    /// is not about a single field.
    Field(SessionRejectReason, Option<u32>),
}

impl Reason {
    /// Whether the connection ended in an orderly way.
    pub const fn is_orderly(self) -> bool {
        matches!(self, Reason::LoggedOut | Reason::LoggedOutByPeer | Reason::LinkLeftOpen | Reason::Closed)
    }

    /// Whether an initiator reconnects by itself afterwards. Not after a refused Logon, for instance: a
    /// locked account stays locked, and each attempt uses up a number.
    pub const fn allows_reconnect(self) -> bool {
        match self {
            Reason::LogonTimeout
            | Reason::Silent
            | Reason::LinkLost
            | Reason::Garbled
            | Reason::FrameTooLong { .. }
            | Reason::SendingTime
            | Reason::ResendUnanswered { .. }
            | Reason::MsgSeqNumMissing
            | Reason::LogoutUnanswered
            | Reason::LoggedOutByPeer
            | Reason::LinkLeftOpen
            | Reason::OrigSendingTime
            | Reason::JournalFailed => true,
            Reason::LoggedOut
            | Reason::LogonRefused
            | Reason::LogonRefusedByPeer
            | Reason::FirstMessageNotLogon
            | Reason::InvalidLogon(_)
            | Reason::SecondLogon
            | Reason::BeginString
            | Reason::CompId { .. }
            | Reason::MsgSeqNumTooLow { .. }
            | Reason::NextExpectedTooHigh { .. }
            | Reason::ResetRefused
            | Reason::ResetUnanswered
            | Reason::NumbersExhausted
            | Reason::Closed => false,
        }
    }

    /// The part of the FIX session layer that calls for this end.
    pub const fn rule(self) -> &'static str {
        match self {
            Reason::LoggedOut => "FIX session layer 4.6.1, test case 13a",
            Reason::LoggedOutByPeer | Reason::LinkLeftOpen => "FIX session layer 4.6.1, test case 13b",
            Reason::LogoutUnanswered => "FIX session layer 4.6.2, test case 12",
            Reason::LogonTimeout => "FIX session layer 4.3.1",
            Reason::LogonRefused | Reason::LogonRefusedByPeer => "FIX session layer 4.3.10",
            Reason::FirstMessageNotLogon => "FIX session layer 4.3.1, test cases 1Be, 2S",
            Reason::InvalidLogon(fault) => fault.rule(),
            Reason::SecondLogon => "FIX session layer 4.3.10; the standard has no test case for it",
            Reason::BeginString => "FIX session layer 4.2.1, test case 2i",
            Reason::CompId { .. } => "FIX session layer 4.2.2, test case 2k",
            Reason::SendingTime => "FIX session layer 4.2.3, test case 2o",
            Reason::OrigSendingTime => "FIX session layer 4.8.7, test case 2f",
            Reason::MsgSeqNumMissing => "FIX session layer 4.5.3",
            Reason::MsgSeqNumTooLow { .. } => "FIX session layer 4.8.1, test case 2c",
            Reason::NextExpectedTooHigh { .. } => "FIX session layer 4.4.1",
            Reason::ResetRefused => "FIX session layer 4.4.2, 4.4.3",
            Reason::ResetUnanswered => "FIX session layer 4.4.2",
            Reason::ResendUnanswered { .. } => "FIX session layer 4.5.2, 4.8.2",
            Reason::Silent => "FIX session layer 4.5.5, test case 6",
            Reason::FrameTooLong { .. } => "FIX session layer 4.3.6",
            Reason::Garbled => "local policy against FIX session layer 4.5.2",
            Reason::NumbersExhausted => "FIX session layer 4.1",
            Reason::Closed | Reason::JournalFailed | Reason::LinkLost => "FIX session layer 4.6.1",
        }
    }
}

impl LogonFault {
    const fn rule(self) -> &'static str {
        match self {
            LogonFault::HeartBtIntExpected(_) => "FIX session layer 4.3.5.1",
            LogonFault::HeartBtIntBetween(..) => "FIX session layer 4.3.5.2",
            LogonFault::HeartBtIntChanged => "FIX session layer 4.3.5",
            LogonFault::TestMessage => "FIX session layer 4.3.2",
            LogonFault::ResetNumber | LogonFault::UnaskedReset => "FIX session layer 4.4.3",
            LogonFault::MaxMessageSize { .. } => "FIX session layer 4.3.6",
            LogonFault::Field(..) => "FIX session layer 4.3.10, test cases 1Sd, 1Bd",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Reason::LoggedOut => f.write_str("logged out"),
            Reason::LoggedOutByPeer => f.write_str("logged out by the counterparty"),
            Reason::LogoutUnanswered => f.write_str("no answer to Logout"),
            Reason::LinkLeftOpen => f.write_str("the counterparty left the link open after Logout"),
            Reason::LogonTimeout => f.write_str("no Logon in time"),
            Reason::LogonRefused => f.write_str("Logon refused"),
            Reason::LogonRefusedByPeer => f.write_str("Logon refused by the counterparty"),
            Reason::FirstMessageNotLogon => f.write_str("First message not a logon"),
            Reason::InvalidLogon(fault) => fault.fmt(f),
            Reason::SecondLogon => f.write_str("Already logged on"),
            Reason::BeginString => f.write_str("Incorrect BeginString"),
            Reason::CompId { .. } => f.write_str("CompID problem"),
            Reason::SendingTime => f.write_str("SendingTime accuracy problem"),
            Reason::OrigSendingTime => f.write_str("OrigSendingTime(122) is later than SendingTime(52)"),
            Reason::MsgSeqNumMissing => f.write_str("Required tag missing: MsgSeqNum(34)"),
            Reason::MsgSeqNumTooLow { expected, received } => {
                write!(f, "MsgSeqNum too low, expecting {expected} but received {received}")
            }
            Reason::NextExpectedTooHigh { next_out, received } => {
                write!(f, "NextExpectedMsgSeqNum(789) too high, expecting {next_out} but received {received}")
            }
            Reason::ResetRefused => f.write_str("Resetting the sequence number is not supported"),
            Reason::ResetUnanswered => f.write_str("Logon with ResetSeqNumFlag(141) was not answered by one"),
            Reason::ResendUnanswered { missing } => {
                write!(f, "ResendRequest brought nothing, still expecting {missing}")
            }
            Reason::Silent => f.write_str("TestRequest was not answered"),
            Reason::FrameTooLong { limit } => write!(f, "message longer than {limit} bytes"),
            Reason::Garbled => f.write_str("garbled message"),
            Reason::NumbersExhausted => f.write_str("sequence numbers exhausted, a reset is needed"),
            Reason::Closed => f.write_str("closed by the application"),
            Reason::JournalFailed => f.write_str("the message store failed"),
            Reason::LinkLost => f.write_str("the link was lost"),
        }
    }
}

impl fmt::Display for LogonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            LogonFault::HeartBtIntExpected(seconds) => {
                write!(f, "Invalid HeartBtInt(108), expected value {seconds} seconds")
            }
            LogonFault::HeartBtIntBetween(low, high) => {
                write!(f, "Invalid HeartBtInt(108), expected value between {low} and {high} seconds")
            }
            LogonFault::HeartBtIntChanged => f.write_str("HeartBtInt(108) was not echoed"),
            LogonFault::TestMessage => f.write_str("TestMessageIndicator(464) does not fit this session"),
            LogonFault::ResetNumber => f.write_str("ResetSeqNumFlag(141)=Y needs MsgSeqNum(34)=1"),
            LogonFault::UnaskedReset => f.write_str("ResetSeqNumFlag(141)=Y was not asked for"),
            LogonFault::MaxMessageSize { said, needed } => {
                write!(f, "MaxMessageSize(383) = {said} < required message size {needed}")
            }
            LogonFault::Field(reason, Some(tag)) => write!(f, "{}: {tag}", reason.text()),
            LogonFault::Field(reason, None) => f.write_str(reason.text()),
        }
    }
}
