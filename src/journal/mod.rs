//! Where sent messages are kept, so that a ResendRequest can be answered: all that a session asks of a disk.

#[cfg(feature = "file-journal")]
mod file;
mod ring;

use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};
#[cfg(feature = "file-journal")]
pub use file::{Damage, Durability, FileJournal, FileJournalError, FileJournalOptions, Recovered, Retention};
pub use ring::{RingJournal, RingJournalError};

/// What must be stored safely before a frame's bytes may leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'o> {
    /// Where the session stands once the frame is out, and the series it belongs to: what a restarted
    /// process resumes from.
    pub resume: Checkpoint,
    /// The frame and the number it takes; `None` if it takes none, and only `resume` is to be stored.
    pub sent: Option<Sent<'o>>,
}

/// A frame with a number of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent<'o> {
    /// The number.
    pub number: MsgSeqNum,
    /// The whole frame; `None` for an admin message, which is never sent again (FIX session layer 4.8.5). In
    /// either case whatever was recorded under this number before, in this series, is void: that frame never
    /// went out.
    pub frame: Option<&'o [u8]>,
}

impl Record<'_> {
    /// A record of where the session stands, without a message: after inbound messages that needed no answer.
    pub const fn checkpoint(resume: Checkpoint) -> Record<'static> {
        Record { resume, sent: None }
    }

    /// A record of a frame with a number of its own.
    pub const fn sent(number: MsgSeqNum, frame: Option<&[u8]>, resume: Checkpoint) -> Record<'_> {
        Record { resume, sent: Some(Sent { number, frame }) }
    }
}

/// A journal's answer to "What is the first message you have in this range?".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored<'j> {
    /// The message recorded under `number`; for the numbers before it in the range none was recorded.
    Message {
        /// Its number, within the range asked for.
        number: MsgSeqNum,
        /// The frame, as it was recorded.
        frame: &'j [u8],
    },
    /// Messages that should be there are lost: everything from the start of the range to `up_to`, because a
    /// ring was overwritten or a file is damaged. The session gap-fills them and reports
    /// [`Event::Lost`](crate::Event::Lost).
    Lost {
        /// The last number lost.
        up_to: MsgSeqNum,
    },
    /// The application does not want the messages from the start of the range to `up_to` sent again: stale
    /// orders, say (FIX session layer 4.8.5 leaves that choice to it). No journal returns this; a driver
    /// passes it to [`Session::replay`](crate::Session::replay) instead of asking the journal.
    Withheld {
        /// The last number withheld.
        up_to: MsgSeqNum,
    },
}

/// Keeps what was sent.
///
/// * A series is kept whole or not at all: the first record of a later series voids everything before it,
///   even if the process dies before the old records are removed. A record of an earlier series is refused.
/// * A number may be recorded twice in a series, if the first attempt was never synced or its frame was
///   dropped. The last one counts, and everything recorded above that number is void.
///
/// `sansfix::testing::journal_suite` checks a journal against these rules.
pub trait Journal {
    /// How the medium can fail.
    type Error;

    /// Takes one record, which need not be safe until [`sync`](Journal::sync) returns.
    ///
    /// # Errors
    /// The medium's own; the record was not taken then.
    fn record(&mut self, record: &Record<'_>) -> Result<(), Self::Error>;

    /// Records where a session stands, without a message: after inbound messages that needed no answer.
    ///
    /// # Errors
    /// As [`record`](Journal::record).
    fn checkpoint(&mut self, resume: &Checkpoint) -> Result<(), Self::Error> {
        self.record(&Record::checkpoint(*resume))
    }

    /// Returns once everything recorded is safe.
    ///
    /// # Errors
    /// The medium's own; what was recorded since the last sync may be lost.
    fn sync(&mut self) -> Result<(), Self::Error>;

    /// The first message of `series` with a number from `from` to `to`, both included; `None` if there is
    /// none.
    ///
    /// # Errors
    /// The medium's own.
    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, Self::Error>;
}

/// A journal that keeps nothing, for sessions that start at 1 on every connection, such as market data. Every
/// ResendRequest is answered with a gap fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    type Error = core::convert::Infallible;

    fn record(&mut self, _: &Record<'_>) -> Result<(), Self::Error> {
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn first_in(&mut self, _: Series, _: MsgSeqNum, _: MsgSeqNum) -> Result<Option<Stored<'_>>, Self::Error> {
        Ok(None)
    }
}
