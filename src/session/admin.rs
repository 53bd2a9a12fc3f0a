//! The bodies of admin messages, by rising tag.

use super::Session;
use super::ids::{Id, Ids};
use super::owed::{Owed, Rejection, Request, Why};
use super::policy::{
    AfterReject, AnswerStatus, FaultStatus, MaxMessageSize, NextExpected, RejectText, RejectVersion,
    TestMessage, TestReqId,
};
use super::rules::RefTag;
use super::state::{Opening, State};
use crate::inbox::Inbox;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::wire::{BeginString, Body, TRAILER_LEN, Value, find_before, leading_value, tag};

impl Session {
    /// The body of an admin message, by rising tag.
    pub(super) fn write_admin(&self, owed: &Owed, number: MsgSeqNum, inbox: &Inbox<'_>, body: &mut Body<'_>) {
        match *owed {
            Owed::Logon(opening) => self.write_logon(opening == Opening::Reset, body),
            Owed::LogonAnswer { reset } => self.write_logon(reset, body),
            Owed::Echo { body_at } => {
                let asked = inbox.current().get(body_at as usize..).unwrap_or_default();
                let echo = match asked.strip_prefix(b"112=") {
                    // As a rule it is all there is.
                    Some(value) => leading_value(value),
                    None => find_before(asked, TRAILER_LEN, tag::TEST_REQ_ID, self.config.data_fields)
                        .map_or(b"".as_slice(), Value::as_bytes),
                };
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
                self.write_reject(&rejection, &self.in_hand(inbox), body);
            }
            Owed::Logout | Owed::LogoutAnswer | Owed::LogoutFor(_) => self.write_logout(owed, body),
            Owed::SequenceReset { next_out } => drop(body.uint(tag::NEW_SEQ_NO, next_out.get())),
            Owed::Heartbeat | Owed::LoggedOn | Owed::Event(_) | Owed::Connect | Owed::Disconnect(_) => {}
        }
    }

    /// FIX session layer 4.3: EncryptMethod 0, HeartBtInt, and what the two sides have agreed on.
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
            let begins = matches!(self.state, State::LogonSent(Opening::Reset));
            let expected = if begins { MsgSeqNum::FIRST } else { self.numbers.next_in };
            body.uint(tag::NEXT_EXPECTED_MSG_SEQ_NUM, expected.get());
        }
        if config.begin_string == BeginString::Fixt11 {
            body.bytes(tag::DEFAULT_APPL_VER_ID, config.ids.bytes(Id::DefaultApplVerId));
            if let (Some(status), State::Active) = (self.memory.session_status, self.state) {
                body.uint(tag::SESSION_STATUS, u64::from(status));
            }
        }
    }

    /// FIX session layer 4.8.2: an open end is 0, and 999999 up to FIX 4.1.
    fn write_resend_request(&self, request: Request, body: &mut Body<'_>) {
        let open = if self.config.begin_string <= BeginString::Fix41 { 999_999 } else { 0 };
        body.uint(tag::BEGIN_SEQ_NO, request.from.get());
        body.uint(tag::END_SEQ_NO, request.to.map_or(open, MsgSeqNum::get));
    }

    /// FIX session layer 4.5.4: RefSeqNum and Text always, the rest if the version has it.
    fn write_reject(&self, rejection: &Rejection, in_hand: &Message<'_>, body: &mut Body<'_>) {
        let version = self.config.begin_string;
        body.uint(tag::REF_SEQ_NUM, rejection.number);
        let mut text = arrayvec::ArrayString::<96>::new();
        // The longest text fits; a cut one would do no harm.
        let why = match (rejection.why, self.config.policies.checks.reject_text) {
            (Why::LowersTo(_) | Why::Garbled(_), RejectText::OfReason) => Why::Session(rejection.reason()),
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
            Why::Garbled(why) => core::fmt::write(&mut text, format_args!("{why}")),
            Why::Business(_, said) => core::fmt::write(&mut text, format_args!("{said}")),
        };
        if let Some(tag) = self.tag_in_text(rejection) {
            let _ = core::fmt::write(&mut text, format_args!(" ({})", tag.as_str()));
        }
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
            if let Some(version) = self.version_on_reject() {
                body.bytes(tag::DEFAULT_APPL_VER_ID, version.bytes(Id::DefaultApplVerId));
            }
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

    /// RefTagID(371) came with FIX 4.2. By policy, Text(58) names the tag in older versions, unless its words
    /// do.
    fn tag_in_text(&self, rejection: &Rejection) -> Option<RefTag> {
        let wanted = self.config.policies.checks.reject_text == RejectText::OfReason;
        let named = matches!(
            rejection.why,
            Why::LowersTo(_)
                | Why::Session(
                    SessionRejectReason::CompIdProblem
                        | SessionRejectReason::SendingTimeAccuracyProblem
                        | SessionRejectReason::InvalidMsgType
                )
        );
        rejection.tag.filter(|_| wanted && !named && self.config.begin_string < BeginString::Fix42)
    }

    /// Whose DefaultApplVerID(1137) a BusinessMessageReject says, by policy.
    pub(super) fn version_on_reject(&self) -> Option<Ids> {
        match (self.config.policies.checks.reject_version, self.config.begin_string) {
            (RejectVersion::Said, BeginString::Fixt11) => Some(self.config.ids),
            (RejectVersion::Said | RejectVersion::Unsaid, _) => None,
        }
    }

    /// FIX session layer 4.6: Text says why; so do SessionStatus(1409) and the expected number, under
    /// FIXT.1.1.
    fn write_logout(&self, owed: &Owed, body: &mut Body<'_>) {
        let policies = &self.config.policies;
        let fixt = self.config.begin_string == BeginString::Fixt11;
        let mut text = arrayvec::ArrayString::<96>::new();
        let mut status = None;
        match *owed {
            Owed::LogoutFor(why) => {
                let rejected_before =
                    matches!(why, Reason::CompId { .. } | Reason::SendingTime | Reason::OrigSendingTime);
                if why == Reason::LogonRefused {
                    let _ = text.try_push_str(self.memory.farewell());
                } else if !(rejected_before && policies.logout.after_reject == AfterReject::NoText) {
                    let _ = core::fmt::write(&mut text, format_args!("{why}"));
                }
                status = match policies.logout.fault_status {
                    _ if why == Reason::LogonRefused => self.memory.session_status,
                    FaultStatus::Said => session_status(why),
                    FaultStatus::Unsaid => None,
                };
            }
            Owed::LogoutAnswer => {
                status = (policies.logout.answer_status == AnswerStatus::Said).then_some(4);
            }
            _ => {
                let _ = text.try_push_str(self.memory.farewell());
            }
        }
        if !text.is_empty() {
            body.text(tag::TEXT, &text);
        }
        if !fixt {
            return;
        }
        if let Owed::LogoutFor(Reason::MsgSeqNumTooLow { expected, .. }) = *owed
            && policies.logon.next_expected == NextExpected::On
        {
            body.uint(tag::NEXT_EXPECTED_MSG_SEQ_NUM, expected.get());
        }
        if let Some(status) = status {
            body.uint(tag::SESSION_STATUS, u64::from(status));
        }
    }
}

/// The SessionStatus(1409) for a reason, if it has one of its own.
fn session_status(why: Reason) -> Option<u16> {
    match why {
        Reason::MsgSeqNumTooLow { .. } => Some(9),
        Reason::NextExpectedTooHigh { .. } => Some(10),
        _ => None,
    }
}
