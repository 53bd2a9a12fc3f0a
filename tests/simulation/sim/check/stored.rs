//! Nothing goes out that was not stored.

use sansfix::MsgSeqNum;
use sansfix::testing::MemoryJournal;

use super::{Check, broken};
use crate::sim::reader::{self, Seen};

pub struct Stored;

const NAME: &str = "stored before sent";

impl Stored {
    /// The frame is about to be written, in a series that no pending reset makes unsure.
    pub fn frame(series: u64, seen: &Seen<'_>, journal: &MemoryJournal) -> Check {
        if seen.gap_fill && seen.poss_dup {
            // It stands for what was never stored.
            return Ok(());
        }
        let safe = journal.safe_resume();
        if safe.is_some_and(|safe| safe.series.get() > series) {
            // It waited for its turn while a reset was stored.
            return Ok(());
        }
        let stored =
            safe.is_some_and(|safe| safe.series.get() == series && safe.next_out.get() > seen.number);
        if !stored {
            return broken(NAME, format!("number {} goes out, safe is {safe:?}", seen.number));
        }
        if seen.is_admin() {
            return Ok(());
        }
        let kept = MsgSeqNum::new(seen.number).and_then(|number| journal.message(number));
        let same = kept.and_then(|frame| reader::read(frame).ok());
        if same.is_none_or(|same| same.content != seen.content) {
            return broken(NAME, format!("message {} goes out, the journal has another", seen.number));
        }
        Ok(())
    }
}
