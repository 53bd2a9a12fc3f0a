//! The FIX session layer as a value.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod checkpoint;
#[cfg(feature = "dictionary")]
pub mod dictionary;
pub mod journal;
mod number;
mod reject_reason;
mod time;
pub mod wire;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use number::{MsgSeqNum, Series};
pub use reject_reason::SessionRejectReason;
pub use time::{Instant, Now, Utc};
