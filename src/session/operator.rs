//! What an operator asks for at night. Each refusal says why.

use super::application::NotNow;
use super::classify::{Class, Classified, Kind};
use super::liveness;
use super::news::News;
use super::numbers::OurReset;
use super::owed::{Owed, Request};
use super::policy::TestReqId;
use super::queue::Notice;
use super::state::{Answer, Farewell, Input, Place, State};
use super::timers::Timer;
use super::{Cause, Inbound, Outbound, Session, Span, Standby};
use super::{recovery, replay};
use crate::inbox::Inbox;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::time::Now;
use crate::wire::{MsgType, tag};

/// Why an operator's request was refused. The session is unchanged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OperatorError {
    /// The session cannot do that in its present state.
    #[error("the session cannot do that now, in state {0:?}")]
    NotNow(State),
    /// A SequenceReset only raises the number (FIX session layer 4.8.6).
    #[error("the next outbound number is already {next_out}, so a reset to {got} would not raise it")]
    NotAbove {
        /// The present number.
        next_out: MsgSeqNum,
        /// The number asked for.
        got: MsgSeqNum,
    },
    /// The range is empty.
    #[error("the range from {from} to {to} is empty")]
    EmptyRange {
        /// Its first number.
        from: MsgSeqNum,
        /// Its last.
        to: MsgSeqNum,
    },
    /// A ResendRequest is open, and only one may be outstanding (FIX session layer 4.8.2).
    #[error("a ResendRequest is already open")]
    RequestOpen,
    /// No replay is running.
    #[error("no replay is running")]
    NoReplay,
    /// The running replay is already past the number, or ends before it.
    #[error("the replay has {first} to {last} left, got {got}")]
    OutsideReplay {
        /// The number asked for.
        got: MsgSeqNum,
        /// The first number left in the replay.
        first: MsgSeqNum,
        /// The last.
        last: MsgSeqNum,
    },
    /// The session owes too much output already.
    #[error("the session has output to send first: step it")]
    StepFirst,
}

impl Session {
    /// Sets the expected number of the next inbound message. A higher one skips messages, such as a poison
    /// message. A lower one asks for nothing by itself, but messages from there on are delivered again if
    /// they come. A reset of ours that was never answered is not asked for again.
    /// [`Event::NextInSet`](crate::Event::NextInSet) follows.
    ///
    /// # Errors
    /// The session is logging on or out; try again afterwards. (While a Logon awaits its verdict it works.)
    pub fn set_next_in(&mut self, now: Now, next: MsgSeqNum) -> Result<(), NotNow> {
        let now = self.observe(now);
        self.settled()?;
        let was = self.numbers.next_in;
        self.numbers.set_next_in(next);
        self.numbers.reset = OurReset::None;
        self.recover(now, recovery::Input::Over);
        self.course.change(|detour| detour.acted.clear());
        self.owe_event(News::NextInSet { was, to: next });
        Ok(())
    }

    /// Sets the number of the next outbound message without telling the counterparty, which will see a gap,
    /// or a number too low. [`sequence_reset`](Session::sequence_reset) tells it. A reset of ours that
    /// was never answered is not asked for again. [`Event::NextOutSet`](crate::Event::NextOutSet)
    /// follows.
    ///
    /// # Errors
    /// The session is logging on or out; try again afterwards. (While a Logon awaits its verdict it works.)
    pub fn set_next_out(&mut self, now: Now, next: MsgSeqNum) -> Result<(), NotNow> {
        self.observe(now);
        self.settled()?;
        let was = self.numbers.next_out;
        self.numbers.next_out = next;
        self.numbers.reset = OurReset::None;
        self.ticket = self.ticket.wrapping_add(1);
        self.out(replay::Input::Over);
        self.owe_event(News::NextOutSet { was, to: next });
        Ok(())
    }

    /// Tells the counterparty by SequenceReset-Reset that our next number is `next_out`, which must be above
    /// the present one. What it still misses below that number is never sent. For disasters only (FIX
    /// session layer 4.8.6).
    ///
    /// # Errors
    /// The session is not logged on, the number is not above the present one, or a SequenceReset is already
    /// owed.
    pub fn sequence_reset(&mut self, now: Now, next_out: MsgSeqNum) -> Result<(), OperatorError> {
        self.observe(now);
        self.takes_wishes()?;
        if next_out <= self.numbers.next_out {
            return Err(OperatorError::NotAbove { next_out: self.numbers.next_out, got: next_out });
        }
        if self.owed.has(Notice::SequenceReset) {
            return Err(OperatorError::StepFirst);
        }
        self.out(replay::Input::Over);
        self.owe(Owed::SequenceReset { next_out });
        Ok(())
    }

    /// Asks the counterparty for the messages from `from` to `to` (`None`: all from there on), whether or not
    /// they are missing. Those that were already processed are delivered again, marked
    /// [`Message::is_again`](crate::Message::is_again).
    ///
    /// # Errors
    /// The session is not logged on, a request is open, or the range is empty.
    pub fn request_resend(
        &mut self,
        now: Now,
        from: MsgSeqNum,
        to: Option<MsgSeqNum>,
    ) -> Result<(), OperatorError> {
        self.observe(now);
        self.takes_wishes()?;
        if self.inbound().is_recovering() {
            return Err(OperatorError::RequestOpen);
        }
        if self.owed.has(Notice::ResendRequest) {
            return Err(OperatorError::StepFirst);
        }
        if let Some(to) = to.filter(|&to| to < from) {
            return Err(OperatorError::EmptyRange { from, to });
        }
        let last = self.numbers.next_in.previous();
        self.again = last.map(|last| Span { from, to: to.map_or(last, |to| to.min(last)) });
        let request = Request { from, to, number: None };
        self.request = Some(request);
        self.owe(Owed::ResendRequest(request));
        Ok(())
    }

    /// Sends a TestRequest, unless one is already open. [`Event::RoundTrip`](crate::Event::RoundTrip) says
    /// how long its echo took.
    ///
    /// # Errors
    /// The session is not logged on, or owes too much output already.
    pub fn test_request(&mut self, now: Now) -> Result<(), OperatorError> {
        let now = self.observe(now);
        self.takes_wishes()?;
        self.live(now, liveness::Input::Probe(Cause::Asked));
        Ok(())
    }

    /// Makes a running replay continue at `from`. One gap fill goes out instead of what it has not yet sent
    /// below that number.
    ///
    /// # Errors
    /// No replay is running, or `from` is not among the numbers it has left.
    pub fn replay_from(&mut self, now: Now, from: MsgSeqNum) -> Result<(), OperatorError> {
        self.observe(now);
        let Outbound::Replaying(replay) = self.outbound() else {
            return Err(OperatorError::NoReplay);
        };
        let (first, last) = (replay.scanned, replay.end(self.numbers.next_out));
        if from < first || from > last {
            return Err(OperatorError::OutsideReplay { got: from, first, last });
        }
        self.out(replay::Input::Nothing(from));
        Ok(())
    }

    /// Logs out, if logged on, and has no further link until [`enable`](Session::enable): an initiator asks
    /// for none, and [`connected`](Session::connected) refuses one. `text` is Text(58) of the Logout.
    pub fn disable(&mut self, now: Now, text: &str) {
        let now = self.observe(now);
        self.standby = Standby::Stopped;
        if self.state == State::Disconnected {
            self.timers.stop(Timer::Connection);
        }
        if self.state == State::Connecting {
            // The request is withdrawn: a link that comes all the same is refused.
            self.owe_no_frames();
            return self.go(now, Input::LinkDown);
        }
        // FIX session layer 4.6.1: where our Logout is out, whoever sent the first one closes the link.
        let ends = matches!(
            self.state,
            State::Disconnected | State::LogoutSent | State::LogoutReceived(Answer::Given)
        );
        if !ends && self.logout(now, text).is_err() {
            self.go(now, Input::Fatal(Reason::Closed, Farewell::Silent));
        }
    }

    /// Allows links again, after [`disable`](Session::disable) or [`Event::Stopped`](crate::Event::Stopped).
    /// An initiator asks for one at its next step, and counts its attempts from 1.
    pub fn enable(&mut self, now: Now) {
        self.observe(now);
        self.standby = Standby::Ready;
        self.attempt = 0;
    }

    /// Closes the link without a Logout, for the reason `why`, which also decides whether an initiator
    /// reconnects: [`Reason::allows_reconnect`].
    ///
    /// # Errors
    /// There is no link, or it is already being closed.
    pub fn disconnect(&mut self, now: Now, why: Reason) -> Result<(), NotNow> {
        let now = self.observe(now);
        if matches!(self.state, State::Disconnected | State::Connecting | State::Closing(_)) {
            return Err(NotNow(self.state));
        }
        self.owe_no_frames();
        self.go(now, Input::Fatal(why, Farewell::Silent));
        Ok(())
    }

    /// Whether the session is logged on and has room to owe more.
    fn takes_wishes(&self) -> Result<(), OperatorError> {
        if self.state != State::Active {
            return Err(OperatorError::NotNow(self.state));
        }
        if self.owed.has_room() { Ok(()) } else { Err(OperatorError::StepFirst) }
    }

    /// Whether numbers may be set: while the session is logged on or has no link, and while a Logon awaits
    /// its verdict, since an acceptor without a memory takes them from there (FIX session layer 4.4.4).
    fn settled(&self) -> Result<(), NotNow> {
        match self.state {
            State::Active | State::Disconnected | State::Connecting | State::LogonReceived(_) => Ok(()),
            State::AwaitingLogon
            | State::LogonSent(_)
            | State::LogoutSent
            | State::LogoutReceived(_)
            | State::Closing(_) => Err(NotNow(self.state)),
        }
    }

    /// Whether the application asked for this number again; it and those below it count as delivered then.
    pub(super) fn takes_again(&mut self, number: MsgSeqNum) -> bool {
        let Some(Span { from, to }) = self.again.filter(|span| span.from <= number && number <= span.to)
        else {
            return false;
        };
        let rest = Span { from: from.max(number.next()), to };
        self.again = (rest.from <= to).then_some(rest);
        true
    }

    /// FIX session layer 4.5.5: whether a Heartbeat has the TestReqID of our open TestRequest.
    fn echoes(&self, inbox: &Inbox<'_>, message: &Classified) -> bool {
        let Some((number, _)) = self.probe else { return false };
        if message.kind != Kind::Heartbeat {
            return false;
        }
        let view = self.message(inbox, message.layout);
        let Some(echo) = view.get(tag::TEST_REQ_ID) else { return false };
        match self.config.policies.liveness.test_req_id {
            TestReqId::MsgSeqNum => echo.uint() == Ok(number.get()),
            TestReqId::Fixed(text) => echo.as_bytes() == text.as_bytes(),
        }
    }

    /// FIX session layer 4.5.1: any message that is not garbled is a sign of life.
    pub(super) fn heard(&mut self, now: Now, inbox: &Inbox<'_>, message: &Classified) {
        let detour = self.course.detour();
        let settled = detour.inbound == Inbound::InSequence && detour.outbound == Outbound::Live;
        let place = if settled && message.class == Class::Next { Place::InSequence } else { Place::AboveGap };
        let echoes = self.echoes(inbox, message);
        self.live(now, if echoes { liveness::Input::Echoed(place) } else { liveness::Input::Traffic });
    }

    /// Whether a Reject refers to our open ResendRequest, by RefSeqNum(45) and, if present, RefMsgType(372).
    pub(super) fn rejects_our_request(&self, reject: &Message<'_>) -> bool {
        let referred = reject.get(tag::REF_SEQ_NUM).and_then(|value| value.seq_num().ok());
        let msg_type = reject
            .get(tag::REF_MSG_TYPE)
            .map_or(MsgType::RESEND_REQUEST, |value| MsgType::new(value.as_bytes()));
        let asked = self.request.and_then(|request| request.number);
        asked.is_some() && asked == referred && msg_type == MsgType::RESEND_REQUEST
    }
}
