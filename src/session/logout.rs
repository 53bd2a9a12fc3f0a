//! The connection machine while a connection ends (FIX session layer 4.6).

use super::policy::{AfterAnswer, OutOfSequenceLogout};
use super::state::{
    Action, Actions, Answer, Farewell, Input, Place, Rules, State, Wait, close, silent, stay, to,
};
use crate::reason::Reason;

/// The counterparty asks to log out while we are logged on.
pub(super) fn unasked(rules: Rules, place: Place) -> (State, Actions) {
    match (place, rules.out_of_sequence) {
        // FIX session layer 4.6.3: what is missing below the Logout is asked for first, and the link stays up
        // for it.
        (Place::AboveGap, OutOfSequenceLogout::Recover) => {
            to(State::LogoutReceived(Answer::Owed), [Action::Await(Wait::Logout)])
        }
        (Place::AboveGap, OutOfSequenceLogout::Answer) | (Place::InSequence, _) => answer(rules),
    }
}

/// Our Logout is out. FIX session layer 4.6.1: nothing new is sent, inbound messages are processed, resends
/// are served.
pub(super) fn sent(rules: Rules, input: Input) -> (State, Actions) {
    match input {
        // FIX session layer 4.6.1, test case 13a: on the answer the side that asked closes, whatever the
        // answer's number (4.6.3). When both Logouts cross, each is the other's answer.
        Input::Logout(_) => close(Reason::LoggedOut, Farewell::Silent),
        // FIX session layer 4.6.2, test case 12: no answer within LogoutAckThreshold.
        Input::Timeout => close(Reason::LogoutUnanswered, Farewell::Silent),
        Input::Silent => silent(rules),
        Input::Fatal(why, farewell) => close(why, farewell),
        Input::LinkDown => to(State::Disconnected, []),
        // A Logon never revives a session that is ending.
        Input::Logon(_)
        | Input::Recovered
        | Input::LogoutAsked
        | Input::ConnectDue
        | Input::LinkUp(_)
        | Input::NotALogon
        | Input::Accepted
        | Input::Refused(_)
        | Input::Reset => stay(State::LogoutSent),
    }
}

/// The counterparty's Logout is in.
pub(super) fn received(rules: Rules, given: Answer, input: Input) -> (State, Actions) {
    match (input, given) {
        (Input::Recovered, Answer::Owed) => answer(rules),
        // FIX session layer 4.6.3: the counterparty may be unable to resend; it gets its answer all the same.
        (Input::Timeout | Input::Fatal(Reason::ResendUnanswered { .. }, _), Answer::Owed) => answer(rules),
        // FIX session layer 4.6.1, test case 13b: the counterparty closes the link; when it does not, we do.
        (Input::Timeout, Answer::Given) => close(Reason::LinkLeftOpen, Farewell::Silent),
        // The application wants to leave as well: the counterparty's Logout is the answer to ours.
        (Input::LogoutAsked, Answer::Owed) => answer(rules),
        (Input::Silent, Answer::Owed) => silent(rules),
        (Input::Fatal(why, farewell), Answer::Owed) => close(why, farewell),
        (Input::Fatal(why, _), Answer::Given) => close(why, Farewell::Silent),
        (Input::LinkDown, Answer::Owed | Answer::Given) => to(State::Disconnected, []),
        (
            Input::Logout(_)
            | Input::Logon(_)
            | Input::ConnectDue
            | Input::LinkUp(_)
            | Input::NotALogon
            | Input::Accepted
            | Input::Refused(_)
            | Input::Reset,
            Answer::Owed | Answer::Given,
        )
        | (Input::Recovered | Input::LogoutAsked | Input::Silent, Answer::Given) => {
            stay(State::LogoutReceived(given))
        }
    }
}

/// FIX session layer 4.6.1, test case 13b: an unasked Logout is answered by one.
fn answer(rules: Rules) -> (State, Actions) {
    match rules.after_answer {
        AfterAnswer::AwaitClose => {
            to(State::LogoutReceived(Answer::Given), [Action::AnswerLogout, Action::Await(Wait::Close)])
        }
        AfterAnswer::Close => {
            let why = Reason::LoggedOutByPeer;
            to(
                State::Closing(why),
                [Action::AnswerLogout, Action::Disconnect(why), Action::Await(Wait::Nothing)],
            )
        }
    }
}
