//! Dropping what is no longer needed, by copying the rest.

use std::vec::Vec;

use super::disk::{self, Disk};
use super::error::cannot;
use super::format::{Entry, MAGIC, What};
use super::index::Index;
use super::{FileJournal, FileJournalError, PENDING_LEN_MAX, Retention, beside};
use crate::number::MsgSeqNum;

/// Records without a message are cleared out when they are half of the file and at least so many bytes.
const IDLE_LEN_MIN: u64 = 16 << 20;

impl FileJournal {
    /// Copies the file without what the retention bound and later checkpoints made superfluous, if that is
    /// worth it. Everything must be synced.
    pub(super) fn let_go(&mut self) -> Result<(), FileJournalError> {
        let messages = self.index.messages();
        let keep_from = match self.options.retention {
            Retention::Everything => 0,
            Retention::Messages(bound) if messages.len() / 2 < bound.max(1) => 0,
            Retention::Messages(bound) => messages.len() - bound.max(1),
            Retention::Bytes(bound) if self.disk.len().saturating_sub(self.idle_bytes) / 2 < bound => 0,
            Retention::Bytes(bound) => {
                let kept_offset = self.disk.len() - bound;
                let beyond = messages.partition_point(|&(_, offset)| offset < kept_offset);
                beyond.min(messages.len().saturating_sub(1))
            }
        };
        if keep_from > 0 || self.idle_bytes > IDLE_LEN_MIN.max(self.disk.len() / 2) {
            return self.rewrite(keep_from);
        }
        Ok(())
    }

    /// Replaces the file by a copy of what it holds, without its first `keep_from` messages. A crash leaves
    /// one of the two; after an error the old one is still in use.
    pub(super) fn rewrite(&mut self, keep_from: usize) -> Result<(), FileJournalError> {
        let (Some(series), Some(resume)) = (self.index.series(), self.index.resume()) else { return Ok(()) };
        let bare = Entry { after_sync: false, series, resume, what: What::Checkpoint };
        let path = beside(&self.path, "new");
        let mut copy = Copy::create(self, &path)?;
        let dropped = self.index.messages().get(..keep_from).unwrap_or_default();
        let dropped = dropped.first().zip(dropped.last()).map(|(&(from, _), &(up_to, _))| (from, up_to));
        let lost = joined(dropped, self.index.lost());
        let mut lost = lost.iter().peekable();
        for at in keep_from..self.index.messages().len() {
            let Some(&(number, offset)) = self.index.messages().get(at) else { break };
            while let Some(&(from, up_to)) = lost.next_if(|(from, _)| *from < number) {
                copy.take(&Entry { what: What::Lost { from, up_to }, ..bare })?;
            }
            let frame = self.message_at(number, offset)?;
            copy.take(&Entry { what: What::Message { number, frame }, ..bare })?;
        }
        for &(from, up_to) in lost {
            copy.take(&Entry { what: What::Lost { from, up_to }, ..bare })?;
        }
        // The mark holds: the copy is synced before it gets its name.
        copy.take(&Entry { after_sync: true, ..bare })?;
        let (disk, index) = copy.finish()?;
        self.disk = disk;
        self.index = index;
        self.idle_bytes = 0;
        let named = disk::rename(&path, &self.path, &self.faults);
        self.failed = named.is_err();
        named.map_err(cannot("rename to", &self.path))
    }
}

/// A file under way.
struct Copy<'p> {
    path: &'p std::path::Path,
    disk: Disk,
    index: Index,
    pending: Vec<u8>,
}

impl<'p> Copy<'p> {
    fn create(journal: &FileJournal, path: &'p std::path::Path) -> Result<Self, FileJournalError> {
        let disk = Disk::create(path, journal.faults.clone()).map_err(cannot("create", path))?;
        Ok(Copy { path, disk, index: Index::default(), pending: MAGIC.to_vec() })
    }

    fn take(&mut self, entry: &Entry<'_>) -> Result<(), FileJournalError> {
        self.index.take(entry, self.disk.len() + self.pending.len() as u64);
        entry.encode(&mut self.pending);
        if self.pending.len() >= PENDING_LEN_MAX { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), FileJournalError> {
        let written = self.disk.append(&self.pending);
        self.pending.clear();
        written.map_err(|error| cannot("write to", self.path)(error.source))
    }

    fn finish(mut self) -> Result<(Disk, Index), FileJournalError> {
        self.write()?;
        self.disk.sync().map_err(cannot("sync", self.path))?;
        Ok((self.disk, self.index))
    }
}

/// Ranges that are lost already, and one more before them, with which some may overlap.
fn joined(
    dropped: Option<(MsgSeqNum, MsgSeqNum)>,
    lost: &[(MsgSeqNum, MsgSeqNum)],
) -> Vec<(MsgSeqNum, MsgSeqNum)> {
    let Some((mut first, up_to)) = dropped else { return lost.to_vec() };
    let mut rest = lost.iter().copied().peekable();
    while let Some((from, _)) = rest.next_if(|&(from, _)| from <= up_to) {
        first = first.min(from);
    }
    core::iter::once((first, up_to)).chain(rest).collect()
}
