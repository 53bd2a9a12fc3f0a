//! Outbound frames, which yield their bytes only in exchange for a journal.

use core::fmt;
use core::ops::Deref;

use crate::checkpoint::Checkpoint;
use crate::journal::{Journal, Record, Sent};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::session::Session;
use crate::time::Instant;

/// A frame that has been built but not committed.
///
/// [`commit`](Frame::commit) stores it, takes its number and returns its bytes. If you drop it, or the
/// journal refuses it, it is as if it had never been built: the number stays free, and what the session owes
/// is offered again.
#[must_use = "nothing is sent, and no number taken, until it is committed"]
pub struct Frame<'o> {
    pub(crate) bytes: &'o [u8],
    pub(crate) number: MsgSeqNum,
    pub(crate) entry: Entry,
    pub(crate) effect: Effect,
    pub(crate) resume: Checkpoint,
    pub(crate) at: Instant,
    pub(crate) ticket: u32,
}

/// What the journal keeps of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Entry {
    /// Nothing: it is already there, or it is a gap fill.
    Nothing,
    /// Only where the session stands.
    Resume,
    /// That its number is taken.
    Number,
    /// The whole frame.
    Message,
}

/// What committing a frame changes in the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Effect {
    /// The application's own message takes the next number.
    Message,
    /// The same, but its bytes go out in their turn, after a running replay.
    MessageBehindReplay,
    /// The same, without a connection: the counterparty will ask for it.
    MessageForLater,
    /// The admin message first in the queue takes the next number.
    Owed,
    /// The same, but it takes no number: a repeated ResendRequest, or a Logon that resets.
    OwedAgain,
    /// SequenceReset-Reset: its NewSeqNo(36) is the next number.
    SequenceReset { next_out: MsgSeqNum },
    /// Everything below this number has gone out again.
    Resent { below: MsgSeqNum },
}

impl<'o> Frame<'o> {
    /// Records the frame, waits until the record is safe, takes the number, and returns the bytes to write.
    ///
    /// # Errors
    /// [`CommitError::Stale`] if the session has moved on since the frame was built;
    /// [`CommitError::Journal`] if it cannot be stored. No number is taken then, and nothing may be written.
    // Inlined, so that the frame is not copied on its way here.
    #[inline(always)]
    pub fn commit<J: Journal + ?Sized>(
        self,
        session: &mut Session,
        journal: &mut J,
    ) -> Result<Wire<'o>, CommitError<J::Error>> {
        session.check_ticket(&self).map_err(|Stale| CommitError::Stale)?;
        if let Some(record) = self.record() {
            journal.record(&record).map_err(CommitError::Journal)?;
            journal.sync().map_err(CommitError::Journal)?;
        }
        self.committed(session).map_err(|Stale| CommitError::Stale)
    }

    /// What must be safe before the bytes may leave, for an asynchronous journal; `None` if nothing needs
    /// storing.
    #[inline]
    pub fn record(&self) -> Option<Record<'_>> {
        if planted(Bug::SentBeforeStored) {
            return None;
        }
        let frame = match self.entry {
            Entry::Nothing => return None,
            Entry::Resume => return Some(Record::checkpoint(self.resume)),
            Entry::Number => None,
            Entry::Message => Some(self.bytes),
        };
        Some(Record { resume: self.resume, sent: Some(Sent { number: self.number, frame }) })
    }

    /// Takes the number and returns the bytes to write. By calling it you promise that what
    /// [`record`](Frame::record) returned is safe.
    ///
    /// # Errors
    /// [`Stale`] if the session has moved on since the frame was built: write nothing.
    #[inline(always)]
    pub fn committed(self, session: &mut Session) -> Result<Wire<'o>, Stale> {
        session.check_ticket(&self)?;
        session.take_effect(self.effect, self.number, self.at);
        match self.effect {
            Effect::MessageBehindReplay | Effect::MessageForLater => Ok(Wire(&[])),
            Effect::Message
            | Effect::Owed
            | Effect::OwedAgain
            | Effect::SequenceReset { .. }
            | Effect::Resent { .. } => Ok(Wire(self.bytes)),
        }
    }

    /// The frame's MsgSeqNum(34).
    pub fn msg_seq_num(&self) -> MsgSeqNum {
        self.number
    }

    /// The frame's length in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Always false: a frame has bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Without the bytes: they stay hidden until the frame is committed.
impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("number", &self.number).field("len", &self.bytes.len()).finish()
    }
}

/// Bytes to write; derefs to a slice. Empty for a message that goes out later: after a running replay, or
/// once there is a connection.
#[must_use = "these bytes are recorded but not written: write them, or end the connection"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wire<'o>(pub(crate) &'o [u8]);

impl<'o> Wire<'o> {
    /// The bytes, for as long as their memory is lent.
    pub fn into_bytes(self) -> &'o [u8] {
        self.0
    }
}

impl Deref for Wire<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0
    }
}

/// The session has moved on since the frame was built: another frame was committed, or the connection
/// changed. Build it again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the session has moved on since the frame was built: build it again")]
pub struct Stale;

/// Why a frame was not committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommitError<E> {
    /// The frame is out of date: build it again.
    #[error("the session has moved on since the frame was built: build it again")]
    Stale,
    /// The journal could not store it. Nothing was sent, and no number was taken.
    #[error("the journal could not store the message: {0}")]
    Journal(E),
}
