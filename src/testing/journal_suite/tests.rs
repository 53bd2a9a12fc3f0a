//! The suite finds each fault that it exists to find.

use std::string::String;
use std::vec::Vec;

use super::*;
use crate::journal::{Record, RingJournal, Stored};
use crate::{MsgSeqNum, Series};

/// A journal in a vector, with at most one fault.
#[derive(Default)]
struct Faulty {
    fault: Fault,
    kept: Vec<(Series, MsgSeqNum, Vec<u8>)>,
    series: Option<Series>,
    resume: Option<Checkpoint>,
}

#[derive(Clone, Copy, PartialEq, Default, Debug)]
enum Fault {
    #[default]
    None,
    CutsLongFrames,
    LeavesOutTheEndOfTheRange,
    AnswersAboveTheRange,
    KeepsTheFirstAttempt,
    KeepsAnAttemptThatBecameAdmin,
    KeepsWhatFollowed,
    AnswersAnySeries,
    KeepsTheOlderSeries,
    IgnoresACheckpointsSeries,
    GoesBackToAnEarlierSeries,
    CallsAdminLost,
    ForgetsOnReopening,
    ForgetsTheCheckpoint,
    KeepsTheLaterHalf,
}

impl Faulty {
    fn with(fault: Fault) -> Self {
        Faulty { fault, ..Faulty::default() }
    }

    fn enter(&mut self, series: Series) -> Result<(), &'static str> {
        if self.series > Some(series) && self.fault != Fault::GoesBackToAnEarlierSeries {
            return Err("an earlier series");
        }
        if self.series != Some(series) && self.fault != Fault::KeepsTheOlderSeries {
            self.kept.clear();
        }
        self.series = Some(series);
        Ok(())
    }

    fn reopen(mut self) -> (Self, Option<Checkpoint>) {
        match self.fault {
            Fault::ForgetsOnReopening => self.kept.clear(),
            Fault::ForgetsTheCheckpoint => self.resume = None,
            Fault::KeepsTheLaterHalf => drop(self.kept.drain(..self.kept.len() / 2)),
            _ => {}
        }
        let resume = self.resume;
        (self, resume)
    }
}

impl Journal for Faulty {
    type Error = &'static str;

    fn record(&mut self, record: &Record<'_>) -> Result<(), &'static str> {
        let this = record.resume.series;
        if record.sent.is_some() || self.fault != Fault::IgnoresACheckpointsSeries {
            self.enter(this)?;
        }
        self.resume = Some(record.resume);
        let Some(sent) = record.sent else { return Ok(()) };
        let known = self.kept.iter().any(|(_, number, _)| *number == sent.number);
        match self.fault {
            Fault::KeepsTheFirstAttempt if known => return Ok(()),
            Fault::KeepsAnAttemptThatBecameAdmin if sent.frame.is_none() => {}
            Fault::KeepsWhatFollowed => self.kept.retain(|(_, number, _)| *number != sent.number),
            _ => self.kept.retain(|(series, number, _)| *series != this || *number < sent.number),
        }
        if let Some(frame) = sent.frame {
            let length =
                if self.fault == Fault::CutsLongFrames { 4096.min(frame.len()) } else { frame.len() };
            self.kept.push((this, sent.number, frame[..length].to_vec()));
            self.kept.sort();
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), &'static str> {
        Ok(())
    }

    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, &'static str> {
        let fault = self.fault;
        let found = self.kept.iter().find(|(of, number, _)| {
            (*of == series || fault == Fault::AnswersAnySeries)
                && *number >= from
                && (*number <= to || fault == Fault::AnswersAboveTheRange)
                && (*number < to || fault != Fault::LeavesOutTheEndOfTheRange)
        });
        Ok(match found {
            Some((_, number, _)) if *number > from && fault == Fault::CallsAdminLost => {
                number.previous().map(|up_to| Stored::Lost { up_to })
            }
            Some((_, number, frame)) => Some(Stored::Message { number: *number, frame }),
            None => None,
        })
    }
}

fn broken_by(fault: Fault) -> String {
    match persistent_journal_suite(|| Faulty::with(fault), Faulty::reopen) {
        Ok(()) => String::new(),
        Err(broken) => broken.rule.into(),
    }
}

#[test]
fn a_journal_without_a_fault_passes() {
    assert_eq!(persistent_journal_suite(Faulty::default, Faulty::reopen), Ok(()));
}

#[test]
fn the_ring_journal_keeps_every_rule() {
    assert_eq!(journal_suite(|| RingJournal::new(Vec::leak(std::vec![0; 1 << 19]))), Ok(()));
}

#[test]
fn each_fault_is_found_by_the_rule_against_it() {
    let twice = "of a number recorded twice the last counts";
    let within = "the first message from `from` to `to`, both included, is answered and no other";
    let later = "the first record of a later series voids everything before it";
    let resumed = "the last checkpoint is found again, whether it came with a record or alone";
    for (fault, rule) in [
        (Fault::CutsLongFrames, "a message is found under its number, every byte as it was recorded"),
        (
            Fault::LeavesOutTheEndOfTheRange,
            "a message is found under its number, every byte as it was recorded",
        ),
        (Fault::AnswersAboveTheRange, within),
        (Fault::KeepsTheFirstAttempt, twice),
        (Fault::KeepsAnAttemptThatBecameAdmin, "a number recorded again without a message has none"),
        (
            Fault::KeepsWhatFollowed,
            "when a number is recorded again, what followed its first attempt has not happened",
        ),
        (Fault::AnswersAnySeries, later),
        (Fault::KeepsTheOlderSeries, later),
        (Fault::IgnoresACheckpointsSeries, "a checkpoint of a later series voids everything before it"),
        (
            Fault::GoesBackToAnEarlierSeries,
            "a record of an earlier series is refused or ignored, never taken for the later one",
        ),
        (Fault::CallsAdminLost, within),
        (Fault::ForgetsOnReopening, resumed),
        (Fault::ForgetsTheCheckpoint, resumed),
        (
            Fault::KeepsTheLaterHalf,
            "of records without a sync some may be gone, all of them after those that are kept",
        ),
    ] {
        assert_eq!(broken_by(fault), rule, "{fault:?}");
    }
}
