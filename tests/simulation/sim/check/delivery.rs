//! Every application message is delivered once and in order, or reported as skipped; and none of an old series under a new one.

use sansfix::{Checkpoint, Skip};

use super::{Check, Truth, broken};
use crate::sim::plan::Store;

/// What one side has received.
#[derive(Default)]
pub struct Delivery {
    /// Our series, and the counterparty's name for the same, once a message has told it.
    series: u64,
    theirs: Option<u64>,
    /// Series of the counterparty that are over.
    over: u64,
    /// The next number not accounted for.
    cursor: u64,
    /// The last number delivered in this series.
    delivered: u64,
    /// Numbers passed before the counterparty's series was known: from, to, and whether the application was told.
    passed: Vec<(u64, u64, Notice)>,
    pub messages: u64,
    pub skipped: u64,
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
        self.cursor = resume.next_in.get();
    }

    /// Where our series stands in the counterparty's names.
    pub fn theirs(&self) -> Option<u64> {
        self.theirs
    }

    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// A message is handed to the application.
    pub fn message(&mut self, number: u64, id: Option<u64>, truth: &Truth) -> Check {
        let Some((theirs, said_under)) = id.and_then(|id| truth.place(id)) else {
            return broken(NAME, format!("message {id:?} under {number} was never recorded"));
        };
        if said_under != number {
            return broken(NAME, format!("message {id:?} of number {said_under} came as {number}"));
        }
        match self.theirs {
            Some(known) if known != theirs => {
                return broken("series", format!("message {number} of series {theirs} came in {known}"));
            }
            None if theirs <= self.over => {
                return broken(
                    "series",
                    format!("message {number} of the old series {theirs} came in a new one"),
                );
            }
            Some(_) | None => self.theirs = Some(theirs),
        }
        if number < self.cursor {
            return broken(NAME, format!("message {number} came again, {} was next", self.cursor));
        }
        self.pass(number, Notice::None, truth)?;
        self.cursor = number + 1;
        self.delivered = number;
        self.messages += 1;
        Ok(())
    }

    /// The application was told that these will not come.
    pub fn skip(&mut self, from: u64, to: u64, by: Skip, truth: &Truth) -> Check {
        if from > self.cursor {
            self.pass(from, Notice::None, truth)?;
        }
        self.pass(to, if by == Skip::GapFill { Notice::GapFill } else { Notice::Told }, truth)
    }

    /// A message was rejected, and the application was told.
    pub fn refused(&mut self, number: u64, truth: &Truth) -> Check {
        if number == self.cursor { self.pass(number + 1, Notice::Told, truth) } else { Ok(()) }
    }

    /// The session expects this number next: everything below is done with.
    pub fn reached(&mut self, series: u64, next_in: u64, truth: &Truth) -> Check {
        if series == self.series { self.pass(next_in, Notice::None, truth) } else { Ok(()) }
    }

    /// Both directions begin anew; what was not delivered is reported by that.
    pub fn new_series(&mut self, resume: Checkpoint, truth: &Truth) {
        if resume.series.get() == self.series {
            return;
        }
        if let Some(theirs) = self.theirs.take() {
            self.skipped += truth.between(theirs, self.cursor, u64::MAX).count() as u64;
            self.over = theirs;
        }
        self.passed.clear();
        (self.series, self.cursor, self.delivered) = (resume.series.get(), 1, 0);
    }

    /// The process begins again, from here.
    pub fn restart(&mut self, resume: Checkpoint, store: Store, truth: &Truth) -> Check {
        // The application sees by the series that there was a reset.
        self.new_series(resume, truth);
        let next_in = resume.next_in.get();
        if next_in > self.cursor {
            return broken(NAME, format!("a restart expects {next_in}, {} was next", self.cursor));
        }
        if store == Store::Transaction && next_in <= self.delivered {
            let last = self.delivered;
            return broken(NAME, format!("a restart expects {next_in}, {last} was delivered for good"));
        }
        self.cursor = next_in;
        Ok(())
    }

    /// What is below `to` will not be delivered any more.
    fn pass(&mut self, to: u64, notice: Notice, truth: &Truth) -> Check {
        if to <= self.cursor {
            return Ok(());
        }
        self.passed.push((self.cursor, to, notice));
        self.cursor = to;
        let Some(theirs) = self.theirs else { return Ok(()) };
        for (from, to, notice) in std::mem::take(&mut self.passed) {
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
