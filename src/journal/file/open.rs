//! From a path to a journal in use.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::vec::Vec;

use super::disk::{self, Disk, Faults};
use super::error::cannot;
use super::format::MAGIC;
use super::recover::scan;
use super::{Damage, FileJournal, FileJournalError, FileJournalOptions, Place, Recovered, beside};

impl FileJournal {
    pub(super) fn open_with(
        path: &Path,
        options: FileJournalOptions,
        faults: Faults,
    ) -> Result<(FileJournal, Recovered), FileJournalError> {
        let lock = lock(path)?;
        // A new series that never was synced, or a copy that never was finished.
        let left_over = beside(path, "new");
        disk::remove(&left_over, &faults).map_err(cannot("remove", &left_over))?;
        let mut disk = Disk::open(path, faults.clone()).map_err(cannot("open", path))?;
        begin_or_check(&mut disk, path, &faults)?;
        let scan = scan(&mut disk).map_err(cannot("read", path))?;
        if let (Some((offset, sound_from)), Damage::Refuse) = (scan.damage, options.damage) {
            return Err(FileJournalError::Damaged { path: path.into(), offset, sound_from });
        }
        let dropped_bytes = disk.len() - scan.end;
        let mut journal = FileJournal {
            path: path.into(),
            options,
            _lock: lock,
            disk,
            place: Place::Named,
            index: scan.index,
            pending: Vec::new(),
            pending_checkpoint: None,
            unsynced: false,
            idle_bytes: scan.idle_bytes,
            failed: false,
            faults,
        };
        if let Some((offset, _)) = scan.damage {
            let copy = beside(path, &std::format!("damaged-at-{offset}"));
            fs::copy(path, &copy).map_err(cannot("copy the damaged journal to", &copy))?;
            journal.rewrite(0)?;
        } else if dropped_bytes > 0 {
            journal.disk.truncate(scan.end).map_err(cannot("cut the torn tail off", path))?;
        }
        // What a killed process left to the operating system counts from now on.
        journal.disk.sync().map_err(cannot("sync", path))?;
        let recovered = Recovered {
            resume: journal.index.resume(),
            messages: journal.index.messages().len(),
            dropped_bytes,
            given_up_bytes: scan.damaged_bytes,
        };
        Ok((journal, recovered))
    }
}

/// Keeps every other journal away from `path` until the file that it returns is dropped. It is no part of the
/// journal, whose own file is replaced from time to time.
fn lock(path: &Path) -> Result<File, FileJournalError> {
    let lock_path = beside(path, "lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&lock_path);
    let lock = lock.map_err(cannot("open", &lock_path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FileJournalError::InUse { path: path.into() }),
        Err(TryLockError::Error(error)) => Err(cannot("lock", &lock_path)(error)),
    }
}

/// Writes the magic word into a file that has not got it whole, checks it in any other.
fn begin_or_check(disk: &mut Disk, path: &Path, faults: &Faults) -> Result<(), FileJournalError> {
    let begin = disk.read(0, MAGIC.len()).map_err(cannot("read", path))?;
    if begin == MAGIC {
        return Ok(());
    }
    if !MAGIC.starts_with(begin) {
        return Err(FileJournalError::NotAJournal { path: path.into() });
    }
    disk.truncate(0).map_err(cannot("write to", path))?;
    disk.append(&MAGIC).map_err(|error| cannot("write to", path)(error.source))?;
    disk.sync().and_then(|()| disk::sync_folder_of(path, faults)).map_err(cannot("sync", path))
}
