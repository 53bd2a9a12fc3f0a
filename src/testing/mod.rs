//! What tests of a FIX application need; the crate's own tests use it too.

mod journal_suite;

pub use journal_suite::{BrokenRule, journal_suite, persistent_journal_suite};
