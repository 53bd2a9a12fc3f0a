//! What is owed becomes frames.

use super::header::{Extra, HeaderFacts, Stamp};
use super::owed::{Owed, Rejection, Request, Why};
use super::policy::{
    AfterReject, AnswerStatus, MaxMessageSize, NextExpected, RejectText, Routing, TestMessage, TestReqId,
};
use super::state::{Farewell, Input, Opening};
use super::{Role, Session};
use crate::checkpoint::Checkpoint;
use crate::frame::{Effect, Entry, Frame, Stale};
use crate::inbox::Inbox;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::output::{Compose, Output};
use crate::reason::Reason;
use crate::time::{Instant, Now};
use crate::wire::{BeginString, Body, BodyFault, EncodeError, Guard, MsgType, encode, tag};

/// Why an admin message that the application adds to was not built.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ComposeError {
    /// The question is not open any more.
    #[error("the session has moved on since it asked: step it again")]
    Late,
    /// `out` is too small.
    #[error("the message needs {0} bytes of space")]
    NeedSpace(usize),
    /// The added fields cannot be sent.
    #[error(transparent)]
    Body(BodyFault),
}

/// The parts of a frame that do not come from its bytes.
struct Plan {
    number: MsgSeqNum,
    entry: Entry,
    effect: Effect,
    resume: Checkpoint,
}

impl Session {
    /// The frame that is owed, or the question for what the application adds to it.
    pub(super) fn transmit<'i, 'o>(
        &mut self,
        owed: Owed,
        now: Now,
        inbox: &'i mut Inbox<'_>,
        out: &'o mut [u8],
    ) -> Output<'i, 'o> {
        let plan = self.plan(owed);
        if plan.number == MsgSeqNum::MAX {
            // FIX session layer 4.1: a counter never wraps; nothing can be said any more.
            self.owed.clear_frames();
            self.go(now, Input::Fatal(Reason::NumbersExhausted, Farewell::Silent));
            self.owed.clear_frames();
            self.owed.push(Owed::Disconnect(Reason::NumbersExhausted));
            return Output::Disconnect(Reason::NumbersExhausted);
        }
        let msg_type = self.msg_type(owed);
        if self.is_composed(msg_type) {
            let stamp = Stamp::new(now.utc, self.config.time_precision, self.config.begin_string);
            let (text, text_len) = stamp.parts();
            let (number, sending_time, ticket) = (plan.number, now.utc, self.ticket);
            return Output::Compose(Compose { msg_type, number, sending_time, text, text_len, ticket });
        }
        match self.build(owed, plan, now, now, inbox, out, |_| {}) {
            Ok(frame) => Output::Transmit(frame),
            Err(EncodeError::NeedSpace(space)) => Output::NeedSpace(space),
            // The session's own fields are always good; an echo that is not was refused when it came.
            Err(EncodeError::Body(_)) => {
                self.owed.pop();
                Output::NeedSpace(0)
            }
        }
    }

    /// Builds the admin message that [`Output::Compose`] announced, with the fields that `body` adds behind the session's own.
    ///
    /// # Errors
    /// [`ComposeError::Late`] when the session has moved on; otherwise nothing has moved, and it asks again.
    pub fn compose<'o>(
        &mut self,
        now: Now,
        asked: Compose,
        inbox: &Inbox<'_>,
        out: &'o mut [u8],
        body: impl FnOnce(&mut Body<'_>),
    ) -> Result<Frame<'o>, ComposeError> {
        let now = self.observe(now);
        let Some(owed) = self.owed.first() else { return Err(ComposeError::Late) };
        if asked.ticket != self.ticket || self.msg_type(owed) != asked.msg_type {
            return Err(ComposeError::Late);
        }
        let sent = Now { monotonic: now.monotonic, utc: asked.sending_time };
        let plan = self.plan(owed);
        self.build(owed, plan, now, sent, inbox, out, body).map_err(|error| match error {
            EncodeError::NeedSpace(space) => ComposeError::NeedSpace(space),
            EncodeError::Body(fault) => ComposeError::Body(fault),
        })
    }

    fn is_composed(&self, msg_type: MsgType<'_>) -> bool {
        let compose = self.config.compose;
        match msg_type {
            MsgType::LOGON => compose.logon,
            MsgType::LOGOUT => compose.logout,
            MsgType::HEARTBEAT => compose.heartbeat,
            MsgType::TEST_REQUEST => compose.test_request,
            MsgType::RESEND_REQUEST => compose.resend_request,
            MsgType::REJECT => compose.reject,
            MsgType::SEQUENCE_RESET => compose.sequence_reset,
            _ => false,
        }
    }

    fn msg_type(&self, owed: Owed) -> MsgType<'static> {
        match owed {
            Owed::Logon(_) | Owed::LogonAnswer { .. } => MsgType::LOGON,
            Owed::Heartbeat | Owed::Echo => MsgType::HEARTBEAT,
            Owed::TestRequest => MsgType::TEST_REQUEST,
            Owed::ResendRequest(_) | Owed::RepeatResendRequest(..) => MsgType::RESEND_REQUEST,
            Owed::BusinessReject(_) if self.config.begin_string >= BeginString::Fix42 => {
                MsgType::BUSINESS_MESSAGE_REJECT
            }
            Owed::Reject(_) | Owed::BusinessReject(_) => MsgType::REJECT,
            Owed::Logout | Owed::LogoutAnswer | Owed::LogoutFor(_) => MsgType::LOGOUT,
            Owed::SequenceReset { .. } => MsgType::SEQUENCE_RESET,
            Owed::LoggedOn | Owed::Event(_) | Owed::Connect | Owed::Disconnect(_) => MsgType::new(b""),
        }
    }

    /// Which number the owed frame takes, and what the journal keeps of it.
    fn plan(&self, owed: Owed) -> Plan {
        let here = self.numbers.checkpoint();
        let number = self.numbers.next_out;
        let unnumbered =
            |number| Plan { number, entry: Entry::Nothing, effect: Effect::OwedAgain, resume: here };
        match owed {
            // FIX session layer 4.4.3: number 1 of a series that begins with the answer; until then the old one is kept.
            Owed::Logon(Opening::Reset) => Plan {
                number: MsgSeqNum::FIRST,
                entry: Entry::Resume,
                effect: Effect::OwedAgain,
                resume: Checkpoint { reset_pending: true, ..here },
            },
            Owed::RepeatResendRequest(_, number) => unnumbered(number),
            // What follows our reset before its answer belongs to no series yet.
            _ if self.numbers.reset_pending => unnumbered(MsgSeqNum::FIRST.next()),
            Owed::SequenceReset { next_out } => Plan {
                number,
                entry: Entry::Resume,
                effect: Effect::SequenceReset { next_out },
                resume: Checkpoint { next_out, ..here },
            },
            Owed::Logon(Opening::Resumed)
            | Owed::LogonAnswer { .. }
            | Owed::Heartbeat
            | Owed::Echo
            | Owed::TestRequest
            | Owed::ResendRequest(_)
            | Owed::Reject(_)
            | Owed::BusinessReject(_)
            | Owed::Logout
            | Owed::LogoutAnswer
            | Owed::LogoutFor(_)
            | Owed::LoggedOn
            | Owed::Event(_)
            | Owed::Connect
            | Owed::Disconnect(_) => {
                let is_application = self.msg_type(owed) == MsgType::BUSINESS_MESSAGE_REJECT;
                let entry = if is_application { Entry::Message } else { Entry::Number };
                let resume = Checkpoint { next_out: number.next(), ..here };
                Plan { number, entry, effect: Effect::Owed, resume }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one frame")]
    fn build<'o>(
        &self,
        owed: Owed,
        plan: Plan,
        now: Now,
        sent: Now,
        inbox: &Inbox<'_>,
        out: &'o mut [u8],
        added: impl FnOnce(&mut Body<'_>),
    ) -> Result<Frame<'o>, EncodeError> {
        let config = &self.config;
        let stamp = Stamp::new(sent.utc, config.time_precision, config.begin_string);
        let layout = super::classify::layout(inbox.current(), config);
        let in_hand = Message::new(inbox.current(), config.data_fields, layout);
        let answers = matches!(owed, Owed::Reject(_) | Owed::BusinessReject(_));
        let extra = match config.policies.checks.routing {
            Routing::Reverse if answers => Extra::Reversed(in_hand.header_fields()),
            Routing::Reverse | Routing::Keep => Extra::None,
        };
        let again = matches!(owed, Owed::RepeatResendRequest(..));
        let facts = HeaderFacts {
            msg_type: self.msg_type(owed),
            number: plan.number,
            sending_time: &stamp,
            original: again.then_some(stamp.as_bytes()),
            extra,
        };
        let header = |to: &mut Body<'_>| self.write_header(&facts, to);
        let range = encode(out, config.begin_string, header, Guard::Session, |body| {
            self.write_admin(owed, plan.number, &in_hand, body);
            added(body);
        })?;
        Ok(self.frame(out.get(range).unwrap_or_default(), plan, now.monotonic))
    }

    fn frame<'o>(&self, bytes: &'o [u8], plan: Plan, at: Instant) -> Frame<'o> {
        let Plan { number, entry, effect, resume } = plan;
        Frame { bytes, number, entry, effect, resume, at, ticket: self.ticket }
    }

    /// A frame that is not owed: the application's, or one of a replay.
    pub(super) fn own_frame<'o>(
        &self,
        bytes: &'o [u8],
        number: MsgSeqNum,
        effect: Effect,
        at: Instant,
    ) -> Frame<'o> {
        let here = self.numbers.checkpoint();
        let (entry, resume) = match effect {
            Effect::Message | Effect::MessageBehindReplay | Effect::MessageForLater => {
                (Entry::Message, Checkpoint { next_out: number.next(), ..here })
            }
            Effect::Owed | Effect::OwedAgain | Effect::SequenceReset { .. } | Effect::Resent { .. } => {
                (Entry::Nothing, here)
            }
        };
        self.frame(bytes, Plan { number, entry, effect, resume }, at)
    }

    /// The body of an admin message, by rising tag.
    fn write_admin(&self, owed: Owed, number: MsgSeqNum, in_hand: &Message<'_>, body: &mut Body<'_>) {
        match owed {
            Owed::Logon(opening) => self.write_logon(opening == Opening::Reset, body),
            Owed::LogonAnswer { reset } => self.write_logon(reset, body),
            Owed::Echo => {
                let echo = in_hand.get(tag::TEST_REQ_ID).map_or(b"".as_slice(), |value| value.as_bytes());
                body.bytes(tag::TEST_REQ_ID, echo);
            }
            Owed::TestRequest => match self.config.policies.liveness.test_req_id {
                TestReqId::MsgSeqNum => drop(body.uint(tag::TEST_REQ_ID, number.get())),
                TestReqId::Fixed(text) => drop(body.text(tag::TEST_REQ_ID, text)),
            },
            Owed::ResendRequest(request) | Owed::RepeatResendRequest(request, _) => {
                self.write_resend_request(request, body);
            }
            Owed::Reject(rejection) | Owed::BusinessReject(rejection) => {
                self.write_reject(&rejection, in_hand, body);
            }
            Owed::Logout | Owed::LogoutAnswer | Owed::LogoutFor(_) => self.write_logout(owed, body),
            Owed::SequenceReset { next_out } => drop(body.uint(tag::NEW_SEQ_NO, next_out.get())),
            Owed::Heartbeat | Owed::LoggedOn | Owed::Event(_) | Owed::Connect | Owed::Disconnect(_) => {}
        }
    }

    /// FIX session layer 4.3: EncryptMethod 0, HeartBtInt, and what the two sides agreed on.
    fn write_logon(&self, reset: bool, body: &mut Body<'_>) {
        let config = &self.config;
        let policy = config.policies.logon;
        body.uint(tag::ENCRYPT_METHOD, 0).uint(tag::HEART_BT_INT, u64::from(self.heart_bt_int));
        if reset {
            body.bool(tag::RESET_SEQ_NUM_FLAG, true);
        }
        if policy.max_message_size == MaxMessageSize::Said && config.begin_string >= BeginString::Fix42 {
            body.uint(tag::MAX_MESSAGE_SIZE, config.frame_max as u64);
        }
        if policy.test_message == TestMessage::Test && config.begin_string >= BeginString::Fix43 {
            body.bool(tag::TEST_MESSAGE_INDICATOR, true);
        }
        // FIX session layer 4.4.1: the next number expected, the Logon that is answered counted.
        if policy.next_expected == NextExpected::On {
            let first_of_series = reset && config.role == Role::Initiator;
            let expected = if first_of_series { MsgSeqNum::FIRST } else { self.numbers.next_in };
            body.uint(tag::NEXT_EXPECTED_MSG_SEQ_NUM, expected.get());
        }
        if config.begin_string == BeginString::Fixt11 {
            body.text(tag::DEFAULT_APPL_VER_ID, &config.default_appl_ver_id);
        }
    }

    /// FIX session layer 4.8.2: an open end is 0, and 999999 up to FIX 4.1.
    fn write_resend_request(&self, request: Request, body: &mut Body<'_>) {
        let open = if self.config.begin_string <= BeginString::Fix41 { 999_999 } else { 0 };
        body.uint(tag::BEGIN_SEQ_NO, request.from.get());
        body.uint(tag::END_SEQ_NO, request.to.map_or(open, MsgSeqNum::get));
    }

    /// FIX session layer 4.5.4: RefSeqNum and Text always, the rest as far as the version has it.
    fn write_reject(&self, rejection: &Rejection, in_hand: &Message<'_>, body: &mut Body<'_>) {
        let version = self.config.begin_string;
        body.uint(tag::REF_SEQ_NUM, rejection.number);
        let mut text = arrayvec::ArrayString::<96>::new();
        // The longest text fits; a cut one would do no harm.
        let why = match (rejection.why, self.config.policies.checks.reject_text) {
            (Why::LowersTo(_), RejectText::OfReason) => Why::Session(rejection.reason()),
            (why, RejectText::OfReason | RejectText::Particular) => why,
        };
        let _ = match why {
            Why::Session(reason) => core::fmt::write(&mut text, format_args!("{}", reason.text())),
            Why::LowersTo(to) => core::fmt::write(
                &mut text,
                format_args!("attempt to lower sequence number, invalid value NewSeqNo(36)={to}"),
            ),
            Why::TooLow { expected, received } => core::fmt::write(
                &mut text,
                format_args!("{}", Reason::MsgSeqNumTooLow { expected, received }),
            ),
            Why::Business(_, said) => core::fmt::write(&mut text, format_args!("{said}")),
        };
        body.text(tag::TEXT, &text);
        if version < BeginString::Fix42 {
            return;
        }
        let msg_type = in_hand.msg_type().as_bytes();
        let ref_msg_type = |body: &mut Body<'_>| {
            if !msg_type.is_empty() {
                body.bytes(tag::REF_MSG_TYPE, msg_type);
            }
        };
        if let Why::Business(code, _) = rejection.why {
            ref_msg_type(body);
            body.uint(tag::BUSINESS_REJECT_REASON, u64::from(code));
            return;
        }
        if let Some(tag) = &rejection.tag {
            body.text(tag::REF_TAG_ID, tag.as_str());
        }
        ref_msg_type(body);
        if let Some(code) = rejection.reason().code_in(version) {
            body.uint(tag::SESSION_REJECT_REASON, u64::from(code));
        }
    }

    /// FIX session layer 4.6: Text says why; SessionStatus(1409) and the expected number where the version has them.
    fn write_logout(&self, owed: Owed, body: &mut Body<'_>) {
        let policies = &self.config.policies;
        let fixt = self.config.begin_string == BeginString::Fixt11;
        let mut text = arrayvec::ArrayString::<96>::new();
        let mut status = None;
        match owed {
            Owed::LogoutFor(why) => {
                let rejected_before =
                    matches!(why, Reason::CompId { .. } | Reason::SendingTime | Reason::OrigSendingTime);
                if why == Reason::LogonRefused {
                    let _ = text.try_push_str(self.farewell.as_str());
                } else if !(rejected_before && policies.logout.after_reject == AfterReject::NoText) {
                    let _ = core::fmt::write(&mut text, format_args!("{why}"));
                }
                status = session_status(why).or(self.farewell_status.filter(|_| why == Reason::LogonRefused));
            }
            Owed::LogoutAnswer => {
                status = (policies.logout.answer_status == AnswerStatus::Said).then_some(4);
            }
            _ => {
                let _ = text.try_push_str(self.farewell.as_str());
            }
        }
        if !text.is_empty() {
            body.text(tag::TEXT, &text);
        }
        if !fixt {
            return;
        }
        if let Owed::LogoutFor(Reason::MsgSeqNumTooLow { expected, .. }) = owed
            && policies.logon.next_expected == NextExpected::On
        {
            body.uint(tag::NEXT_EXPECTED_MSG_SEQ_NUM, expected.get());
        }
        if let Some(status) = status {
            body.uint(tag::SESSION_STATUS, u64::from(status));
        }
    }

    /// A frame that was built before something else happened is void.
    pub(crate) fn check_ticket(&self, frame: &Frame<'_>) -> Result<(), Stale> {
        if frame.ticket == self.ticket { Ok(()) } else { Err(Stale) }
    }

    /// A frame was committed: what it changes.
    pub(crate) fn take_effect(&mut self, effect: Effect, number: MsgSeqNum, at: Instant) {
        self.ticket = self.ticket.wrapping_add(1);
        self.memory.last_sent = Some(at);
        match effect {
            Effect::Message => {
                self.numbers.next_out = number.next();
                self.bucket.take(at);
            }
            Effect::MessageBehindReplay => {
                self.numbers.next_out = number.next();
                self.bucket.take(at);
                self.waiting_since = self.waiting_since.or(Some(at));
                self.out(super::replay::Input::Committed(number));
                // Nothing goes to the wire, so the Heartbeat is not put off.
                return;
            }
            Effect::MessageForLater => {
                self.numbers.next_out = number.next();
                return;
            }
            Effect::Owed => {
                self.numbers.next_out = number.next();
                self.paid(number, at);
            }
            Effect::OwedAgain => self.paid(number, at),
            Effect::SequenceReset { next_out } => {
                self.numbers.next_out = next_out;
                self.paid(number, at);
            }
            Effect::Resent { below } => self.out(super::replay::Input::Sent(below)),
        }
        if self.is_logged_on() {
            self.start_heartbeat(at);
        }
    }

    /// The first thing owed is done.
    fn paid(&mut self, number: MsgSeqNum, at: Instant) {
        match self.owed.first() {
            Some(Owed::TestRequest) => self.probe = Some((number, at)),
            Some(Owed::ResendRequest(request)) => {
                self.request = Some(Request { number: Some(number), ..request });
            }
            Some(Owed::Logon(Opening::Reset)) => self.numbers.reset_pending = true,
            Some(
                Owed::Logon(Opening::Resumed)
                | Owed::LogonAnswer { .. }
                | Owed::Heartbeat
                | Owed::Echo
                | Owed::RepeatResendRequest(..)
                | Owed::Reject(_)
                | Owed::BusinessReject(_)
                | Owed::Logout
                | Owed::LogoutAnswer
                | Owed::LogoutFor(_)
                | Owed::SequenceReset { .. }
                | Owed::LoggedOn
                | Owed::Event(_)
                | Owed::Connect
                | Owed::Disconnect(_),
            )
            | None => {}
        }
        self.owed.pop();
    }
}

/// SessionStatus(1409) that goes with a reason, where it has one of its own.
fn session_status(why: Reason) -> Option<u32> {
    match why {
        Reason::MsgSeqNumTooLow { .. } => Some(9),
        Reason::NextExpectedTooHigh { .. } => Some(10),
        _ => None,
    }
}
