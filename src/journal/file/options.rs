//! The options of a file journal, and what it found when opened.

use crate::checkpoint::Checkpoint;

/// Options of a [`FileJournal`](super::FileJournal).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileJournalOptions {
    /// What a sync protects against.
    pub durability: Durability,
    /// How many messages of a long series are kept.
    pub retention: Retention,
    /// What to do about a damaged file.
    pub damage: Damage,
}

/// What [`sync`](crate::journal::Journal::sync) of a [`FileJournal`](super::FileJournal) protects against.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// A crash of the process or the operating system, and a power cut: a sync waits for the medium.
    #[default]
    PowerLoss,
    /// A crash of the process only, including `kill -9`: a sync hands the bytes to the operating system. If
    /// that crashes, messages that were sent may be gone, and numbers could be used twice: the session
    /// must be reset then.
    ProcessDeath,
}

/// How much a [`FileJournal`](super::FileJournal) keeps of one series. What it drops is answered as
/// [`Stored::Lost`](crate::journal::Stored::Lost).
///
/// It drops messages by copying the rest into a new file, during a sync.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Retention {
    /// Every message until the series ends.
    #[default]
    Everything,
    /// At least this many of the newest messages, and fewer than twice as many.
    Messages(usize),
    /// At least the newest messages that fit into this many bytes of file, and at most about twice as many.
    Bytes(u64),
}

/// What [`FileJournal::open`](super::FileJournal::open) does about records that had been safe but cannot be
/// read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Damage {
    /// It fails with [`FileJournalError::Damaged`](super::FileJournalError::Damaged).
    #[default]
    Refuse,
    /// From then on they are answered as [`Stored::Lost`](crate::journal::Stored::Lost). The damaged file is
    /// kept as `PATH.damaged-at-OFFSET`.
    GiveUp,
}

/// What [`FileJournal::open`](super::FileJournal::open) found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Where the session continues; `None` for a new file.
    pub resume: Option<Checkpoint>,
    /// How many messages can be sent again.
    pub messages: usize,
    /// The length of a torn tail that was dropped: records that were never safe, because the process died
    /// before their sync returned.
    pub dropped_bytes: u64,
    /// The total length of damaged parts that were given up; 0 without [`Damage::GiveUp`].
    pub given_up_bytes: u64,
}
