//! Classifies a well-formed frame before anything reacts to it: kind, number, and faults of its header.
//!
//! The order of the checks is the one that the test cases imply: BeginString, MsgSeqNum present, CompIDs,
//! SendingTime, then the number. Nothing here changes the session, and nothing borrows the frame.

use super::config::Config;
use super::ids::Id;
use super::owed::Rejection;
use super::policy::{Check, OrigSendingTime, SendingTimeCheck};
use super::rules::RefTag;
use crate::message::{Flags, Layout};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::time::Utc;
use crate::wire::{
    BadField, BadFieldKind, FrameSpan, Framing, Header, MsgType, Scan, Value, ValueError, find, same, tag,
};

/// A message by what the session layer does with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Kind {
    Heartbeat,
    TestRequest,
    ResendRequest,
    Reject,
    /// SequenceReset with GapFillFlag(123)=Y.
    GapFill,
    /// SequenceReset without it.
    Reset,
    Logout,
    Logon,
    Application,
}

/// A number against the expected one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Class {
    Next,
    High,
    Low,
    /// Below the expected one, and PossDupFlag(43) says so.
    LowDuplicate,
}

/// A frame whose header could be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Classified {
    pub(crate) kind: Kind,
    pub(crate) class: Class,
    pub(crate) layout: Layout,
    /// MsgSeqNum(34) as received; it may be 0 on a SequenceReset-Reset.
    pub(crate) said: u64,
    pub(crate) fault: Option<Fault>,
    /// What is wrong with OrigSendingTime(122), where the message is a possible duplicate.
    pub(crate) orig_sending_time: Option<Fault>,
    /// LastMsgSeqNumProcessed(369).
    pub(crate) last_processed: Option<MsgSeqNum>,
}

/// What is wrong with a message's header, and what follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    pub(crate) reason: SessionRejectReason,
    pub(crate) tag: Option<RefTag>,
    /// Why the connection ends because of it, if it does.
    pub(crate) fatal: Option<Reason>,
}

impl Fault {
    #[cold]
    fn new(reason: SessionRejectReason, tag: u32) -> Self {
        Fault { reason, tag: Some(tag.into()), fatal: None }
    }

    fn fatal(self, why: Reason) -> Self {
        Fault { fatal: Some(why), ..self }
    }
}

impl Classified {
    pub(crate) fn rejection(&self, fault: &Fault) -> Rejection {
        let rejection = Rejection::new(self.layout.number, fault.reason, fault.tag);
        Rejection { number: self.said, ..rejection }
    }
}

/// Why a frame cannot be classified.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unclassified {
    /// BeginString(8) is another version's.
    BeginString,
    /// SecureDataLen(90) is wrong: the message is garbled (test case 17g).
    SecureData,
    /// MsgSeqNum(34) is missing or unreadable.
    MsgSeqNum(Layout),
}

/// What a message is compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Against<'s> {
    pub(crate) config: &'s Config,
    pub(crate) next_in: MsgSeqNum,
    /// Our time, for SendingTime(52); `None` for a message that was held: it was judged when it arrived.
    pub(crate) utc: Option<Utc>,
}

pub(crate) fn classify(
    frame: &[u8],
    span: &FrameSpan,
    against: Against<'_>,
) -> Result<Classified, Unclassified> {
    let config = against.config;
    // FIX session layer 4.2.1: every message has the agreed BeginString.
    if span.begin_string != config.begin_string {
        return Err(Unclassified::BeginString);
    }
    let mut header = Header::nothing(span);
    header.fill(frame, span, config.data_fields);
    if let Some(BadField { text: b"91", why: BadFieldKind::DataLength }) = header.malformed {
        return Err(Unclassified::SecureData);
    }
    let flags = Flags::default()
        .with(Flags::POSS_DUP, is_yes(header.poss_dup) && !planted(Bug::PossDupFlagIgnored))
        .with(Flags::POSS_RESEND, is_yes(header.poss_resend));
    let layout = Layout {
        number: MsgSeqNum::FIRST,
        kind_at: u8::try_from(span.body_at + 3).unwrap_or(u8::MAX),
        kind_len: u16::try_from(header.msg_type.as_bytes().len()).unwrap_or(u16::MAX),
        body_at: u32::try_from(header.body_at).unwrap_or(u32::MAX),
        flags,
    };
    let kind = kind(frame, span, &header, config);
    let misplaced = |tag| find(frame.get(span.body_at..span.trailer_at)?, tag, config.data_fields);
    let said = match header.msg_seq_num.or_else(|| misplaced(tag::MSG_SEQ_NUM)).map(Value::uint) {
        Some(Ok(said)) => said,
        Some(Err(_)) | None => return Err(Unclassified::MsgSeqNum(layout)),
    };
    let number = match MsgSeqNum::new(said) {
        Some(number) => number,
        // FIX session layer 4.8.6: the number of a SequenceReset-Reset is ignored, 0 included.
        None if kind == Kind::Reset && said == 0 => against.next_in,
        None => return Err(Unclassified::MsgSeqNum(layout)),
    };
    let layout = Layout { number, ..layout };
    let class = match kind {
        // FIX session layer 4.8.6: its number is ignored, so nothing is counted, whatever becomes of it.
        Kind::Reset => Class::Low,
        _ => class(number, against.next_in, flags.has(Flags::POSS_DUP)),
    };
    let mut classified = Classified {
        kind,
        class,
        layout,
        said,
        fault: None,
        orig_sending_time: None,
        last_processed: header.last_processed.and_then(|value| value.seq_num().ok()),
    };
    // Assigned only if there is one: copying a `None` would cost as much.
    if let Some(fault) = header_fault(&header, against, &misplaced) {
        classified.fault = Some(fault);
    }
    if let Some(fault) = orig_sending_time_fault(&header, config) {
        classified.orig_sending_time = Some(fault);
    }
    Ok(classified)
}

/// The layout of a frame that was classified before.
pub(crate) fn layout(frame: &[u8], config: &Config) -> Layout {
    let (Framing::Frame(span) | Framing::Garbled { span: Some(span), .. }) =
        crate::wire::frame(frame, config.frame_max, &mut Scan::default())
    else {
        return Layout::NOTHING;
    };
    let against = Against { config, next_in: MsgSeqNum::FIRST, utc: None };
    match classify(frame, &span, against) {
        Ok(classified) => classified.layout,
        Err(Unclassified::MsgSeqNum(layout)) => layout,
        Err(Unclassified::BeginString | Unclassified::SecureData) => Layout::NOTHING,
    }
}

#[inline]
fn is_yes(value: Option<Value<'_>>) -> bool {
    value.is_some_and(|value| value.as_bytes() == b"Y")
}

#[inline]
pub(crate) fn class(number: MsgSeqNum, next_in: MsgSeqNum, poss_dup: bool) -> Class {
    match number.cmp(&next_in) {
        core::cmp::Ordering::Equal => Class::Next,
        core::cmp::Ordering::Greater => Class::High,
        core::cmp::Ordering::Less if poss_dup => Class::LowDuplicate,
        core::cmp::Ordering::Less => Class::Low,
    }
}

#[inline]
fn kind(frame: &[u8], span: &FrameSpan, header: &Header<'_>, config: &Config) -> Kind {
    match header.msg_type {
        MsgType::HEARTBEAT => Kind::Heartbeat,
        MsgType::TEST_REQUEST => Kind::TestRequest,
        MsgType::RESEND_REQUEST => Kind::ResendRequest,
        MsgType::REJECT => Kind::Reject,
        MsgType::SEQUENCE_RESET => {
            let body = frame.get(header.body_at..span.trailer_at).unwrap_or_default();
            // FIX session layer 4.8.6: GapFillFlag(123) absent or N is a reset.
            match find(body, tag::GAP_FILL_FLAG, config.data_fields) {
                Some(value) if value.as_bytes() != b"N" => Kind::GapFill,
                Some(_) | None => Kind::Reset,
            }
        }
        MsgType::LOGOUT => Kind::Logout,
        MsgType::LOGON => Kind::Logon,
        _ => Kind::Application,
    }
}

/// The first fault of the header, in the order that the standard's test cases imply.
#[inline]
fn header_fault<'a>(
    header: &Header<'a>,
    against: Against<'_>,
    misplaced: &dyn Fn(u32) -> Option<Value<'a>>,
) -> Option<Fault> {
    if let (None, Some(_), Some(sender), Some(time), Some(target)) = (
        header.malformed,
        header.msg_seq_num,
        header.sender_comp_id,
        header.sending_time,
        header.target_comp_id,
    ) && !sender.is_empty()
        && !time.is_empty()
        && !target.is_empty()
    {
        return value_fault(header, against, [sender, time, target]);
    }
    match lacking(header, against.config, misplaced) {
        Ok([_, sender, time, target]) => value_fault(header, against, [sender, time, target]),
        Err(fault) => Some(fault),
    }
}

/// The first fault among the header's values.
#[inline]
fn value_fault(
    header: &Header<'_>,
    against: Against<'_>,
    [sender, time, target]: [Value<'_>; 3],
) -> Option<Fault> {
    if let Some(tag) = wrong_id(header, against.config, sender, target) {
        let fault = Fault::new(SessionRejectReason::CompIdProblem, tag);
        return Some(fault.fatal(Reason::CompId { tag }));
    }
    sending_time_fault(time, against.config, against.utc)
        .or_else(|| flag_fault(tag::POSS_DUP_FLAG, header.poss_dup))
        .or_else(|| flag_fault(tag::POSS_RESEND, header.poss_resend))
}

/// For a header with something missing or malformed: the required values, from the body if policy allows it.
#[cold]
#[inline(never)]
fn lacking<'a>(
    header: &Header<'a>,
    config: &Config,
    misplaced: &dyn Fn(u32) -> Option<Value<'a>>,
) -> Result<[Value<'a>; 4], Fault> {
    // FIX session layer 4.5.4, test case 14a: a tag that is 0, negative or no number is quoted as it came.
    if let Some(bad) = header.malformed {
        let reason = match bad.why {
            BadFieldKind::Tag | BadFieldKind::NoEquals => SessionRejectReason::InvalidTagNumber,
            BadFieldKind::DataLength => SessionRejectReason::IncorrectDataFormat,
        };
        return Err(Fault { reason, tag: RefTag::malformed(bad.text), fatal: None });
    }
    let required = [
        (tag::MSG_SEQ_NUM, header.msg_seq_num),
        (tag::SENDER_COMP_ID, header.sender_comp_id),
        (tag::SENDING_TIME, header.sending_time),
        (tag::TARGET_COMP_ID, header.target_comp_id),
    ];
    let mut values = [Value::new(b""); 4];
    for ((tag, value), slot) in required.into_iter().zip(&mut values) {
        *slot = match value {
            Some(value) if value.is_empty() => {
                return Err(Fault::new(SessionRejectReason::TagSpecifiedWithoutValue, tag));
            }
            Some(value) => value,
            // Test case 14g: a required header field that stands in the body counts as misplaced, not as
            // missing.
            None => match (misplaced(tag), config.policies.checks.header_order) {
                (Some(elsewhere), Check::Off) => elsewhere,
                (Some(_), Check::On) => {
                    return Err(Fault::new(SessionRejectReason::TagSpecifiedOutOfRequiredOrder, tag));
                }
                (None, Check::On | Check::Off) => {
                    return Err(Fault::new(SessionRejectReason::RequiredTagMissing, tag));
                }
            },
        };
    }
    Ok(values)
}

/// FIX session layer 4.2.2, test case 2k: 49 names the counterparty and 56 us.
#[inline]
fn wrong_id(header: &Header<'_>, config: &Config, sender: Value<'_>, target: Value<'_>) -> Option<u32> {
    let differs = |value: Value<'_>, id| !same(value.as_bytes(), config.ids.bytes(id));
    if config.policies.checks.comp_ids == Check::On {
        if differs(sender, Id::TargetCompId) {
            return Some(tag::SENDER_COMP_ID);
        }
        if differs(target, Id::SenderCompId) {
            return Some(tag::TARGET_COMP_ID);
        }
    }
    if config.policies.checks.sub_ids == Check::On {
        let ids = [
            (tag::SENDER_SUB_ID, header.sender_sub_id, Id::TargetSubId),
            (tag::TARGET_SUB_ID, header.target_sub_id, Id::SenderSubId),
            (tag::SENDER_LOCATION_ID, header.sender_location_id, Id::TargetLocationId),
            (tag::TARGET_LOCATION_ID, header.target_location_id, Id::SenderLocationId),
        ];
        // FIX session layer 4.2.4: only what was agreed is compared.
        let nothing = Value::new(b"");
        let agreed = |id| !config.ids.bytes(id).is_empty();
        let wrong = |value: Option<Value<'_>>, id| agreed(id) && differs(value.unwrap_or(nothing), id);
        return ids.into_iter().find(|&(_, value, id)| wrong(value, id)).map(|id| id.0);
    }
    None
}

/// FIX session layer 4.2.3, test case 2o: within the threshold, either way; `utc` is our time, `None` where
/// it is not compared.
#[inline]
pub(super) fn sending_time_fault(value: Value<'_>, config: &Config, utc: Option<Utc>) -> Option<Fault> {
    let Ok(time) = value.utc_timestamp() else {
        return Some(Fault::new(SessionRejectReason::IncorrectDataFormat, tag::SENDING_TIME));
    };
    match (config.policies.checks.sending_time, utc) {
        (SendingTimeCheck::Within(threshold), Some(utc)) if time.utc().distance(utc) > threshold.into() => {
            let fault = Fault::new(SessionRejectReason::SendingTimeAccuracyProblem, tag::SENDING_TIME);
            Some(fault.fatal(Reason::SendingTime))
        }
        (SendingTimeCheck::Within(_) | SendingTimeCheck::Off, _) => None,
    }
}

#[inline]
fn flag_fault(tag: u32, value: Option<Value<'_>>) -> Option<Fault> {
    let reason = match value?.bool() {
        Ok(_) => return None,
        Err(ValueError::Empty) => SessionRejectReason::TagSpecifiedWithoutValue,
        Err(ValueError::Form | ValueError::Range) => SessionRejectReason::IncorrectDataFormat,
    };
    Some(Fault::new(reason, tag))
}

/// FIX session layer 4.8.7, test cases 2f and 2g: OrigSendingTime(122) of a possible duplicate is there and
/// not later than SendingTime(52).
#[inline]
fn orig_sending_time_fault(header: &Header<'_>, config: &Config) -> Option<Fault> {
    if !is_yes(header.poss_dup) {
        return None;
    }
    let later_is_fatal = match config.policies.checks.orig_sending_time {
        OrigSendingTime::Ignore => return None,
        OrigSendingTime::Reject => None,
        OrigSendingTime::RejectThenLogout => Some(Reason::OrigSendingTime),
    };
    let fault = |reason| Some(Fault::new(reason, tag::ORIG_SENDING_TIME));
    let Some(original) = header.orig_sending_time else {
        return fault(SessionRejectReason::RequiredTagMissing);
    };
    if original.is_empty() {
        return fault(SessionRejectReason::TagSpecifiedWithoutValue);
    }
    let Ok(original_time) = original.utc_timestamp() else {
        return fault(SessionRejectReason::IncorrectDataFormat);
    };
    let sent = header.sending_time?;
    // Times of one form are in the order of their texts; that SendingTime(52) is one is asked elsewhere.
    let is_later = if original.as_bytes().len() == sent.as_bytes().len() {
        original.as_bytes() > sent.as_bytes()
    } else {
        original_time > sent.utc_timestamp().ok()?
    };
    if !is_later {
        return None;
    }
    let fault = fault(SessionRejectReason::SendingTimeAccuracyProblem);
    fault.map(|fault| Fault { fatal: later_is_fatal, ..fault })
}
