//! The application on one side of a pair.

use core::fmt;
use std::boxed::Box;
use std::vec::Vec;

use super::MemoryJournal;
use super::side::{Line, What, Who, readable};
use crate::event::Event;
use crate::frame::Frame;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reject_reason::SessionRejectReason;
use crate::session::{Outgoing, SendError, Session};
use crate::time::Now;
use crate::wire::Body;

/// What a side's application uses to send while it handles an event.
#[derive(Debug)]
pub struct Port<'s> {
    /// The time on the pair's clock.
    pub now: Now,
    /// The session: accept, log out, ask for its status.
    pub session: &'s mut Session,
    pub(super) journal: &'s mut MemoryJournal,
    pub(super) out: &'s mut [u8],
    pub(super) unwritten: &'s mut Vec<u8>,
    pub(super) log: &'s mut Vec<Line>,
    pub(super) who: Who,
}

impl Port<'_> {
    /// Sends an application message: `body` writes its fields.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send<'m>(
        &mut self,
        message: impl Into<Outgoing<'m>>,
        body: impl FnOnce(&mut Body<'_>),
    ) -> Result<MsgSeqNum, SendError> {
        self.say(|session, now, out| session.send(now, message, out, body))
    }

    /// Sends a Reject: see [`Session::reject`].
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn reject(
        &mut self,
        message: &Message<'_>,
        reason: SessionRejectReason,
        tag: Option<u32>,
        text: &str,
    ) -> Result<MsgSeqNum, SendError> {
        self.say(|session, now, out| session.reject(now, message, reason, tag, text, out))
    }

    /// Sends a BusinessMessageReject: see [`Session::business_reject`].
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn business_reject(
        &mut self,
        message: &Message<'_>,
        code: u16,
        text: &str,
    ) -> Result<MsgSeqNum, SendError> {
        self.say(|session, now, out| session.business_reject(now, message, code, text, out))
    }

    fn say(
        &mut self,
        build: impl for<'o> FnOnce(&mut Session, Now, &'o mut [u8]) -> Result<Frame<'o>, SendError>,
    ) -> Result<MsgSeqNum, SendError> {
        let frame = build(self.session, self.now, self.out)?;
        let number = frame.msg_seq_num();
        // The frame cannot be stale, since nothing happened in between. If the journal fails, the message
        // stays unsent, and the test's next expectation shows it.
        if let Ok(wire) = frame.commit(self.session, self.journal) {
            if !wire.is_empty() {
                let what = What::Sent(readable(&wire));
                self.log.push(Line { at: self.now.monotonic, who: self.who, what });
            }
            self.unwritten.extend_from_slice(&wire);
        }
        Ok(number)
    }
}

type Chooses = dyn FnMut(&Message<'_>, Now) -> bool;

/// The callback that chooses which messages are sent again.
pub(super) struct Resends(pub(super) Box<Chooses>);

impl fmt::Debug for Resends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resends")
    }
}

type Hears = dyn FnMut(&Event<'_>, &mut Port<'_>);

/// The callback that receives the events of a side.
pub(super) struct Application(pub(super) Box<Hears>);

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Application")
    }
}
