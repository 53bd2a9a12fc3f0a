//! Taking over a live session from another engine: its numbers and its sent messages, without a reset.
//!
//! A file store of the QuickFIX family is a few files with a common prefix, the session's name:
//!
//! | file | QuickFIX, QuickFIX/n | QuickFIX/J | quickfixgo |
//! | --- | --- | --- | --- |
//! | `.seqnums` | next sent and next received, as text | | |
//! | `.senderseqnums`, `.targetseqnums` | | a length and text, each | text, each |
//! | `.header` | number, offset, size of each message, as text | the same, binary | the same, as text |
//! | `.body` | the messages, one after another | the same | the same |
//! | `.session` | when the store began, UTC | the same after a length | the same, in RFC 3339 |
//!
//! Stop the old engine, copy the store, and start the session from its checkpoint. The counterparty sees a
//! reconnect and nothing else.
//!
//! ```no_run
//! use sansfix::journal::{Journal, RingJournal};
//! use sansfix::migration::QuickFixStore;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut memory = vec![0; 64 << 20];
//! let mut journal = RingJournal::new(&mut memory); // or any other
//! let mut store = QuickFixStore::open("/var/fix/store/FIX.4.4-US-BROKER")?;
//! let copied = store.copy_into(&mut journal)?;
//! println!("{} messages from {:?}", copied.messages, store.engine());
//! let resume = store.checkpoint(); // Session::new(config, resume)
//! # let _ = resume;
//! # Ok(())
//! # }
//! ```

mod error;
mod files;
#[cfg(test)]
mod tests;
mod utc;

use std::collections::btree_map;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::journal::{Journal, Record};
use crate::number::{MsgSeqNum, Series};
use crate::wire::MsgType;
pub use error::{CopyError, MigrationError};
use error::{cannot, with_suffix};
use files::{Index, Place};

/// Which engine wrote a store, as its files show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// QuickFIX in C++, or QuickFIX/n, whose files are alike.
    QuickFix,
    /// QuickFIX/J.
    QuickFixJ,
    /// quickfixgo.
    QuickFixGo,
}

/// The file store of an engine of the QuickFIX family. It is read, never changed.
#[derive(Debug)]
pub struct QuickFixStore {
    engine: Engine,
    checkpoint: Checkpoint,
    index: Index,
    body: BufReader<File>,
    body_path: PathBuf,
    body_len: u64,
}

/// What [`QuickFixStore::copy_into`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Copied {
    /// How many application messages were copied. Admin messages are not: they are never sent again (FIX
    /// session layer 4.8.5).
    pub messages: u64,
    /// How many messages the store has under the next number or higher ones. The engine stopped before it
    /// took their numbers, so they count as not sent and are not copied.
    pub unsent: u64,
}

impl QuickFixStore {
    /// Reads the store whose files begin with `prefix`: the folder and the session's name, without the dot,
    /// such as `store/FIX.4.4-US-BROKER`. The engine must have stopped.
    ///
    /// # Errors
    /// A file is missing, cannot be read, or does not contain what is expected; nothing is guessed.
    pub fn open(prefix: impl AsRef<Path>) -> Result<Self, MigrationError> {
        let prefix = prefix.as_ref();
        let (engine, next_out, next_in) = files::numbers(prefix)?;
        let created = files::created(&with_suffix(prefix, "session"), engine)?;
        let checkpoint =
            Checkpoint { series: Series::beginning(created), next_in, next_out, reset_pending: false };
        let index = files::index(&with_suffix(prefix, "header"), engine)?;
        let body_path = with_suffix(prefix, "body");
        let body = File::open(&body_path).map_err(cannot("open", &body_path))?;
        let body_len = body.metadata().map_err(cannot("read", &body_path))?.len();
        Ok(QuickFixStore { engine, checkpoint, index, body: BufReader::new(body), body_path, body_len })
    }

    /// The engine that wrote it.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where the session continues: the numbers of both directions, in a series that began when the store
    /// did.
    pub fn checkpoint(&self) -> Checkpoint {
        self.checkpoint
    }

    /// The application messages that were sent, in ascending order. If a number was stored twice the last one
    /// counts, as in the engines.
    pub fn messages(&mut self) -> Messages<'_> {
        let places = self.index.range(..self.checkpoint.next_out);
        Messages { places, body: &mut self.body, body_path: &self.body_path, body_len: self.body_len }
    }

    /// Records all [`messages`](QuickFixStore::messages) and the checkpoint, and syncs.
    ///
    /// After a failure you may call it again: what the first attempt recorded is replaced.
    ///
    /// # Errors
    /// The store's or the journal's own. Nothing was synced then.
    pub fn copy_into<J: Journal>(&mut self, journal: &mut J) -> Result<Copied, CopyError<J::Error>> {
        let resume = self.checkpoint;
        let unsent = self.index.range(resume.next_out..).count() as u64;
        let mut copied = Copied { messages: 0, unsent };
        for message in self.messages() {
            let (number, frame) = message.map_err(CopyError::Store)?;
            let resume = Checkpoint { next_out: number.next(), ..resume };
            let record = Record::sent(number, Some(&frame), resume);
            journal.record(&record).map_err(CopyError::Journal)?;
            copied.messages += 1;
        }
        journal.checkpoint(&resume).and_then(|()| journal.sync()).map_err(CopyError::Journal)?;
        Ok(copied)
    }
}

/// The messages of a store: their numbers, and the frames as sent.
#[derive(Debug)]
pub struct Messages<'s> {
    places: btree_map::Range<'s, MsgSeqNum, Place>,
    body: &'s mut BufReader<File>,
    body_path: &'s Path,
    body_len: u64,
}

impl Iterator for Messages<'_> {
    type Item = Result<(MsgSeqNum, Vec<u8>), MigrationError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (&number, &place) = self.places.next()?;
            match self.read(number, place) {
                Ok((msg_type_is_admin, _)) if msg_type_is_admin => {}
                Ok((_, frame)) => return Some(Ok((number, frame))),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Messages<'_> {
    /// The frame at `place`, and whether it is an admin message.
    fn read(&mut self, number: MsgSeqNum, place: Place) -> Result<(bool, Vec<u8>), MigrationError> {
        let wrong = |expected| MigrationError::Message {
            path: self.body_path.into(),
            number: number.get(),
            offset: place.offset,
            size: place.size,
            expected,
        };
        if place.offset.checked_add(place.size).is_none_or(|end| end > self.body_len) {
            return Err(wrong("a file that is long enough"));
        }
        let size = usize::try_from(place.size).map_err(|_| wrong("a message that fits into memory"))?;
        let mut frame = std::vec![0; size];
        let read = self.body.stream_position().and_then(|position| {
            // Messages lie in order, so this mostly stays within what is read already.
            match i64::try_from(place.offset).ok().zip(i64::try_from(position).ok()) {
                Some((to, from)) => self.body.seek_relative(to - from)?,
                None => drop(self.body.seek(SeekFrom::Start(place.offset))?),
            }
            self.body.read_exact(&mut frame)
        });
        read.map_err(cannot("read", self.body_path))?;
        match kind_of(&frame, number) {
            Some(is_admin) => Ok((is_admin, frame)),
            None => Err(wrong("a whole FIX message with this MsgSeqNum")),
        }
    }
}

/// Whether `frame` is an admin message, or `None` when it is no whole message with that number.
fn kind_of(frame: &[u8], number: MsgSeqNum) -> Option<bool> {
    let checksum = frame.get(frame.len().checked_sub(8)?..)?;
    let whole =
        frame.starts_with(b"8=FIX") && checksum.starts_with(b"\x0110=") && checksum.ends_with(b"\x01");
    let value = |tag: &[u8]| frame.split(|&byte| byte == 1).find_map(|field| field.strip_prefix(tag));
    let numbered = value(b"34=").and_then(files::integer) == Some(number.get());
    let msg_type = MsgType::new(value(b"35=")?);
    (whole && numbered).then_some(msg_type.is_admin())
}
