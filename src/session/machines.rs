//! The inbound, liveness and outbound machines in the session: their inputs, and what their actions do.

use super::news::News;
use super::owed::{Owed, Request};
use super::policy::{Silence, WhileProbing};
use super::state::{Farewell, Input};
use super::timers::Timer;
use super::{Goal, Inbound, Liveness, Outbound, Session};
use super::{liveness, recovery, replay};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::reason::Reason;
use crate::time::{Instant, Now};

impl Session {
    /// FIX session layer 4.5.1: any message sent postpones the next Heartbeat.
    #[inline]
    pub(super) fn start_heartbeat(&mut self, at: Instant) {
        let quiet = self.config.policies.liveness.while_probing == WhileProbing::Quiet
            && matches!(self.liveness, Liveness::Probing { .. });
        if self.heart_bt_int == 0 || quiet {
            self.timers.stop(Timer::Heartbeat);
        } else {
            let interval = core::time::Duration::from_secs(u64::from(self.heart_bt_int));
            self.timers.start(Timer::Heartbeat, at.saturating_add(interval));
        }
    }

    /// Feeds the liveness machine and does what it says.
    pub(super) fn live(&mut self, now: Now, input: liveness::Input) {
        let policy = self.config.policies.liveness;
        let (state, action) = liveness::next(policy.echo, self.liveness, input);
        let was_probing = matches!(self.liveness, Liveness::Probing { .. });
        self.liveness = state;
        match action {
            liveness::Action::None => return,
            liveness::Action::Heard => {}
            liveness::Action::TestRequest => self.owe(Owed::TestRequest),
            liveness::Action::ResetMayBegin => {
                self.goal = Goal::Stay;
                return self.go(now, Input::Reset);
            }
            liveness::Action::RoundTrip => {
                if let Some((_, sent)) = self.probe.take() {
                    let took = now.monotonic.saturating_since(sent);
                    self.owe(Owed::Event(News::RoundTrip { took }));
                }
            }
            liveness::Action::Lost => return self.go(now, Input::Silent),
        }
        if was_probing && policy.while_probing == WhileProbing::Quiet {
            self.start_heartbeat(now.monotonic);
        }
        match self.liveness {
            Liveness::Quiet => self.await_traffic(now),
            Liveness::Probing { .. } => self.await_echo(now),
        }
    }

    /// Restarts the silence timer. FIX session layer 4.3.4: with an interval of 0, nothing is watched.
    #[inline]
    pub(super) fn await_traffic(&mut self, now: Now) {
        if planted(Bug::SilenceTimerNotReset) && self.timers.is_running(Timer::Silence) {
            return;
        }
        let policy = &self.config.policies.liveness;
        if self.heart_bt_int == 0 || matches!(policy.silence, Silence::Ignore) {
            return self.timers.stop(Timer::Silence);
        }
        let wait = policy.test_request_after.of_seconds(self.heart_bt_int);
        self.timers.start(Timer::Silence, now.monotonic.after_nanos(wait));
    }

    /// The wait for the answer to a TestRequest is bounded, whatever the interval.
    fn await_echo(&mut self, now: Now) {
        let policies = &self.config.policies;
        let until = match self.heart_bt_int {
            0 => now.monotonic.saturating_add(policies.logon.timeout.into()),
            seconds => now.monotonic.after_nanos(policies.liveness.answer_within.of_seconds(seconds)),
        };
        self.timers.start(Timer::Silence, until);
    }

    /// Feeds the inbound machine and does what it says. Returns whether it asks for missing messages.
    pub(super) fn recover(&mut self, now: Now, input: recovery::Input) -> bool {
        let policy = self.config.policies.gaps;
        let (state, action) = recovery::next(&policy, self.inbound(), input);
        self.course.change(|detour| detour.inbound = state);
        let mut asked = false;
        match action {
            recovery::Action::None => return false,
            recovery::Action::Ask { from, to } => {
                let request = Request { from, to, number: None };
                self.request = Some(request);
                asked = true;
                // FIX session layer 4.8.8, test case 20: what the counterparty asked for goes first.
                if replay::is_retransmitting(self.outbound()) {
                    self.timers.stop(Timer::Recovery);
                    return asked;
                }
                self.owe(Owed::ResendRequest(request));
            }
            recovery::Action::Repeat => {
                if let Some(request) = self.request
                    && let Some(number) = request.number
                {
                    self.owe(Owed::RepeatResendRequest(request, number));
                }
            }
            recovery::Action::Moved => {}
            recovery::Action::Recovered => {
                self.owe(Owed::Event(News::Recovered));
                self.timers.stop(Timer::Recovery);
                self.request = None;
                return false;
            }
            recovery::Action::Dropped => {
                self.owe(Owed::Event(News::ResendRejected));
                self.timers.stop(Timer::Recovery);
                self.request = None;
                return false;
            }
            recovery::Action::GiveUp { missing } => {
                self.timers.stop(Timer::Recovery);
                let why = Reason::ResendUnanswered { missing };
                self.go(now, Input::Fatal(why, Farewell::Logout));
                return false;
            }
        }
        if matches!(state, Inbound::Recovering(_)) {
            self.timers.start(Timer::Recovery, now.monotonic.saturating_add(policy.progress_timeout.into()));
        }
        asked
    }

    /// Feeds the outbound machine.
    pub(super) fn out(&mut self, input: replay::Input) {
        let was = self.outbound();
        let outbound = replay::next(was, input, self.numbers.next_out);
        self.course.change(|detour| {
            detour.outbound = outbound;
            if outbound == Outbound::Live {
                detour.waiting_since = None;
            }
        });
        // Our own request had to wait until the retransmission ended.
        if replay::is_retransmitting(was)
            && !replay::is_retransmitting(outbound)
            && self.inbound().is_recovering()
            && let Some(request @ Request { number: None, .. }) = self.request
        {
            self.owe(Owed::ResendRequest(request));
            let wait = self.config.policies.gaps.progress_timeout;
            self.timers.start(Timer::Recovery, self.clock.saturating_add(wait.into()));
        }
    }

    /// The next expected number moved.
    pub(super) fn advanced(&mut self, now: Now) {
        while self.take_acted() {
            self.numbers.count();
        }
        if self.numbers.next_in == MsgSeqNum::MAX {
            let why = Reason::NumbersExhausted;
            return self.go(now, Input::Fatal(why, Farewell::Logout));
        }
        if self.inbound() != Inbound::InSequence {
            self.recover(now, recovery::Input::Progress { expected: self.numbers.next_in });
        }
    }

    /// A message above a gap was acted on: keeps its number, if there is room.
    pub(super) fn keep_acted(&mut self, number: MsgSeqNum) -> recovery::Became {
        let mut became = recovery::Became::ActedOnly;
        self.course.change(|detour| became = detour.acted.keep(number));
        became
    }

    /// Whether the next expected number was already acted on.
    fn take_acted(&mut self) -> bool {
        let mut is_kept = false;
        if !self.course.is_usual() {
            let next_in = self.numbers.next_in;
            self.course.change(|detour| is_kept = detour.acted.take(next_in));
        }
        is_kept
    }
}
