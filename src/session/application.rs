//! What the application wants of its session.

use super::header::{Extra, HeaderFacts, may_be_given};
use super::liveness;
use super::owed::Owed;
use super::policy::{ResetOnLogon, WhileDisconnected};
use super::state::{self, Input, State};
use super::timers::Timer;
use super::{Goal, Session, Text};
use crate::frame::{Effect, Frame};
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::reject_reason::SessionRejectReason;
use crate::time::{Instant, Now};
use crate::wire::{BeginString, Body, BodyFault, EncodeError, Guard, MsgType, SOH, encode, tag};

/// An application message to send: its type, and header fields of its own.
///
/// A bare [`MsgType`] is one without header fields. The header fields (50, 57, 97, 115, 116, 128, 129, 142 to
/// 145, 1128, a venue's own) are stored with the message and go out again with it. A data field follows its
/// length field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outgoing<'m> {
    /// MsgType(35).
    pub msg_type: MsgType<'m>,
    /// Header fields, by tag and value.
    pub header: &'m [(u32, &'m [u8])],
}

impl<'m> From<MsgType<'m>> for Outgoing<'m> {
    fn from(msg_type: MsgType<'m>) -> Self {
        Outgoing { msg_type, header: &[] }
    }
}

/// How a Logon is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Farewell<'t> {
    /// A Logout says why, in Text(58), and where the version has it in SessionStatus(1409): 5 bad user name
    /// or password, 6 locked, 7 not allowed now, 8 expired.
    Logout {
        /// Text(58); empty for none. Longer than 96 bytes is cut.
        text: &'t str,
        /// SessionStatus(1409).
        session_status: Option<u32>,
    },
    /// The link is closed without a word: a stranger learns nothing (FIX session layer 4.6.4).
    Silent,
}

/// The session is in no state for that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the session cannot do that now: it is {0:?}")]
pub struct NotNow(
    /// Where it stands.
    pub State,
);

/// Why a message was not built. No number is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SendError {
    /// Nothing can be sent in this state.
    #[error("nothing can be sent now: the session is {0:?}")]
    NotNow(State),
    /// `out` is too small: so many bytes are enough.
    #[error("the message needs {0} bytes of space")]
    NeedSpace(usize),
    /// The body cannot be sent as it was written, or was cancelled.
    #[error(transparent)]
    Body(BodyFault),
    /// The type is empty, holds SOH, or is one that the session sends itself.
    #[error("MsgType(35) is empty, holds SOH, or belongs to the session")]
    MsgType,
    /// The field is not one that an application may give in the header.
    #[error("tag {tag} cannot be given as a header field: it is none, or the session writes it")]
    HeaderField {
        /// The tag.
        tag: u32,
    },
    /// Longer than the counterparty takes (FIX session layer 4.3.6).
    #[error("the message has {len} bytes, the counterparty takes {max}: MaxMessageSize(383)")]
    TooLong {
        /// Its length, in bytes.
        len: usize,
        /// MaxMessageSize(383), in bytes.
        max: u32,
    },
    /// The configured rate is used up.
    #[error("the rate limit is used up until {not_before:?}")]
    TooFast {
        /// When the next message may go.
        not_before: Instant,
    },
    /// The sequence numbers have reached the end of their range (FIX session layer 4.1): a reset is needed.
    #[error("sequence numbers are exhausted: a reset is needed")]
    OutOfNumbers,
}

impl Session {
    /// Builds an application message: `body` writes its fields, the session everything else.
    ///
    /// The message has not happened until the frame is committed. During a replay its bytes are empty, and
    /// the replay sends it in its turn.
    ///
    /// ```no_run
    /// # use sansfix::{MsgType, Now, RingJournal, SendError, Session};
    /// # fn order(session: &mut Session, now: Now, out: &mut [u8], journal: &mut RingJournal) -> Result<(), Box<dyn std::error::Error>> {
    /// let frame = session.send(now, MsgType::NEW_ORDER_SINGLE, out, |body| {
    ///     body.text(11, "order-1").char(54, '1').uint(38, 100).text(55, "VOD.L");
    /// })?;
    /// let bytes = frame.commit(session, journal)?;
    /// # let _ = bytes; Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`SendError`]; nothing has happened then.
    pub fn send<'o, 'm>(
        &mut self,
        now: Now,
        message: impl Into<Outgoing<'m>>,
        out: &'o mut [u8],
        body: impl FnOnce(&mut Body<'_>),
    ) -> Result<Frame<'o>, SendError> {
        let now = self.observe(now);
        let message = message.into();
        let effect = self.may_send()?;
        let type_bytes = message.msg_type.as_bytes();
        if type_bytes.is_empty() || type_bytes.contains(&SOH) || message.msg_type.is_admin() {
            return Err(SendError::MsgType);
        }
        let version = self.config.begin_string;
        for &(tag, value) in message.header {
            if !may_be_given(tag, version) || (value.contains(&SOH) && !self.is_data(tag)) {
                return Err(SendError::HeaderField { tag });
            }
        }
        if let (Some(not_before), Effect::Message | Effect::MessageBehindReplay) =
            (self.bucket.wait(self.config.rate, now.monotonic), effect)
        {
            return Err(SendError::TooFast { not_before });
        }
        let number = self.numbers.next_out;
        if number == MsgSeqNum::MAX {
            return Err(SendError::OutOfNumbers);
        }
        self.enter_second(now.utc);
        let stamp = self.stamp(now.utc);
        let extra = if message.header.is_empty() { Extra::None } else { Extra::Given(message.header) };
        let facts =
            HeaderFacts { msg_type: message.msg_type, number, sending_time: &stamp, original: None, extra };
        let header = |to: &mut Body<'_>| self.write_header(&facts, to);
        let range =
            encode(out, version, header, Guard::Application(version), body).map_err(|error| match error {
                EncodeError::NeedSpace(space) => SendError::NeedSpace(space),
                EncodeError::Body(fault) => SendError::Body(fault),
            })?;
        if let Some(max) = self.peer_max.filter(|&max| range.len() > max as usize) {
            return Err(SendError::TooLong { len: range.len(), max });
        }
        let bytes = out.get(range).unwrap_or_default();
        Ok(self.own_frame(bytes, number, effect, now.monotonic))
    }

    /// What committing an application message would do now.
    fn may_send(&self) -> Result<Effect, SendError> {
        match (self.state, self.config.policies.logon.while_disconnected) {
            // FIX session layer 4.3.10: our Logon goes out first.
            (State::Active, _) if self.owed.has_logon() && !planted(Bug::SentBeforeLogon) => {
                Err(SendError::NotNow(self.state))
            }
            (State::Active, _) if super::replay::holds_back(self.outbound) => Ok(Effect::MessageBehindReplay),
            (State::Active, _) => Ok(Effect::Message),
            // Test case 16: numbered and stored now, asked for by the counterparty after logon. Not while a
            // reset would void it.
            (State::Disconnected | State::Connecting | State::AwaitingLogon, WhileDisconnected::Store)
                if !self.numbers.reset.is_pending()
                    && self.config.policies.logon.reset_on_logon == ResetOnLogon::Never =>
            {
                Ok(Effect::MessageForLater)
            }
            (
                State::Disconnected
                | State::Connecting
                | State::AwaitingLogon
                | State::LogonSent(_)
                | State::LogonReceived(_)
                | State::LogoutSent
                | State::LogoutReceived(_)
                | State::Closing(_),
                WhileDisconnected::Store | WhileDisconnected::Refuse,
            ) => Err(SendError::NotNow(self.state)),
        }
    }

    fn is_data(&self, tag: u32) -> bool {
        self.config.data_fields.length_tag(tag).is_some()
    }

    /// Accepts the Logon of the last [`Event::Logon`](crate::Event::Logon): the session answers it, its reset
    /// included.
    ///
    /// # Errors
    /// No Logon waits for a verdict.
    pub fn accept(&mut self, now: Now) -> Result<(), NotNow> {
        self.accept_logon(now, None)
    }

    /// The same, and under FIXT.1.1 the answer says SessionStatus(1409): 0 session active, 1 password
    /// changed, 2 password due to expire, 3 new password against the rules.
    ///
    /// # Errors
    /// No Logon waits for a verdict.
    pub fn accept_with(&mut self, now: Now, session_status: u32) -> Result<(), NotNow> {
        self.accept_logon(now, Some(session_status))
    }

    fn accept_logon(&mut self, now: Now, session_status: Option<u32>) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::LogonReceived(_) => {
                self.session_status = session_status;
                self.go(now, Input::Accepted);
                Ok(())
            }
            state => Err(NotNow(state)),
        }
    }

    /// Refuses the Logon of the last [`Event::Logon`](crate::Event::Logon). Numbers and stored messages stay
    /// as they were, but a Logout takes a number (FIX session layer 4.3.10).
    ///
    /// # Errors
    /// No Logon waits for a verdict.
    pub fn refuse(&mut self, now: Now, farewell: Farewell<'_>) -> Result<(), NotNow> {
        let now = self.observe(now);
        let State::LogonReceived(_) = self.state else { return Err(NotNow(self.state)) };
        let how = match farewell {
            Farewell::Logout { text, session_status } => {
                self.farewell = Text::cut(text);
                self.session_status = session_status;
                state::Farewell::Logout
            }
            Farewell::Silent => state::Farewell::Silent,
        };
        self.go(now, Input::Refused(how));
        Ok(())
    }

    /// Builds a Reject for an application message that breaks the session's rules in the application's eyes.
    ///
    /// Failures of business are not for it: they are answered by messages of the application (FIX session
    /// layer 4.5.4). The message's own number was counted when it was handed over.
    ///
    /// # Errors
    /// As [`send`](Session::send).
    pub fn reject<'o>(
        &mut self,
        now: Now,
        message: &Message<'_>,
        reason: SessionRejectReason,
        tag: Option<u32>,
        text: &str,
        out: &'o mut [u8],
    ) -> Result<Frame<'o>, SendError> {
        let now = self.observe(now);
        let effect = match self.may_send()? {
            Effect::MessageForLater => return Err(SendError::NotNow(self.state)),
            effect => effect,
        };
        let number = self.numbers.next_out;
        if number == MsgSeqNum::MAX {
            return Err(SendError::OutOfNumbers);
        }
        let version = self.config.begin_string;
        self.enter_second(now.utc);
        let stamp = self.stamp(now.utc);
        let facts = HeaderFacts {
            msg_type: MsgType::REJECT,
            number,
            sending_time: &stamp,
            original: None,
            extra: Extra::None,
        };
        let header = |to: &mut Body<'_>| self.write_header(&facts, to);
        let range = encode(out, version, header, Guard::Application(version), |body| {
            body.uint(tag::REF_SEQ_NUM, message.msg_seq_num().get());
            body.text(tag::TEXT, if text.is_empty() { reason.text() } else { text });
            if version >= BeginString::Fix42 {
                if let Some(tag) = tag {
                    body.uint(tag::REF_TAG_ID, u64::from(tag));
                }
                body.bytes(tag::REF_MSG_TYPE, message.msg_type().as_bytes());
                if let Some(code) = reason.code_in(version) {
                    body.uint(tag::SESSION_REJECT_REASON, u64::from(code));
                }
            }
        })
        .map_err(|error| match error {
            EncodeError::NeedSpace(space) => SendError::NeedSpace(space),
            EncodeError::Body(fault) => SendError::Body(fault),
        })?;
        Ok(self.own_frame(out.get(range).unwrap_or_default(), number, effect, now.monotonic))
    }

    /// Builds a BusinessMessageReject for an application message: `code` is BusinessRejectReason(380), 3 for
    /// a type that is not supported (test case 2r). Before FIX 4.2, which has no such message, it is a
    /// Reject.
    ///
    /// # Errors
    /// As [`send`](Session::send).
    pub fn business_reject<'o>(
        &mut self,
        now: Now,
        message: &Message<'_>,
        code: u16,
        text: &str,
        out: &'o mut [u8],
    ) -> Result<Frame<'o>, SendError> {
        if self.config.begin_string < BeginString::Fix42 {
            return self.reject(now, message, SessionRejectReason::InvalidMsgType, None, text, out);
        }
        let version = self.version_on_reject();
        self.send(now, MsgType::BUSINESS_MESSAGE_REJECT, out, |body| {
            body.uint(tag::REF_SEQ_NUM, message.msg_seq_num().get());
            if !text.is_empty() {
                body.text(tag::TEXT, text);
            }
            body.bytes(tag::REF_MSG_TYPE, message.msg_type().as_bytes());
            body.uint(tag::BUSINESS_REJECT_REASON, u64::from(code));
            if let Some(version) = version {
                body.text(tag::DEFAULT_APPL_VER_ID, &version);
            }
        })
    }

    /// Logs out: the session sends Logout once no replay runs and nothing is missing, or the time for an
    /// answer has passed, waits for the answer, serves resends meanwhile, and asks for the link to be closed.
    ///
    /// `text` is what Text(58) says; empty for none, longer than 96 bytes is cut. Numbers survive.
    ///
    /// # Errors
    /// The session is not logged on.
    pub fn logout(&mut self, now: Now, text: &str) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::Active => {
                self.farewell = Text::cut(text);
                self.session_status = None;
                // FIX session layer 4.6.1: no gaps when the Logout goes out, but not for ever.
                self.goal = Goal::LogOut;
                let wait = self.config.policies.logout.timeout;
                self.timers.start(Timer::Connection, now.monotonic.saturating_add(wait));
                Ok(())
            }
            State::LogoutReceived(state::Answer::Owed) => {
                self.go(now, Input::LogoutAsked);
                Ok(())
            }
            state => Err(NotNow(state)),
        }
    }

    /// Begins a new series with both numbers at 1 (FIX session layer 4.4.2, 4.4.3).
    ///
    /// Without a link an initiator asks for it by its next Logon; an acceptor begins it at once. Logged on,
    /// the session recovers what is missing, exchanges TestRequest and Heartbeat, and sends a Logon with
    /// ResetSeqNumFlag(141); until it is answered the old series stands.
    ///
    /// # Errors
    /// The session is between the two, or the version has no ResetSeqNumFlag.
    pub fn reset(&mut self, now: Now) -> Result<(), NotNow> {
        let now = self.observe(now);
        match (self.state, self.config.role) {
            (State::Active, _) if self.config.begin_string > BeginString::Fix40 => {
                self.goal = Goal::Reset;
                Ok(())
            }
            (State::Disconnected | State::Connecting, super::Role::Initiator)
                if self.config.begin_string > BeginString::Fix40 =>
            {
                self.numbers.reset = self.numbers.reset.wanted();
                Ok(())
            }
            (State::Disconnected, _) => {
                self.new_series(now);
                Ok(())
            }
            (state, _) => Err(NotNow(state)),
        }
    }

    /// Begins a new series at once and says nothing of it: both sides have agreed on the moment, as on the
    /// hours of a session, which begins at number 1 (FIX session layer 4.1). [`Event::NewSeries`] follows.
    ///
    /// [`reset`](Session::reset) says it on the wire.
    ///
    /// [`Event::NewSeries`]: crate::Event::NewSeries
    ///
    /// # Errors
    /// There is a link.
    pub fn reset_silently(&mut self, now: Now) -> Result<(), NotNow> {
        let now = self.observe(now);
        match self.state {
            State::Disconnected | State::Connecting => {
                self.new_series(now);
                Ok(())
            }
            state => Err(NotNow(state)),
        }
    }

    /// With [`Finished::ByCall`](super::Finished::ByCall): everything up to `number` is finished, and need
    /// not come again after a crash.
    pub fn processed(&mut self, number: MsgSeqNum) {
        self.numbers.finish(number);
    }

    /// A TestRequest is owed when none is open: the liveness machine's own door for the application.
    pub(super) fn probe(&mut self, now: Now, cause: super::Cause) {
        self.live(now, liveness::Input::Probe(cause));
    }

    pub(super) fn owe_event(&mut self, event: crate::event::Event<'static>) {
        if self.owed.has_room() {
            self.owed.push(Owed::Event(event));
        }
    }
}
