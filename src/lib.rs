//! The FIX session layer as a value.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod checkpoint;
pub mod journal;
mod number;
mod reject_reason;
#[cfg(feature = "schedule")]
pub mod schedule;
mod time;
pub mod wire;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use number::{MsgSeqNum, Series};
pub use reject_reason::SessionRejectReason;
pub use time::{Instant, Now, Utc};
