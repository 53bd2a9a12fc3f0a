//! What goes out in one round: frames, and the records that must be safe first.

use sansfix::{Body, Frame, MsgSeqNum, Now, Outgoing, SendError, Session, Stale};

use crate::store::Entry;

/// A session in the application's hands.
#[derive(Debug)]
pub struct Line<'s> {
    /// The time of this round.
    pub now: Now,
    /// The session: accept, log out, ask for its status, set its numbers.
    pub session: &'s mut Session,
    pub(crate) out: &'s mut Vec<u8>,
    pub(crate) batch: &'s mut Batch,
}

/// Why a message was not sent. No number is taken.
#[derive(Debug, thiserror::Error)]
pub enum SayError {
    /// The session does not take it.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The body writes something else each time it is called.
    #[error(transparent)]
    Stale(#[from] Stale),
}

impl Line<'_> {
    /// Sends an application message; it is written once it is safe.
    ///
    /// `body` is called again where the buffer was too small.
    ///
    /// # Errors
    /// What keeps it from being sent. Nothing has happened then.
    pub fn send<'m>(
        &mut self,
        message: impl Into<Outgoing<'m>>,
        body: impl Fn(&mut Body<'_>),
    ) -> Result<MsgSeqNum, SayError> {
        let message = message.into();
        let space = match self.session.send(self.now, message, self.out, &body) {
            Ok(frame) => return Ok(self.batch.push(frame, self.session)?),
            Err(SendError::NeedSpace(space)) => space,
            Err(other) => return Err(other.into()),
        };
        self.out.resize(space, 0);
        let frame = self.session.send(self.now, message, self.out, &body)?;
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
    /// before the store says so.
    pub(crate) fn push(&mut self, frame: Frame<'_>, session: &mut Session) -> Result<MsgSeqNum, Stale> {
        let number = frame.msg_seq_num();
        let entry = frame.record().map(Entry::from);
        let wire = frame.committed(session)?;
        self.entries.extend(entry);
        self.bytes.extend_from_slice(&wire);
        Ok(number)
    }
}
