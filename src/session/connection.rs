//! Between the connection machine and the world: links that come and go, and what its actions mean for the session.

use super::application::NotNow;
use super::config::Role;
use super::liveness;
use super::owed::Owed;
use super::policy::{NextExpected, OnDisconnect, ResetOn, ResetOnLogon, SecondLink, Silence, WhileProbing};
use super::state::{Action, Input, Opening, Rules, State, Wait};
use super::timers::Timer;
use super::{Cause, Goal, Inbound, Liveness, Outbound, PeerLogon, Session, Span, Standby, Turn};
use super::{recovery, replay};
use crate::event::Event;
use crate::inbox::Inbox;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::time::{Instant, Now};

impl Session {
    /// Tells the session that it has a link, and clears `inbox` for it.
    ///
    /// An initiator sends its Logon next; an acceptor waits for one.
    ///
    /// # Errors
    /// There is a link already, or the session is stopped: drop the new link without a word. A session that is logged on tests its old link
    /// by a TestRequest then, by policy, lest a half-open one keep the counterparty out (test case 1Sb).
    pub fn connected(&mut self, now: Now, inbox: &mut Inbox<'_>) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::Disconnected | State::Connecting if self.standby == Standby::Ready => {}
            state => {
                if state == State::Active && self.owed.has_room() {
                    self.owed.push(Owed::Event(Event::DuplicateConnection));
                    if self.config.policies.liveness.second_link == SecondLink::TestFirst {
                        self.live(now, liveness::Input::Probe(Cause::Silence));
                    }
                }
                return Err(NotNow(state));
            }
        }
        inbox.clear();
        self.link = self.link.wrapping_add(1);
        self.memory.begin_link();
        self.owed.clear_frames();
        self.turn = Turn::Read;
        self.timers.stop(Timer::Reconnect);
        let opening = match (self.config.role, self.config.policies.logon.reset_on_logon) {
            (Role::Initiator, _) if self.numbers.reset_pending => Opening::Reset,
            (Role::Initiator, ResetOnLogon::Announced) => Opening::Reset,
            (Role::Initiator, ResetOnLogon::Silent) => {
                self.new_series(now);
                Opening::Resumed
            }
            (Role::Initiator, ResetOnLogon::Never) | (Role::Acceptor, _) => Opening::Resumed,
        };
        self.go(now, Input::LinkUp(opening));
        Ok(())
    }

    /// Tells the session that there is no link: it was lost, closed as asked, or could not be had.
    ///
    /// Numbers survive (FIX session layer 4.1); what was asked on the old link is not asked any more.
    pub fn disconnected(&mut self, now: Now) {
        let now = self.observe(now);
        let was = self.state;
        let why = match was {
            State::Disconnected => return,
            State::Closing(why) => why,
            // The counterparty closes after our answer: that is how it should be (test case 13b).
            State::LogoutReceived(super::state::Answer::Given) => Reason::LoggedOutByPeer,
            State::Connecting
            | State::AwaitingLogon
            | State::LogonSent(_)
            | State::LogonReceived(_)
            | State::Active
            | State::LogoutSent
            | State::LogoutReceived(super::state::Answer::Owed) => Reason::LinkLost,
        };
        self.memory.note_close(why, now.monotonic);
        self.timers.stop_all();
        self.owed.clear_frames();
        self.inbound = Inbound::InSequence;
        self.outbound = Outbound::Live;
        self.live(now, liveness::Input::Over);
        self.goal = Goal::Stay;
        self.probe = None;
        self.request = None;
        self.acted = None;
        self.waiting_since = None;
        self.go(now, Input::LinkDown);
        if was != State::Connecting {
            self.after_link(now, was, why);
        }
        if self.config.role == Role::Initiator {
            self.plan_reconnect(now, why);
        }
    }

    /// What the end of a link does beside ending it: resets by agreement, and the word to cancel orders.
    fn after_link(&mut self, now: Now, was: State, why: Reason) {
        let policy = self.config.policies;
        // A refusal falls back to the series before; only a lost answer leaves the question open (FIX session layer 4.4.3).
        if matches!(why, Reason::LogonRefusedByPeer) || self.config.role == Role::Acceptor {
            self.numbers.reset_pending = false;
        }
        let resets = match why {
            Reason::LoggedOut | Reason::LoggedOutByPeer | Reason::LinkLeftOpen => {
                policy.logon.reset_on_logout
            }
            Reason::LinkLost | Reason::Closed => ResetOn::Keep,
            Reason::LogoutUnanswered
            | Reason::LogonTimeout
            | Reason::LogonRefused
            | Reason::LogonRefusedByPeer
            | Reason::FirstMessageNotLogon
            | Reason::InvalidLogon(_)
            | Reason::SecondLogon
            | Reason::BeginString
            | Reason::CompId { .. }
            | Reason::SendingTime
            | Reason::OrigSendingTime
            | Reason::MsgSeqNumMissing
            | Reason::MsgSeqNumTooLow { .. }
            | Reason::NextExpectedTooHigh { .. }
            | Reason::ResetRefused
            | Reason::ResetUnanswered
            | Reason::ResendUnanswered { .. }
            | Reason::Silent
            | Reason::FrameTooLong { .. }
            | Reason::Garbled
            | Reason::NumbersExhausted
            | Reason::JournalFailed => policy.logon.reset_on_error,
        };
        // Nothing before a good Logon touches the numbers.
        let logged_on = !matches!(was, State::AwaitingLogon | State::LogonReceived(_));
        let on_disconnect = policy.logon.reset_on_disconnect;
        if logged_on && (resets == ResetOn::Reset || on_disconnect == ResetOn::Reset) {
            self.new_series(now);
        }
        if logged_on && policy.logout.on_disconnect == OnDisconnect::CancelOrders {
            self.owed.push(Owed::Event(Event::CancelOrders { why }));
        }
    }

    /// FIX session layer 4.5.5: a lost link is mended by connecting again; a refusal is not mended by asking again.
    fn plan_reconnect(&mut self, now: Now, why: Reason) {
        let policy = self.config.policies.logon;
        let spent = policy.attempts.is_some_and(|most| self.attempt >= most);
        if self.standby == Standby::Stopped {
            return;
        }
        if !why.allows_reconnect() || spent {
            self.standby = Standby::Stopped;
            self.owed.push(Owed::Event(Event::Stopped { why }));
        } else {
            self.timers.start(Timer::Reconnect, now.monotonic.saturating_add(policy.reconnect_after));
        }
    }

    /// Feeds the connection machine and does what it says.
    pub(super) fn go(&mut self, now: Now, input: Input) {
        let policies = &self.config.policies;
        let rules = Rules {
            role: self.config.role,
            out_of_sequence: policies.logout.out_of_sequence,
            after_answer: policies.logout.after_answer,
            unanswered: policies.liveness.unanswered,
        };
        let (state, actions) = super::state::next(rules, self.state, input);
        if state != self.state {
            // Frames that were built for the state before are void.
            self.ticket = self.ticket.wrapping_add(1);
            self.state = state;
        }
        for action in actions {
            self.act(now, action);
        }
    }

    fn act(&mut self, now: Now, action: Action) {
        match action {
            Action::Connect => {
                self.attempt = self.attempt.saturating_add(1);
                self.owed.push(Owed::Connect);
            }
            Action::SendLogon(opening) => self.owed.push(Owed::Logon(opening)),
            // The event is what the call returns that read the Logon.
            Action::Judge => {}
            Action::AnswerLogon(logon) => self.answer_logon(now, logon),
            Action::TakeAnswer(logon) => self.take_answer(now, logon),
            Action::LoggedOn => {
                self.attempt = 0;
                self.owed.push(Owed::LoggedOn);
                self.start_heartbeat(now.monotonic);
                self.live(now, liveness::Input::Traffic);
            }
            Action::Synchronise(logon) => self.synchronise(now, logon),
            Action::SendLogout => self.owed.push(Owed::Logout),
            Action::AnswerLogout => self.owed.push(Owed::LogoutAnswer),
            Action::SayWhy(why) => self.owed.push(Owed::LogoutFor(why)),
            Action::Disconnect(why) => self.owed.push(Owed::Disconnect(why)),
            Action::Await(wait) => self.await_(now, wait),
        }
    }

    fn await_(&mut self, now: Now, wait: Wait) {
        let policies = &self.config.policies;
        let time = match wait {
            Wait::Logon => policies.logon.timeout,
            Wait::Logout => policies.logout.timeout,
            Wait::Close => policies.logout.close_timeout,
            Wait::Nothing => return self.timers.stop(Timer::Connection),
        };
        self.timers.start(Timer::Connection, now.monotonic.saturating_add(time));
    }

    /// The counterparty's Logon is accepted: take what it says, its reset included, and owe the answer.
    fn answer_logon(&mut self, now: Now, logon: PeerLogon) {
        let own = self.config.policies.logon.reset_on_logon;
        let in_session = self.timers.is_running(Timer::Heartbeat);
        if logon.reset || (own != ResetOnLogon::Never && !in_session) {
            self.new_series(now);
        }
        self.take_facts(logon);
        let reset = logon.reset || own == ResetOnLogon::Announced;
        self.owed.push(Owed::LogonAnswer { reset });
        if logon.number == self.numbers.next_in {
            self.count(now);
        }
    }

    /// The answer to our Logon is good.
    fn take_answer(&mut self, now: Now, logon: PeerLogon) {
        if logon.reset {
            // Both Logons bore number 1 of the new series (FIX session layer 4.4.3).
            self.new_series(now);
            self.numbers.next_out = MsgSeqNum::FIRST.next();
        }
        self.take_facts(logon);
        if logon.number == self.numbers.next_in {
            self.count(now);
        }
    }

    fn take_facts(&mut self, logon: PeerLogon) {
        self.heart_bt_int = logon.heart_bt_int;
        self.peer_max = logon.max_message_size;
    }

    /// FIX session layer 4.3.11, 4.4.1: both sides compare the numbers said at logon and recover.
    fn synchronise(&mut self, now: Now, logon: PeerLogon) {
        // Our own Logon is still owed by an acceptor: its number is the last that the counterparty cannot have.
        let own = match self.config.role {
            Role::Acceptor => Some(self.numbers.next_out),
            Role::Initiator => self.numbers.next_out.previous(),
        };
        if let (Some(from), Some(to)) = (logon.next_expected, own)
            && from <= to
            && !(from == to && self.config.role == Role::Acceptor)
        {
            self.out(replay::Input::Requested(Span { from, to }));
        }
        let (expected, number) = (self.numbers.next_in, logon.number);
        if number > expected {
            self.acted = Some(number);
            let both =
                logon.next_expected.is_some() && self.config.policies.logon.next_expected == NextExpected::On;
            let input = if both {
                recovery::Input::GapAtLogon { expected, number }
            } else {
                recovery::Input::Gap { expected, number }
            };
            self.owed.push(Owed::Event(Event::Gap { missing: expected, received: number }));
            self.recover(now, input);
        }
    }

    /// Both numbers are 1 again, under a new name; nothing of the old series is asked, held or sent any more.
    pub(super) fn new_series(&mut self, now: Now) {
        self.numbers.reset(now.utc);
        self.ticket = self.ticket.wrapping_add(1);
        self.acted = None;
        self.again = None;
        self.request = None;
        self.waiting_since = None;
        self.outbound = replay::next(self.outbound, replay::Input::Over, self.numbers.next_out);
        self.recover(now, recovery::Input::Over);
        self.memory.acknowledged = None;
        self.owed.push(Owed::Event(Event::NewSeries { resume: self.numbers.checkpoint() }));
    }

    /// FIX session layer 4.5.1: any message sent puts the next Heartbeat off.
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
        let wait = match action {
            liveness::Action::None => return,
            liveness::Action::Heard => policy.test_request_after,
            liveness::Action::TestRequest => {
                self.owed.push(Owed::TestRequest);
                policy.answer_within
            }
            liveness::Action::ResetMayBegin => {
                self.goal = Goal::Stay;
                return self.go(now, Input::Reset);
            }
            liveness::Action::RoundTrip => {
                if let Some((_, sent)) = self.probe.take() {
                    let took = now.monotonic.saturating_since(sent);
                    self.owed.push(Owed::Event(Event::RoundTrip { took }));
                }
                policy.test_request_after
            }
            liveness::Action::Lost => return self.go(now, Input::Silent),
        };
        if was_probing && policy.while_probing == WhileProbing::Quiet {
            self.start_heartbeat(now.monotonic);
        }
        // FIX session layer 4.3.4: an interval of 0 watches nothing.
        if self.heart_bt_int == 0 || policy.silence == Silence::Ignore {
            self.timers.stop(Timer::Silence);
        } else {
            let until = now.monotonic.saturating_add(wait.of_seconds(self.heart_bt_int));
            self.timers.start(Timer::Silence, until);
        }
    }

    /// Feeds the inbound machine and does what it says; true when a ResendRequest is owed for it.
    pub(super) fn recover(&mut self, now: Now, input: recovery::Input) -> bool {
        let policy = self.config.policies.gaps;
        let (state, action) = recovery::next(&policy, self.inbound, input);
        self.inbound = state;
        let mut asked = false;
        match action {
            recovery::Action::None => return false,
            recovery::Action::Ask { from, to } => {
                let request = super::owed::Request { from, to, number: None };
                self.request = Some(request);
                self.owed.push(Owed::ResendRequest(request));
                asked = true;
            }
            recovery::Action::Repeat => {
                if let Some(request) = self.request
                    && let Some(number) = request.number
                {
                    self.owed.push(Owed::RepeatResendRequest(request, number));
                }
            }
            recovery::Action::Moved => {}
            recovery::Action::Recovered => {
                self.owed.push(Owed::Event(Event::Recovered));
                self.timers.stop(Timer::Recovery);
                self.request = None;
                self.go(now, Input::Recovered);
                return false;
            }
            recovery::Action::Dropped => {
                self.owed.push(Owed::Event(Event::ResendRejected));
                self.timers.stop(Timer::Recovery);
                self.request = None;
                return false;
            }
            recovery::Action::GiveUp { missing } => {
                self.timers.stop(Timer::Recovery);
                let why = Reason::ResendUnanswered { missing };
                self.go(now, Input::Fatal(why, super::state::Farewell::Logout));
                return false;
            }
        }
        if matches!(self.inbound, Inbound::Recovering(_)) {
            self.timers.start(Timer::Recovery, now.monotonic.saturating_add(policy.progress_timeout));
        }
        asked
    }

    /// Feeds the outbound machine.
    pub(super) fn out(&mut self, input: replay::Input) {
        self.outbound = replay::next(self.outbound, input, self.numbers.next_out);
        if self.outbound == Outbound::Live {
            self.waiting_since = None;
        }
    }

    /// The next expected number moved.
    pub(super) fn advanced(&mut self, now: Now) {
        // A Logon above the gap was acted on when it came; its number counts now.
        while self.acted == Some(self.numbers.next_in) {
            self.acted = None;
            self.numbers.count();
        }
        if self.numbers.next_in == MsgSeqNum::MAX {
            let why = Reason::NumbersExhausted;
            return self.go(now, Input::Fatal(why, super::state::Farewell::Logout));
        }
        if matches!(self.inbound, Inbound::Recovering(_)) {
            self.recover(now, recovery::Input::Progress { expected: self.numbers.next_in });
        }
    }

    /// Time never moves back.
    pub(super) fn observe(&mut self, now: Now) -> Now {
        self.clock = self.clock.max(now.monotonic);
        Now { monotonic: self.clock, utc: now.utc }
    }
}
