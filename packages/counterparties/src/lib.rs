//! FIX engines that nobody here wrote, from the Rust registry, as counterparties: each a test of this
//! package.
//!
//! | engine | its role | test |
//! | --- | --- | --- |
//! | `hotfix` | initiator, the only one it has | `tests/hotfix.rs` |
//! | `ironfix-engine` | acceptor | `tests/ironfix.rs` |
//!
//! Real QuickFIX, in either role, is in `packages/quickfix-peer`.
#![forbid(unsafe_code)]
