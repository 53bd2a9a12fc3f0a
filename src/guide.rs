//! The guide: pages to read in any order. Each is a file in `docs/guide`, and every snippet is a test.

#[doc = include_str!("../docs/guide/driver.md")]
pub mod driver {}
#[doc = include_str!("../docs/guide/journal.md")]
pub mod journal {}
#[doc = include_str!("../docs/guide/authentication.md")]
pub mod authentication {}
#[doc = include_str!("../docs/guide/resets.md")]
pub mod resets {}
#[doc = include_str!("../docs/guide/failover.md")]
pub mod failover {}
#[doc = include_str!("../docs/guide/testing.md")]
pub mod testing {}
#[doc = include_str!("../docs/guide/quickfix.md")]
pub mod quickfix {}
#[doc = include_str!("../docs/guide/three_am.md")]
pub mod three_am {}
