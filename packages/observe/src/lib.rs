//! Observing a [`sansfix`] session in three ways. A session itself keeps no log and counts nothing:
//! everything it does passes through its driver, which can pass it on.
//!
//! | where to | what | by |
//! | --- | --- | --- |
//! | `tracing` | events, states, reasons with their FIX rules | [`trace`] |
//! | the `metrics` facade | messages in, out and resent, gaps, round-trip times, time since the last frame | [`Meters`] |
//! | a log for FIX log viewers | every frame, with passwords masked | [`MessageLog`] |
//!
//! In a driver:
//!
//! ```
//! # use sansfix::{Inbox, Journal, Now, Output, Session};
//! # use sansfix_observe::{Direction, MessageLog, Meters, Tap, trace};
//! # struct Observed { tap: Tap, log: MessageLog<Vec<u8>>, meters: Meters, tracer: trace::Tracer }
//! # fn round<J: Journal>(session: &mut Session, now: Now, inbox: &mut Inbox<'_>, out: &mut [u8], journal: &mut J, observed: &mut Observed, read: &[u8])
//! # -> Result<(), Box<dyn std::error::Error>> where J::Error: std::error::Error + 'static {
//! // What was read, before or after it goes into the inbox.
//! observed.tap.bytes(read, |frame| {
//!     observed.meters.received(frame);
//!     observed.log.write(now.utc, Direction::In, frame)
//! })?;
//! match session.step(now, inbox, out) {
//!     Output::Event(ref event) => {
//!         observed.tracer.event(event);
//!         observed.meters.event(event);
//!         // .. and the application
//!     }
//!     Output::Transmit(frame) => {
//!         observed.meters.sending(&frame);
//!         let bytes = frame.commit(session, journal)?;
//!         observed.log.write(now.utc, Direction::Out, &bytes)?;
//!         // .. and write it
//!     }
//!     _ => {}
//! }
//! observed.tracer.state(session);
//! // Now and then, for a dashboard:
//! observed.meters.sample(session, now);
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod log;
mod meters;
mod tap;
pub mod trace;

pub use log::{Direction, MessageLog};
pub use meters::Meters;
pub use tap::Tap;
