//! Why a store cannot be taken over.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::string::String;

/// Why a store cannot be read. The text names the file and what was expected in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file that it was tried on.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// There is no file with sequence numbers.
    #[error(
        "no store at {prefix}: expected {prefix}.seqnums (QuickFIX, QuickFIX/n) or {prefix}.senderseqnums (QuickFIX/J, quickfixgo)",
        prefix = prefix.display()
    )]
    NoStore {
        /// The prefix that was given.
        prefix: PathBuf,
    },
    /// A file does not have the expected format.
    #[error("{}: expected {expected}, got \"{found}\"", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What it should contain.
        expected: &'static str,
        /// How it begins, non-text bytes escaped.
        found: String,
    },
    /// An entry of the `.header` file cannot be read.
    #[error("{}: expected {expected} in entry {entry}, got \"{found}\"", path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// Which entry, from 1.
        entry: usize,
        /// What it should contain.
        expected: &'static str,
        /// What it contains, non-text bytes escaped.
        found: String,
    },
    /// A message in the `.body` file is not what its entry says.
    #[error("{}: expected {expected} for message {number}, {size} bytes from byte {offset}", path.display())]
    Message {
        /// The file.
        path: PathBuf,
        /// The MsgSeqNum.
        number: u64,
        /// Where it should begin.
        offset: u64,
        /// How long it should be.
        size: u64,
        /// What should be there.
        expected: &'static str,
    },
}

/// Why [`QuickFixStore::copy_into`](super::QuickFixStore::copy_into) failed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError<E> {
    /// The store cannot be read.
    #[error("{0}")]
    Store(MigrationError),
    /// The journal failed.
    #[error("the journal failed: {0}")]
    Journal(E),
}

/// Adds to an [`io::Error`] what was tried on which file.
pub(super) fn cannot(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> MigrationError {
    let path = path.to_path_buf();
    move |source| MigrationError::Io { action, path, source }
}

/// `path` with `.suffix` at its end.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(suffix);
    name.into()
}
