//! One call does input and output, in this order: what is owed, what is due, what came in, what is to be
//! resent.

use super::liveness;
use super::owed::Owed;
use super::policy::WhileProbing;
use super::read::Read;
use super::rules::{MessageRules, NoRules};
use super::state::{Answer, Input, State};
use super::timers::Timer;
use super::usual::Short;
use super::{Cause, recovery};
use super::{Finished, Goal, Liveness, Outbound, Role, Session, Standby, Turn};
use crate::event::Event;
use crate::inbox::Inbox;
use crate::message::{Layout, Message};
use crate::output::{Connect, Output, Replay, Wait};
use crate::planted::{Bug, planted};
use crate::time::Now;
use crate::wire::{Framing, tag};

/// What one call hands in, besides the inbox.
// Passed in memory: the shortcut needs the registers.
struct Call<'r, 'o, R> {
    now: Now,
    out: &'o mut [u8],
    rules: &'r R,
}

impl Session {
    /// What the session wants next: an event to deliver, a frame to send, a time to wait for.
    ///
    /// Call it until it returns [`Output::Wait`]; then wait for bytes, for the time given, or for the
    /// application. `inbox` holds what came in on the present link; frames are written to `out`, which has at
    /// least [`OUT_MIN`](super::OUT_MIN) bytes.
    ///
    /// The message of the last [`Event::Message`] counts as finished now, unless the policy is
    /// [`Finished::ByCall`].
    #[inline]
    pub fn step<'i, 'o>(&mut self, now: Now, inbox: &'i mut Inbox<'_>, out: &'o mut [u8]) -> Output<'i, 'o> {
        self.step_with(now, inbox, out, &NoRules)
    }

    /// The same, with rules for the content of messages, which check each message in sequence.
    pub fn step_with<'i, 'o>(
        &mut self,
        now: Now,
        inbox: &'i mut Inbox<'_>,
        out: &'o mut [u8],
        rules: &impl MessageRules,
    ) -> Output<'i, 'o> {
        let call = Call { now: self.begin_step(now), out, rules };
        match self.take_short(call.now, inbox, call.rules) {
            Short::Message(layout) => self.hand_on(inbox, layout),
            Short::Nothing => Output::Wait(Wait { until: self.timers.next(), read: true }),
            Short::Admin => self.step_on(inbox, call, None),
            Short::Found(found) => self.step_on(inbox, call, Some(found)),
            Short::Busy => self.step_any(inbox, call),
        }
    }

    /// Continues with what was found at the front, or with a Heartbeat or TestRequest there that may have the
    /// expected header.
    // A function of its own, so that the shortcut stays short.
    #[inline(never)]
    fn step_on<'i, 'o, R: MessageRules>(
        &mut self,
        inbox: &'i mut Inbox<'_>,
        call: Call<'_, 'o, R>,
        mut found: Option<Framing>,
    ) -> Output<'i, 'o> {
        let Call { now, rules, .. } = call;
        loop {
            let read = match found {
                Some(found) => self.take_found(now, inbox, &found, rules),
                None => match self.take_expected_admin(now, inbox, rules) {
                    Some(()) => Read::Taken(None),
                    None => break,
                },
            };
            match read {
                Read::Nothing => break,
                Read::Taken(None) => {}
                Read::Taken(Some(told)) => {
                    self.turn = Turn::Replay;
                    return Output::Event(told.with(inbox, self));
                }
            }
            found = match self.take_short(now, inbox, rules) {
                Short::Message(layout) => return self.hand_on(inbox, layout),
                Short::Nothing => return Output::Wait(Wait { until: self.timers.next(), read: true }),
                Short::Admin => None,
                Short::Found(found) => Some(found),
                Short::Busy => break,
            };
        }
        self.step_any(inbox, call)
    }

    /// Delivers the message in hand, which is not a held one.
    #[inline]
    fn hand_on<'i, 'o>(&mut self, inbox: &'i Inbox<'_>, layout: Layout) -> Output<'i, 'o> {
        self.turn = Turn::Replay;
        let frame = inbox.current_read();
        Output::Event(Event::Message(Message::new(frame, self.config.data_fields, layout)))
    }

    /// The same, with every message on the generic path: only speed may differ.
    #[cfg(any(test, feature = "testing"))]
    pub fn step_the_generic_way<'i, 'o>(
        &mut self,
        now: Now,
        inbox: &'i mut Inbox<'_>,
        out: &'o mut [u8],
        rules: &impl MessageRules,
    ) -> Output<'i, 'o> {
        let now = self.begin_step(now);
        self.step_any(inbox, Call { now, out, rules })
    }

    /// The time as the session sees it. By policy, what was delivered before counts as finished.
    #[inline]
    fn begin_step(&mut self, now: Now) -> Now {
        if self.numbers.has_in_hand() && self.config.policies.checks.finished == Finished::ByStep {
            self.numbers.finish_all();
        }
        self.observe(now)
    }

    /// One step in any state, whatever the next frame is.
    #[inline(never)]
    fn step_any<'i, 'o, R: MessageRules>(
        &mut self,
        inbox: &'i mut Inbox<'_>,
        call: Call<'_, 'o, R>,
    ) -> Output<'i, 'o> {
        let Call { now, out, rules } = call;
        loop {
            if let Some(owed) = &self.first_owed() {
                return self.pay(owed, now, inbox, out);
            }
            if let Some(timer) = self.timers.expire(now.monotonic) {
                self.expired(now, timer);
                continue;
            }
            if self.pursue(now) {
                continue;
            }
            if (self.turn == Turn::Replay || planted(Bug::ReplayBeforeReading))
                && let Some(replay) = self.wanted_replay()
            {
                self.turn = Turn::Read;
                return Output::Replay(replay);
            }
            match self.read(now, inbox, rules) {
                Read::Nothing => break,
                Read::Taken(None) => {}
                Read::Taken(Some(told)) => {
                    self.turn = Turn::Replay;
                    return Output::Event(told.with(inbox, self));
                }
            }
        }
        if let Some(replay) = self.wanted_replay() {
            self.turn = Turn::Read;
            return Output::Replay(replay);
        }
        Output::Wait(Wait { until: self.timers.next(), read: self.reads() })
    }

    /// Whether bytes may be read from the link.
    #[inline]
    pub(super) fn reads(&self) -> bool {
        match self.state {
            State::AwaitingLogon
            | State::LogonSent(_)
            | State::Active
            | State::LogoutSent
            | State::LogoutReceived(_) => true,
            State::Disconnected | State::Connecting | State::LogonReceived(_) | State::Closing(_) => false,
        }
    }

    /// A timer has expired.
    fn expired(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::Connection if self.goal == Goal::LogOut => {
                // Recovery or replays do not end: the Logout goes out all the same.
                self.goal = Goal::Stay;
                self.go(now, Input::LogoutAsked);
            }
            // Without a link, this was the wait for the next attempt, which is due now.
            Timer::Connection => self.go(now, Input::Timeout),
            // FIX session layer 4.5.1, test case 4a: nothing was sent for HeartBtInt.
            Timer::Heartbeat => {
                let quiet = self.config.policies.liveness.while_probing == WhileProbing::Quiet
                    && matches!(self.liveness, Liveness::Probing { .. });
                if !quiet && self.is_open() {
                    self.owe(Owed::Heartbeat);
                }
            }
            // FIX session layer 4.4.2, 4.6.1: while a reset awaits its answer, or our Logout is out, nothing
            // new goes out; those waits have limits of their own.
            Timer::Silence | Timer::Recovery if !self.is_open() => {}
            Timer::Silence => self.live(now, liveness::Input::Elapsed),
            Timer::Recovery => {
                self.recover(now, recovery::Input::Elapsed { expected: self.numbers.next_in });
            }
        }
    }

    /// What the application asked for, once the session is ready for it, and an initiator's first wish to
    /// connect. True if something changed.
    fn pursue(&mut self, now: Now) -> bool {
        if self.state == State::Disconnected {
            let due = self.config.role == Role::Initiator
                && self.standby == Standby::Ready
                && !self.timers.is_running(Timer::Connection);
            if due {
                self.go(now, Input::ConnectDue);
            }
            return due;
        }
        let detour = self.course.detour();
        let settled = !detour.inbound.is_recovering() && detour.outbound == Outbound::Live;
        // FIX session layer 4.6.3: nothing follows our Logout. So everything below the counterparty's has
        // come first, and what it asked for and what the last message owed has gone out.
        if self.state == State::LogoutReceived(Answer::Owed) {
            let ready = settled && detour.acted.is_empty();
            if ready {
                self.go(now, Input::Recovered);
            }
            return ready;
        }
        if self.state != State::Active || !settled {
            return false;
        }
        match self.goal {
            Goal::Stay => false,
            Goal::LogOut => {
                self.goal = Goal::Stay;
                self.go(now, Input::LogoutAsked);
                true
            }
            // FIX session layer 4.4.2: TestRequest, its echo, then the Logon.
            Goal::Reset => {
                if self.liveness == (Liveness::Probing { cause: Cause::Reset }) {
                    return false;
                }
                self.live(now, liveness::Input::Probe(Cause::Reset));
                true
            }
        }
    }

    /// The next question to the journal, while a replay runs.
    #[inline]
    fn wanted_replay(&self) -> Option<Replay> {
        let Outbound::Replaying(replay) = self.outbound() else { return None };
        if !self.is_logged_on() {
            return None;
        }
        Some(Replay {
            series: self.numbers.series,
            from: replay.scanned,
            to: replay.end(self.numbers.next_out),
            until: self.timers.next(),
            link: self.link,
        })
    }

    /// Whether the session is logged on and has sent no Logout.
    fn is_open(&self) -> bool {
        matches!(self.state, State::Active | State::LogoutReceived(Answer::Owed))
    }

    /// Whether the Logon exchange is complete, and the link still up for messages.
    #[inline]
    pub(super) fn is_logged_on(&self) -> bool {
        matches!(self.state, State::Active | State::LogoutSent | State::LogoutReceived(_))
    }

    /// Pays what is owed first: here if it is an event or a request to the driver; a frame is built by
    /// `transmit`.
    pub(super) fn pay<'i, 'o>(
        &mut self,
        owed: &Owed,
        now: Now,
        inbox: &'i mut Inbox<'_>,
        out: &'o mut [u8],
    ) -> Output<'i, 'o> {
        match *owed {
            Owed::Event(event) => {
                self.settle_first();
                Output::Event(self.tell(event))
            }
            Owed::LoggedOn => {
                self.settle_first();
                let logon = self.in_hand(inbox);
                let processed = logon.get(tag::LAST_MSG_SEQ_NUM_PROCESSED);
                self.acknowledged(processed.and_then(|value| value.seq_num().ok()));
                Output::Event(Event::LoggedOn(logon))
            }
            Owed::Connect => {
                self.settle_first();
                Output::Connect(Connect { attempt: self.attempt })
            }
            // It stays owed until the driver says that the link is gone.
            Owed::Disconnect(why) => Output::Disconnect(why),
            Owed::Logon(_)
            | Owed::LogonAnswer { .. }
            | Owed::Heartbeat
            | Owed::Echo { .. }
            | Owed::TestRequest
            | Owed::ResendRequest(_)
            | Owed::RepeatResendRequest(..)
            | Owed::Reject(_)
            | Owed::BusinessReject(_)
            | Owed::Logout
            | Owed::LogoutAnswer
            | Owed::LogoutFor(_)
            | Owed::SequenceReset { .. } => self.transmit(owed, now, inbox, out),
        }
    }

    /// The message in hand, its header read again: it stays in hand until it is answered.
    pub(super) fn in_hand<'i>(&self, inbox: &'i Inbox<'_>) -> Message<'i> {
        self.message(inbox, super::classify::layout(inbox.current(), &self.config))
    }
}
