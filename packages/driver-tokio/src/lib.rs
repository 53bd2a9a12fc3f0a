//! [`sansfix`] sessions on tokio: one task a session, one thread for all journals, one acceptor a port.
//!
//! ```text
//! Acceptor ──link──▶ Driver (a task: session, application) ──records──▶ Keeper (a thread: journals, one sync for many)
//! Handle ──calls──▶    │  ▲
//!               frames ▼  │ bytes
//!                      link
//! ```
//!
//! * [`Driver::initiate`] and [`Driver::accept`] run a session across any number of links, until it is
//!   stopped.
//! * An [`Application`] hears events, and judges Logons in a future of its own: nothing else waits for a slow
//!   directory.
//! * [`Keeper`] keeps journals on a thread. A round of frames goes to it as one batch; the bytes are written
//!   once it says that they are safe.
//! * [`Acceptor`] finds the session of a new link by its Logon. Strangers and duplicates are dropped without
//!   a word.
//! * [`Driver::kept_by`] a `Timekeeper` keeps to the session's hours, and takes `SessionSettings::schedule` for
//!   instance.
//! * [`Handle::call`] runs anything on a session from elsewhere, [`Handle::stop`] logs out and ends its
//!   driver.
//!
//! `examples/conversation.rs` is a whole use of it.
#![forbid(unsafe_code)]

mod acceptor;
mod application;
mod clock;
mod driver;
mod line;
mod link;
mod store;

pub use acceptor::{Acceptor, Arrival, Limits};
pub use application::{Application, Verdict};
pub use clock::Clock;
pub use driver::{Driver, Handle, Stopped};
pub use line::{Line, SayError};
pub use store::{Found, Keeper, Store, StoreError};
