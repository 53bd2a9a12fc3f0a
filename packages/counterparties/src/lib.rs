//! Independent FIX engines from crates.io as counterparties, each with a test in this package.
//!
//! | engine | its role | test |
//! | --- | --- | --- |
//! | `hotfix` | initiator, the only one it has | `tests/hotfix.rs` |
//! | `ironfix-engine` | acceptor | `tests/ironfix.rs` |
//!
//! For real QuickFIX, in either role, see `packages/quickfix-peer`.
#![forbid(unsafe_code)]
