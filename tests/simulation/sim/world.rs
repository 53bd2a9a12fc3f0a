//! Both sides, the link, the clock, and what each step of a run does to them.

use std::time::Duration;

use sansfix::session::NextExpected;
use sansfix::testing::{Clock, MemoryJournal};
use sansfix::{Checkpoint, Farewell, Inbox, Journal, MsgSeqNum, MsgType, Now, Reason, Session, State, Utc};

use super::check::{Broken, Checks, Truth};
use super::commit::{Desk, Fate};
use super::count::Counts;
use super::end::End;
use super::forge::forge;
use super::link::Link;
use super::op::{Judge, Op, Point, Side};
use super::plan::{Plan, Store};
use super::story::Story;

/// More bytes than this an application does not pile up.
const UNWRITTEN: usize = 4000;

/// The memory that a world's inboxes lie in.
pub struct Memory([Vec<u8>; 4]);

impl Memory {
    pub fn of(plan: &Plan) -> Memory {
        Memory([plan.inbox, plan.held, plan.inbox, plan.held].map(|len| vec![0; len]))
    }
}

pub struct World<'m> {
    pub plan: Plan,
    pub clock: Clock,
    pub ends: [End<'m>; 2],
    pub link: Option<Link>,
    pub truths: [Truth; 2],
    pub checks: [Checks; 2],
    pub counts: Counts,
    pub story: Story,
    /// Faults are over: what is wrong now has to mend itself.
    pub settling: bool,
    next_id: u64,
}

impl<'m> World<'m> {
    pub fn new(plan: Plan, memory: &'m mut Memory, story: Story) -> Self {
        let clock = Clock::new();
        let [one, one_held, other, other_held] = &mut memory.0;
        let end = |place: usize, inbox, held| {
            // The two names their series differently.
            let utc = Utc::from_nanos(clock.now().utc.as_nanos() + place as i64);
            End {
                session: None,
                journal: MemoryJournal::new(),
                inbox: Inbox::new(inbox).holding(held),
                out: vec![0; 2048],
                unwritten: Vec::new(),
                group: Vec::new(),
                grouped: Vec::new(),
                saved: None,
                begin: Checkpoint::begin(utc),
                skew: 0,
                crash_at: None,
                judge: Judge::Accept,
                asked: None,
                late: None,
                shunned: false,
                waits: 0,
                stopped: false,
            }
        };
        let ends = [end(0, one, one_held), end(1, other, other_held)];
        let mut checks = [Checks::default(), Checks::default()];
        for (checks, end) in checks.iter_mut().zip(&ends) {
            checks.delivery.begin(end.begin);
        }
        World {
            plan,
            clock,
            ends,
            link: None,
            truths: Default::default(),
            checks,
            counts: Counts::default(),
            story,
            settling: false,
            next_id: 0,
        }
    }

    /// One step of a run.
    pub fn apply(&mut self, op: Op) -> Result<(), Broken> {
        if let Some(fault) = op.fault() {
            self.counts.fault(fault);
        }
        match op {
            Op::Run(side, outputs) => self.run(side, outputs)?,
            Op::Deliver(side, bytes) => self.deliver(side, bytes.into()),
            Op::Pass(millis) => self.pass(Duration::from_millis(millis.into())),
            Op::Send(side, count, size) => {
                for _ in 0..count {
                    self.send(side, size.into())?;
                }
            }
            Op::Processed(side) => self.processed(side),
            Op::SaveCheckpoint(side) => self.save(side)?,
            Op::Verdict(side, accept) => self.verdict(side, accept)?,
            Op::Cut(side, keep, silent) => {
                self.tell(side, if silent { "the link breaks silently" } else { "the link breaks" });
                if let Some(link) = &mut self.link {
                    link.cut(side, keep.into(), silent);
                }
            }
            Op::Garble(side, at, by) => {
                if let Some(link) = &mut self.link {
                    link.to[side].garble(at.into(), by);
                }
            }
            Op::Crash(side, keep) => self.crash(side, keep)?,
            Op::CrashAt(side, point, keep) => self.ends[side].crash_at = Some((point, keep)),
            Op::Start(side) => self.start(side)?,
            Op::StepUtc(side, millis) => {
                let end = &mut self.ends[side];
                end.skew =
                    (end.skew + i64::from(millis) * 1_000_000).clamp(-400_000_000_000, 400_000_000_000);
            }
            Op::JournalFails(side, records, syncs) => {
                self.ends[side].journal.fail(records.into(), syncs.into())
            }
            Op::JournalLoses(side, keep) => self.lose(side, keep.into()),
            Op::JournalWaits(side, count) => self.ends[side].waits = count,
            Op::JournalAnswers(side) => self.answer(side)?,
            Op::SlowCommit(side, steps) => self.slow_commit(side, steps)?,
            Op::Judge(side, judge) => self.ends[side].judge = judge,
            Op::Forge(side, forgery) => {
                let now = self.now(side);
                let Some(session) = &self.ends[side].session else { return Ok(()) };
                self.checks[side].numbers.offered();
                let frame = forge(session.config(), session.next_in().get(), now.utc, forgery);
                self.tell(
                    side,
                    format_args!("forged: {}", frame.escape_ascii().to_string().replace("\\x01", " ")),
                );
                if let Some(link) = &mut self.link {
                    link.to[side].write(now.monotonic, &frame);
                }
            }
            Op::Logout(side) => self.call(side, |session, now| session.logout(now, "bye").is_ok()),
            Op::Reset(side) => self.reset(side),
            Op::TestRequest(side) => {
                self.checks[side].silence.asked();
                self.call(side, |session, now| session.test_request(now).is_ok());
            }
            Op::RequestResend(side, back) => self.call(side, |session, now| {
                let from = session.next_in().get().saturating_sub(back.into()).max(1);
                MsgSeqNum::new(from).is_some_and(|from| session.request_resend(now, from, None).is_ok())
            }),
            Op::Disconnect(side) => {
                self.call(side, |session, now| session.disconnect(now, Reason::Closed).is_ok());
            }
            Op::Enable(side) => self.call(side, |session, now| {
                session.enable(now);
                true
            }),
        }
        self.look()
    }

    /// What must hold after every step.
    pub fn look(&mut self) -> Result<(), Broken> {
        for side in 0..2 {
            let end = &self.ends[side];
            let Some(session) = &end.session else { continue };
            let checks = &mut self.checks[side];
            checks.numbers.stands(session.checkpoint(), session.state())?;
            let (series, next_in) = (session.checkpoint().series.get(), session.next_in().get());
            if !self.plan.hostile {
                checks.delivery.reached(series, next_in, &self.truths[1 - side])?;
            }
            // An entry takes more than this in any case.
            if end.inbox.held() * 80 > self.plan.held {
                let what = format!("{} messages held in {} bytes", end.inbox.held(), self.plan.held);
                return Err(Broken { checker: "memory is bounded", what });
            }
        }
        Ok(())
    }

    pub fn now(&self, side: Side) -> Now {
        let now = self.clock.now();
        Now { utc: Utc::from_nanos(now.utc.as_nanos() + self.ends[side].skew), ..now }
    }

    pub fn tell(&mut self, side: Side, what: impl std::fmt::Display) {
        self.story.at(self.clock.now().monotonic, side, what);
    }

    pub fn pass(&mut self, time: Duration) {
        self.clock.advance(time);
        for side in 0..2 {
            self.checks[side].cause.given();
            self.checks[side].rest.disturbed();
        }
    }

    /// A call of the application, and whether it was taken.
    pub fn call(&mut self, side: Side, call: impl FnOnce(&mut Session, Now) -> bool) {
        let now = self.now(side);
        let Some(session) = &mut self.ends[side].session else { return };
        call(session, now);
        self.checks[side].cause.given();
        self.checks[side].rest.disturbed();
    }

    /// A side asks for a reset, in session or by its next Logon. An acceptor's own is left out where
    /// NextExpectedMsgSeqNum(789) is not in use: when its answer is lost, nothing tells the acceptor for sure
    /// in which series the next Logon is. Nor has FIX 4.0 a word for a reset.
    fn reset(&mut self, side: Side) {
        let config = &self.plan.configs[side];
        let is_up = self.ends[side].session.as_ref().is_some_and(|session| session.state() == State::Active);
        let is_told = side == 0 || is_up && config.policies.logon.next_expected == NextExpected::On;
        if !is_told || config.begin_string == sansfix::BeginString::Fix40 {
            return;
        }
        self.tell(side, "reset is asked for");
        self.counts.resets += 1;
        self.checks[side].silence.asked();
        self.call(side, |session, now| session.reset(now).is_ok());
    }

    fn processed(&mut self, side: Side) {
        let World { ends, checks, .. } = self;
        let (Some(session), Some(number)) = (&mut ends[side].session, checks[side].finished.oldest()) else {
            return;
        };
        session.processed(MsgSeqNum::new(number).unwrap_or(MsgSeqNum::FIRST));
        checks[side].finished.up_to(number);
    }

    /// The application stores the checkpoint, its work done.
    pub fn save(&mut self, side: Side) -> Result<(), Broken> {
        let World { ends, checks, .. } = self;
        let Some(session) = &ends[side].session else { return Ok(()) };
        if session.config().policies.checks.finished == sansfix::session::Finished::ByStep {
            checks[side].finished.all();
        }
        let resume = session.checkpoint();
        checks[side].finished.stored(resume)?;
        let journal = &mut ends[side].journal;
        // A disk that fails keeps what it had.
        let _ = journal.checkpoint(&resume).and_then(|()| journal.sync());
        Ok(())
    }

    pub fn verdict(&mut self, side: Side, accept: bool) -> Result<(), Broken> {
        let is_waiting =
            matches!(self.ends[side].session.as_ref().map(Session::state), Some(State::LogonReceived(_)));
        if !is_waiting {
            return Ok(());
        }
        // Nothing of a Logon counts before this.
        self.look()?;
        self.tell(side, if accept { "accepts the Logon" } else { "refuses the Logon" });
        self.call(side, |session, now| {
            let farewell = Farewell::Logout { text: "no", session_status: None };
            if accept { session.accept(now).is_ok() } else { session.refuse(now, farewell).is_ok() }
        });
        Ok(())
    }

    fn lose(&mut self, side: Side, keep: u64) {
        let end = &mut self.ends[side];
        let Some(session) = &end.session else { return };
        let last = session.next_out().get().saturating_sub(1 + keep);
        if let Some(last) = MsgSeqNum::new(last) {
            end.journal.lose_up_to(last);
            self.truths[side].lose(session.checkpoint().series.get(), last.get());
        }
    }

    /// The application sends a message.
    pub fn send(&mut self, side: Side, size: usize) -> Result<(), Broken> {
        // An application that sees that the link takes no more waits.
        if self.ends[side].unwritten.len() > UNWRITTEN {
            return Ok(());
        }
        self.next_id += 1;
        let (id, now) = (self.next_id, self.now(side));
        let mut out = std::mem::take(&mut self.ends[side].out);
        let text = "x".repeat(size);
        let Some(session) = &mut self.ends[side].session else {
            self.ends[side].out = out;
            return Ok(());
        };
        let frame = session.send(now, MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
            body.uint(11, id).text(58, &text);
        });
        let fate = match frame {
            Ok(frame) => {
                self.counts.sent += 1;
                self.desk(side, |desk| desk.take(frame))?
            }
            Err(_) => Fate::Done,
        };
        self.ends[side].out = out;
        self.suffer(side, fate)
    }

    /// A frame that is committed some steps after it was recorded, as an asynchronous journal does.
    fn slow_commit(&mut self, side: Side, steps: u8) -> Result<(), Broken> {
        self.next_id += 1;
        let (id, now) = (self.next_id, self.now(side));
        let mut out = [0; 2048];
        let Some(session) = &mut self.ends[side].session else { return Ok(()) };
        let link = session.status().last_close;
        let Ok(frame) = session.send(now, MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
            body.uint(11, id);
        }) else {
            return Ok(());
        };
        if !self.desk(side, |desk| Ok(desk.record(&frame)? && desk.journal.sync().is_ok()))? {
            return Ok(());
        }
        let series = self.ends[side].begin;
        for _ in 0..steps {
            self.deliver(side, 60);
            self.run(side, 1)?;
        }
        // A process that ended meanwhile has no use for it.
        let same =
            self.ends[side].session.as_ref().is_some_and(|session| session.status().last_close == link)
                && self.ends[side].begin == series;
        if !same {
            return Ok(());
        }
        self.counts.sent += 1;
        let fate = self.desk(side, |desk| desk.commit(frame))?;
        self.suffer(side, fate)
    }

    /// What a commit needs, lent to it.
    pub fn desk<T>(
        &mut self,
        side: Side,
        work: impl FnOnce(&mut Desk<'_>) -> Result<T, Broken>,
    ) -> Result<T, Broken>
    where
        T: Default,
    {
        let at = self.clock.now().monotonic;
        let mut said_reset = false;
        let World { ends, checks, truths, counts, story, plan, .. } = self;
        let end = &mut ends[side];
        let Some(session) = &mut end.session else { return Ok(T::default()) };
        let mut desk = Desk {
            side,
            at,
            session,
            journal: &mut end.journal,
            unwritten: &mut end.unwritten,
            group: &mut end.group,
            grouped: &mut end.grouped,
            groups: plan.apps[side].grouped,
            crash_at: end.crash_at.map(|(point, _)| point),
            checks: &mut checks[side],
            truth: &mut truths[side],
            counts,
            story,
            said_reset: &mut said_reset,
        };
        let done = work(&mut desk)?;
        if said_reset {
            checks[1 - side].numbers.offered();
        }
        Ok(done)
    }

    /// What follows from a frame's fate.
    pub fn suffer(&mut self, side: Side, fate: Fate) -> Result<(), Broken> {
        match fate {
            Fate::Done => {
                self.write(side);
                if matches!(self.ends[side].crash_at, Some((Point::Written, _)))
                    && !self.ends[side].unwritten.is_empty()
                {
                    self.crash_here(side)?;
                }
            }
            Fate::Failed => {
                self.tell(side, "the journal fails");
                let end = &mut self.ends[side];
                // What was recorded together may be lost together: nothing of it may go out.
                let lost_group = self.plan.apps[side].grouped;
                (end.group, end.grouped) = Default::default();
                if lost_group || self.plan.apps[side].closes_on_failure {
                    self.call(side, |session, now| session.disconnect(now, Reason::JournalFailed).is_ok());
                }
            }
            Fate::Crash => self.crash_here(side)?,
        }
        Ok(())
    }

    /// The process ends at the point that was named for it.
    pub fn crash_here(&mut self, side: Side) -> Result<(), Broken> {
        let keep = self.ends[side].crash_at.map_or(0, |(_, keep)| keep);
        self.crash(side, keep)
    }

    pub fn crash(&mut self, side: Side, keep: u8) -> Result<(), Broken> {
        self.look()?;
        self.ends[side].crash_at = Some((Point::HandedOut, keep));
        self.crash_at_once(side)
    }

    pub fn crash_at_once(&mut self, side: Side) -> Result<(), Broken> {
        let keep = self.ends[side].crash_at.map_or(0, |(_, keep)| keep);
        let end = &mut self.ends[side];
        if end.session.take().is_none() {
            return Ok(());
        }
        end.journal.crash(keep.into());
        (end.crash_at, end.waits, end.stopped) = (None, 0, false);
        (end.asked, end.late) = (None, None);
        self.truths[side].crashed(&self.ends[side].journal);
        self.checks[side].finished.all();
        self.tell(side, "CRASH");
        self.leave(side);
        Ok(())
    }

    pub fn start(&mut self, side: Side) -> Result<(), Broken> {
        let store = self.plan.apps[side].store;
        let end = &mut self.ends[side];
        if end.session.is_some() {
            return Ok(());
        }
        let resume = end.resume(store == Store::Transaction);
        let Ok(session) = Session::new(self.plan.configs[side].clone(), resume) else { return Ok(()) };
        end.session = Some(session);
        let checks = &mut self.checks[side];
        checks.numbers.restart(resume)?;
        checks.rest.disturbed();
        checks.cause.given();
        if !self.plan.hostile {
            checks.delivery.restart(resume, store, &self.truths[1 - side])?;
        }
        self.tell(side, format_args!("starts, expects {}, sends {}", resume.next_in, resume.next_out));
        Ok(())
    }
}
