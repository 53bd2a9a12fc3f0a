//! The usual message read field by field: the way of one whose header is not alike to the one before.
//!
//! It knows what nearly every header has and what has to stand there: the CompIDs agreed, the number
//! expected, a SendingTime of the minute. Whatever else it meets it leaves to the [generic
//! way](super::classify).

use super::config::Config;
use super::expected::Expected;
use super::ids::Id;
use super::policy::Check;
use super::usual::UsualKind;
use crate::message::{Flags, Layout};
use crate::number::MsgSeqNum;
use crate::time::Utc;
use crate::wire::{BeginString, FrameSpan, SOH, Value, leading_tag, leading_value, same, short_field, tag};

/// A usual message.
pub(super) struct Plain {
    pub(super) kind: UsualKind,
    pub(super) layout: Layout,
    /// LastMsgSeqNumProcessed(369).
    pub(super) last_processed: Option<MsgSeqNum>,
}

impl Plain {
    /// Reads `frame`, when it is the usual message with this number. What `expected` keeps follows the time.
    #[inline(always)]
    pub(super) fn read(
        frame: &[u8],
        span: &FrameSpan,
        number: MsgSeqNum,
        utc: Utc,
        config: &Config,
        expected: &mut Expected,
    ) -> Option<Self> {
        if span.begin_string != config.begin_string || compares_more(config) {
            return None;
        }
        // MsgType(35) is the first: the frame would be garbled otherwise.
        let kind_at = span.body_at + 3;
        let msg_type = match frame.get(kind_at..)? {
            [one, SOH, ..] => core::slice::from_ref(one),
            value => leading_value(value),
        };
        let fields = frame.get(kind_at + msg_type.len() + 1..)?;
        let (body, last_processed) = behind_header(fields, number, utc, config, expected)?;
        let layout = Layout {
            number,
            kind_at: u16::try_from(kind_at).ok()?,
            kind_len: u16::try_from(msg_type.len()).ok()?,
            body_at: u32::try_from(frame.len() - body.len()).ok()?,
            flags: Flags::default(),
        };
        Some(Plain { kind: UsualKind::of(msg_type)?, layout, last_processed })
    }
}

/// What stands behind the fields of a header, when they are as they must be; and LastMsgSeqNumProcessed(369).
// By itself it keeps all that it needs in registers.
#[inline(never)]
fn behind_header<'f>(
    fields: &'f [u8],
    number: MsgSeqNum,
    utc: Utc,
    config: &Config,
    expected: &mut Expected,
) -> Option<(&'f [u8], Option<MsgSeqNum>)> {
    let (mut rest, mut body, mut seen, mut last_processed) = (fields, fields, 0, None);
    // CheckSum(10) is less than a word.
    while let Some(word) = rest.first_chunk::<8>() {
        let value = rest.get(3..)?;
        let (field, behind) = match u64::from_le_bytes(*word) & 0xff_ffff {
            MSG_SEQ_NUM => (1, behind_number(value, number)?),
            SENDER_COMP_ID => (2, behind_id(value, config, Id::TargetCompId)?),
            TARGET_COMP_ID => (4, behind_id(value, config, Id::SenderCompId)?),
            SENDING_TIME => (8, expected.behind_time(value, utc, config)?),
            _ => match Other::read(rest, config)? {
                Other::OfBody => break,
                Other::Passed(behind) => (0, behind),
                // The first of two counts. Of the others each has to be right, the first among them.
                Other::LastProcessed(..) if seen & 16 != 0 => return None,
                Other::LastProcessed(number, behind) => {
                    last_processed = number;
                    (16, behind)
                }
                Other::OfEither(behind) => {
                    rest = behind;
                    continue;
                }
            },
        };
        seen |= field;
        (rest, body) = (behind, behind);
    }
    (seen & 0b1111 == 0b1111).then_some((body, last_processed))
}

/// A field that not every header has, and what stands behind it and its delimiter.
enum Other<'f> {
    /// The header ends before it.
    OfBody,
    /// Nothing is asked of it.
    Passed(&'f [u8]),
    LastProcessed(Option<MsgSeqNum>, &'f [u8]),
    /// Tags from 5000 on may stand in the header and in the body.
    OfEither(&'f [u8]),
}

impl<'f> Other<'f> {
    /// `None` for one that is not usual.
    #[inline(never)]
    fn read(field: &'f [u8], config: &Config) -> Option<Self> {
        let tag = leading_tag(field)?;
        if config.data_fields.begin(field) {
            return None;
        }
        let of_header = tag::is_header(tag, config.begin_string);
        if !of_header && tag < 5000 {
            // One that an older version does not know is read as a header field all the same.
            return (!tag::is_header(tag, BeginString::Fix44)).then_some(Other::OfBody);
        }
        let text = leading_value(field);
        let behind = field.get(text.len() + 1..)?;
        match tag {
            tag::POSS_DUP_FLAG | tag::POSS_RESEND => text.ends_with(b"=N").then_some(Other::Passed(behind)),
            tag::LAST_MSG_SEQ_NUM_PROCESSED => {
                let number = text.get(4..).map(Value::new).and_then(|value| value.seq_num().ok());
                Some(Other::LastProcessed(number, behind))
            }
            5000.. => Some(Other::OfEither(behind)),
            _ => Some(Other::Passed(behind)),
        }
    }
}

const MSG_SEQ_NUM: u64 = begins(*b"34=");
const SENDER_COMP_ID: u64 = begins(*b"49=");
const TARGET_COMP_ID: u64 = begins(*b"56=");
const SENDING_TIME: u64 = begins(*b"52=");

/// The first three characters of a word, the first in the lowest byte.
const fn begins([a, b, c]: [u8; 3]) -> u64 {
    u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0])
}

/// FIX session layer 4.2.4: is more compared than the CompIDs?
#[inline]
fn compares_more(config: &Config) -> bool {
    config.policies.checks.sub_ids == Check::On && config.ids.has_more_than_comp_ids()
}

/// What stands behind the MsgSeqNum(34) at the front and its delimiter, when it is this number.
#[inline(always)]
fn behind_number(value: &[u8], number: MsgSeqNum) -> Option<&[u8]> {
    let (said, behind) = short_field(value).or_else(|| behind_long_number(value))?;
    (said == number.get()).then_some(behind)
}

#[cold]
#[inline(never)]
fn behind_long_number(value: &[u8]) -> Option<(u64, &[u8])> {
    let digits = leading_value(value);
    Some((Value::new(digits).uint().ok()?, value.get(digits.len() + 1..)?))
}

/// FIX session layer 4.2.2: what stands behind the identifier at the front and its delimiter, when it is this
/// one.
#[inline(always)]
fn behind_id<'b>(value: &'b [u8], config: &Config, id: Id) -> Option<&'b [u8]> {
    let id = config.ids.delimited(id)?;
    let (said, behind) = value.split_at_checked(id.len())?;
    same(said, id).then_some(behind)
}
