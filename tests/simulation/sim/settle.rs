//! The second phase: no faults any more, and both sides must find to each other.

use std::time::Duration;

use sansfix::session::{Inbound, Outbound};
use sansfix::{Session, State};

use super::check::Broken;
use super::op::Judge;
use super::world::World;

const NAME: &str = "faults off: both sides recover";
/// How long that may take, on the virtual clock.
const TIME_MAX: Duration = Duration::from_secs(600);
const ROUNDS_MAX: u32 = 20_000;
/// How often an operator lets a side connect again.
const ENABLES_MAX: u32 = 6;

impl World<'_> {
    /// Runs without faults until both are logged on, nothing is missing, and a message each way has come.
    pub fn settle(&mut self) -> Result<(), Broken> {
        self.settling = true;
        for side in 0..2 {
            self.tell(side, "faults are over");
            let end = &mut self.ends[side];
            (end.skew, end.crash_at, end.judge, end.waits) = (0, None, Judge::Accept, 0);
            end.journal.fail(0, 0);
            self.start(side)?;
            self.verdict(side, true)?;
        }
        if self.plan.hostile {
            return self.come_to_rest();
        }
        self.agree()?;
        let mut accounted = Ok(());
        // A reset on the way may take a message with it: then the next must come.
        for _ in 0..3 {
            for side in 0..2 {
                self.send(side, 10)?;
            }
            self.agree()?;
            accounted = (0..2).try_for_each(|side| self.accounted(side));
            if accounted.is_ok() {
                break;
            }
        }
        self.counts.settled += 1;
        accounted
    }

    /// Everything that the counterparty sent was delivered, or told of.
    fn accounted(&mut self, side: usize) -> Result<(), Broken> {
        let sent = self.ends[1 - side].session.as_ref().map_or(0, |session| session.next_out().get());
        let delivery = &mut self.checks[side].delivery;
        if delivery.accounts_for(sent) {
            return Ok(());
        }
        let cursor = delivery.cursor();
        self.stuck(format!("side {side} has accounted for {cursor}, {sent} was sent"))
    }

    fn agree(&mut self) -> Result<(), Broken> {
        let end = self.clock.now().monotonic.saturating_add(TIME_MAX);
        let mut enables = 0;
        for _ in 0..ROUNDS_MAX {
            if self.agreed() {
                return Ok(());
            }
            if self.round()? {
                continue;
            }
            if self.agreed() {
                return Ok(());
            }
            // A side that ended for good is an operator's to start again.
            if let Some(side) = (0..2).find(|&side| self.is_stopped(side)) {
                enables += 1;
                if enables > ENABLES_MAX {
                    break;
                }
                self.ends[side].stopped = false;
                self.tell(side, "an operator lets it connect again");
                self.call(side, |session, now| {
                    session.enable(now);
                    true
                });
                continue;
            }
            match self.next_deadline() {
                Some(at) if at <= end => self.pass(at.saturating_since(self.clock.now().monotonic)),
                // Without heartbeats only the next message shows what was lost on the way.
                None if enables < ENABLES_MAX => {
                    enables += 1;
                    self.send(0, 10)?;
                    self.send(1, 10)?;
                }
                Some(_) | None => break,
            }
        }
        let side = |side: usize| {
            self.ends[side].session.as_ref().map(|session| {
                let status = session.status();
                (
                    status.state,
                    status.inbound,
                    status.outbound,
                    status.next_in,
                    status.next_out,
                    status.last_close,
                )
            })
        };
        self.stuck(format!("{:?} and {:?}, bytes {:?}", side(0), side(1), self.mark().1))
    }

    /// Both sides do what they can; true when anything moved.
    fn round(&mut self) -> Result<bool, Broken> {
        let before = self.mark();
        for side in 0..2 {
            self.write(side);
            self.run(side, 8)?;
            self.deliver(side, usize::MAX);
            self.answer(side)?;
            self.finish(side);
        }
        Ok(self.mark() != before)
    }

    /// An application that has time finishes everything.
    fn finish(&mut self, side: usize) {
        while let Some(number) = self.checks[side].finished.oldest() {
            if let (Some(session), Some(number)) =
                (&mut self.ends[side].session, sansfix::MsgSeqNum::new(number))
            {
                session.processed(number);
            }
            self.checks[side].finished.up_to(number);
        }
    }

    fn mark(&self) -> ([Option<Session>; 2], [usize; 8]) {
        let [one, other] = &self.ends;
        let flight = |side: usize| self.link.as_ref().map_or(usize::MAX, |link| link.to[side].in_flight());
        let bytes = [
            one.unwritten.len(),
            one.inbox.unread().len(),
            one.inbox.held(),
            flight(0),
            other.unwritten.len(),
            other.inbox.unread().len(),
            other.inbox.held(),
            flight(1),
        ];
        ([one.session.clone(), other.session.clone()], bytes)
    }

    fn agreed(&self) -> bool {
        let [Some(one), Some(other)] = [&self.ends[0].session, &self.ends[1].session] else { return false };
        let settled = |session: &Session| {
            let status = session.status();
            status.state == State::Active
                && status.inbound == Inbound::InSequence
                && status.outbound == Outbound::Live
        };
        let quiet = self.ends.iter().all(|end| end.unwritten.is_empty() && end.inbox.unread().is_empty())
            && self.link.as_ref().is_some_and(|link| link.to.iter().all(|pipe| pipe.in_flight() == 0));
        settled(one)
            && settled(other)
            && quiet
            && one.next_in() == other.next_out()
            && other.next_in() == one.next_out()
    }

    fn is_stopped(&self, side: usize) -> bool {
        // An initiator that waits for nothing asks for no link.
        self.ends[side].stopped
            || self.ends[side].session.as_ref().is_some_and(|session| {
                let status = session.status();
                side == 0 && status.state == State::Disconnected && status.deadline.is_none()
            })
    }

    fn next_deadline(&self) -> Option<sansfix::Instant> {
        self.ends.iter().filter_map(|end| end.session.as_ref()?.status().deadline).min()
    }

    /// After lies there may be nothing to agree on; but both sides still come to rest and go on with time.
    fn come_to_rest(&mut self) -> Result<(), Broken> {
        for _ in 0..60 {
            let mut rounds = 0;
            while self.round()? {
                rounds += 1;
                if rounds > ROUNDS_MAX {
                    return self.stuck("no rest".into());
                }
            }
            self.pass(Duration::from_secs(1));
        }
        self.counts.settled += 1;
        Ok(())
    }

    fn stuck(&self, what: String) -> Result<(), Broken> {
        Err(Broken { checker: NAME, what })
    }
}
