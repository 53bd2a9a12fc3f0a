//! Establishing a session, and what resets it (FIX session layer 4.3, 4.4).

use crate::time::Millis;

/// Establishing a session, and what resets it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogonPolicy {
    /// How long each step of the Logon exchange may take: the counterparty's Logon, its answer to ours, and
    /// the application's verdict. The standard names no time; QuickFIX waits 10 s (`LogonTimeout`).
    pub timeout: Millis,
    /// How long after a lost or failed link an initiator asks to reconnect (`ReconnectInterval`).
    pub reconnect_after: Millis,
    /// How many attempts to connect an initiator makes without being logged on; `None` for no limit.
    pub attempts: Option<u16>,
    /// Which HeartBtInt(108) an acceptor accepts (FIX session layer 4.3.5).
    pub heart_bt_int: HeartBtIntRule,
    /// Whether each logon begins a new series (`ResetOnLogon`).
    pub reset_on_logon: ResetOnLogon,
    /// What a completed Logout exchange does to the series (`ResetOnLogout`).
    pub reset_on_logout: ResetOn,
    /// What the end of a connection, however it ends, does to the series (`ResetOnDisconnect`).
    pub reset_on_disconnect: ResetOn,
    /// What the end of a connection because of a fault does to the series (`ResetOnError`).
    pub reset_on_error: ResetOn,
    /// Whether the counterparty may reset, by a Logon with ResetSeqNumFlag(141), at logon and in session.
    pub reset_by_peer: ResetByPeer,
    /// Whether the answer to our Logon may reset although we did not ask for it.
    pub unasked_reset: UnaskedReset,
    /// Whether the answer to our reset must itself have ResetSeqNumFlag(141).
    pub reset_ack: ResetAck,
    /// Whether the two sides use NextExpectedMsgSeqNum(789) (FIX session layer 4.4.1;
    /// `EnableNextExpectedMsgSeqNum`).
    pub next_expected: NextExpected,
    /// Which TestMessageIndicator(464) a Logon must have (FIX session layer 4.3.2).
    pub test_message: TestMessage,
    /// How to respond to an invalid Logon from a known counterparty: a bad SendingTime(52), a missing or
    /// malformed field (test case 1Sd), or a second Logon without a reset.
    pub invalid: BadLogon,
    /// Whether our Logon has MaxMessageSize(383).
    pub max_message_size: MaxMessageSize,
    /// What happens to messages that the application sends while there is no connection (test case 16).
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

/// Which HeartBtInt(108) an acceptor accepts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HeartBtIntRule {
    /// The initiator's, whatever it is (FIX session layer 4.3.5.3).
    Adopt,
    /// This one, in seconds; a Logon with another is refused (FIX session layer 4.3.5.1).
    Exactly(u32),
    /// From the first to the second, in seconds (FIX session layer 4.3.5.2).
    Between(u32, u32),
}

/// Whether each logon begins a new series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetOnLogon {
    /// No: numbers continue.
    Never,
    /// Yes, and our Logon says so by ResetSeqNumFlag(141) (FIX session layer 4.4.3).
    Announced,
    /// Yes, but our Logon does not say so: both sides have agreed on it.
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

/// Whether the counterparty may reset.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetByPeer {
    /// Yes, once every other check of its Logon has passed.
    Accept,
    /// No: it gets a Logout, and our numbers stay untouched (FIX session layer 4.4.2, 4.4.3).
    Refuse,
    /// At logon, but not in session.
    AtLogonOnly,
}

/// Whether the answer to our Logon may reset although we did not ask for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaskedReset {
    /// No: the answer is invalid.
    Refuse,
    /// Yes: the reset takes effect, with an event.
    Accept,
}

/// Whether the answer to our reset must itself have ResetSeqNumFlag(141).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetAck {
    /// Yes (FIX session layer 4.4.2).
    Demand,
    /// No: MsgSeqNum(34) 1 is enough.
    Infer,
}

/// Whether NextExpectedMsgSeqNum(789) is in use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NextExpected {
    /// No: it is not sent, and ignored when received.
    Off,
    /// Yes: our Logon has it, and the counterparty's is obeyed.
    On,
}

/// Which TestMessageIndicator(464) a Logon must have.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestMessage {
    /// Any.
    Unchecked,
    /// `Y` is refused.
    Production,
    /// Only `Y` is accepted, and our Logon has it.
    Test,
}

/// How to respond to an invalid Logon from a known counterparty.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BadLogon {
    /// With a Logout that says why, preceded by a Reject if a single field is at fault.
    Logout,
    /// The link is closed without a word, and no number is taken.
    Close,
}

/// Whether our Logon has MaxMessageSize(383).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MaxMessageSize {
    /// No.
    Unsaid,
    /// Yes: [`Config::frame_max`](super::super::Config::frame_max) (FIX session layer 4.3.6).
    Said,
}

/// What happens to messages that the application sends while there is no connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileDisconnected {
    /// They are refused; the application keeps them, unnumbered.
    Refuse,
    /// They are numbered and stored; the counterparty sees the gap at logon and asks for them.
    Store,
}
