//! The FIX session layer as a value.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod checkpoint;
pub mod journal;
#[cfg(feature = "migration")]
pub mod migration;
mod number;
mod reject_reason;
mod ring;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
pub mod wire;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use number::{MsgSeqNum, Series};
pub use reject_reason::SessionRejectReason;
pub use time::{Instant, Now, Utc};
