//! Random records, and what a journal must answer after each.

use std::collections::BTreeMap;
use std::vec::Vec;

use super::BrokenRule;
use super::rule::{Rule, Told, resume, series};
use crate::Checkpoint;

/// What a journal must hold, in the simplest form.
#[derive(Default)]
pub(super) struct Model {
    messages: BTreeMap<u64, Vec<u8>>,
    series: u64,
    pub(super) next: u64,
    pub(super) resume: Option<Checkpoint>,
}

impl Model {
    /// Records a message: usually under the next number, sometimes under an earlier one again, after a jump,
    /// or in a new series.
    pub(super) fn record_some(
        &mut self,
        rule: Rule,
        journal: &mut impl Told,
        draw: &mut Draw,
    ) -> Result<(), BrokenRule> {
        let chance = draw.below(100);
        let number = match chance {
            0 => 1,
            1..4 => self.next.saturating_sub(draw.below(4)).max(1),
            4..7 => self.next + draw.below(50),
            _ => self.next.max(1),
        };
        if chance == 0 || self.series == 0 {
            self.series += 1;
            self.messages.clear();
        }
        let frame: Vec<u8> = (0..draw.below(300)).map(|_| b'0' + draw.below(75) as u8).collect();
        let frame = (draw.below(4) > 0).then_some(frame);
        rule.record(journal, series(self.series), number, frame.as_deref())?;
        self.messages.split_off(&number);
        if let Some(frame) = frame {
            self.messages.insert(number, frame);
        }
        self.next = number + 1;
        self.resume = Some(resume(series(self.series), 1, self.next));
        Ok(())
    }

    pub(super) fn check(
        &self,
        rule: Rule,
        journal: &mut impl Told,
        from: u64,
        to: u64,
    ) -> Result<(), BrokenRule> {
        let expected =
            self.messages.range(from..=to).next().map(|(&number, frame)| (number, frame.as_slice()));
        rule.answers(journal, series(self.series), from, to, expected)
    }

    pub(super) fn replay(&self, rule: Rule, journal: &mut impl Told, from: u64) -> Result<(), BrokenRule> {
        let mut from = from;
        while let Some((&number, _)) = self.messages.range(from..).next() {
            self.check(rule, journal, from, u64::MAX)?;
            from = number + 1;
        }
        self.check(rule, journal, from, u64::MAX)
    }
}

/// Pseudo-random numbers, the same in every run (Knuth's MMIX generator).
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// A number below `end`, or 0 if that is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).checked_rem(end).unwrap_or(0)
    }
}
