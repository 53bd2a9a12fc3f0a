//! Tools for testing a FIX application. The crate's own tests use them too.
//!
//! [`Pair`] is two sessions with one virtual [`Clock`], a link that a test can cut, and disks that lose what
//! was not synced. A test reads like a log: do this, then expect these frames, this state, these numbers.
//! [`journal_suite`] tests your own journal.

mod clock;
mod journal_suite;
mod memory_journal;
mod pair;
mod peer;
mod pipe;
mod port;
mod side;

#[cfg(sansfix_planted)]
pub use crate::planted::{Bug, plant};
pub use clock::Clock;
pub use journal_suite::{BrokenRule, journal_suite, persistent_journal_suite};
pub use memory_journal::{DiskFailed, MemoryJournal};
pub use pair::Pair;
pub use peer::frame;
pub use pipe::Pipe;
pub use port::Port;
pub use side::{Line, Side, What, Who};
