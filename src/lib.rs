//! The FIX session layer as a value.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod checkpoint;
#[cfg(feature = "std")]
mod directory;
mod event;
mod frame;
mod inbox;
pub mod journal;
mod message;
#[cfg(feature = "migration")]
pub mod migration;
mod number;
mod outbox;
mod output;
mod peek;
mod reason;
mod reject_reason;
mod ring;
pub mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
pub mod wire;

pub use checkpoint::{Checkpoint, CheckpointError};
#[cfg(feature = "std")]
pub use directory::{Directory, Name};
pub use event::{Event, Ignored, Skip};
pub use frame::{CommitError, Frame, Stale, Wire};
pub use inbox::Inbox;
pub use journal::{Journal, NoJournal, Record, RingJournal, Sent, Stored};
pub use message::Message;
pub use number::{MsgSeqNum, Series};
pub use outbox::{Outbox, PushError};
pub use output::{Compose, Connect, Output, Replay, Wait};
pub use peek::{LogonId, Peek, peek};
pub use reason::{LogonFault, Reason};
pub use reject_reason::SessionRejectReason;
pub use session::{
    Config, ConfigError, Farewell, MessageRules, NotNow, Outgoing, Policies, ReplayError, Role, SendError,
    Session, State, Status,
};
pub use time::{Instant, Now, Utc};
pub use wire::{BeginString, Body, BodyFault, MsgType, Value};
