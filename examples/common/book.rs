//! A file of messages that took effect: how an application processes everything exactly once.
//!
//! The session promises that a message that was not finished comes again after a crash. What remains is a
//! crash between the work and the report that it is finished. So the effect of a message and the checkpoint
//! that counts it are *one record*: after a crash the file has both or neither. With both, the session
//! restored from that checkpoint does not deliver the message again; with neither, it comes again and takes
//! effect then. A database does the same with one transaction.
//!
//! The application's answer is a separate effect, kept in the session's journal. It is sent *after* the
//! record is safe, and every record is answered once: the journal shows how far the answers had got, see
//! `restore::last_sent`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use sansfix::Checkpoint;

use super::Error;

/// Before each record: the length of its entry and a checksum over checkpoint and entry, four bytes each.
const HEAD: usize = 8;
const CHECKPOINT: usize = Checkpoint::ENCODED_LEN;

/// The bodies of the messages that took effect in the present series, in order.
///
/// A reset makes the series before it void, by agreement of both sides: what was asked then and not answered
/// never will be. So entries are counted anew in each series, and those of earlier ones stay in the file as
/// history.
///
/// A commit hands the records to the operating system and survives `kill -9`; where the machine may lose
/// power, let it end with `File::sync_data` and the journal with `Durability::PowerLoss`.
pub(crate) struct Book {
    file: File,
    /// What the file holds, and behind it what the next commit adds.
    bytes: Vec<u8>,
    committed: usize,
    /// Where each record of the present series begins.
    records: Vec<usize>,
}

impl Book {
    /// Opens the book, or begins one.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut records = Vec::new();
        let mut series = None;
        let mut at = 0;
        while let Some(len) = record_len(&bytes[at..]) {
            let record = &bytes[at..at + len];
            if record[4..HEAD] != crc32fast::hash(&record[HEAD..]).to_le_bytes() {
                return Err(format!("{} is damaged at byte {at}", path.display()).into());
            }
            let after = Checkpoint::decode(&record[HEAD..HEAD + CHECKPOINT])?;
            if series.replace(after.series) != Some(after.series) {
                records.clear();
            }
            records.push(at);
            at += len;
        }
        // The process died while it wrote this record: its message has no effect, and comes again.
        file.set_len(at as u64)?;
        bytes.truncate(at);
        Ok(Book { file, bytes, committed: at, records })
    }

    /// A new series begins, without entries.
    pub(crate) fn begin_series(&mut self) {
        self.records.clear();
    }

    /// Lets a message take effect with the next commit: its body, and where the session stands after it.
    pub(crate) fn add(&mut self, entry: &[u8], after: Checkpoint) {
        let at = self.bytes.len();
        self.records.push(at);
        self.bytes.extend_from_slice(&(entry.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(&[0; 4]);
        self.bytes.extend_from_slice(&after.encode());
        self.bytes.extend_from_slice(entry);
        let checksum = crc32fast::hash(&self.bytes[at + HEAD..]).to_le_bytes();
        self.bytes[at + 4..at + HEAD].copy_from_slice(&checksum);
    }

    /// Makes everything added safe, by one write.
    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        self.file.write_all(&self.bytes[self.committed..])?;
        self.committed = self.bytes.len();
        Ok(())
    }

    /// Where the session stood after the last entry of the series.
    pub(crate) fn checkpoint(&self) -> Option<Checkpoint> {
        let at = self.records.last()? + HEAD;
        Checkpoint::decode(&self.bytes[at..at + CHECKPOINT]).ok()
    }

    /// How many entries the series has.
    pub(crate) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// The body of the message that took effect as the `number`th, counted from 1.
    pub(crate) fn entry(&self, number: u64) -> Option<&[u8]> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let record = &self.bytes[*self.records.get(index)?..];
        record.get(HEAD + CHECKPOINT..record_len(record)?)
    }
}

/// The length of the record at the front; `None` when it is not whole.
fn record_len(bytes: &[u8]) -> Option<usize> {
    let entry: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    let len = HEAD + CHECKPOINT + u32::from_le_bytes(entry) as usize;
    (len <= bytes.len()).then_some(len)
}
