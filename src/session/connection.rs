//! The connection machine in the session: links that come and go, and what its actions do.

use super::application::NotNow;
use super::config::Role;
use super::news::News;
use super::owed::Owed;
use super::policy::{OnDisconnect, ResetOn, ResetOnLogon, SecondLink};
use super::state::{Action, Input, Opening, Rules, State, Wait};
use super::timers::Timer;
use super::{Cause, Goal, Inbound, Outbound, Session, Standby, Turn};
use super::{liveness, recovery, replay};
use crate::inbox::Inbox;
use crate::planted::{Bug, planted};
use crate::reason::Reason;
use crate::time::Now;

impl Session {
    /// Tells the session that it has a link, and clears `inbox` for it. Bytes already read, to
    /// [`peek`](crate::peek) at, go in afterwards.
    ///
    /// An initiator sends its Logon next; an acceptor waits for one.
    ///
    /// # Errors
    /// The session already has a link, or is stopped: drop the new link without a word. If it is logged on,
    /// [`Event::DuplicateConnection`](crate::Event::DuplicateConnection) follows, and by policy the session
    /// tests its old link with a TestRequest, so that a half-open one does not keep the counterparty out
    /// (test case 1Sb).
    pub fn connected(&mut self, now: Now, inbox: &mut Inbox<'_>) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::Disconnected | State::Connecting if self.standby == Standby::Ready => {}
            state => {
                if state == State::Active && self.owed.has_room() {
                    self.owe(Owed::Event(News::DuplicateConnection));
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
        self.owe_no_frames();
        self.turn = Turn::Read;
        let opening = match (self.config.role, self.config.policies.logon.reset_on_logon) {
            (Role::Initiator, _) if self.numbers.reset.is_pending() => Opening::Reset,
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

    /// Tells the session that it has no link: it was lost, was closed as asked, or could not be opened.
    ///
    /// Numbers survive (FIX session layer 4.1); requests made on the old link are void.
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
        self.owe_no_frames();
        self.course.change(|detour| {
            if !planted(Bug::RecoveryOutlivesLink) {
                detour.inbound = Inbound::InSequence;
            }
            detour.outbound = Outbound::Live;
            detour.waiting_since = None;
            detour.acted.clear();
        });
        self.live(now, liveness::Input::Over);
        self.goal = Goal::Stay;
        self.probe = None;
        self.request = None;
        self.again = None;
        self.go(now, Input::LinkDown);
        if was != State::Connecting {
            self.after_link(now, why);
        }
        if self.config.role == Role::Initiator {
            self.plan_reconnect(now, why);
        }
    }

    /// What else the end of a link causes: resets by agreement, and the event to cancel orders.
    fn after_link(&mut self, now: Now, why: Reason) {
        let policy = self.config.policies;
        // If our reset was refused, we fall back to the previous series. If the answer was lost, the question
        // stays open (FIX session layer 4.4.3), and also if other traffic came instead: that may have
        // been in flight before the counterparty accepted our reset.
        let given_up = planted(Bug::ResetGivenUpUnanswered) && why == Reason::ResetUnanswered;
        let refused = why == Reason::LogonRefusedByPeer || given_up;
        self.numbers.reset = self.numbers.reset.unanswered(refused);
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
        let logged_on = self.memory.logged_on.is_some();
        let on_disconnect = policy.logon.reset_on_disconnect;
        if logged_on && (resets == ResetOn::Reset || on_disconnect == ResetOn::Reset) {
            self.new_series(now);
        }
        if logged_on && policy.logout.on_disconnect == OnDisconnect::CancelOrders {
            self.owe(Owed::Event(News::CancelOrders { why }));
        }
    }

    /// FIX session layer 4.5.5: reconnecting repairs a lost link, but asking again does not help against a
    /// refusal.
    fn plan_reconnect(&mut self, now: Now, why: Reason) {
        let policy = self.config.policies.logon;
        let spent = policy.attempts.is_some_and(|most| self.attempt >= u32::from(most));
        if self.standby == Standby::Stopped {
            return;
        }
        if !why.allows_reconnect() || spent {
            self.standby = Standby::Stopped;
            self.owe(Owed::Event(News::Stopped));
        } else {
            self.timers.start(Timer::Connection, now.monotonic.saturating_add(policy.reconnect_after.into()));
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
            invalid_logon: policies.logon.invalid,
        };
        let (state, actions) = super::state::next(rules, self.state, input);
        if state != self.state {
            // Frames built for the previous state are void.
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
                self.owe(Owed::Connect);
            }
            Action::SendLogon(opening) => self.owe(Owed::Logon(opening)),
            // The call that read the Logon returns the event.
            Action::Judge => {}
            Action::AnswerLogon(logon) => self.answer_logon(now, logon),
            Action::TakeAnswer(logon) => self.take_answer(now, logon),
            Action::LoggedOn => {
                self.attempt = 0;
                self.memory.logged_on = Some(now.monotonic);
                self.owe(Owed::LoggedOn);
                self.start_heartbeat(now.monotonic);
                self.live(now, liveness::Input::Traffic);
            }
            Action::Synchronise(logon) => self.synchronise(now, logon),
            Action::SendLogout => self.owe(Owed::Logout),
            Action::AnswerLogout => {
                // FIX session layer 4.6.1: nothing follows it.
                self.recover(now, recovery::Input::Over);
                self.out(replay::Input::Over);
                self.owe(Owed::LogoutAnswer);
            }
            Action::SayWhy(why) => self.owe(Owed::LogoutFor(why)),
            Action::Disconnect(why) => self.owe(Owed::Disconnect(why)),
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
        self.timers.start(Timer::Connection, now.monotonic.saturating_add(time.into()));
    }

    /// Time never moves back.
    #[inline]
    pub(super) fn observe(&mut self, now: Now) -> Now {
        self.clock = self.clock.max(now.monotonic);
        Now { monotonic: self.clock, utc: now.utc }
    }
}
