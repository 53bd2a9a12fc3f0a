//! What an application is to its driver.

use std::future::Future;

use sansfix::{Body, Compose, Event, Message, Now};

use crate::line::Line;

/// What is said of a Logon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Come in.
    Accept,
    /// Come in, and under FIXT.1.1 the answer says more: see
    /// [`Session::accept_with`](sansfix::Session::accept_with).
    AcceptWith {
        /// SessionStatus(1409): 1 where NewPassword(925) was taken, 2 where the password soon expires.
        session_status: u16,
    },
    /// A Logout says why.
    Refuse {
        /// Text(58).
        text: String,
        /// SessionStatus(1409), where the version has it.
        session_status: Option<u16>,
    },
    /// The link is closed without a word.
    Drop,
}

/// The application of one session.
pub trait Application: Send {
    /// Judges a Logon (FIX session layer 4.3.10). Take what you need from the message; the future runs beside
    /// the session, whose timer bounds it by `LogonPolicy::timeout`. It is dropped with the link.
    fn authenticate(&mut self, logon: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static;

    /// Something happened. Send by `line`, also while the message is in hand.
    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>);

    /// Nothing more is there to do for the moment, and the session is logged on: send what is to be sent.
    fn idle(&mut self, line: &mut Line<'_>) {
        let _ = line;
    }

    /// An admin message is about to go out, by `Config::compose`: write the fields to add, a Logon's
    /// Username(553) and Password(554) for instance. A field that cannot be written ends the link: without it
    /// the message is not what the counterparty waits for. May be asked again for the same message.
    fn compose(&mut self, asked: &Compose, body: &mut Body<'_>) {
        let _ = (asked, body);
    }

    /// The counterparty asks for `message` of ours, as it was recorded. `false`: it is not sent again, and a
    /// gap fill stands in, as for an order that is stale by now (FIX session layer 4.8.5). A message that
    /// waited for its turn or for a link is asked for as well: it was recorded and never sent.
    fn resends(&mut self, message: &Message<'_>, now: Now) -> bool {
        let _ = (message, now);
        true
    }
}
