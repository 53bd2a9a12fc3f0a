//! The connection machine while a session is being established (FIX session layer 4.3, 4.4).

use super::state::{Action, Actions, Farewell, Input, Opening, State, Wait, close, stay, to};
use crate::number::MsgSeqNum;
use crate::reason::{LogonFault, Reason};

/// The parts of the counterparty's Logon that the session acts on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PeerLogon {
    /// MsgSeqNum(34).
    pub number: MsgSeqNum,
    /// HeartBtInt(108), in seconds.
    pub heart_bt_int: u32,
    /// ResetSeqNumFlag(141).
    pub reset: bool,
    /// NextExpectedMsgSeqNum(789), if it is in use.
    pub next_expected: Option<MsgSeqNum>,
    /// MaxMessageSize(383): the longest message the counterparty accepts, in bytes.
    pub max_message_size: Option<u32>,
}

/// An acceptor with a link, before the first Logon. FIX session layer 4.6.4: a stranger learns nothing from
/// us.
pub(super) fn awaiting(input: Input) -> (State, Actions) {
    match input {
        Input::Logon(logon) => to(State::LogonReceived(logon), [Action::Judge]),
        // FIX session layer 4.3.1, test case 2S: no type is exempt, and nothing is said.
        Input::NotALogon | Input::Logout(_) => close(Reason::FirstMessageNotLogon, Farewell::Silent),
        Input::Timeout => close(Reason::LogonTimeout, Farewell::Silent),
        Input::Fatal(why, farewell) => close(why, farewell),
        Input::LinkDown => to(State::Disconnected, []),
        Input::ConnectDue
        | Input::LinkUp(_)
        | Input::Accepted
        | Input::Refused(_)
        | Input::Reset
        | Input::Recovered
        | Input::LogoutAsked
        | Input::Silent => stay(State::AwaitingLogon),
    }
}

/// Our Logon is out, or about to be.
pub(super) fn sent(opening: Opening, input: Input) -> (State, Actions) {
    match input {
        // FIX session layer 4.3.10: the session is established when the answer arrives. When both sides reset
        // at once, each Logon answers the other.
        Input::Logon(logon) => match (opening, logon.reset) {
            (Opening::Reset, true) | (Opening::Resumed, true | false) => to(
                State::Active,
                [
                    Action::TakeAnswer(logon),
                    Action::LoggedOn,
                    Action::Synchronise(logon),
                    Action::Await(Wait::Nothing),
                ],
            ),
            // FIX session layer 4.4.2: any deviation ends the connection; the old series stands.
            (Opening::Reset, false) => close(Reason::ResetUnanswered, Farewell::Logout),
        },
        // FIX session layer 4.3.1, test case 1Be: a Logout is the refusal, and needs no answer.
        Input::Logout(_) => close(Reason::LogonRefusedByPeer, Farewell::Silent),
        Input::NotALogon => match opening {
            Opening::Resumed => close(Reason::FirstMessageNotLogon, Farewell::Logout),
            Opening::Reset => close(Reason::ResetUnanswered, Farewell::Logout),
        },
        // FIX session layer 4.3.1: no Logout before the exchange is complete.
        Input::Timeout => close(Reason::LogonTimeout, Farewell::Silent),
        Input::Fatal(why, farewell) => close(why, farewell),
        Input::LinkDown => to(State::Disconnected, []),
        Input::ConnectDue
        | Input::LinkUp(_)
        | Input::Accepted
        | Input::Refused(_)
        | Input::Reset
        | Input::Recovered
        | Input::LogoutAsked
        | Input::Silent => stay(State::LogonSent(opening)),
    }
}

/// The Logon awaits the application's verdict. Until then none of it takes effect (FIX session layer 4.3.10,
/// 4.4.3).
pub(super) fn received(logon: PeerLogon, input: Input) -> (State, Actions) {
    match input {
        // FIX session layer 4.3.10: the acceptor's answer comes first, recovery after it.
        Input::Accepted => to(
            State::Active,
            [
                Action::AnswerLogon(logon),
                Action::LoggedOn,
                Action::Synchronise(logon),
                Action::Await(Wait::Nothing),
            ],
        ),
        Input::Refused(farewell) => close(Reason::LogonRefused, farewell),
        Input::Timeout => close(Reason::LogonTimeout, Farewell::Silent),
        Input::Fatal(why, farewell) => close(why, farewell),
        Input::LinkDown => to(State::Disconnected, []),
        Input::ConnectDue
        | Input::LinkUp(_)
        | Input::NotALogon
        | Input::Logon(_)
        | Input::Reset
        | Input::Logout(_)
        | Input::Recovered
        | Input::LogoutAsked
        | Input::Silent => stay(State::LogonReceived(logon)),
    }
}

impl PeerLogon {
    /// FIX session layer 4.4.3: a Logon that resets has number 1.
    pub(super) fn check_reset(self) -> Result<Self, LogonFault> {
        if self.reset && self.number != MsgSeqNum::FIRST {
            return Err(LogonFault::ResetNumber);
        }
        Ok(self)
    }
}
