//! The driver of one side: its loop, its socket, its application.

use sansfix::session::{Finished, NextExpected};
use sansfix::{Event, Journal, MsgSeqNum, Output, Reason, Skip, State, Wait};

use super::check::{Broken, Rest};
use super::commit::Fate;
use super::end::{Answer, Read};
use super::link::Link;
use super::op::{Judge, Point, Side};
use super::plan::Store;
use super::reader;
use super::world::World;

/// More bytes than this are not kept back for one sync.
const GROUP: usize = 2000;

/// Does the driver go on?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    Go,
    Wait,
}

/// What an event says, without the inbox it lies in.
enum Told {
    Logon,
    LoggedOn,
    Message { number: u64, id: Option<u64>, again: bool },
    Refused(u64),
    Skipped(u64, u64, Skip),
    NewSeries(sansfix::Checkpoint),
    ResendRequested(u64),
    Gap(u64),
    Recovered,
    ResendRejected,
    DuplicateConnection,
    Stopped(Reason),
    Other,
}

impl World<'_> {
    /// The driver's loop, for so many outputs.
    pub fn run(&mut self, side: Side, outputs: u8) -> Result<(), Broken> {
        for _ in 0..outputs {
            self.write(side);
            // A driver does not wait for ever with closing.
            if !self.ends[side].unwritten.is_empty() && matches!(self.state(side), Some(State::Closing(_))) {
                self.leave(side);
            }
            let next = self.step(side)?;
            self.look()?;
            if next == Next::Wait {
                break;
            }
        }
        self.flush(side)
    }

    fn flush(&mut self, side: Side) -> Result<(), Broken> {
        let fate = self.desk(side, |desk| desk.flush())?;
        self.suffer(side, fate)
    }

    /// One output.
    fn step(&mut self, side: Side) -> Result<Next, Broken> {
        let now = self.now(side);
        let mut out = std::mem::take(&mut self.ends[side].out);
        let next = self.step_into(side, now, &mut out);
        self.ends[side].out = out;
        next
    }

    fn step_into(&mut self, side: Side, now: sansfix::Now, out: &mut [u8]) -> Result<Next, Broken> {
        let World { ends, checks, story, .. } = self;
        let end = &mut ends[side];
        let Some(session) = &mut end.session else { return Ok(Next::Wait) };
        let checks = &mut checks[side];
        checks.rest.output()?;
        if session.config().policies.checks.finished == Finished::ByStep {
            checks.finished.all();
        }
        let before = end.inbox.unread().len() + end.inbox.held();
        let output = session.step(now, &mut end.inbox, out);
        let (frame, told) = match output {
            Output::Event(ref event) => {
                end.shunned = false;
                story.at(now.monotonic, side, format_args!("{event:?}"));
                (None, Some(told(event)))
            }
            Output::Transmit(frame) => {
                end.shunned = false;
                (Some(frame), None)
            }
            Output::Replay(asked) => return self.replay(side, now, asked, out),
            // None is asked for by these configurations.
            Output::Compose(_) | Output::NeedSpace(_) => return Ok(Next::Wait),
            Output::Connect(_) => {
                self.connect(side);
                return Ok(Next::Wait);
            }
            Output::Disconnect(why) => {
                self.flush(side)?;
                return self.close(side, why).map(|()| Next::Wait);
            }
            Output::Wait(wait) => {
                end.shunned = false;
                self.consumed(side, before);
                return self.wait_again(side, now, out, wait).map(|()| Next::Wait);
            }
        };
        self.consumed(side, before);
        if let Some(frame) = frame {
            let fate = self.desk(side, |desk| desk.take(frame))?;
            self.suffer(side, fate)?;
            return Ok(if fate == Fate::Done { Next::Go } else { Next::Wait });
        }
        match told {
            Some(told) => self.told(side, told).map(|()| Next::Go),
            None => Ok(Next::Go),
        }
    }

    /// Bytes were taken from the inbox: there is a cause for an answer.
    fn consumed(&mut self, side: Side, before: usize) {
        let World { ends, checks, .. } = self;
        let after = ends[side].inbox.unread().len() + ends[side].inbox.held();
        if after != before {
            checks[side].cause.given();
            checks[side].rest.disturbed();
        }
        if let Some(heard) = ends[side].session.as_ref().and_then(|session| session.status().last_received) {
            checks[side].silence.heard(heard);
        }
    }

    fn wait_again(
        &mut self,
        side: Side,
        now: sansfix::Now,
        out: &mut [u8],
        wait: Wait,
    ) -> Result<(), Broken> {
        let end = &mut self.ends[side];
        let Some(session) = &mut end.session else { return Ok(()) };
        let then = match session.step(now, &mut end.inbox, out) {
            Output::Wait(then) => Some(then),
            _ => None,
        };
        Rest::waits(wait, then)
    }

    /// A question to the journal: answered, or kept for later.
    fn replay(
        &mut self,
        side: Side,
        now: sansfix::Now,
        asked: sansfix::Replay,
        out: &mut [u8],
    ) -> Result<Next, Broken> {
        let end = &mut self.ends[side];
        // While the link takes no more, what comes in is taken all the same, and nothing is sent again.
        if end.asked.is_some() || !end.unwritten.is_empty() || end.group.len() > GROUP {
            return Ok(if std::mem::replace(&mut end.shunned, true) { Next::Wait } else { Next::Go });
        }
        let Some(session) = &mut end.session else { return Ok(Next::Wait) };
        let Ok(stored) = end.journal.first_in(asked.series(), asked.from(), asked.to()) else {
            return Ok(Next::Wait);
        };
        if end.waits > 0 && !self.settling {
            end.waits -= 1;
            end.asked = Some(Answer { asked, read: stored.map(Read::of) });
            return Ok(Next::Wait);
        }
        let answered = session.replay(now, asked, stored, out);
        self.replayed(side, answered)
    }

    fn replayed(
        &mut self,
        side: Side,
        answered: Result<Option<sansfix::Frame<'_>>, sansfix::ReplayError>,
    ) -> Result<Next, Broken> {
        match answered {
            Ok(Some(frame)) => {
                let fate = self.desk(side, |desk| desk.take(frame))?;
                self.suffer(side, fate)?;
                Ok(if fate == Fate::Done { Next::Go } else { Next::Wait })
            }
            Ok(None) => Ok(Next::Go),
            Err(sansfix::ReplayError::Late) => Ok(Next::Go),
            Err(error) => Err(Broken { checker: "replay is answerable", what: error.to_string() }),
        }
    }

    /// The journal answers what it was asked some time ago.
    pub fn answer(&mut self, side: Side) -> Result<(), Broken> {
        let end = &mut self.ends[side];
        if !end.unwritten.is_empty() {
            return Ok(());
        }
        let Some(Answer { asked, read }) = end.late.take().or_else(|| end.asked.take()) else {
            return Ok(());
        };
        let now = self.now(side);
        let Some(session) = &mut self.ends[side].session else { return Ok(()) };
        let mut out = std::mem::take(&mut self.ends[side].out);
        let answered = session.replay(now, asked, read.as_ref().map(Read::stored), &mut out);
        let next = self.replayed(side, answered);
        self.ends[side].out = out;
        next?;
        self.flush(side)
    }

    /// The application hears of something.
    fn told(&mut self, side: Side, told: Told) -> Result<(), Broken> {
        let hostile = self.plan.hostile;
        let World { checks, truths, ends, counts, .. } = self;
        let (mine, theirs) = (&mut checks[side], &truths[1 - side]);
        match told {
            Told::Logon => match ends[side].judge {
                Judge::Accept => self.verdict(side, true)?,
                Judge::Refuse => self.verdict(side, false)?,
                Judge::Later if self.settling => self.verdict(side, true)?,
                Judge::Later => {}
            },
            Told::LoggedOn => {
                counts.connections += 1;
                mine.silence.heard(self.clock.now().monotonic);
                // With NextExpectedMsgSeqNum(789) a Logon asks for messages again, without a ResendRequest.
                let asks = self.plan.configs[side].policies.logon.next_expected == NextExpected::On;
                if let (true, Some(session)) = (asks, &ends[side].session) {
                    mine.cause.asked_again(session.next_out().get());
                }
            }
            Told::Message { again: true, .. } | Told::Other => {}
            Told::Message { number, id, again: false } => return self.message(side, number, id),
            Told::Refused(number) if !hostile => {
                let next_in = ends[side].session.as_ref().map_or(0, |session| session.next_in().get());
                if next_in > number {
                    mine.delivery.refused(number, theirs)?;
                }
            }
            Told::Skipped(from, to, by) if !hostile => mine.delivery.skip(from, to, by, theirs)?,
            Told::Refused(_) | Told::Skipped(..) => {}
            Told::NewSeries(resume) => {
                mine.recovery.over();
                mine.delivery.new_series(resume, theirs);
                if matches!(ends[side].crash_at, Some((Point::NewSeries, _))) {
                    self.crash_here(side)?;
                } else {
                    self.save(side)?;
                }
            }
            Told::ResendRequested(numbers) => mine.cause.asked_again(numbers),
            Told::Gap(received) => mine.recovery.gap(received),
            Told::Recovered => {
                let next_in = ends[side].session.as_ref().map_or(0, |session| session.next_in().get());
                mine.recovery.recovered(next_in)?;
            }
            Told::ResendRejected => mine.recovery.over(),
            Told::DuplicateConnection => mine.silence.asked(),
            Told::Stopped(why) => ends[side].stopped = !why.is_orderly(),
        }
        Ok(())
    }

    /// The application has a message in hand, works, stores, and may reply.
    fn message(&mut self, side: Side, number: u64, id: Option<u64>) -> Result<(), Broken> {
        let crash_at = self.ends[side].crash_at.map(|(point, _)| point);
        if crash_at == Some(Point::HandedOut) {
            // Nothing has been done with it: it has to come again.
            return self.crash_at_once(side);
        }
        let hostile = self.plan.hostile;
        let store = self.plan.apps[side].store;
        let World { checks, truths, ends, .. } = self;
        let Some(session) = &mut ends[side].session else { return Ok(()) };
        checks[side].finished.handed_out(session.checkpoint().series.get(), number);
        if !hostile {
            checks[side].delivery.message(number, id, &truths[1 - side])?;
        }
        if store == Store::Transaction {
            if session.config().policies.checks.finished == Finished::ByCall {
                session.processed(MsgSeqNum::new(number).unwrap_or(MsgSeqNum::FIRST));
                checks[side].finished.up_to(number);
            }
            ends[side].saved = Some(session.checkpoint());
        }
        if crash_at == Some(Point::Worked) {
            return self.crash_here(side);
        }
        if number.is_multiple_of(3) || crash_at == Some(Point::Replied) {
            self.send(side, 10)?;
        }
        if crash_at == Some(Point::Replied) && self.ends[side].session.is_some() {
            self.flush(side)?;
            self.crash_here(side)?;
        }
        Ok(())
    }

    /// Bytes reach a side, or the end of the link does.
    pub fn deliver(&mut self, side: Side, bytes: usize) {
        let now = self.clock.now().monotonic;
        let settling = self.settling;
        let World { link: Some(link), ends, .. } = self else { return };
        let Some(session) = &ends[side].session else { return };
        if !link.open[side] {
            return;
        }
        let reads = !matches!(session.state(), State::LogonReceived(_) | State::Closing(_));
        let space = if reads { ends[side].inbox.space() } else { &mut [] };
        let room = space.len().min(bytes);
        let read = link.to[side].read(now, &mut space[..room]);
        ends[side].inbox.filled(read);
        if read == 0 && link.to[side].is_ended() && (!link.silent || settling) {
            self.tell(side, "sees the end of the link");
            self.leave(side);
        }
    }

    /// What is committed goes to the link, as far as it takes it.
    pub fn write(&mut self, side: Side) {
        let now = self.clock.now().monotonic;
        let World { link, ends, .. } = self;
        let end = &mut ends[side];
        match link {
            Some(link) if link.open[side] && !link.to[1 - side].is_ended() => {
                let written = link.to[1 - side].write(now, &end.unwritten);
                end.unwritten.drain(..written);
            }
            // Nobody reads it.
            Some(_) | None => end.unwritten.clear(),
        }
    }

    /// The initiator wants a link.
    fn connect(&mut self, side: Side) {
        let (now, other_now) = (self.now(side), self.now(1 - side));
        let [one, other] = &mut self.ends;
        let Some(initiator) = &mut one.session else { return };
        for checks in &mut self.checks {
            checks.cause.given();
            checks.rest.disturbed();
        }
        let Some(acceptor) = &mut other.session else { return initiator.disconnected(now) };
        // A link that only the acceptor still holds: it will be asked whether that lives.
        if self.link.as_ref().is_some_and(|link| link.open[1]) {
            let refused = acceptor.connected(other_now, &mut other.inbox).is_err();
            debug_assert!(refused);
            self.checks[1].silence.asked();
            return initiator.disconnected(now);
        }
        if initiator.connected(now, &mut one.inbox).is_err() {
            return;
        }
        if acceptor.connected(other_now, &mut other.inbox).is_err() {
            return initiator.disconnected(now);
        }
        self.link = Some(Link::new(self.plan.capacity));
        for checks in &mut self.checks {
            checks.silence.begin();
            checks.greeting.begin();
            checks.recovery.over();
        }
        self.story.at(now.monotonic, side, "connects");
    }

    /// The session wants its link closed.
    fn close(&mut self, side: Side, why: Reason) -> Result<(), Broken> {
        self.tell(side, format_args!("closes: {why}"));
        let World { ends, checks, .. } = self;
        if let Some(session) = &ends[side].session
            && why == Reason::Silent
            && session.config().policies.liveness.echo == sansfix::session::Echo::AnyTraffic
        {
            checks[side].silence.ended(self.clock.now().monotonic, session.status().heart_bt_int)?;
        }
        self.leave(side);
        Ok(())
    }

    fn state(&self, side: Side) -> Option<State> {
        self.ends[side].session.as_ref().map(sansfix::Session::state)
    }

    /// A side has no link any more.
    pub fn leave(&mut self, side: Side) {
        let now = self.now(side);
        // What was written before still arrives.
        self.write(side);
        if let Some(link) = &mut self.link {
            link.leave(side);
            if !link.open[1 - side] {
                self.link = None;
            }
        }
        self.ends[side].forget_link();
        self.checks[side].recovery.over();
        if let Some(session) = &mut self.ends[side].session {
            session.disconnected(now);
        }
        self.checks[side].cause.given();
    }
}

fn told(event: &Event<'_>) -> Told {
    match *event {
        Event::Logon(_) => Told::Logon,
        Event::LoggedOn(_) => Told::LoggedOn,
        Event::Message(message) => {
            let id = reader::read(message.as_bytes()).ok().and_then(|seen| seen.id);
            Told::Message { number: message.msg_seq_num().get(), id, again: message.is_again() }
        }
        Event::Refused { message, .. } => Told::Refused(message.msg_seq_num().get()),
        Event::Skipped { from, next, by } => Told::Skipped(from.get(), next.get(), by),
        Event::NewSeries { resume } => Told::NewSeries(resume),
        Event::ResendRequested { from, to } => Told::ResendRequested(to.get() + 1 - from.get()),
        Event::Gap { received, .. } => Told::Gap(received.get()),
        Event::Recovered => Told::Recovered,
        Event::ResendRejected => Told::ResendRejected,
        Event::DuplicateConnection => Told::DuplicateConnection,
        Event::Stopped { why } => Told::Stopped(why),
        _ => Told::Other,
    }
}
