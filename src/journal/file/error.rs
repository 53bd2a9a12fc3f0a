//! Why a file journal failed.

use std::io;
use std::path::PathBuf;

use super::format::MAX_FRAME_LEN;

/// Why a [`FileJournal`](super::FileJournal) failed. Where it is not obvious, the text says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileJournalError {
    /// The operating system refused: disk full, read-only, no permission, no such folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file that it was tried on.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// The journal is already open elsewhere.
    #[error("the journal {} is in use: another process, or another FileJournal of this one, has it open", path.display())]
    InUse {
        /// The journal.
        path: PathBuf,
    },
    /// The file is something else, or was written by a later version of the crate.
    #[error("{} is not a sansfix journal of version 1", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// Records that had been safe cannot be read.
    #[error(
        "the journal {} is damaged at byte {offset}, and sound again from byte {sound_from}: restore it from a copy, or open it \
         with Damage::GiveUp to answer for the messages in between with gap fills", path.display()
    )]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Where the first unreadable record begins.
        offset: u64,
        /// Where the next sound record begins.
        sound_from: u64,
    },
    /// A message that was sound when the journal was opened can no longer be read.
    #[error("message {number} in the journal {} at byte {offset} can no longer be read: the disk is failing", path.display())]
    Unreadable {
        /// The journal.
        path: PathBuf,
        /// The MsgSeqNum.
        number: u64,
        /// Where its record begins.
        offset: u64,
    },
    /// The frame is longer than the format allows.
    #[error("the frame has {len} bytes, but a journal accepts at most {MAX_FRAME_LEN}")]
    FrameTooLong {
        /// The frame's length in bytes.
        len: usize,
    },
    /// The record or checkpoint belongs to an earlier series than the one the journal holds, which is kept.
    #[error("series {got} began before series {held}, which the journal {} holds", path.display())]
    EarlierSeries {
        /// The journal.
        path: PathBuf,
        /// The series of the record.
        got: u64,
        /// The series held.
        held: u64,
    },
    /// An earlier sync or write failed, and what the disk holds is unknown.
    #[error("the journal {} failed earlier, and what the disk holds is unknown: open it again", path.display())]
    Failed {
        /// The journal.
        path: PathBuf,
    },
}

/// Adds to an [`io::Error`] what was tried on which file.
pub(super) fn cannot(
    action: &'static str,
    path: &std::path::Path,
) -> impl FnOnce(io::Error) -> FileJournalError {
    let path = path.to_path_buf();
    move |source| FileJournalError::Io { action, path, source }
}
