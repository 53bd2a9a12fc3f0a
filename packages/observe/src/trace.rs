//! Events, states and reasons as `tracing` events, with target `sansfix`.
//!
//! Problems have level `WARN`, changes to a session `INFO`, and messages `DEBUG`. Passwords in messages are
//! masked.

use sansfix::{Event, Reason, Session, State};
use tracing::{debug, info, warn};

/// Reports one session to `tracing`.
#[derive(Clone, Debug)]
pub struct Tracer {
    session: String,
    state: State,
}

impl Tracer {
    /// A tracer for the session called `name`, which is not connected yet.
    pub fn new(name: &str) -> Self {
        Tracer { session: name.to_owned(), state: State::Disconnected }
    }

    /// Reports the session's state if it has changed since the last call. Call it after each step, or after
    /// each round of steps.
    pub fn state(&mut self, session: &Session) {
        let now = session.state();
        if now == self.state {
            return;
        }
        let was = std::mem::replace(&mut self.state, now);
        match now {
            State::Disconnected => match session.status().last_close {
                Some(closed) => self.closed(closed.why, closed.text.as_str()),
                None => info!(target: "sansfix", session = self.session, ?was, ?now, "state"),
            },
            _ => info!(target: "sansfix", session = self.session, ?was, ?now, "state"),
        }
    }

    fn closed(&self, why: Reason, text: &str) {
        let (session, rule) = (&*self.session, why.rule());
        if why.is_orderly() {
            info!(target: "sansfix", session, %why, rule, text, "disconnected");
        } else {
            warn!(target: "sansfix", session, %why, rule, text, "disconnected");
        }
    }

    /// Reports an event that the session gives to its application.
    pub fn event(&self, event: &Event<'_>) {
        let session = &*self.session;
        match event {
            Event::Message(message) => debug!(target: "sansfix", session, %message, "message"),
            Event::Logon(message) => info!(target: "sansfix", session, %message, "Logon to judge"),
            Event::LoggedOn(message) => info!(target: "sansfix", session, %message, "logged on"),
            Event::Logout(message) => info!(target: "sansfix", session, %message, "Logout"),
            Event::Rejected(message) => {
                warn!(target: "sansfix", session, %message, "rejected by the counterparty")
            }
            Event::Refused { message, reason, tag } => {
                warn!(target: "sansfix", session, %message, ?reason, tag, "message rejected");
            }
            Event::Ignored { message, why } => {
                debug!(target: "sansfix", session, %message, ?why, "message ignored")
            }
            Event::Garbled { len, why } => {
                warn!(target: "sansfix", session, len, ?why, "garbled bytes dropped")
            }
            Event::Gap { missing, received } => {
                warn!(target: "sansfix", session, %missing, %received, "messages are missing");
            }
            Event::Lost { from, to } => {
                warn!(target: "sansfix", session, %from, %to, "messages cannot be sent again: the journal lost them");
            }
            Event::RoundTrip { took } => debug!(target: "sansfix", session, ?took, "round trip"),
            Event::Stopped { why } => {
                warn!(target: "sansfix", session, %why, rule = why.rule(), "no more connections by itself");
            }
            Event::CancelOrders { why } => {
                warn!(target: "sansfix", session, %why, "orders are to be cancelled")
            }
            Event::ResendRejected => warn!(target: "sansfix", session, "ResendRequest was rejected"),
            Event::DuplicateConnection => {
                warn!(target: "sansfix", session, "a second connection was dropped")
            }
            other => info!(target: "sansfix", session, event = ?other, "event"),
        }
    }
}
