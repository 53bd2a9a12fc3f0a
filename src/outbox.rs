//! Group commit: many frames, one sync of the journal, one write.

use core::fmt;

use crate::frame::{Frame, Stale, Wire};
use crate::journal::Journal;
use crate::session::Session;

/// Recorded frames that wait for one sync, in memory that the caller lends.
///
/// [`push`](Outbox::push) records a frame and takes its number; [`flush`](Outbox::flush) makes all of them
/// safe with one sync and returns their bytes for one write.
pub struct Outbox<'b> {
    buf: &'b mut [u8],
    /// The end of what was pushed.
    end: usize,
    /// The end of what is safe and may be written.
    safe: usize,
    /// The end of what the transport has taken.
    written: usize,
    /// Something was recorded since the last sync, with or without bytes to write.
    dirty: bool,
}

/// Why a frame was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PushError<'o, E> {
    /// There is no room for the frame, which is returned: flush, write, and push it again.
    #[error("the outbox is full: flush and write it first")]
    Full(Frame<'o>),
    /// The frame is out of date: build it again.
    #[error("the session has moved on since the frame was built: build it again")]
    Stale,
    /// The journal did not take it: no number is taken, and nothing will be written.
    #[error("the journal could not store the message: {0}")]
    Journal(E),
}

impl<'b> Outbox<'b> {
    /// An empty outbox over `buf`.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Outbox { buf, end: 0, safe: 0, written: 0, dirty: false }
    }

    /// How many bytes fit.
    pub fn room(&self) -> usize {
        self.buf.len() - self.end
    }

    /// Whether there is nothing to flush or to write. A message that goes out later has no bytes to write,
    /// but still has to be made safe.
    pub fn is_empty(&self) -> bool {
        self.end == 0 && !self.dirty
    }

    /// Records `frame`, takes its number, and keeps its bytes until the next [`flush`](Outbox::flush)
    /// releases them.
    ///
    /// # Errors
    /// See [`PushError`].
    pub fn push<'o, J: Journal + ?Sized>(
        &mut self,
        frame: Frame<'o>,
        session: &mut Session,
        journal: &mut J,
    ) -> Result<(), PushError<'o, J::Error>> {
        if frame.len() > self.room() {
            return Err(PushError::Full(frame));
        }
        session.check_ticket(&frame).map_err(|Stale| PushError::Stale)?;
        if let Some(record) = frame.record() {
            journal.record(&record).map_err(PushError::Journal)?;
            self.dirty = true;
        }
        let wire = frame.committed(session).map_err(|Stale| PushError::Stale)?;
        let end = self.end + wire.len();
        if let Some(room) = self.buf.get_mut(self.end..end) {
            room.copy_from_slice(&wire);
            self.end = end;
        }
        Ok(())
    }

    /// Makes everything pushed safe and returns what is to be written. Report how much of it was by
    /// [`written`](Outbox::written).
    ///
    /// # Errors
    /// The journal's own. The numbers are taken, and the messages may be lost: write nothing, and end the
    /// connection by [`Session::disconnect`] with [`Reason::JournalFailed`](crate::Reason::JournalFailed).
    pub fn flush<J: Journal + ?Sized>(&mut self, journal: &mut J) -> Result<Wire<'_>, J::Error> {
        if self.dirty {
            journal.sync()?;
            self.dirty = false;
        }
        self.safe = self.end;
        Ok(Wire(self.buf.get(self.written..self.safe).unwrap_or_default()))
    }

    /// The transport took `bytes` bytes of what [`flush`](Outbox::flush) returned.
    pub fn written(&mut self, bytes: usize) {
        self.written = self.written.saturating_add(bytes).min(self.safe);
        if self.written == self.end {
            self.clear();
        }
    }

    /// Drops what was not written, because the link is gone. It is recorded, and the counterparty will ask
    /// for it.
    pub fn clear(&mut self) {
        (self.end, self.safe, self.written) = (0, 0, 0);
    }
}

impl fmt::Debug for Outbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("waiting", &(self.end - self.written))
            .field("room", &self.room())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::WhileDisconnected;
    use crate::{BeginString, Checkpoint, Config, MsgType, Now, RingJournal, Role, Utc};

    #[test]
    fn a_message_that_is_sent_later_is_made_safe_now() {
        let mut config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
        config.policies.logon.while_disconnected = WhileDisconnected::Store;
        let mut session = Session::new(config, Checkpoint::begin(Utc::EPOCH)).unwrap();
        let (mut kept, mut buf, mut out) = ([0; 1024], [0; 1024], [0; 1024]);
        let mut journal = RingJournal::new(&mut kept);
        let mut outbox = Outbox::new(&mut buf);
        let frame = session.send(Now::default(), MsgType::NEW_ORDER_SINGLE, &mut out, |_| {}).unwrap();
        outbox.push(frame, &mut session, &mut journal).unwrap();
        assert!(!outbox.is_empty());
        assert!(outbox.flush(&mut journal).unwrap().is_empty());
        assert!(outbox.is_empty());
    }
}
