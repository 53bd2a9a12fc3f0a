//! From a frame to bytes on the link, with every place where a process can end between.

use sansfix::{Frame, Journal, Session};

use super::check::{Broken, Checks, Stored, Truth};
use super::count::Counts;
use super::end::Grouped;
use super::op::Point;
use super::reader;
use super::story::Story;

/// What became of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fate {
    /// It is on its way, or waits behind a replay or for a sync.
    #[default]
    Done,
    /// The disk failed; it has not happened.
    Failed,
    /// The process ends here.
    Crash,
}

/// The parts of a side that a commit touches.
pub struct Desk<'a> {
    pub side: usize,
    pub at: sansfix::Instant,
    pub session: &'a mut Session,
    pub journal: &'a mut sansfix::testing::MemoryJournal,
    pub unwritten: &'a mut Vec<u8>,
    pub group: &'a mut Vec<u8>,
    pub grouped: &'a mut Vec<Grouped>,
    pub groups: bool,
    pub crash_at: Option<Point>,
    pub checks: &'a mut Checks,
    pub truth: &'a mut Truth,
    pub counts: &'a mut Counts,
    pub story: &'a mut Story,
    /// A Logon that resets went out: the counterparty may hear of it.
    pub said_reset: &'a mut bool,
}

impl Desk<'_> {
    /// Record, sync, commit, write.
    pub fn take(&mut self, frame: Frame<'_>) -> Result<Fate, Broken> {
        if !self.record(&frame)? {
            return Ok(Fate::Failed);
        }
        if self.crash_at == Some(Point::Recorded) {
            return Ok(Fate::Crash);
        }
        if !self.groups && self.journal.sync().is_err() {
            return Ok(Fate::Failed);
        }
        if self.crash_at == Some(Point::Synced) {
            return Ok(Fate::Crash);
        }
        self.commit(frame)
    }

    /// False when the disk did not take it.
    pub fn record(&mut self, frame: &Frame<'_>) -> Result<bool, Broken> {
        let Some(record) = frame.record() else { return Ok(true) };
        self.checks.finished.stored(record.resume)?;
        if self.journal.record(&record).is_err() {
            return Ok(false);
        }
        let id = record.sent.and_then(|sent| sent.frame).and_then(|frame| reader::read(frame).ok()?.id);
        self.truth.recorded(&record, id);
        Ok(true)
    }

    pub fn commit(&mut self, frame: Frame<'_>) -> Result<Fate, Broken> {
        let numbered = frame.record().is_some_and(|record| record.sent.is_some());
        let here = self.session.checkpoint();
        let Ok(wire) = frame.committed(self.session) else { return Ok(Fate::Done) };
        if self.crash_at == Some(Point::Committed) {
            return Ok(Fate::Crash);
        }
        if wire.is_empty() {
            return Ok(Fate::Done);
        }
        let seen = reader::read(&wire).unwrap_or_default();
        self.checks.cause.frame(&seen)?;
        self.checks.greeting.frame(&seen)?;
        if seen.msg_type == b"1"
            && self.session.config().policies.liveness.echo == sansfix::session::Echo::AnyTraffic
        {
            self.checks.silence.test_request(self.at, self.session.status().heart_bt_int)?;
        }
        // The first Logon of a reset, and what follows it before the answer, has no series yet.
        let resets = !numbered && seen.msg_type == b"A" && seen.resets;
        let sure = !here.reset_pending && !resets;
        let series = here.series.get();
        if self.groups {
            self.group.extend_from_slice(&wire);
            self.grouped.push(Grouped { series, sure, end: self.group.len() });
            return Ok(Fate::Done);
        }
        self.release(series, sure, &wire)?;
        Ok(Fate::Done)
    }

    /// One sync for all that waits.
    pub fn flush(&mut self) -> Result<Fate, Broken> {
        if self.grouped.is_empty() {
            return Ok(Fate::Done);
        }
        let (frames, bytes) = (std::mem::take(self.grouped), std::mem::take(self.group));
        if self.journal.sync().is_err() {
            return Ok(Fate::Failed);
        }
        if self.crash_at == Some(Point::Synced) {
            return Ok(Fate::Crash);
        }
        let mut start = 0;
        for Grouped { series, sure, end } in frames {
            self.release(series, sure, &bytes[start..end])?;
            start = end;
        }
        Ok(Fate::Done)
    }

    /// The bytes of one frame leave the process.
    fn release(&mut self, series: u64, sure: bool, frame: &[u8]) -> Result<(), Broken> {
        self.story.frame(self.at, self.side, frame);
        let seen = reader::read(frame).map_err(|what| Broken {
            checker: "frames are well formed",
            what: format!("{what}: {}", frame.escape_ascii()),
        })?;
        self.counts.frames += 1;
        self.counts.retransmitted += u64::from(seen.poss_dup);
        if sure {
            self.checks.bodies.frame(series, &seen)?;
            Stored::frame(series, &seen, self.journal)?;
            self.checks.numbers.wrote(series, seen.number);
        }
        if seen.msg_type == b"A" && seen.resets {
            self.checks.numbers.agreed();
            *self.said_reset = true;
        }
        self.unwritten.extend_from_slice(frame);
        Ok(())
    }
}
