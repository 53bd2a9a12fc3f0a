//! What an application is to its driver.

use std::future::Future;

use sansfix::{Compose, Event, Message};

use crate::line::Line;

/// What is said of a Logon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Come in.
    Accept,
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

    /// An admin message is about to go out, by `Config::compose`: the fields to add, a Logon's Username(553)
    /// and Password(554) for instance.
    fn compose(&mut self, asked: &Compose) -> Vec<(u32, String)> {
        let _ = asked;
        Vec::new()
    }
}
