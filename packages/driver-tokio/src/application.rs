//! What a driver needs from an application.

use std::future::Future;

use sansfix::{Body, Compose, Event, Message, Now};

use crate::line::Line;

/// The answer to a Logon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Accepts it.
    Accept,
    /// Accepts it, and under FIXT.1.1 the answer says more: see
    /// [`Session::accept_with`](sansfix::Session::accept_with).
    AcceptWith {
        /// SessionStatus(1409): 1 if NewPassword(925) was accepted, 2 if the password expires soon.
        session_status: u16,
    },
    /// Refuses it with a Logout that says why.
    Refuse {
        /// Text(58).
        text: String,
        /// SessionStatus(1409), if the version has it.
        session_status: Option<u16>,
    },
    /// Closes the link silently.
    Drop,
}

/// The application of one session.
pub trait Application: Send {
    /// Judges a Logon (FIX session layer 4.3.10). Take what you need from the message: the future runs
    /// alongside the session, whose timer limits it to `LogonPolicy::timeout`. It is dropped with the link.
    fn authenticate(&mut self, logon: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static;

    /// Something happened. Send through `line`, also while the message is in hand.
    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>);

    /// There is nothing else to do for the moment, and the session is logged on: send what you have to send.
    fn idle(&mut self, line: &mut Line<'_>) {
        let _ = line;
    }

    /// An admin message selected by `Config::compose` is about to go out: write the fields to add, for
    /// instance Username(553) and Password(554) on a Logon. A field that cannot be written ends the link,
    /// because without it the message is not what the counterparty expects. May be called again for the same
    /// message.
    fn compose(&mut self, asked: &Compose, body: &mut Body<'_>) {
        let _ = (asked, body);
    }

    /// The counterparty asks for our `message`, as it was recorded. Return `false` not to send it again, for
    /// instance because the order is stale; a gap fill takes its place (FIX session layer 4.8.5). This is
    /// also called for a message that waited for its turn or for a link: it was recorded but never sent.
    fn resends(&mut self, message: &Message<'_>, now: Now) -> bool {
        let _ = (message, now);
        true
    }
}
