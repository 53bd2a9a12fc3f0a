//! What one side's application has said under which number, as its disk has it.

use std::collections::BTreeMap;

use sansfix::testing::MemoryJournal;
use sansfix::{MsgSeqNum, Record};

use crate::sim::reader;

#[derive(Default)]
pub struct Truth {
    /// Series and number, and the name of the message.
    said: BTreeMap<(u64, u64), u64>,
    /// Numbers whose messages the journal was made to lose.
    lost: std::collections::BTreeSet<(u64, u64)>,
}

impl Truth {
    /// A record was taken: as for any journal, what stood under its number and above has not happened.
    pub fn recorded(&mut self, record: &Record<'_>, id: Option<u64>) {
        let Some(sent) = &record.sent else { return };
        let series = record.resume.series.get();
        let from = (series, sent.number.get());
        while let Some((&key, _)) = self.said.range(from..=(series, u64::MAX)).next() {
            self.said.remove(&key);
        }
        if let Some(id) = id {
            self.said.insert(from, id);
        }
    }

    /// The process ended, and the disk has this.
    pub fn crashed(&mut self, journal: &MemoryJournal) {
        let Some(resume) = journal.resume() else { return self.said.clear() };
        let series = resume.series.get();
        // Series that the disk has forgotten never began.
        self.said.retain(|&(of, _), _| of < series);
        for number in (1..=resume.next_out.get()).filter_map(MsgSeqNum::new) {
            let kept = journal.message(number).and_then(|frame| reader::read(frame).ok()?.id);
            if let Some(id) = kept {
                self.said.insert((series, number.get()), id);
            }
        }
    }

    /// The journal loses what it has up to this number.
    pub fn lose(&mut self, series: u64, up_to: u64) {
        self.lost.extend(self.said.range((series, 0)..=(series, up_to)).map(|(&key, _)| key));
    }

    pub fn is_lost(&self, series: u64, number: u64) -> bool {
        self.lost.contains(&(series, number))
    }

    /// Where the message of this name stands.
    pub fn place(&self, id: u64) -> Option<(u64, u64)> {
        // Names rise with places; the latest are asked for.
        self.said.iter().rev().find(|&(_, &of)| of == id).map(|(&place, _)| place)
    }

    /// The messages of a series from one number up to before another.
    pub fn between(&self, series: u64, from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> {
        self.said.range((series, from)..(series, to.max(from))).map(|(&(_, number), &id)| (number, id))
    }
}
