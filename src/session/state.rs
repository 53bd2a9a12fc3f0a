//! The connection machine: from a link to a session and back.
//!
//! A pure function from (rules, state, input) to the next state and a list of actions. Sequence numbers stay
//! out of it: a message has been classified before it becomes an input, and what looks like an exception,
//! such as a gap that closes, is an input of its own.

use arrayvec::ArrayVec;

use super::config::Role;
use super::logon::PeerLogon;
use super::policy::{AfterAnswer, BadLogon, OutOfSequenceLogout, Unanswered};
use crate::reason::Reason;

/// Where a connection stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// There is no link.
    Disconnected,
    /// An initiator has asked its driver to connect.
    Connecting,
    /// An acceptor has a link and waits for the first Logon.
    AwaitingLogon,
    /// Our Logon is owed or sent, and the answer is awaited.
    LogonSent(Opening),
    /// The counterparty's Logon passed the session's checks and awaits the application's verdict. Nothing
    /// more is read.
    LogonReceived(PeerLogon),
    /// Logged on.
    Active,
    /// Our Logout is owed or sent, and the answer is awaited.
    LogoutSent,
    /// The counterparty asked to log out.
    LogoutReceived(Answer),
    /// The link will be closed for this reason, once what is owed has gone out.
    Closing(Reason),
}

/// What our Logon starts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Opening {
    /// A connection that continues the series.
    Resumed,
    /// A new series, which the counterparty must confirm.
    Reset,
}

/// Whether the counterparty's Logout has been answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// Not yet: messages below it are missing (FIX session layer 4.6.3).
    Owed,
    /// Yes; now the counterparty closes the link.
    Given,
}

/// What the connection machine hears.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Input {
    /// An initiator's wait before the next attempt is over.
    ConnectDue,
    /// The driver has a link. The `Opening` is that of an initiator's first Logon.
    LinkUp(Opening),
    /// The driver no longer has a link.
    LinkDown,
    /// The first message is not a Logon.
    NotALogon,
    /// A Logon passed all of the session's own checks.
    Logon(PeerLogon),
    /// The application accepts the Logon.
    Accepted,
    /// The application refuses the Logon.
    Refused(Farewell),
    /// The application or the end of a recovery asks for a reset in session.
    Reset,
    /// The counterparty's Logout.
    Logout(Place),
    /// Nothing is missing any more.
    Recovered,
    /// The application asks to log out.
    LogoutAsked,
    /// Something ends the connection.
    Fatal(Reason, Farewell),
    /// This state's timeout has passed.
    Timeout,
    /// Nothing answered our TestRequest.
    Silent,
}

/// Where a message's number stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Place {
    /// It is the next.
    InSequence,
    /// Messages below it are missing, or others are being sent again.
    AboveGap,
}

/// How a link is closed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Farewell {
    /// A Logout goes first.
    Logout,
    /// Without a word.
    Silent,
}

/// What a transition asks the session to do, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Action {
    /// Ask the driver to connect.
    Connect,
    /// Send our Logon.
    SendLogon(Opening),
    /// Hand the Logon to the application.
    Judge,
    /// Adopt what the Logon says, its reset included, and answer it.
    AnswerLogon(PeerLogon),
    /// Take the answer to our Logon.
    TakeAnswer(PeerLogon),
    /// Tell the application that the session is up.
    LoggedOn,
    /// Compare the numbers that both Logons said, and recover what is missing on either side.
    Synchronise(PeerLogon),
    /// Send a Logout that asks.
    SendLogout,
    /// Send a Logout that answers.
    AnswerLogout,
    /// Send a Logout that says why.
    SayWhy(Reason),
    /// Drop the link.
    Disconnect(Reason),
    /// Start this state's timeout, or stop it.
    Await(Wait),
}

/// What the connection machine waits for; one thing at a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Wait {
    /// A Logon, the answer to ours, or a verdict.
    Logon,
    /// The answer to our Logout, or the messages missing below the counterparty's.
    Logout,
    /// The counterparty to close the link.
    Close,
    /// Nothing.
    Nothing,
}

pub(crate) type Actions = ArrayVec<Action, 4>;

/// What the transitions depend on besides state and input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Rules {
    pub(crate) role: Role,
    pub(crate) out_of_sequence: OutOfSequenceLogout,
    pub(crate) after_answer: AfterAnswer,
    pub(crate) unanswered: Unanswered,
    pub(crate) invalid_logon: BadLogon,
}

/// The next state, and what to do.
pub(crate) fn next(rules: Rules, state: State, input: Input) -> (State, Actions) {
    match state {
        State::Disconnected => disconnected(rules, state, input),
        State::Connecting => disconnected(rules, state, input),
        State::AwaitingLogon => super::logon::awaiting(input),
        State::LogonSent(opening) => super::logon::sent(opening, input),
        State::LogonReceived(logon) => super::logon::received(logon, input),
        State::Active => active(rules, input),
        State::LogoutSent => super::logout::sent(rules, input),
        State::LogoutReceived(answer) => super::logout::received(rules, answer, input),
        State::Closing(why) => closing(why, input),
    }
}

/// No link: only the driver moves us.
fn disconnected(rules: Rules, state: State, input: Input) -> (State, Actions) {
    match input {
        Input::ConnectDue => match rules.role {
            Role::Initiator => to(State::Connecting, [Action::Connect]),
            Role::Acceptor => stay(state),
        },
        // FIX session layer 4.3.1: the initiator sends the first Logon, the acceptor waits for it, each for a
        // limited time.
        Input::LinkUp(opening) => match rules.role {
            Role::Initiator => {
                to(State::LogonSent(opening), [Action::SendLogon(opening), Action::Await(Wait::Logon)])
            }
            Role::Acceptor => to(State::AwaitingLogon, [Action::Await(Wait::Logon)]),
        },
        Input::LinkDown => to(State::Disconnected, []),
        Input::NotALogon
        | Input::Logon(_)
        | Input::Accepted
        | Input::Refused(_)
        | Input::Reset
        | Input::Logout(_)
        | Input::Recovered
        | Input::LogoutAsked
        | Input::Fatal(..)
        | Input::Timeout
        | Input::Silent => stay(state),
    }
}

/// Logged on.
fn active(rules: Rules, input: Input) -> (State, Actions) {
    match input {
        // FIX session layer 4.4.2: a reset in session; the counterparty's Logon is answered at once.
        Input::Logon(logon) if logon.reset => to(State::Active, [Action::AnswerLogon(logon)]),
        // The standard has no test case for a second Logon without a reset; it is refused by a Logout.
        Input::Logon(_) => match rules.invalid_logon {
            BadLogon::Logout => close(Reason::SecondLogon, Farewell::Logout),
            BadLogon::Close => close(Reason::SecondLogon, Farewell::Silent),
        },
        Input::Reset => to(
            State::LogonSent(Opening::Reset),
            [Action::SendLogon(Opening::Reset), Action::Await(Wait::Logon)],
        ),
        Input::Logout(place) => super::logout::unasked(rules, place),
        // FIX session layer 4.6.1: the side that logs out sends Logout and waits for the answer.
        Input::LogoutAsked => to(State::LogoutSent, [Action::SendLogout, Action::Await(Wait::Logout)]),
        Input::Silent => silent(rules),
        Input::Fatal(why, farewell) => close(why, farewell),
        Input::LinkDown => to(State::Disconnected, []),
        Input::Recovered
        | Input::ConnectDue
        | Input::LinkUp(_)
        | Input::NotALogon
        | Input::Accepted
        | Input::Refused(_)
        | Input::Timeout => stay(State::Active),
    }
}

/// The link is about to be dropped: nothing revives it.
fn closing(why: Reason, input: Input) -> (State, Actions) {
    match input {
        Input::LinkDown => to(State::Disconnected, []),
        Input::ConnectDue
        | Input::LinkUp(_)
        | Input::NotALogon
        | Input::Logon(_)
        | Input::Accepted
        | Input::Refused(_)
        | Input::Reset
        | Input::Logout(_)
        | Input::Recovered
        | Input::LogoutAsked
        | Input::Fatal(..)
        | Input::Timeout
        | Input::Silent => stay(State::Closing(why)),
    }
}

/// FIX session layer 4.5.5: a TestRequest that nothing answers means that the connection is lost.
pub(super) fn silent(rules: Rules) -> (State, Actions) {
    match rules.unanswered {
        Unanswered::Logout => close(Reason::Silent, Farewell::Logout),
        Unanswered::Close => close(Reason::Silent, Farewell::Silent),
    }
}

/// The end of a connection: FIX session layer 4.6.4 says which ends go without a Logout.
pub(super) fn close(why: Reason, farewell: Farewell) -> (State, Actions) {
    match farewell {
        Farewell::Logout => to(
            State::Closing(why),
            [Action::SayWhy(why), Action::Disconnect(why), Action::Await(Wait::Nothing)],
        ),
        Farewell::Silent => to(State::Closing(why), [Action::Disconnect(why), Action::Await(Wait::Nothing)]),
    }
}

pub(super) fn to<const N: usize>(state: State, actions: [Action; N]) -> (State, Actions) {
    (state, actions.into_iter().collect())
}

pub(super) fn stay(state: State) -> (State, Actions) {
    (state, Actions::new())
}
