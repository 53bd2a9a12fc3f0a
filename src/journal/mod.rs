//! Where sent messages are kept, so that a resend can be answered: the one thing that a session asks of a
//! disk.

#[cfg(feature = "file-journal")]
mod file;
mod ring;

use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};
#[cfg(feature = "file-journal")]
pub use file::{Damage, Durability, FileJournal, FileJournalError, FileJournalOptions, Recovered, Retention};
pub use ring::{RingJournal, RingJournalError};

/// What must be safe before a frame's bytes may leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'o> {
    /// Where the session stands once the frame is out, and the series that it belongs to; what a restart
    /// begins from.
    pub resume: Checkpoint,
    /// The number that the frame takes, or `None` when it takes none: only `resume` is noted then.
    pub sent: Option<Sent<'o>>,
}

/// A frame with a number of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sent<'o> {
    /// The number.
    pub number: MsgSeqNum,
    /// The whole frame, or `None` for an admin message, which is never sent again (FIX session layer 4.8.5).
    /// Whatever was recorded under the number before, in this series, is void then: that frame never
    /// went out.
    pub frame: Option<&'o [u8]>,
}

impl Record<'_> {
    /// A record of where the session stands, without a message: after inbound messages that asked for no
    /// answer.
    pub const fn checkpoint(resume: Checkpoint) -> Record<'static> {
        Record { resume, sent: None }
    }

    /// A record of a frame with a number of its own.
    pub const fn sent(number: MsgSeqNum, frame: Option<&[u8]>, resume: Checkpoint) -> Record<'_> {
        Record { resume, sent: Some(Sent { number, frame }) }
    }
}

/// A journal's answer to "what is the first message you have in this range?".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stored<'j> {
    /// The message that was recorded under `number`; the numbers before it in the range were never stored.
    Message {
        /// Its number, within the range asked for.
        number: MsgSeqNum,
        /// The frame as it was recorded.
        frame: &'j [u8],
    },
    /// Messages that should be there are not: everything from the start of the range to `up_to` is gone, from
    /// an overwritten ring or a damaged file. The session fills the gap and says so in an event.
    Lost {
        /// The last number lost.
        up_to: MsgSeqNum,
    },
    /// The application does not want these sent again, from the start of the range to `up_to`: stale orders
    /// (FIX session layer 4.8.5 leaves that choice to it). No journal answers this; a driver puts it in a
    /// journal's place.
    Withheld {
        /// The last number withheld.
        up_to: MsgSeqNum,
    },
}

/// Keeps what was sent.
///
/// * A series is kept whole or not at all: the first record of a later series makes everything before it
///   void, also when the process dies before the old records are removed. A record of an earlier series is
///   refused.
/// * A number may come twice in a series, when the first attempt was not followed by a sync or its frame was
///   given up. The last one counts, and everything recorded above it is void.
///
/// `sansfix::testing::journal_suite` checks a journal against these rules.
pub trait Journal {
    /// Why the medium failed.
    type Error;

    /// Takes one record. It need not be safe before [`sync`](Journal::sync) returns.
    ///
    /// # Errors
    /// The medium's own; nothing was taken then.
    fn record(&mut self, record: &Record<'_>) -> Result<(), Self::Error>;

    /// Notes where a session stands, without a message: after inbound messages that asked for no answer.
    ///
    /// # Errors
    /// As [`record`](Journal::record).
    fn checkpoint(&mut self, resume: &Checkpoint) -> Result<(), Self::Error> {
        self.record(&Record::checkpoint(*resume))
    }

    /// Returns when everything recorded is safe.
    ///
    /// # Errors
    /// The medium's own; what was recorded since the last sync may be lost.
    fn sync(&mut self) -> Result<(), Self::Error>;

    /// The first message of `series` with a number from `from` to `to`, both included; `None` when none was
    /// stored.
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

/// A journal that keeps nothing: for sessions whose every reconnect begins at 1, market data above all. A
/// resend is answered by a gap fill.
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
