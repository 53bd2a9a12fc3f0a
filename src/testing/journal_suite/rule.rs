//! One rule, and the calls whose outcome it checks.

use core::fmt;
use std::format;
use std::string::String;

use super::BrokenRule;
use crate::journal::{Journal, Record, Stored};
use crate::{Checkpoint, MsgSeqNum, Series, Utc};

/// A journal whose errors can be shown.
pub(super) trait Told: Journal<Error: fmt::Display> {}

impl<J: Journal<Error: fmt::Display>> Told for J {}

#[derive(Clone, Copy)]
pub(super) struct Rule(pub(super) &'static str);

impl Rule {
    pub(super) fn broken<T>(self, found: String) -> Result<T, BrokenRule> {
        Err(BrokenRule { rule: self.0, found })
    }

    pub(super) fn record(
        self,
        journal: &mut impl Told,
        series: Series,
        number: u64,
        frame: Option<&[u8]>,
    ) -> Result<(), BrokenRule> {
        let record = Record::sent(seq(number), frame, resume(series, 1, number + 1));
        let done = journal.record(&record);
        done.or_else(|error| self.broken(format!("recording {number} failed: {error}")))
    }

    pub(super) fn checkpoint(self, journal: &mut impl Told, resume: &Checkpoint) -> Result<(), BrokenRule> {
        let done = journal.checkpoint(resume);
        done.or_else(|error| self.broken(format!("the checkpoint {resume:?} failed: {error}")))
    }

    pub(super) fn sync(self, journal: &mut impl Told) -> Result<(), BrokenRule> {
        journal.sync().or_else(|error| self.broken(format!("sync failed: {error}")))
    }

    pub(super) fn answers(
        self,
        journal: &mut impl Told,
        series: Series,
        from: u64,
        to: u64,
        expected: Option<(u64, &[u8])>,
    ) -> Result<(), BrokenRule> {
        let expected = expected.map(|(number, frame)| Stored::Message { number: seq(number), frame });
        match journal.first_in(series, seq(from), seq(to)) {
            Ok(found) if found == expected => Ok(()),
            Ok(found) => self.broken(format!(
                "asked for {from} to {to} in series {}, expected {}, got {}",
                series.get(),
                told(expected),
                told(found)
            )),
            Err(error) => self.broken(format!("asking for {from} to {to} failed: {error}")),
        }
    }

    pub(super) fn resumes(
        self,
        found: Option<Checkpoint>,
        expected: Option<Checkpoint>,
    ) -> Result<(), BrokenRule> {
        if found == expected {
            return Ok(());
        }
        self.broken(format!("expected to resume from {expected:?}, got {found:?}"))
    }
}

fn told(stored: Option<Stored<'_>>) -> String {
    match stored {
        None => "nothing".into(),
        Some(Stored::Message { number, frame }) => {
            format!("message {number}, \"{}\"", frame.escape_ascii())
        }
        Some(Stored::Lost { up_to }) => format!("lost up to {up_to}"),
        Some(Stored::Withheld { up_to }) => format!("withheld up to {up_to}"),
    }
}

pub(super) fn series(n: u64) -> Series {
    Series::from_raw(1_700_000_000_000_000_000 + n)
}

pub(super) fn resume(series: Series, next_in: u64, next_out: u64) -> Checkpoint {
    Checkpoint { series, next_in: seq(next_in), next_out: seq(next_out), ..Checkpoint::begin(Utc::EPOCH) }
}

pub(super) fn seq(n: u64) -> MsgSeqNum {
    MsgSeqNum::new(n).unwrap_or(MsgSeqNum::MAX)
}
