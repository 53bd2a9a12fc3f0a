//! Tests of what a session relies on in a journal, for any implementation.

mod model;
mod rule;
#[cfg(test)]
mod tests;

use core::fmt;
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::Checkpoint;
use crate::journal::Journal;
use model::{Draw, Model};
use rule::{Rule, Told, resume, series};

/// A rule that a journal broke, and how it did.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("journal rule broken: {rule}: {found}")]
pub struct BrokenRule {
    /// The rule, as a sentence.
    pub rule: &'static str,
    /// What the journal did.
    pub found: String,
}

/// Checks every rule for a journal that stays open. `fresh` must open an empty one each time, with room for
/// 256 KiB of messages.
///
/// ```
/// use sansfix::journal::RingJournal;
/// use sansfix::testing::{BrokenRule, journal_suite};
///
/// # fn main() -> Result<(), BrokenRule> {
/// journal_suite(|| RingJournal::new(vec![0; 1 << 19].leak()))
/// # }
/// ```
///
/// # Errors
/// The first rule that the journal broke.
pub fn journal_suite<J>(mut fresh: impl FnMut() -> J) -> Result<(), BrokenRule>
where
    J: Journal,
    J::Error: fmt::Display,
{
    an_empty_journal_answers_nothing(&mut fresh())?;
    a_message_is_found_whole(&mut fresh())?;
    the_range_includes_both_ends_and_nothing_else(&mut fresh())?;
    numbers_without_a_message_are_passed_over(&mut fresh())?;
    the_last_of_two_attempts_counts(&mut fresh())?;
    an_attempt_that_became_admin_is_gone(&mut fresh())?;
    what_followed_a_first_attempt_is_gone(&mut fresh())?;
    a_later_series_voids_the_older(&mut fresh())?;
    a_checkpoint_of_a_later_series_voids_the_older(&mut fresh())?;
    an_earlier_series_changes_nothing(&mut fresh())?;
    (0..20).try_for_each(|seed| any_question_is_answered_between_any_records(&mut fresh(), seed))
}

/// Runs [`journal_suite`], then checks every rule for a journal that outlives its process.
///
/// `reopen` must drop the journal as if its process had died, open it again from the same medium, and return
/// it with the checkpoint found there.
///
/// # Errors
/// The first rule that the journal broke.
pub fn persistent_journal_suite<J>(
    mut fresh: impl FnMut() -> J,
    mut reopen: impl FnMut(J) -> (J, Option<Checkpoint>),
) -> Result<(), BrokenRule>
where
    J: Journal,
    J::Error: fmt::Display,
{
    journal_suite(&mut fresh)?;
    nothing_recorded_means_no_checkpoint(fresh(), &mut reopen)?;
    a_bare_checkpoint_is_found_again(fresh(), &mut reopen)?;
    an_earlier_series_stays_void_after_reopening(fresh(), &mut reopen)?;
    records_without_a_sync_are_kept_up_to_some_point(fresh(), &mut reopen)?;
    (0..10).try_for_each(|seed| what_was_synced_is_found_again(fresh(), &mut reopen, seed))
}

fn an_empty_journal_answers_nothing(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("an empty journal answers nothing");
    rule.answers(journal, series(1), 1, u64::MAX, None)
}

fn a_message_is_found_whole(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("a message is found under its number, every byte as it was recorded");
    let every_byte: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let lengths = [1, 2, 7, 8, 63, 180, 255, 256, 257, 4096, 5000];
    for (number, length) in (1..).zip(lengths) {
        rule.record(journal, series(1), number, every_byte.get(..length))?;
    }
    rule.sync(journal)?;
    for (number, length) in (1..).zip(lengths) {
        rule.answers(
            journal,
            series(1),
            number,
            number,
            every_byte.get(..length).map(|frame| (number, frame)),
        )?;
    }
    Ok(())
}

fn the_range_includes_both_ends_and_nothing_else(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("the first message from `from` to `to`, both included, is answered and no other");
    for (number, frame) in [(5, b"five"), (6, b"six.")] {
        rule.record(journal, series(1), number, Some(frame))?;
    }
    rule.answers(journal, series(1), 5, 6, Some((5, b"five")))?;
    rule.answers(journal, series(1), 6, 6, Some((6, b"six.")))?;
    rule.answers(journal, series(1), 1, 5, Some((5, b"five")))?;
    rule.answers(journal, series(1), 6, u64::MAX, Some((6, b"six.")))?;
    rule.answers(journal, series(1), 1, 4, None)?;
    rule.answers(journal, series(1), 7, u64::MAX, None)
}

fn numbers_without_a_message_are_passed_over(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("numbers of admin messages are passed over, never answered as messages or as lost");
    for number in 1..=9 {
        rule.record(journal, series(1), number, (number % 4 == 0).then_some(b"order"))?;
    }
    rule.answers(journal, series(1), 1, 9, Some((4, b"order")))?;
    rule.answers(journal, series(1), 5, 9, Some((8, b"order")))?;
    rule.answers(journal, series(1), 5, 7, None)?;
    rule.answers(journal, series(1), 9, 9, None)
}

fn the_last_of_two_attempts_counts(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("of a number recorded twice the last counts");
    for (number, frame) in [(1, "first"), (2, "failed"), (2, "second, longer"), (3, "third")] {
        rule.record(journal, series(1), number, Some(frame.as_bytes()))?;
    }
    rule.answers(journal, series(1), 2, 2, Some((2, b"second, longer")))?;
    rule.answers(journal, series(1), 1, 1, Some((1, b"first")))?;
    rule.answers(journal, series(1), 3, 3, Some((3, b"third")))
}

fn an_attempt_that_became_admin_is_gone(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("a number recorded again without a message has none");
    rule.record(journal, series(1), 1, Some(b"failed"))?;
    rule.record(journal, series(1), 1, None)?;
    rule.answers(journal, series(1), 1, 9, None)
}

fn what_followed_a_first_attempt_is_gone(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("when a number is recorded again, what followed its first attempt has not happened");
    for number in 1..=5 {
        rule.record(journal, series(1), number, Some(b"failed"))?;
    }
    rule.answers(journal, series(1), 4, 5, Some((4, b"failed")))?;
    rule.record(journal, series(1), 3, Some(b"third"))?;
    rule.answers(journal, series(1), 2, 9, Some((2, b"failed")))?;
    rule.answers(journal, series(1), 3, 9, Some((3, b"third")))?;
    rule.answers(journal, series(1), 4, 9, None)
}

fn a_later_series_voids_the_older(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("the first record of a later series voids everything before it");
    for number in 1..=9 {
        rule.record(journal, series(1), number, Some(b"old"))?;
    }
    rule.answers(journal, series(2), 1, 9, None)?;
    rule.answers(journal, series(0), 1, 9, None)?;
    rule.answers(journal, series(1), 2, 9, Some((2, b"old")))?;
    rule.record(journal, series(2), 1, None)?;
    rule.answers(journal, series(1), 1, 9, None)?;
    rule.answers(journal, series(2), 1, 9, None)?;
    rule.record(journal, series(2), 2, Some(b"new"))?;
    rule.answers(journal, series(1), 1, 9, None)?;
    rule.answers(journal, series(2), 1, 9, Some((2, b"new")))
}

fn a_checkpoint_of_a_later_series_voids_the_older(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("a checkpoint of a later series voids everything before it");
    rule.record(journal, series(1), 1, Some(b"old"))?;
    rule.checkpoint(journal, &resume(series(1), 5, 2))?;
    rule.answers(journal, series(1), 1, 9, Some((1, b"old")))?;
    rule.checkpoint(journal, &resume(series(2), 1, 1))?;
    rule.answers(journal, series(1), 1, 9, None)?;
    rule.answers(journal, series(2), 1, 9, None)
}

fn an_earlier_series_changes_nothing(journal: &mut impl Told) -> Result<(), BrokenRule> {
    let rule = Rule("a record of an earlier series is refused or ignored, never taken for the later one");
    rule.record(journal, series(2), 1, Some(b"new"))?;
    // The journal may refuse it with an error or ignore it.
    let _ = rule.record(journal, series(1), 2, Some(b"old"));
    let _ = rule.checkpoint(journal, &resume(series(1), 9, 9));
    rule.answers(journal, series(2), 1, 9, Some((1, b"new")))?;
    rule.answers(journal, series(2), 2, 9, None)?;
    rule.answers(journal, series(1), 1, 9, None)
}

fn any_question_is_answered_between_any_records(
    journal: &mut impl Told,
    seed: u64,
) -> Result<(), BrokenRule> {
    let rule = Rule("any question is answered at any moment, during a replay and between records");
    let mut draw = Draw(seed);
    let mut model = Model::default();
    for _ in 0..300 {
        model.record_some(rule, journal, &mut draw)?;
        let from = 1 + draw.below(model.next);
        let to = from + draw.below(20);
        model.check(rule, journal, from, to)?;
        if draw.below(20) == 0 {
            model.replay(rule, journal, from)?;
        }
    }
    model.replay(rule, journal, 1)
}

fn nothing_recorded_means_no_checkpoint<J: Told>(
    journal: J,
    reopen: &mut impl FnMut(J) -> (J, Option<Checkpoint>),
) -> Result<(), BrokenRule> {
    let rule = Rule("a journal that took nothing gives no checkpoint");
    let (mut journal, found) = reopen(journal);
    rule.resumes(found, None)?;
    rule.answers(&mut journal, series(1), 1, u64::MAX, None)
}

fn a_bare_checkpoint_is_found_again<J: Told>(
    mut journal: J,
    reopen: &mut impl FnMut(J) -> (J, Option<Checkpoint>),
) -> Result<(), BrokenRule> {
    let rule = Rule("the last checkpoint is found again, whether it came with a record or alone");
    rule.record(&mut journal, series(1), 1, Some(b"order"))?;
    let alone = Checkpoint { reset_pending: true, ..resume(series(1), 7, 2) };
    rule.checkpoint(&mut journal, &alone)?;
    rule.sync(&mut journal)?;
    let (mut journal, found) = reopen(journal);
    rule.resumes(found, Some(alone))?;
    rule.record(&mut journal, series(1), 2, None)?;
    rule.sync(&mut journal)?;
    let (mut journal, found) = reopen(journal);
    rule.resumes(found, Some(resume(series(1), 1, 3)))?;
    rule.answers(&mut journal, series(1), 1, 9, Some((1, b"order")))
}

fn an_earlier_series_stays_void_after_reopening<J: Told>(
    mut journal: J,
    reopen: &mut impl FnMut(J) -> (J, Option<Checkpoint>),
) -> Result<(), BrokenRule> {
    let rule = Rule("a series that was void stays void after reopening");
    rule.record(&mut journal, series(1), 1, Some(b"old"))?;
    rule.record(&mut journal, series(1), 2, Some(b"old"))?;
    rule.record(&mut journal, series(2), 1, Some(b"new"))?;
    rule.sync(&mut journal)?;
    let (mut journal, found) = reopen(journal);
    rule.resumes(found, Some(resume(series(2), 1, 2)))?;
    rule.answers(&mut journal, series(1), 1, 9, None)?;
    rule.answers(&mut journal, series(2), 1, 9, Some((1, b"new")))?;
    rule.answers(&mut journal, series(2), 2, 9, None)
}

fn records_without_a_sync_are_kept_up_to_some_point<J: Told>(
    mut journal: J,
    reopen: &mut impl FnMut(J) -> (J, Option<Checkpoint>),
) -> Result<(), BrokenRule> {
    let rule = Rule("of records without a sync some may be gone, all of them after those that are kept");
    let frame = |number: u64| format!("message {number}").into_bytes();
    for number in 1..=5 {
        rule.record(&mut journal, series(1), number, Some(&frame(number)))?;
    }
    rule.sync(&mut journal)?;
    for number in 6..=200 {
        rule.record(&mut journal, series(1), number, Some(&frame(number)))?;
    }
    let (mut journal, found) = reopen(journal);
    let Some(found) = found.filter(|found| (6..=201).contains(&found.next_out.get())) else {
        return rule.broken(format!("resumes from {found:?} with next_out outside 6 to 201"));
    };
    let kept = found.next_out.get() - 1;
    for number in 1..=kept {
        rule.answers(&mut journal, series(1), number, u64::MAX, Some((number, &frame(number))))?;
    }
    rule.answers(&mut journal, series(1), kept + 1, u64::MAX, None)
}

fn what_was_synced_is_found_again<J: Told>(
    mut journal: J,
    reopen: &mut impl FnMut(J) -> (J, Option<Checkpoint>),
    seed: u64,
) -> Result<(), BrokenRule> {
    let rule = Rule("what was recorded before a sync is found after reopening, and recording goes on");
    let mut draw = Draw(seed);
    let mut model = Model::default();
    for _ in 0..8 {
        for _ in 0..draw.below(40) {
            model.record_some(rule, &mut journal, &mut draw)?;
        }
        rule.sync(&mut journal)?;
        let (reopened, found) = reopen(journal);
        journal = reopened;
        rule.resumes(found, model.resume)?;
        model.replay(rule, &mut journal, 1)?;
    }
    Ok(())
}
