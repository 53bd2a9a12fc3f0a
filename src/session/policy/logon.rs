//! Establishing a session, and what resets it (FIX session layer 4.3, 4.4).

use crate::time::Millis;

/// Establishing a session, and what resets it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogonPolicy {
    /// How long a Logon may take: the counterparty's to come, its answer, the application's verdict.
    /// The standard names no time; QuickFIX waits 10 s (`LogonTimeout`).
    pub timeout: Millis,
    /// How long after a lost or failed link an initiator asks to connect again (`ReconnectInterval`).
    pub reconnect_after: Millis,
    /// How many times in a row an initiator asks to connect without reaching a logon; `None` for no limit.
    pub attempts: Option<u16>,
    /// Which HeartBtInt(108) an acceptor takes (FIX session layer 4.3.5).
    pub heart_bt_int: HeartBtIntRule,
    /// Does each logon begin a new series (`ResetOnLogon`)?
    pub reset_on_logon: ResetOnLogon,
    /// What a finished Logout handshake does to the series (`ResetOnLogout`).
    pub reset_on_logout: ResetOn,
    /// What a lost link does to the series (`ResetOnDisconnect`).
    pub reset_on_disconnect: ResetOn,
    /// What a connection that ended over a fault does to the series (`ResetOnError`).
    pub reset_on_error: ResetOn,
    /// May the counterparty reset, by a Logon with ResetSeqNumFlag(141), at logon and in session?
    pub reset_by_peer: ResetByPeer,
    /// May an answer to our Logon reset, although we did not ask?
    pub unasked_reset: UnaskedReset,
    /// Must the answer to our reset say ResetSeqNumFlag(141) itself?
    pub reset_ack: ResetAck,
    /// Is NextExpectedMsgSeqNum(789) in use between the two (FIX session layer 4.4.1;
    /// `EnableNextExpectedMsgSeqNum`)?
    pub next_expected: NextExpected,
    /// Which TestMessageIndicator(464) a Logon must bear (FIX session layer 4.3.2).
    pub test_message: TestMessage,
    /// What a Logon gets that is wrong although its identity is known: a bad SendingTime(52), a field
    /// missing or malformed (test case 1Sd), a second one.
    pub invalid: BadLogon,
    /// Do we say MaxMessageSize(383) on our Logon?
    pub max_message_size: MaxMessageSize,
    /// What happens to messages that the application sends without a connection (test case 16).
    pub while_disconnected: WhileDisconnected,
}

impl LogonPolicy {
    pub(super) const fn standard() -> Self {
        LogonPolicy {
            timeout: Millis::from_secs(10),
            reconnect_after: Millis::from_secs(5),
            attempts: None,
            heart_bt_int: HeartBtIntRule::Adopt,
            reset_on_logon: ResetOnLogon::Never,
            reset_on_logout: ResetOn::Keep,
            reset_on_disconnect: ResetOn::Keep,
            reset_on_error: ResetOn::Keep,
            reset_by_peer: ResetByPeer::Accept,
            unasked_reset: UnaskedReset::Refuse,
            reset_ack: ResetAck::Demand,
            next_expected: NextExpected::Off,
            test_message: TestMessage::Unchecked,
            invalid: BadLogon::Logout,
            max_message_size: MaxMessageSize::Unsaid,
            while_disconnected: WhileDisconnected::Refuse,
        }
    }
}

/// Which HeartBtInt(108) an acceptor takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HeartBtIntRule {
    /// The initiator's, whatever it is (FIX session layer 4.3.5.3).
    Adopt,
    /// This one, in seconds; a Logon with another is refused (FIX session layer 4.3.5.1).
    Exactly(u32),
    /// From the first to the second, in seconds (FIX session layer 4.3.5.2).
    Between(u32, u32),
}

/// Does each logon begin a new series?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetOnLogon {
    /// Numbers go on.
    Never,
    /// Yes, and our Logon says ResetSeqNumFlag(141) (FIX session layer 4.4.3).
    Announced,
    /// Yes, and nothing is said: both sides agreed on it, or it is the acceptor's habit.
    Silent,
}

/// What the end of a connection does to the series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetOn {
    /// Numbers survive (FIX session layer 4.1).
    Keep,
    /// The next connection begins a new series at 1, by agreement.
    Reset,
}

/// May the counterparty reset?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetByPeer {
    /// Yes, once every other check of its Logon has passed.
    Accept,
    /// No: Logout, and numbers stay untouched (FIX session layer 4.4.2, 4.4.3).
    Refuse,
    /// When it connects, not in session.
    AtLogonOnly,
}

/// May an answer to our Logon reset, although we did not ask?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaskedReset {
    /// No: the answer is invalid.
    Refuse,
    /// Yes: the counterparty's reset is taken, with an event.
    Accept,
}

/// Must the answer to our reset say ResetSeqNumFlag(141) itself?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetAck {
    /// Yes (FIX session layer 4.4.2).
    Demand,
    /// MsgSeqNum 1 is enough.
    Infer,
}

/// Is NextExpectedMsgSeqNum(789) in use?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NextExpected {
    /// Not said, and ignored when it comes.
    Off,
    /// Said on our Logon; the counterparty's is obeyed.
    On,
}

/// Which TestMessageIndicator(464) a Logon must bear.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestMessage {
    /// Any.
    Unchecked,
    /// `Y` is refused.
    Production,
    /// Only `Y` is taken, and our Logon says it.
    Test,
}

/// What a Logon gets that is wrong although its identity is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BadLogon {
    /// A Logout that says why; a Reject goes before it where one field is at fault.
    Logout,
    /// The link is closed without a word, and no number is taken.
    Close,
}

/// Do we say MaxMessageSize(383)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MaxMessageSize {
    /// No.
    Unsaid,
    /// Yes: the configured longest frame (FIX session layer 4.3.6).
    Said,
}

/// What happens to messages that the application sends without a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileDisconnected {
    /// They are refused; the application keeps them, unnumbered.
    Refuse,
    /// They are numbered and stored; the counterparty sees the gap at logon and asks for them.
    Store,
}
