//! What goes out in one round: frames, and the records that must be safe first.

use sansfix::journal::Record;
use sansfix::{
    Body, Frame, Message, MsgSeqNum, Now, Outgoing, SendError, Session, SessionRejectReason, Stale,
};

use crate::store::Entry;

/// A session, in the application's hands.
#[derive(Debug)]
pub struct Line<'s> {
    /// The time of this round.
    pub now: Now,
    /// The session: to log out, read its status, set its numbers.
    pub session: &'s mut Session,
    pub(crate) out: &'s mut Vec<u8>,
    pub(crate) batch: &'s mut Batch,
    pub(crate) stopping: &'s mut bool,
}

/// Why a message was not sent. It took no number.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// The session does not accept it.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The session changed after the frame was built.
    #[error(transparent)]
    Stale(#[from] Stale),
}

impl Line<'_> {
    /// Sends an application message; it is written to the link once it is safe.
    ///
    /// `body` is called again if the buffer was too small.
    ///
    /// # Errors
    /// Why it cannot be sent; nothing has changed then.
    pub fn send<'m>(
        &mut self,
        message: impl Into<Outgoing<'m>>,
        body: impl Fn(&mut Body<'_>),
    ) -> Result<MsgSeqNum, SayError> {
        let message = message.into();
        self.say(|session, now, out| session.send(now, message, out, &body))
    }

    /// Sends a Reject, as [`Session::reject`] describes: for a message that, in the application's view,
    /// breaks the rules of the session.
    ///
    /// # Errors
    /// As [`send`](Line::send).
    pub fn reject(
        &mut self,
        message: &Message<'_>,
        reason: SessionRejectReason,
        tag: Option<u32>,
        text: &str,
    ) -> Result<MsgSeqNum, SayError> {
        self.say(|session, now, out| session.reject(now, message, reason, tag, text, out))
    }

    /// Sends a BusinessMessageReject, as [`Session::business_reject`] describes: `code` is
    /// BusinessRejectReason(380).
    ///
    /// # Errors
    /// As [`send`](Line::send).
    pub fn business_reject(
        &mut self,
        message: &Message<'_>,
        code: u16,
        text: &str,
    ) -> Result<MsgSeqNum, SayError> {
        self.say(|session, now, out| session.business_reject(now, message, code, text, out))
    }

    /// Stores the session's position, counting the message in hand as finished: after a crash it is not
    /// delivered again. Every outgoing frame stores this too; call it for messages that nothing answers.
    pub fn checkpoint(&mut self) {
        self.batch.entries.push(Record::checkpoint(self.session.checkpoint()).into());
    }

    /// Logs out with `text` as the reason and ends the driver, as [`Handle::stop`](crate::Handle::stop) does.
    pub fn stop(&mut self, text: &str) {
        self.session.disable(self.now, text);
        *self.stopping = true;
    }

    fn say(
        &mut self,
        build: impl for<'o> Fn(&mut Session, Now, &'o mut [u8]) -> Result<Frame<'o>, SendError>,
    ) -> Result<MsgSeqNum, SayError> {
        let space = match build(self.session, self.now, self.out) {
            Ok(frame) => return Ok(self.batch.push(frame, self.session)?),
            Err(SendError::NeedSpace(space)) => space,
            Err(other) => return Err(other.into()),
        };
        self.out.resize(space, 0);
        let frame = build(self.session, self.now, self.out)?;
        Ok(self.batch.push(frame, self.session)?)
    }
}

/// Frames whose numbers are taken, and their records, which are not safe yet.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) entries: Vec<Entry>,
    pub(crate) bytes: Vec<u8>,
}

impl Batch {
    /// Takes a frame. `committed` promises that its record is safe; the promise is kept by writing nothing
    /// until the store says so.
    pub(crate) fn push(&mut self, frame: Frame<'_>, session: &mut Session) -> Result<MsgSeqNum, Stale> {
        let number = frame.msg_seq_num();
        let entry = frame.record().map(Entry::from);
        let wire = frame.committed(session)?;
        self.entries.extend(entry);
        self.bytes.extend_from_slice(&wire);
        Ok(number)
    }
}
