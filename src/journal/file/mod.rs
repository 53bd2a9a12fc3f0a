//! A journal in an append-only file, with group commit.

mod disk;
mod error;
mod format;
mod index;
mod open;
mod options;
mod recover;
mod rewrite;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::vec::Vec;

use super::{Journal, Record, Sent, Stored};
use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};
use disk::{AppendError, Disk, Faults};
pub use error::FileJournalError;
use error::cannot;
use format::{Entry, MAGIC, MAX_FRAME_LEN, OVERHEAD, What};
use index::{Found, Index};
pub use options::{Damage, Durability, FileJournalOptions, Recovered, Retention};

/// Records wait in memory up to this many bytes; then they are written, though not yet synced.
const PENDING_LEN_MAX: usize = 256 << 10;

/// Keeps what a session sent in one file, and recovers it whenever the process died.
///
/// Records are collected in memory; [`sync`](Journal::sync) writes them together. Every record has a length
/// and a checksum: a tail torn by a crash is dropped when the file is opened, and damage in the middle is an
/// error, never a guess. The first sync of a new series replaces the file atomically: a crash leaves either
/// the old series or the new one, and the file holds one series only.
///
/// It needs 16 bytes of memory for each message in the file, plus buffers of fixed size. Next to the file
/// `PATH` it uses `PATH.lock`, which keeps a second process out, and `PATH.new`.
///
/// ```
/// use sansfix::journal::{FileJournal, FileJournalOptions, Journal, Record, Stored};
/// use sansfix::{Checkpoint, MsgSeqNum, Utc};
///
/// # let folder = std::env::temp_dir().join(format!("sansfix-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("US-BROKER.journal");
/// let (mut journal, recovered) = FileJournal::open(&path, FileJournalOptions::default())?;
/// let resume = recovered.resume.unwrap_or(Checkpoint::begin(Utc::from_secs(1_700_000_000)));
/// let number = resume.next_out;
/// let after = Checkpoint { next_out: number.next(), ..resume };
/// journal.record(&Record::sent(number, Some(b"8=FIX.4.4.."), after))?;
/// journal.sync()?;
/// drop(journal);
///
/// let (mut journal, recovered) = FileJournal::open(&path, FileJournalOptions::default())?;
/// assert_eq!(recovered.resume, Some(after));
/// let stored = journal.first_in(resume.series, MsgSeqNum::FIRST, MsgSeqNum::MAX)?;
/// assert_eq!(stored, Some(Stored::Message { number, frame: b"8=FIX.4.4.." }));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    options: FileJournalOptions,
    /// Locked as long as the journal is open.
    _lock: File,
    disk: Disk,
    /// Whether `disk` bears the journal's name already: a new series gets it with its first sync.
    place: Place,
    index: Index,
    /// Records that are not yet written.
    pending: Vec<u8>,
    /// Where in `pending` a last record begins that is only a checkpoint: the next record makes it
    /// superfluous.
    pending_checkpoint: Option<usize>,
    /// Something is written and not yet synced.
    unsynced: bool,
    /// The bytes of records that hold no message.
    idle_bytes: u64,
    /// A failure after which nobody knows what the disk holds.
    failed: bool,
    faults: Faults,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Named,
    New,
}

impl FileJournal {
    /// Opens the journal at `path`, or creates one there; the folder must exist.
    ///
    /// The whole file is read once and checked.
    ///
    /// # Errors
    /// See [`FileJournalError`]. The file is not changed then.
    pub fn open(
        path: impl AsRef<Path>,
        options: FileJournalOptions,
    ) -> Result<(FileJournal, Recovered), FileJournalError> {
        FileJournal::open_with(path.as_ref(), options, Faults::default())
    }

    /// The last checkpoint recorded, with a message or alone, synced or not.
    pub fn resume(&self) -> Option<Checkpoint> {
        self.index.resume()
    }

    fn take(&mut self, series: Series, resume: Checkpoint, what: What<'_>) -> Result<(), FileJournalError> {
        self.refuse_after_failure()?;
        match self.index.series() {
            Some(held) if held > series => {
                let path = self.path.clone();
                return Err(FileJournalError::EarlierSeries { path, got: series.get(), held: held.get() });
            }
            // An empty file needs no other to begin in.
            Some(held) if held < series => self.begin_new_file()?,
            Some(_) | None => {}
        }
        if self.pending.len() >= PENDING_LEN_MAX {
            self.write_pending()?;
        }
        if let Some(at) = self.pending_checkpoint.take() {
            self.pending.truncate(at);
        }
        if what == What::Checkpoint {
            self.pending_checkpoint = Some(self.pending.len());
        }
        let after_sync = self.pending.is_empty() && !self.unsynced;
        let entry = Entry { after_sync, series, resume, what };
        self.index.take(&entry, self.disk.len() + self.pending.len() as u64);
        entry.encode(&mut self.pending);
        if !matches!(what, What::Message { .. }) {
            self.idle_bytes += OVERHEAD as u64;
        }
        Ok(())
    }

    /// Turns to a file of its own for a new series. The old one keeps the journal's name until the first
    /// sync.
    fn begin_new_file(&mut self) -> Result<(), FileJournalError> {
        let path = beside(&self.path, "new");
        self.disk = Disk::create(&path, self.faults.clone()).map_err(cannot("create", &path))?;
        self.place = Place::New;
        self.index = Index::default();
        self.pending.clear();
        self.pending.extend_from_slice(&MAGIC);
        self.pending_checkpoint = None;
        self.unsynced = true;
        self.idle_bytes = 0;
        Ok(())
    }

    fn write_pending(&mut self) -> Result<(), FileJournalError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        if let Err(AppendError { source, undone }) = self.disk.append(&self.pending) {
            self.failed = !undone;
            return Err(cannot("write to", &self.path)(source));
        }
        self.pending.clear();
        self.pending_checkpoint = None;
        self.unsynced = true;
        Ok(())
    }

    /// After a failed sync the operating system may have dropped what it could not write, and a second sync
    /// would succeed without it.
    fn sync_written(&mut self) -> Result<(), FileJournalError> {
        let result = match (self.place, self.options.durability) {
            (Place::New, _) => self
                .disk
                .sync()
                .and_then(|()| disk::rename(&beside(&self.path, "new"), &self.path, &self.faults)),
            (Place::Named, Durability::PowerLoss) => self.disk.sync(),
            (Place::Named, Durability::ProcessDeath) => Ok(()),
        };
        self.failed = result.is_err();
        result.map_err(cannot("sync", &self.path))?;
        self.place = Place::Named;
        self.unsynced = false;
        Ok(())
    }

    fn refuse_after_failure(&self) -> Result<(), FileJournalError> {
        if self.failed { Err(FileJournalError::Failed { path: self.path.clone() }) } else { Ok(()) }
    }

    /// The message at `offset`, from the file or from what is not yet written.
    fn message_at(&mut self, number: MsgSeqNum, offset: u64) -> Result<&[u8], FileJournalError> {
        let entry = match offset.checked_sub(self.disk.len()) {
            None => {
                let entry = self.disk.entry(offset).map_err(cannot("read", &self.path))?;
                entry.map(|(entry, _)| entry)
            }
            Some(at) => usize::try_from(at).ok().and_then(|at| {
                let bytes = self.pending.get(at..)?;
                Entry::decode(bytes.get(..format::plausible_len(bytes)?)?)
            }),
        };
        match entry.map(|entry| entry.what) {
            Some(What::Message { number: found, frame }) if found == number => Ok(frame),
            Some(_) | None => {
                Err(FileJournalError::Unreadable { path: self.path.clone(), number: number.get(), offset })
            }
        }
    }
}

impl Journal for FileJournal {
    type Error = FileJournalError;

    fn record(&mut self, record: &Record<'_>) -> Result<(), FileJournalError> {
        let what = match record.sent {
            Some(Sent { frame: Some(frame), .. }) if frame.len() > MAX_FRAME_LEN => {
                return Err(FileJournalError::FrameTooLong { len: frame.len() });
            }
            Some(Sent { number, frame: Some(frame) }) => What::Message { number, frame },
            Some(Sent { number, frame: None }) => What::Admin { number },
            None => What::Checkpoint,
        };
        self.take(record.resume.series, record.resume, what)
    }

    /// As [`Journal::sync`]. If the disk is full, the records stay in memory, and a later sync may succeed.
    /// After any other failure the journal must be opened again.
    fn sync(&mut self) -> Result<(), FileJournalError> {
        self.refuse_after_failure()?;
        self.write_pending()?;
        if self.unsynced {
            self.sync_written()?;
        }
        self.let_go()
    }

    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, FileJournalError> {
        if self.index.series() != Some(series) {
            return Ok(None);
        }
        Ok(match self.index.first_in(from, to) {
            None => None,
            Some(Found::Lost { up_to }) => Some(Stored::Lost { up_to }),
            Some(Found::Message { number, offset }) => {
                Some(Stored::Message { number, frame: self.message_at(number, offset)? })
            }
        })
    }
}

/// `path` with `.suffix` at its end.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".");
    name.push(suffix);
    name.into()
}
