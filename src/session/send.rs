//! The application's outbound messages.

use super::header::{Extra, HeaderFacts, may_be_given};
use super::policy::{ResetOnLogon, WhileDisconnected};
use super::{Id, Session, State};
use crate::frame::{Effect, Frame};
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::reject_reason::SessionRejectReason;
use crate::time::{Instant, Now};
use crate::wire::{BeginString, Body, BodyFault, EncodeError, Guard, MsgType, SOH, seal, tag, write_body};

/// An application message to send: its type, and header fields of its own.
///
/// A bare [`MsgType`] converts into one without header fields. Header fields (50, 57, 97, 115, 116, 128, 129,
/// 142 to 145, 1128, a venue's own) are stored with the message and sent again with it. They replace a SubID
/// or LocationID of the configuration. Put a data field right after its length field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outgoing<'m> {
    /// MsgType(35).
    pub msg_type: MsgType<'m>,
    /// Header fields, as tag and value.
    pub header: &'m [(u32, &'m [u8])],
}

impl<'m> From<MsgType<'m>> for Outgoing<'m> {
    fn from(msg_type: MsgType<'m>) -> Self {
        Outgoing { msg_type, header: &[] }
    }
}

/// Why a message was not built. No number was taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SendError {
    /// Nothing can be sent in this state.
    #[error("nothing can be sent now, in state {0:?}")]
    NotNow(State),
    /// `out` is too small: this many bytes are enough.
    #[error("the message needs {0} bytes of space")]
    NeedSpace(usize),
    /// The body cannot be sent as written, or was cancelled.
    #[error(transparent)]
    Body(BodyFault),
    /// The type is empty, contains SOH, or is an admin type, which only the session sends.
    #[error("MsgType(35) is empty, contains SOH, or is an admin type, which only the session sends")]
    MsgType,
    /// The application may not set this header field, or its value contains SOH.
    #[error(
        "tag {tag} cannot be set in the header: it is not a header field, the session writes it, or its value contains SOH"
    )]
    HeaderField {
        /// The tag.
        tag: u32,
    },
    /// The message is longer than the counterparty accepts (FIX session layer 4.3.6).
    #[error("the message has {len} bytes, but the counterparty accepts {max}: MaxMessageSize(383)")]
    TooLong {
        /// Its length, in bytes.
        len: usize,
        /// MaxMessageSize(383), in bytes.
        max: u32,
    },
    /// The configured rate is used up.
    #[error("the rate limit is used up until {not_before:?}")]
    TooFast {
        /// When the next message may go out, on the monotonic clock.
        not_before: Instant,
    },
    /// Sequence numbers have reached the end of their range (FIX session layer 4.1): a reset is needed.
    #[error("sequence numbers are exhausted: a reset is needed")]
    OutOfNumbers,
}

impl Session {
    /// Builds an application message: `body` writes its fields, the session everything else.
    ///
    /// Nothing is sent until you commit the frame and write its bytes. During a replay these are empty: the
    /// message goes out in its turn, after the replay.
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
    /// See [`SendError`]; the session is unchanged then.
    pub fn send<'o, 'm>(
        &mut self,
        now: Now,
        message: impl Into<Outgoing<'m>>,
        out: &'o mut [u8],
        body: impl FnOnce(&mut Body<'_>),
    ) -> Result<Frame<'o>, SendError> {
        let header_end = self.open(now, message.into(), out)?;
        let guard = Guard::Application(self.config.begin_string);
        let end = write_body(out, header_end, guard, body).map_err(SendError::Body)?;
        self.close(end, out)
    }

    /// Builds a Reject for a received application message that, in the application's judgement, breaks
    /// session-level rules. `tag` is RefTagID(371); if `text` is empty, Text(58) is that of `reason`.
    ///
    /// Do not use it for business-level failures: answer these with application messages (FIX session layer
    /// 4.5.4). The rejected message's number has already been counted.
    ///
    /// # Errors
    /// As for [`send`](Session::send).
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
        self.may_send()?;
        if self.effect() == Effect::MessageForLater {
            return Err(SendError::NotNow(self.state));
        }
        let version = self.config.begin_string;
        let header_end = self.begin(now, MsgType::REJECT.into(), out)?;
        let end = write_body(out, header_end, Guard::Application(version), |body| {
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
        });
        self.end(end.map_err(SendError::Body)?, out)
    }

    /// Builds a BusinessMessageReject for a received application message. `code` is
    /// BusinessRejectReason(380): 3 for an unsupported type (test case 2r). Versions before FIX 4.2 do
    /// not have this message; a Reject is built instead.
    ///
    /// # Errors
    /// As for [`send`](Session::send).
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
                body.bytes(tag::DEFAULT_APPL_VER_ID, version.bytes(Id::DefaultApplVerId));
            }
        })
    }

    /// Whether this message may be sent now.
    #[inline(always)]
    fn admit(&self, now: Now, message: &Outgoing<'_>) -> Result<(), SendError> {
        self.may_send()?;
        let good = match message.msg_type.as_bytes() {
            [] => false,
            [byte] => *byte != SOH && !message.msg_type.is_admin(),
            longer => !longer.contains(&SOH),
        };
        if !good {
            return Err(SendError::MsgType);
        }
        if !message.header.is_empty()
            && let Some(tag) = self.unfit(message.header)
        {
            return Err(SendError::HeaderField { tag });
        }
        // The rate is of what goes to the wire.
        if matches!(self.state, State::Active)
            && let Some(not_before) = self.bucket.wait(self.config.rate, now.monotonic)
        {
            return Err(SendError::TooFast { not_before });
        }
        Ok(())
    }

    /// The first of these fields that an application may not give.
    #[inline(never)]
    fn unfit(&self, header: &[(u32, &[u8])]) -> Option<u32> {
        let fit = |tag, value: &[u8]| {
            let is_data = || self.config.data_fields.length_tag(tag).is_some();
            may_be_given(tag, self.config.begin_string) && (!value.contains(&SOH) || is_data())
        };
        header.iter().find(|&&(tag, value)| !fit(tag, value)).map(|&(tag, _)| tag)
    }

    /// Whether a message may be sent now.
    #[inline(always)]
    fn may_send(&self) -> Result<(), SendError> {
        if !matches!(self.state, State::Active) {
            return if self.may_store() { Ok(()) } else { Err(SendError::NotNow(self.state)) };
        }
        // FIX session layer 4.3.10: our Logon goes out first.
        if !self.owed.is_empty() && self.owed.has_logon() && !planted(Bug::SentBeforeLogon) {
            return Err(SendError::NotNow(self.state));
        }
        Ok(())
    }

    /// Test case 16: numbered and stored now, asked for by the counterparty after logon. Not while a reset
    /// would void it.
    #[inline(never)]
    fn may_store(&self) -> bool {
        let policy = self.config.policies.logon;
        let before_logon =
            matches!(self.state, State::Disconnected | State::Connecting | State::AwaitingLogon);
        before_logon
            && policy.while_disconnected == WhileDisconnected::Store
            && policy.reset_on_logon == ResetOnLogon::Never
            && !self.numbers.reset.is_pending()
    }

    /// What committing a message does now, where one may be sent.
    #[inline(always)]
    fn effect(&self) -> Effect {
        if !matches!(self.state, State::Active) {
            Effect::MessageForLater
        } else if super::replay::holds_back(self.outbound()) {
            Effect::MessageBehindReplay
        } else {
            Effect::Message
        }
    }

    /// Begins an application message: its header. Gives where that ends.
    // Here and in `close` is all that does not depend on the body, once for all messages of a program.
    #[inline(never)]
    fn open(&mut self, now: Now, message: Outgoing<'_>, out: &mut [u8]) -> Result<usize, SendError> {
        let now = self.observe(now);
        self.admit(now, &message)?;
        self.begin(now, message, out)
    }

    /// The same message with its body, which ends there.
    #[inline(never)]
    fn close<'o>(&self, end: usize, out: &'o mut [u8]) -> Result<Frame<'o>, SendError> {
        let frame = self.end(end, out)?;
        match self.peer_max {
            Some(max) if frame.len() > max.get() as usize => {
                Err(SendError::TooLong { len: frame.len(), max: max.get() })
            }
            Some(_) | None => Ok(frame),
        }
    }

    /// Writes the header of a message that takes the next number.
    #[inline(always)]
    fn begin(&mut self, now: Now, message: Outgoing<'_>, out: &mut [u8]) -> Result<usize, SendError> {
        let number = self.numbers.next_out;
        if number == MsgSeqNum::MAX {
            return Err(SendError::OutOfNumbers);
        }
        self.stamp.date(now.utc);
        let extra = if message.header.is_empty() { Extra::None } else { Extra::Given(message.header) };
        let facts = HeaderFacts { msg_type: message.msg_type, number, original: None, extra };
        Ok(self.write_header(facts, out))
    }

    /// The frame around what was written since, which ends there. Nothing else has happened.
    #[inline(always)]
    fn end<'o>(&self, end: usize, out: &'o mut [u8]) -> Result<Frame<'o>, SendError> {
        match seal(out, self.config.begin_string, end) {
            Ok(bytes) => Ok(self.own_frame(bytes, self.numbers.next_out, self.effect(), self.clock)),
            Err(EncodeError::NeedSpace(space)) => Err(SendError::NeedSpace(space)),
            Err(EncodeError::Body(fault)) => Err(SendError::Body(fault)),
        }
    }
}
