//! Which numbers of the current series are where in the file.

use std::vec::Vec;

use super::format::{Entry, What};
use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};

/// The messages of one series: 16 bytes of memory each.
#[derive(Default, Debug)]
pub(super) struct Index {
    series: Option<Series>,
    resume: Option<Checkpoint>,
    /// The highest number recorded, with or without a message.
    last: Option<MsgSeqNum>,
    /// Number and offset of each message, ascending by number.
    messages: Vec<(MsgSeqNum, u64)>,
    /// First and last number of each run of messages that are gone, ascending.
    lost: Vec<(MsgSeqNum, MsgSeqNum)>,
}

/// What [`Index::first_in`] finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    Message { number: MsgSeqNum, offset: u64 },
    Lost { up_to: MsgSeqNum },
}

impl Index {
    pub(super) fn series(&self) -> Option<Series> {
        self.series
    }

    pub(super) fn resume(&self) -> Option<Checkpoint> {
        self.resume
    }

    pub(super) fn messages(&self) -> &[(MsgSeqNum, u64)] {
        &self.messages
    }

    pub(super) fn lost(&self) -> &[(MsgSeqNum, MsgSeqNum)] {
        &self.lost
    }

    /// Takes note of `entry`, which lies at `offset`. Its series must not be an earlier one.
    pub(super) fn take(&mut self, entry: &Entry<'_>, offset: u64) {
        if self.series != Some(entry.series) {
            self.series = Some(entry.series);
            self.last = None;
            self.messages.clear();
            self.lost.clear();
        }
        self.resume = Some(entry.resume);
        match entry.what {
            What::Checkpoint => {}
            What::Admin { number } => self.withdraw_from(number),
            What::Message { number, .. } => {
                self.withdraw_from(number);
                self.messages.push((number, offset));
            }
            What::Lost { from, up_to } => {
                self.withdraw_from(from);
                self.lost.push((from, up_to));
                self.last = Some(up_to);
            }
        }
    }

    /// Takes note that records before `entry`, which follows, could not be read.
    pub(super) fn take_gap_before(&mut self, entry: &Entry<'_>) {
        let last = if self.series == Some(entry.series) { self.last } else { None };
        let next = match entry.what {
            What::Checkpoint => entry.resume.next_out,
            What::Admin { number } | What::Message { number, .. } => number,
            What::Lost { from, .. } => from,
        };
        let from = last.map_or(MsgSeqNum::FIRST, MsgSeqNum::next);
        if let Some(up_to) = next.previous().filter(|&up_to| from <= up_to) {
            self.take(&Entry { what: What::Lost { from, up_to }, ..*entry }, 0);
        }
    }

    /// The first of what is known from `from` to `to`.
    pub(super) fn first_in(&self, from: MsgSeqNum, to: MsgSeqNum) -> Option<Found> {
        let message = self.messages.get(self.messages.partition_point(|&(number, _)| number < from));
        let message = message.filter(|&&(number, _)| number <= to);
        let lost = self.lost.iter().find(|&&(_, up_to)| up_to >= from);
        match (lost.filter(|&&(first, _)| first <= to), message) {
            (Some(&(first, up_to)), message) if message.is_none_or(|&(number, _)| first < number) => {
                Some(Found::Lost { up_to: up_to.min(to) })
            }
            (_, Some(&(number, offset))) => Some(Found::Message { number, offset }),
            (_, None) => None,
        }
    }

    /// Drops what was recorded from `number` on: when a number comes again, its first attempt and what
    /// followed it have not happened.
    fn withdraw_from(&mut self, number: MsgSeqNum) {
        self.last = Some(number);
        while self.messages.last().is_some_and(|&(held, _)| held >= number) {
            self.messages.pop();
        }
        while let Some((from, up_to)) = self.lost.pop_if(|(_, up_to)| *up_to >= number) {
            if let Some(before) = number.previous().filter(|&before| from <= before) {
                self.lost.push((from, before.min(up_to)));
                break;
            }
        }
    }
}
