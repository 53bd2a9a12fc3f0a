//! Ten thousand [`sansfix`] sessions on one thread.
//!
//! A [`Reactor`] owns them all. One heap, [`Deadlines`], holds the time at which each session next wants to
//! be called. Reads, frames and writes of all sessions share three buffers: an `Inbox` and an `Outbox` are
//! views of them, made for the session whose turn it is. Between turns a session keeps only its own value and
//! the part of a frame that has arrived so far.
//!
//! An [`Application`] receives the events of its session and judges Logons, at once or later through a
//! [`Question`], which may go to another thread. [`Reactor::keep`] gives a session its hours,
//! [`Reactor::check`] a dictionary.
//!
//! ```no_run
//! use std::time::Duration;
//! use sansfix::{BeginString, Checkpoint, Config, Event, Frame, Message, MsgType, Now, RingJournal, Role, Session};
//! use sansfix_driver_mio::{Application, Limits, Question, Reactor, Verdict};
//!
//! /// Orders that have no report yet.
//! #[derive(Default)]
//! struct Desk(Vec<String>);
//!
//! impl Application for Desk {
//!     fn judge(&mut self, logon: &Message<'_>, _: Question) -> Option<Verdict> {
//!         Some(if logon.text(554) == Some("secret") { Verdict::Accept } else { Verdict::Drop })
//!     }
//!
//!     fn on(&mut self, event: &Event<'_>, _: &mut Session, _: Now) {
//!         if let Event::Message(order) = event {
//!             self.0.extend(order.text(11).map(String::from));
//!         }
//!     }
//!
//!     fn next<'o>(&mut self, session: &mut Session, now: Now, out: &'o mut [u8]) -> Option<Frame<'o>> {
//!         let id = self.0.first()?;
//!         session.send(now, MsgType::EXECUTION_REPORT, out, |body| { body.text(11, id).char(39, '2'); }).ok()
//!     }
//!
//!     fn sent(&mut self) {
//!         self.0.remove(0);
//!     }
//! }
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELL", "BUY")?;
//! let session = Session::new(config, Checkpoint::begin(std::time::SystemTime::now().into()))?;
//! let journal = RingJournal::new(vec![0; 1 << 20].leak());
//! let listener = mio::net::TcpListener::bind("127.0.0.1:9878".parse()?)?;
//! let mut reactor = Reactor::acceptors(vec![(session, Desk::default(), journal)], listener, Limits::default())?;
//! loop {
//!     reactor.turn(Duration::from_secs(1))?;
//! }
//! # }
//! ```
//!
//! `examples/conversation.rs` runs many sessions and cuts the link of each; `examples/load.rs` measures what
//! ten thousand sessions cost.
#![forbid(unsafe_code)]

mod deadlines;
mod judge;
mod link;
mod newcomers;
mod reactor;
mod turn;

pub use deadlines::Deadlines;
pub use judge::{Question, Verdict};
pub use newcomers::Limits;
pub use reactor::{Application, Reactor};
