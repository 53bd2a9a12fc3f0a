//! Real QuickFIX as the counterparty: a [`Peer`] is a process around QuickFIX's C++ library, a [`Side`] is a
//! sansfix session over TCP.
//!
//! `tests/quickfix.rs` lets the two talk. `.ci/install-peers` installs what is needed to compile the peer.
#![forbid(unsafe_code)]

mod peer;
mod side;

pub use peer::{Peer, build};
pub use side::{Side, Way};

/// Any error that ends a conversation early.
pub type Error = Box<dyn std::error::Error>;
