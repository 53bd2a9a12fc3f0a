//! What the application asks of its session.

use super::news::News;
use super::owed::Owed;
use super::state::{self, Input, State};
use super::timers::Timer;
use super::{Goal, Session};
use crate::number::MsgSeqNum;
use crate::time::Now;
use crate::wire::BeginString;

/// How a Logon is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Farewell<'t> {
    /// A Logout says why, in Text(58) and, under FIXT.1.1, in SessionStatus(1409): 5 bad user name or
    /// password, 6 account locked, 7 not allowed at this time, 8 password expired.
    Logout {
        /// Text(58), cut to 60 bytes; empty for none.
        text: &'t str,
        /// SessionStatus(1409).
        session_status: Option<u16>,
    },
    /// The link is closed without a word: a stranger learns nothing (FIX session layer 4.6.4).
    Silent,
}

/// The session cannot do that in its present state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the session cannot do that now, in state {0:?}")]
pub struct NotNow(
    /// The present state.
    pub State,
);

impl Session {
    /// Accepts the Logon of the last [`Event::Logon`](crate::Event::Logon), its reset included. The session
    /// answers it.
    ///
    /// # Errors
    /// No Logon awaits a verdict.
    pub fn accept(&mut self, now: Now) -> Result<(), NotNow> {
        self.accept_logon(now, None)
    }

    /// As [`accept`](Session::accept); under FIXT.1.1 the answer has SessionStatus(1409): 0 session active, 1
    /// password changed, 2 password due to expire, 3 new password does not comply with policy.
    ///
    /// # Errors
    /// No Logon awaits a verdict.
    pub fn accept_with(&mut self, now: Now, session_status: u16) -> Result<(), NotNow> {
        self.accept_logon(now, Some(session_status))
    }

    fn accept_logon(&mut self, now: Now, session_status: Option<u16>) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::LogonReceived(_) => {
                self.memory.session_status = session_status;
                self.go(now, Input::Accepted);
                Ok(())
            }
            state => Err(NotNow(state)),
        }
    }

    /// Refuses the Logon of the last [`Event::Logon`](crate::Event::Logon). Numbers and stored messages stay
    /// as they were, except that a Logout takes a number (FIX session layer 4.3.10).
    ///
    /// # Errors
    /// No Logon awaits a verdict.
    pub fn refuse(&mut self, now: Now, farewell: Farewell<'_>) -> Result<(), NotNow> {
        let now = self.observe(now);
        let State::LogonReceived(_) = self.state else { return Err(NotNow(self.state)) };
        let how = match farewell {
            Farewell::Logout { text, session_status } => {
                self.memory.say(text);
                self.memory.session_status = session_status;
                state::Farewell::Logout
            }
            Farewell::Silent => state::Farewell::Silent,
        };
        self.go(now, Input::Refused(how));
        Ok(())
    }

    /// Logs out. The session sends Logout once nothing is missing and no replay is running, but after
    /// [`LogoutPolicy::timeout`](super::LogoutPolicy::timeout) at the latest; then it waits for the answer,
    /// serves resends meanwhile, and asks for the link to be closed.
    ///
    /// `text` is Text(58), cut to 60 bytes; empty for none. Numbers survive.
    ///
    /// # Errors
    /// The session is not logged on.
    pub fn logout(&mut self, now: Now, text: &str) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::Active => {
                self.memory.say(text);
                self.memory.session_status = None;
                // FIX session layer 4.6.1: no gaps when the Logout goes out, but not for ever.
                self.goal = Goal::LogOut;
                let wait = self.config.policies.logout.timeout;
                self.timers.start(Timer::Connection, now.monotonic.saturating_add(wait.into()));
                Ok(())
            }
            State::LogoutReceived(state::Answer::Owed) => {
                self.go(now, Input::LogoutAsked);
                Ok(())
            }
            state => Err(NotNow(state)),
        }
    }

    /// Begins a new series with both numbers at 1 (FIX session layer 4.4.2, 4.4.3).
    ///
    /// Without a link, an initiator asks for it with its next Logon, and an acceptor begins it at once.
    /// Logged on, the session recovers what is missing, exchanges TestRequest and Heartbeat, and sends a
    /// Logon with ResetSeqNumFlag(141); until that is answered, the old series stands.
    ///
    /// FIX 4.0 has no ResetSeqNumFlag: there either side begins the new series at once, and only without a
    /// link.
    ///
    /// # Errors
    /// The session is logging on or out, or is logged on under FIX 4.0.
    pub fn reset(&mut self, now: Now) -> Result<(), NotNow> {
        let now = self.observe(now);
        match (self.state, self.config.role) {
            (State::Active, _) if self.config.begin_string > BeginString::Fix40 => {
                self.goal = Goal::Reset;
                Ok(())
            }
            (State::Disconnected | State::Connecting, super::Role::Initiator)
                if self.config.begin_string > BeginString::Fix40 =>
            {
                self.numbers.reset = self.numbers.reset.wanted();
                Ok(())
            }
            (State::Disconnected | State::Connecting, _) => {
                self.new_series(now);
                Ok(())
            }
            (state, _) => Err(NotNow(state)),
        }
    }

    /// Begins a new series at once, without telling the counterparty: both sides have agreed on the time,
    /// such as the start of a trading day (FIX session layer 4.1). [`Event::NewSeries`] follows.
    ///
    /// [`reset`](Session::reset) announces it on the wire.
    ///
    /// [`Event::NewSeries`]: crate::Event::NewSeries
    ///
    /// # Errors
    /// There is a link.
    pub fn reset_silently(&mut self, now: Now) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::Disconnected | State::Connecting => {
                self.new_series(now);
                Ok(())
            }
            state => Err(NotNow(state)),
        }
    }

    /// With [`Finished::ByCall`](super::Finished::ByCall): the application has finished everything up to
    /// `number`, which need not come again after a crash.
    pub fn processed(&mut self, number: MsgSeqNum) {
        self.numbers.finish(number);
    }

    pub(super) fn owe_event(&mut self, news: News) {
        if self.owed.has_room() {
            self.owe(Owed::Event(news));
        }
    }
}
