//! How what is owed becomes a frame.

use super::Session;
use super::header::{Extra, HeaderFacts};
use super::owed::Owed;
use super::policy::Routing;
use super::state::{Farewell, Input, Opening};
use crate::checkpoint::Checkpoint;
use crate::frame::{Effect, Entry, Frame};
use crate::inbox::Inbox;
use crate::number::MsgSeqNum;
use crate::output::{Compose, Output};
use crate::reason::Reason;
use crate::time::{Instant, Now};
use crate::wire::{
    BeginString, Body, BodyFault, EncodeError, Guard, MsgType, UTC_TIMESTAMP_MAX, copy, encode,
};

/// Why an admin message with fields from the application was not built.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ComposeError {
    /// The question is no longer open.
    #[error("the session has moved on since it asked: step it again")]
    Late,
    /// `out` is too small: this many bytes are enough.
    #[error("the message needs {0} bytes of space")]
    NeedSpace(usize),
    /// The added fields cannot be sent.
    #[error(transparent)]
    Body(BodyFault),
}

/// The parts of a frame that do not come from its bytes.
struct Plan {
    msg_type: MsgType<'static>,
    number: MsgSeqNum,
    entry: Entry,
    effect: Effect,
    resume: Checkpoint,
}

impl Session {
    /// The frame that is owed, or the question for what the application adds to it.
    pub(super) fn transmit<'i, 'o>(
        &mut self,
        owed: &Owed,
        now: Now,
        inbox: &'i mut Inbox<'_>,
        out: &'o mut [u8],
    ) -> Output<'i, 'o> {
        self.stamp.date(now.utc);
        let plan = self.plan(owed);
        if plan.number == MsgSeqNum::MAX {
            // FIX session layer 4.1: a counter never wraps; nothing can be said any more.
            self.owe_no_frames();
            self.go(now, Input::Fatal(Reason::NumbersExhausted, Farewell::Silent));
            self.owe_no_frames();
            self.owe(Owed::Disconnect(Reason::NumbersExhausted));
            return Output::Disconnect(Reason::NumbersExhausted);
        }
        if self.is_composed(plan.msg_type) {
            let mut text = [0; UTC_TIMESTAMP_MAX];
            let stamp = self.stamp.sending_time();
            let text_len = stamp.len();
            copy(&mut text, stamp);
            let (number, sending_time, ticket) = (plan.number, now.utc, self.ticket);
            let msg_type = plan.msg_type;
            return Output::Compose(Compose { msg_type, number, sending_time, text, text_len, ticket });
        }
        match self.build(owed, plan, now, inbox, out, |_| {}) {
            Ok(frame) => Output::Transmit(frame),
            Err(EncodeError::NeedSpace(space)) => Output::NeedSpace(space),
            // The session's own fields are always good; an echo that is not was refused when it came.
            Err(EncodeError::Body(_)) => {
                self.settle_first();
                Output::NeedSpace(0)
            }
        }
    }

    /// Builds the admin message that [`Output::Compose`] announced, with the fields that `body` adds after
    /// the session's own.
    ///
    /// # Errors
    /// See [`ComposeError`]. The session is unchanged then, and asks again when stepped.
    pub fn compose<'o>(
        &mut self,
        now: Now,
        asked: Compose,
        inbox: &Inbox<'_>,
        out: &'o mut [u8],
        body: impl FnOnce(&mut Body<'_>),
    ) -> Result<Frame<'o>, ComposeError> {
        let now = self.observe(now);
        let Some(owed) = self.first_owed() else { return Err(ComposeError::Late) };
        let plan = self.plan(&owed);
        if asked.ticket != self.ticket || plan.msg_type != asked.msg_type {
            return Err(ComposeError::Late);
        }
        self.stamp.date(asked.sending_time);
        self.build(&owed, plan, now, inbox, out, body).map_err(|error| match error {
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

    fn msg_type(&self, owed: &Owed) -> MsgType<'static> {
        match owed {
            Owed::Logon(_) | Owed::LogonAnswer { .. } => MsgType::LOGON,
            Owed::Heartbeat | Owed::Echo { .. } => MsgType::HEARTBEAT,
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
    fn plan(&self, owed: &Owed) -> Plan {
        let here = self.numbers.checkpoint();
        let number = self.numbers.next_out;
        let msg_type = self.msg_type(owed);
        let unnumbered = |number| Plan {
            msg_type,
            number,
            entry: Entry::Nothing,
            effect: Effect::OwedAgain,
            resume: here,
        };
        match *owed {
            // FIX session layer 4.4.3: number 1 of a series that begins with the answer; until then the old
            // one is kept.
            Owed::Logon(Opening::Reset) => Plan {
                msg_type,
                number: MsgSeqNum::FIRST,
                entry: Entry::Resume,
                effect: Effect::OwedAgain,
                resume: Checkpoint { reset_pending: true, ..here },
            },
            Owed::RepeatResendRequest(_, number) => unnumbered(number),
            Owed::SequenceReset { next_out } => Plan {
                msg_type,
                number,
                entry: Entry::Resume,
                effect: Effect::SequenceReset { next_out },
                resume: Checkpoint { next_out, ..here },
            },
            Owed::Logon(Opening::Resumed)
            | Owed::LogonAnswer { .. }
            | Owed::Heartbeat
            | Owed::Echo { .. }
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
                let is_application = msg_type == MsgType::BUSINESS_MESSAGE_REJECT;
                let entry = if is_application { Entry::Message } else { Entry::Number };
                let resume = Checkpoint { next_out: number.next(), ..here };
                Plan { msg_type, number, entry, effect: Effect::Owed, resume }
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one frame")]
    fn build<'o>(
        &self,
        owed: &Owed,
        plan: Plan,
        now: Now,
        inbox: &Inbox<'_>,
        out: &'o mut [u8],
        added: impl FnOnce(&mut Body<'_>),
    ) -> Result<Frame<'o>, EncodeError> {
        let config = &self.config;
        let extra = match (config.policies.checks.routing, owed) {
            (Routing::Reverse, Owed::Reject(_) | Owed::BusinessReject(_)) => {
                Extra::Reversed(self.in_hand(inbox).header_fields())
            }
            (Routing::Reverse | Routing::Keep, _) => Extra::None,
        };
        let again = matches!(owed, Owed::RepeatResendRequest(..));
        let facts = HeaderFacts {
            msg_type: plan.msg_type,
            number: plan.number,
            original: again.then_some(self.stamp.sending_time()),
            extra,
        };
        let header = |out: &mut [u8]| self.write_header(facts, out);
        let bytes = encode(out, config.begin_string, header, Guard::Session, |body| {
            self.write_admin(owed, plan.number, inbox, body);
            added(body);
        })?;
        let Plan { number, entry, effect, resume, .. } = plan;
        Ok(Frame { bytes, number, entry, effect, resume, at: now.monotonic, ticket: self.ticket })
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
        Frame { bytes, number, entry, effect, resume, at, ticket: self.ticket }
    }
}
