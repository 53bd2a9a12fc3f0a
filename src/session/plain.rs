//! The usual message read field by field: the way of one whose header is not alike to the one before.
//!
//! It knows what nearly every header has and what has to stand there: the CompIDs agreed, the number
//! expected, a SendingTime of the minute. Whatever else it meets it leaves to the [generic
//! way](super::classify).

use super::config::Config;
use super::expected::{Expected, begins_body};
use super::ids::Id;
use super::policy::Check;
use super::usual::UsualKind;
use crate::message::{Flags, Layout};
use crate::number::MsgSeqNum;
use crate::time::Utc;
use crate::wire::{FrameSpan, SOH, Value, leading_tag, leading_value, same, short_field};

/// A usual message.
pub(super) struct Plain {
    pub(super) kind: UsualKind,
    pub(super) layout: Layout,
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
        let body = behind_header(fields, number, utc, config, expected)?;
        let layout = Layout {
            number,
            kind_at: u16::try_from(kind_at).ok()?,
            kind_len: u16::try_from(msg_type.len()).ok()?,
            body_at: u32::try_from(frame.len() - body.len()).ok()?,
            flags: Flags::default(),
        };
        Some(Plain { kind: UsualKind::of(msg_type)?, layout })
    }
}

/// What stands behind the fields of a header, when they are all that it takes.
// By itself it keeps all that it needs in registers.
#[inline(never)]
fn behind_header<'f>(
    fields: &'f [u8],
    number: MsgSeqNum,
    utc: Utc,
    config: &Config,
    expected: &mut Expected,
) -> Option<&'f [u8]> {
    let (mut rest, mut seen) = (fields, 0);
    // CheckSum(10) is less than a word.
    while let Some(word) = rest.first_chunk::<8>() {
        let value = rest.get(3..)?;
        let (field, behind) = match u64::from_le_bytes(*word) & 0xff_ffff {
            MSG_SEQ_NUM => (1, behind_number(value, number)?),
            SENDER_COMP_ID => (2, behind_id(value, config, Id::TargetCompId)?),
            TARGET_COMP_ID => (4, behind_id(value, config, Id::SenderCompId)?),
            SENDING_TIME => (8, expected.behind_time(value, utc, config)?),
            SENDER_SUB_ID | TARGET_SUB_ID => (0, behind_sub_id(rest, config)?),
            _ if begins_body(rest, config) => break,
            _ => return None,
        };
        // Of two, the first would count.
        if seen & field != 0 {
            return None;
        }
        seen |= field;
        rest = behind;
    }
    (seen == 0b1111).then_some(rest)
}

const MSG_SEQ_NUM: u64 = begins(*b"34=");
const SENDER_COMP_ID: u64 = begins(*b"49=");
const TARGET_COMP_ID: u64 = begins(*b"56=");
const SENDING_TIME: u64 = begins(*b"52=");
const SENDER_SUB_ID: u64 = begins(*b"50=");
const TARGET_SUB_ID: u64 = begins(*b"57=");

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

/// What stands behind a SubID, of which nothing is asked, and its delimiter, when it was not agreed to be data.
#[cold]
#[inline(never)]
fn behind_sub_id<'b>(field: &'b [u8], config: &Config) -> Option<&'b [u8]> {
    let is_data = config.data_fields.length_tag(leading_tag(field)?).is_some();
    if is_data { None } else { field.get(leading_value(field).len() + 1..) }
}
