//! Real QuickFIX as the counterparty: a [`Peer`] is a process around QuickFIX's C++ library, a [`Side`] is a
//! sansfix session over TCP.
//!
//! `tests/quickfix.rs` lets the two talk. `.ci/install-peers` installs what the peer is compiled with.
#![forbid(unsafe_code)]

mod peer;
mod side;

pub use peer::{Peer, build};
pub use side::{Side, Way};

/// Whatever ends a conversation early.
pub type Error = Box<dyn std::error::Error>;
