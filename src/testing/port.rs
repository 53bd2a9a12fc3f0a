//! An application at one side of a pair.

use core::fmt;
use std::boxed::Box;
use std::vec::Vec;

use super::MemoryJournal;
use super::side::{Line, What, Who, readable};
use crate::event::Event;
use crate::number::MsgSeqNum;
use crate::session::{Outgoing, SendError, Session};
use crate::time::Now;
use crate::wire::Body;

/// What a side's application sends through while it handles an event.
#[derive(Debug)]
pub struct Port<'s> {
    /// The time on the pair's clock.
    pub now: Now,
    /// The session: accept, reject, log out, ask for its status.
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
        let frame = self.session.send(self.now, message, self.out, body)?;
        let number = frame.msg_seq_num();
        // Nothing came between; a journal that fails leaves the message unsent, as the next expectation
        // shows.
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

type Hears = dyn FnMut(&Event<'_>, &mut Port<'_>);

/// What hears the events of a side.
pub(super) struct Application(pub(super) Box<Hears>);

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Application")
    }
}
