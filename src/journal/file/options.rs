//! What a file journal is asked to do, and what it found.

use crate::checkpoint::Checkpoint;

/// How a [`FileJournal`](super::FileJournal) works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileJournalOptions {
    /// What a sync protects against.
    pub durability: Durability,
    /// How many messages of a long series stay.
    pub retention: Retention,
    /// What to do about a damaged file.
    pub damage: Damage,
}

/// What [`sync`](crate::journal::Journal::sync) of a [`FileJournal`](super::FileJournal) protects against.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// The death of the process, of the operating system, and of the machine's power: a sync waits for the
    /// medium.
    #[default]
    PowerLoss,
    /// The death of the process alone, `kill -9` included: a sync hands the bytes to the operating system.
    /// When that dies, messages that were sent may be gone, and numbers may be used a second time: such a
    /// session must be reset.
    ProcessDeath,
}

/// How much a [`FileJournal`](super::FileJournal) keeps of one series. What it lets go is answered as
/// [`Stored::Lost`](crate::journal::Stored::Lost).
///
/// It lets go by copying what stays into a new file, which a sync waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Retention {
    /// Every message until the series ends.
    #[default]
    Everything,
    /// At least the newest so many messages, and less than twice as many.
    Messages(usize),
    /// At least the newest messages in so many bytes of file, and about twice as many at most.
    Bytes(u64),
}

/// What [`FileJournal::open`](super::FileJournal::open) does about records that were safe once and cannot be
/// read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Damage {
    /// It fails with [`FileJournalError::Damaged`](super::FileJournalError::Damaged).
    #[default]
    Refuse,
    /// It answers for them as [`Stored::Lost`](crate::journal::Stored::Lost) from then on. The damaged file
    /// is kept as `PATH.damaged-at-OFFSET`.
    GiveUp,
}

/// What [`FileJournal::open`](super::FileJournal::open) found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Where the session goes on; `None` for a new file.
    pub resume: Option<Checkpoint>,
    /// How many messages can be sent again.
    pub messages: usize,
    /// The length of a torn tail that was dropped: records that were never safe, because the process died
    /// before their sync returned.
    pub dropped_bytes: u64,
    /// The length of damaged parts that were given up, with [`Damage::GiveUp`] only.
    pub given_up_bytes: u64,
}
