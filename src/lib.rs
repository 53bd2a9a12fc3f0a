//! The FIX session layer as a value: bytes and time in, frames and events out.
//!
//! A [`Session`] owns no socket, clock, thread or heap memory. It runs under any IO layer, in a unit test
//! that never sleeps, under a fuzzer, and on a machine without an operating system. It is deterministic: two
//! sessions given the same inputs are equal.
//!
//! ```
//! use sansfix::*;
//!
//! /// One round of a driver: does what the session asks until it waits. Bytes for the counterparty go to `wire`.
//! fn drive(session: &mut Session, now: Now, inbox: &mut Inbox, journal: &mut RingJournal, wire: &mut Vec<u8>) -> Option<Reason> {
//!     let mut out = [0; 4096];
//!     loop {
//!         match session.step(now, inbox, &mut out) {
//!             Output::Event(Event::Logon(_)) => session.accept(now).expect("a Logon waits for a verdict"),
//!             Output::Event(Event::Message(ref order)) => println!("order {:?}", order.text(11)),
//!             Output::Event(ref event) => println!("{event:?}"),
//!             Output::Transmit(frame) => wire.extend_from_slice(&frame.commit(session, journal).expect("stored")),
//!             Output::Replay(asked) => {
//!                 let stored = journal.first_in(asked.series(), asked.from(), asked.to()).expect("readable");
//!                 if let Some(frame) = session.replay(now, asked, stored, &mut out).expect("in time") {
//!                     wire.extend_from_slice(&frame.commit(session, journal).expect("stored"));
//!                 }
//!             }
//!             Output::Disconnect(why) => {
//!                 session.disconnected(now);
//!                 return Some(why);
//!             }
//!             Output::Wait(_) | Output::Connect(_) => return None,
//!             Output::NeedSpace(_) | Output::Compose(_) => unreachable!("4096 bytes suffice, and nothing is composed"),
//!         }
//!     }
//! }
//!
//! // Two sessions, two journals, and bytes carried from one to the other: no network, no waiting.
//! let now = Now { monotonic: Instant::ZERO, utc: Utc::from_secs(1_767_225_600) };
//! let new = |role, us, them| Session::new(Config::new(role, BeginString::Fix44, us, them)?, Checkpoint::begin(now.utc));
//! let (mut buy, mut sell) = (new(Role::Initiator, "BUY", "SELL")?, new(Role::Acceptor, "SELL", "BUY")?);
//! let (mut buy_memory, mut sell_memory) = ([0; 8192], [0; 8192]);
//! let (mut buy_journal, mut sell_journal) = (RingJournal::new(&mut buy_memory), RingJournal::new(&mut sell_memory));
//! let (mut buy_bytes, mut sell_bytes) = ([0; 4096], [0; 4096]);
//! let (mut buy_inbox, mut sell_inbox) = (Inbox::new(&mut buy_bytes), Inbox::new(&mut sell_bytes));
//!
//! buy.connected(now, &mut buy_inbox)?;
//! sell.connected(now, &mut sell_inbox)?;
//! let (mut to_sell, mut to_buy) = (Vec::new(), Vec::new());
//! for round in 0..6 {
//!     drive(&mut buy, now, &mut buy_inbox, &mut buy_journal, &mut to_sell);
//!     if round == 2 {
//!         let mut out = [0; 4096];
//!         let order = buy.send(now, MsgType::NEW_ORDER_SINGLE, &mut out, |body| { body.text(11, "A1").uint(38, 100); })?;
//!         to_sell.extend_from_slice(&order.commit(&mut buy, &mut buy_journal)?);
//!         buy.logout(now, "done")?;
//!     }
//!     sell_inbox.extend(&std::mem::take(&mut to_sell));
//!     drive(&mut sell, now, &mut sell_inbox, &mut sell_journal, &mut to_buy);
//!     buy_inbox.extend(&std::mem::take(&mut to_buy));
//! }
//! assert_eq!(buy.status().last_close.map(|closed| closed.why), Some(Reason::LoggedOut));
//! assert_eq!((sell.next_in().get(), sell.next_out().get()), (4, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The main types
//!
//! | type | what it is |
//! | --- | --- |
//! | [`Session`] | the state machine: [`step`](Session::step), [`send`](Session::send), [`accept`](Session::accept), [`logout`](Session::logout) |
//! | [`Config`], [`Policies`] | who talks to whom, and what varies between counterparties: [`Policies::standard`] and [`Policies::quickfix`] |
//! | [`Output`], [`Event`] | what the session asks of its driver, and what it tells the application |
//! | [`Inbox`], [`Outbox`] | bytes in and out, in memory that you lend |
//! | [`Message`] | an inbound message, borrowed from the inbox; fields are parsed when you ask for them |
//! | [`Frame`], [`Journal`] | an outbound message, which yields its bytes only in exchange for a journal |
//! | [`Checkpoint`] | what a restarted process resumes from |
//!
//! # The driver's loop
//!
//! 1. Open or accept a link and call [`connected`](Session::connected).
//! 2. Call [`step`](Session::step) until it returns [`Output::Wait`]; do what each output asks.
//! 3. Wait for bytes, for [`Wait::until`], or for the application; put bytes into the [`Inbox`].
//! 4. When the link is gone, or [`Output::Disconnect`] asks for it, call
//!    [`disconnected`](Session::disconnected). Keep the session: its numbers survive the link.
//!
//! Dropping a [`Frame`] undoes it: no number is taken, and what the session owes is offered again. If bytes
//! were committed but cannot be written, treat the link as gone: call `disconnected`, and the counterparty
//! will ask for them after the next logon.
//!
//! # What it leaves to you
//!
//! Sockets, TLS and threads; clocks; where the journal is kept (a ring in memory and a file are provided);
//! who may log on; what messages mean; when a session opens and closes (the feature `schedule` answers that
//! as a pure function of time).
//!
//! # Errors
//!
//! A counterparty's fault is never an `Err`: it is an [`Event`], or an [`Output::Disconnect`] with a typed
//! [`Reason`] that cites the rule. `Err` concerns your side: a configuration that cannot work
//! ([`ConfigError`]), a call at the wrong time ([`NotNow`], [`SendError`], [`Stale`]), memory that is too
//! small (`NeedSpace`), or your journal's own error. Unless the call's documentation says otherwise, the
//! session is unchanged then, and you may call again.
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `std` (default) | conversions from `std::time`, error sources, `Directory`; without it the crate is `no_std`, and the session is complete |
//! | `dictionary` | message rules from QuickFIX-format XML |
//! | `schedule` | session calendars with time zones, and a timekeeper that keeps a session to one |
//! | `settings` | QuickFIX's settings file |
//! | `file-journal` | a journal in an append-only file |
//! | `migration` | the file stores of the QuickFIX family |
//! | `testing` | two sessions under a virtual clock, a link you can cut, a test suite for journals |
//! | `serde` | serde for checkpoints and numbers |
#![no_std]
#![forbid(unsafe_code)]
// No input and no sequence of calls may panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::unreachable,
        clippy::indexing_slicing
    )
)]

#[cfg(any(test, feature = "std"))]
extern crate std;

mod checkpoint;
#[cfg(feature = "dictionary")]
pub mod dictionary;
#[cfg(feature = "std")]
mod directory;
mod dispatch;
mod event;
mod frame;
// Its pages use every feature, so it exists only where all of them are on.
#[cfg(all(
    any(doc, doctest),
    feature = "file-journal",
    feature = "migration",
    feature = "schedule",
    feature = "settings",
    feature = "testing"
))]
pub mod guide;
mod inbox;
pub mod journal;
mod message;
#[cfg(feature = "migration")]
pub mod migration;
mod number;
mod outbox;
mod output;
mod peek;
mod planted;
mod reason;
mod reject_reason;
mod ring;
#[cfg(feature = "schedule")]
pub mod schedule;
pub mod session;
#[cfg(feature = "settings")]
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
pub mod wire;

pub use checkpoint::{Checkpoint, CheckpointError};
#[cfg(feature = "std")]
pub use directory::{Directory, SessionName};
pub use dispatch::{Dispatch, Handler};
pub use event::{Event, Ignored, Skip};
pub use frame::{CommitError, Frame, Stale, Wire};
pub use inbox::Inbox;
// Inlined, so that the first page of the documentation says what each is.
#[doc(inline)]
pub use journal::{Journal, NoJournal, Record, RingJournal, Sent, Stored};
pub use message::{Message, MessageError};
pub use number::{MsgSeqNum, Series};
pub use outbox::{Outbox, PushError};
pub use output::{Compose, Connect, Output, Replay, Wait};
pub use peek::{LogonId, Peek, peek};
pub use reason::{LogonFault, Reason};
pub use reject_reason::SessionRejectReason;
#[doc(inline)]
pub use session::{
    ComposeError, Config, ConfigError, Farewell, Id, MessageRules, NotNow, OperatorError, Outgoing, Policies,
    ReplayError, Role, SendError, Session, State, Status,
};
pub use time::{Instant, Millis, Now, Utc};
#[doc(inline)]
pub use wire::{BeginString, Body, BodyFault, MsgType, TimePrecision, Value};

/// The README's snippets compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
