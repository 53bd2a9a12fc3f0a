//! A journal that a scenario can hurt.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use sansfix::{Checkpoint, Journal, MsgSeqNum, Record, Series, Stored};

#[derive(Debug, Default)]
pub(crate) struct Store {
    series: Option<Series>,
    frames: BTreeMap<u64, Vec<u8>>,
    pub resume: Option<Checkpoint>,
    /// Numbers whose messages are gone, and numbers not to be sent again.
    pub lost: Option<RangeInclusive<u64>>,
    pub withheld: Option<RangeInclusive<u64>>,
    /// The medium fails.
    pub fails: bool,
}

#[derive(Debug)]
pub(crate) struct Broken;

impl Store {
    /// An empty journal of a session that stands at `resume`.
    pub(crate) fn at(resume: Checkpoint) -> Store {
        Store { resume: Some(resume), ..Store::default() }
    }

    pub(crate) fn holds(&self) -> Vec<u64> {
        self.frames.keys().copied().collect()
    }

    /// Puts bytes in the place of what was stored, for damage that a store does not notice itself.
    pub(crate) fn put(&mut self, number: u64, frame: Vec<u8>) {
        self.frames.insert(number, frame);
    }
}

impl Journal for Store {
    type Error = Broken;

    fn record(&mut self, record: &Record<'_>) -> Result<(), Broken> {
        if self.fails {
            return Err(Broken);
        }
        if self.series.is_none_or(|held| held < record.resume.series) {
            self.series = Some(record.resume.series);
            self.frames.clear();
        }
        assert_eq!(self.series, Some(record.resume.series), "a record of an earlier series");
        if let Some(sent) = record.sent {
            self.frames.split_off(&sent.number.get());
            if let Some(frame) = sent.frame {
                self.frames.insert(sent.number.get(), frame.to_vec());
            }
        }
        self.resume = Some(record.resume);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Broken> {
        if self.fails { Err(Broken) } else { Ok(()) }
    }

    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, Broken> {
        if self.fails {
            return Err(Broken);
        }
        if self.series != Some(series) {
            return Ok(None);
        }
        let range = from.get()..=to.get();
        let held = self.frames.range(range.clone()).next();
        let first = held.map_or(u64::MAX, |(&number, _)| number);
        for (gone, is_lost) in [(&self.lost, true), (&self.withheld, false)] {
            let Some(gone) = gone else { continue };
            let overlap = (*gone.start()).max(from.get())..=(*gone.end()).min(to.get());
            if !overlap.is_empty() && *overlap.start() <= first {
                let up_to = MsgSeqNum::new(*overlap.end()).ok_or(Broken)?;
                return Ok(Some(if is_lost { Stored::Lost { up_to } } else { Stored::Withheld { up_to } }));
            }
        }
        let Some((&number, frame)) = held else { return Ok(None) };
        Ok(Some(Stored::Message { number: MsgSeqNum::new(number).ok_or(Broken)?, frame }))
    }
}
