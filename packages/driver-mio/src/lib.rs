//! Ten thousand [`sansfix`] sessions on one thread.
//!
//! A [`Reactor`] owns them all. One heap, [`Deadlines`], holds the moment at which each next wants to be
//! called. Reads, frames and writes of all sessions go through three buffers: an `Inbox` and an `Outbox` are
//! views, made over them for the session whose turn it is. What a session keeps between its turns is its own
//! value and the piece of a frame that has not come whole.
//!
//! An [`Application`] hears the events of its session and judges Logons, at once or later by a [`Question`] that
//! may go to another thread. [`Reactor::keep`] gives a session its hours.
//!
//! `examples/conversation.rs` is a whole use of it, `examples/load.rs` measures what ten thousand sessions
//! cost.
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
