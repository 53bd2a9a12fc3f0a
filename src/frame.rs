//! Outbound frames: their bytes are given only in exchange for a journal.

use core::fmt;
use core::ops::Deref;

use crate::checkpoint::Checkpoint;
use crate::journal::{Journal, Record, Sent};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::session::Session;
use crate::time::Instant;

/// A frame that is built and has not happened yet.
///
/// [`commit`](Frame::commit) stores it, takes its number and gives its bytes. A frame that is dropped, or
/// that the journal refuses, has not happened: the number is free, and what the session owes is offered
/// again.
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
    /// Nothing: it was kept before, or stands for messages that need not be.
    Nothing,
    /// Where the session stands.
    Resume,
    /// That its number is taken.
    Number,
    /// All of it.
    Message,
}

/// What committing a frame changes in the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Effect {
    /// The application's own message takes the next number.
    Message,
    /// The same, and a replay sends it in its turn.
    MessageBehindReplay,
    /// The same, without a connection: the counterparty asks for it.
    MessageForLater,
    /// The admin message that was owed first takes the next number.
    Owed,
    /// The owed message was no original: it takes no number.
    OwedAgain,
    /// SequenceReset-Reset: its NewSeqNo(36) is the next number.
    SequenceReset { next_out: MsgSeqNum },
    /// Everything below this number has gone out again.
    Resent { below: MsgSeqNum },
}

impl<'o> Frame<'o> {
    /// Records the frame, waits until that is safe, takes the number, and gives the bytes to write.
    ///
    /// # Errors
    /// [`CommitError::Stale`] when something else happened to the session since the frame was built;
    /// [`CommitError::Journal`] when it cannot be stored. Nothing has happened then, and nothing may be
    /// written.
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

    /// What has to be safe before the bytes may leave, for journals that work in their own time; `None` when
    /// nothing has.
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

    /// Takes the number and gives the bytes to write. The word is a promise: what [`record`](Frame::record)
    /// gave is safe.
    ///
    /// # Errors
    /// [`Stale`] when something else happened to the session since the frame was built: write nothing.
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

    /// MsgSeqNum(34) of the frame.
    pub fn msg_seq_num(&self) -> MsgSeqNum {
        self.number
    }

    /// How many bytes the frame has.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Never: a frame has bytes.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// The bytes stay hidden, also here: what is not committed is not shown.
impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("number", &self.number).field("len", &self.bytes.len()).finish()
    }
}

/// Bytes to write; they deref to a slice. Empty for a message that a replay sends in its turn, or that waits
/// for a connection.
#[must_use = "recorded but not written: write them, or end the connection"]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wire<'o>(pub(crate) &'o [u8]);

impl<'o> Wire<'o> {
    /// The bytes, for as long as the memory that they stand in is lent.
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

/// The frame was built for a session that has moved on: another frame was committed, or the connection
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
    /// The journal could not store it. Nothing was sent and no number taken.
    #[error("the journal could not store the message: {0}")]
    Journal(E),
}
