//! Every application message is delivered once and in order, or reported as skipped; and none of an old
//! series under a new one.

use std::collections::BTreeMap;

use sansfix::{Checkpoint, Skip};

use super::{Check, Truth, broken};
use crate::sim::plan::Store;

/// What one side has received.
#[derive(Default)]
pub struct Delivery {
    /// By the names of our series: a restart may go back to the one before, when nothing was stored of the
    /// new one.
    known: BTreeMap<u64, Received>,
    series: u64,
    pub messages: u64,
    pub skipped: u64,
}

/// What was received in one series.
#[derive(Default)]
struct Received {
    /// The counterparty's name for the series, once a message has told it.
    theirs: Option<u64>,
    /// The next number not accounted for.
    cursor: u64,
    /// The last number delivered.
    delivered: u64,
    /// Numbers passed before the counterparty's series was known: from, to, and whether the application was
    /// told.
    passed: Vec<(u64, u64, Notice)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    None,
    GapFill,
    Told,
}

const NAME: &str = "delivery";

impl Delivery {
    pub fn begin(&mut self, resume: Checkpoint) {
        self.series = resume.series.get();
        self.known.insert(self.series, Received { cursor: resume.next_in.get(), ..Received::default() });
    }

    fn now(&mut self) -> &mut Received {
        self.known.entry(self.series).or_insert_with(|| Received { cursor: 1, ..Received::default() })
    }

    /// Is all below `sent` accounted for, in a series that both sides are known to be in?
    pub fn accounts_for(&mut self, sent: u64) -> bool {
        let now = self.now();
        now.cursor == sent && now.theirs.is_some()
    }

    pub fn cursor(&mut self) -> u64 {
        self.now().cursor
    }

    /// A message is handed to the application.
    pub fn message(&mut self, number: u64, id: Option<u64>, truth: &Truth) -> Check {
        let Some((theirs, said_under)) = id.and_then(|id| truth.place(id)) else {
            return broken(NAME, format!("message {id:?} under {number} was never recorded"));
        };
        if said_under != number {
            return broken(NAME, format!("message {id:?} of number {said_under} came as {number}"));
        }
        let before = self.known.range(..self.series).filter_map(|(_, before)| before.theirs).max();
        let cursor = self.now().cursor;
        match self.now().theirs {
            Some(known) if known != theirs => {
                return broken("series", format!("message {number} of series {theirs} came in {known}"));
            }
            None if before.is_some_and(|before| theirs <= before) => {
                return broken(
                    "series",
                    format!("message {number} of the old series {theirs} came in a new one"),
                );
            }
            Some(_) | None => self.now().theirs = Some(theirs),
        }
        if number < cursor {
            return broken(NAME, format!("message {number} came again, {cursor} was next"));
        }
        self.pass(number, Notice::None, truth)?;
        let now = self.now();
        (now.cursor, now.delivered) = (number + 1, number);
        self.messages += 1;
        Ok(())
    }

    /// The application was told that these will not come.
    pub fn skip(&mut self, from: u64, to: u64, by: Skip, truth: &Truth) -> Check {
        self.pass(from, Notice::None, truth)?;
        self.pass(to, if by == Skip::GapFill { Notice::GapFill } else { Notice::Told }, truth)
    }

    /// A message was rejected and counted, and the application was told.
    pub fn refused(&mut self, number: u64, truth: &Truth) -> Check {
        self.pass(number, Notice::None, truth)?;
        self.pass(number + 1, Notice::Told, truth)
    }

    /// The session expects this number next: everything below is done with.
    pub fn reached(&mut self, series: u64, next_in: u64, truth: &Truth) -> Check {
        if series == self.series { self.pass(next_in, Notice::None, truth) } else { Ok(()) }
    }

    /// Both directions begin anew; what was not delivered is reported by that.
    pub fn new_series(&mut self, resume: Checkpoint, truth: &Truth) {
        let (series, now) = (resume.series.get(), self.now());
        let (theirs, cursor) = (now.theirs, now.cursor);
        if let Some(theirs) = theirs.filter(|_| series > self.series) {
            self.skipped += truth.between(theirs, cursor, u64::MAX).count() as u64;
        }
        self.series = series;
    }

    /// The process begins again, from here.
    pub fn restart(&mut self, resume: Checkpoint, store: Store, truth: &Truth) -> Check {
        // The application sees by the series that there was a reset.
        self.new_series(resume, truth);
        // A later one of which nothing was stored never was; its name may come again.
        self.known.retain(|&series, _| series <= resume.series.get());
        let next_in = resume.next_in.get();
        if !self.known.contains_key(&self.series) {
            return self.pass(next_in, Notice::None, truth);
        }
        let now = self.now();
        if next_in > now.cursor {
            return broken(NAME, format!("a restart expects {next_in}, {} was next", now.cursor));
        }
        if store == Store::Transaction && next_in <= now.delivered {
            let last = now.delivered;
            return broken(NAME, format!("a restart expects {next_in}, {last} was delivered for good"));
        }
        now.cursor = next_in;
        // What had been passed without a word comes again.
        now.passed.retain(|&(_, to, _)| to <= next_in);
        Ok(())
    }

    /// What is below `to` will not be delivered any more.
    fn pass(&mut self, to: u64, notice: Notice, truth: &Truth) -> Check {
        let now = self.now();
        if to <= now.cursor {
            return Ok(());
        }
        now.passed.push((now.cursor, to, notice));
        now.cursor = to;
        let Some(theirs) = now.theirs else { return Ok(()) };
        for (from, to, notice) in std::mem::take(&mut now.passed) {
            for (number, id) in truth.between(theirs, from, to) {
                match notice {
                    Notice::None => {
                        return broken(NAME, format!("message {id} under {number} was lost without a word"));
                    }
                    Notice::GapFill if !truth.is_lost(theirs, number) => {
                        return broken(NAME, format!("a gap fill stood in for message {id} under {number}"));
                    }
                    Notice::GapFill | Notice::Told => self.skipped += 1,
                }
            }
        }
        Ok(())
    }
}
