//! The usual message read field by field, if its header is not like the one before.
//!
//! It knows the fields that nearly every header has, and what they must hold: the CompIDs agreed, the number
//! expected, a good SendingTime. It leaves everything else to the [generic path](crate::session::classify).

use super::expected::Expected;
use super::is_application;
use crate::inbox::Inbox;
use crate::message::{Flags, Layout};
use crate::number::MsgSeqNum;
use crate::session::Session;
use crate::session::config::Config;
use crate::session::ids::Id;
use crate::session::policy::Check;
use crate::time::Utc;
use crate::wire::{
    BeginString, FrameSpan, Framing, SOH, Value, leading_tag, leading_value, same, short_field, tag,
};

impl Session {
    /// Takes the next frame in hand if it is a usual application message; otherwise `found` says what is
    /// there.
    // As a function of its own it keeps nearly all it needs in registers.
    #[inline(never)]
    pub(super) fn read_plain(
        &mut self,
        inbox: &mut Inbox<'_>,
        utc: Utc,
        found: &mut Framing,
    ) -> Option<Layout> {
        let (frame, span) = match inbox.take_frame(self.config.frame_max) {
            Ok(taken) => taken,
            Err(other) => {
                *found = other;
                return None;
            }
        };
        let number = self.numbers.next_in;
        let read = match self.course.expected() {
            Some(expected) => read(frame, span, number, utc, &self.config, expected),
            None => None,
        };
        let Some((layout, last_processed)) = read else {
            *found = Framing::Frame(span);
            return None;
        };
        match (last_processed, self.course.expected()) {
            (None, Some(expected)) => expected.missed(frame, &self.config),
            _ => self.acknowledged(last_processed),
        }
        Some(layout)
    }
}

/// Reads `frame` if it is the usual message with this number: its layout, and LastMsgSeqNumProcessed(369).
/// The minute in `expected` follows its SendingTime.
#[inline(always)]
fn read(
    frame: &[u8],
    span: FrameSpan,
    number: MsgSeqNum,
    utc: Utc,
    config: &Config,
    expected: &mut Expected,
) -> Option<(Layout, Option<MsgSeqNum>)> {
    if span.begin_string != config.begin_string || compares_more(config) {
        return None;
    }
    // MsgType(35) comes first: otherwise the frame would be garbled.
    let kind_at = span.body_at + 3;
    let kind_len = match frame.get(kind_at..)? {
        [one, SOH, ..] if is_application(*one) => 1,
        [_, SOH, ..] => return None,
        value => u16::try_from(leading_value(value).len()).ok()?,
    };
    let fields = frame.get(kind_at + usize::from(kind_len) + 1..)?;
    let (body, last_processed) = behind_header(fields, number, utc, config, expected)?;
    let layout = Layout {
        number,
        kind_at: u8::try_from(kind_at).ok()?,
        kind_len,
        body_at: u32::try_from(frame.len() - body.len()).ok()?,
        flags: Flags::default(),
    };
    Some((layout, last_processed))
}

/// What follows the fields of a header, if they are as they must be, and LastMsgSeqNumProcessed(369).
#[inline(never)]
fn behind_header<'f>(
    fields: &'f [u8],
    number: MsgSeqNum,
    utc: Utc,
    config: &Config,
    expected: &mut Expected,
) -> Option<(&'f [u8], Option<MsgSeqNum>)> {
    // FIX session layer 4.2.2: 49 names the counterparty and 56 us.
    let (sender, target) = (config.ids.delimited(Id::TargetCompId)?, config.ids.delimited(Id::SenderCompId)?);
    let (mut rest, mut seen, mut last_processed) = (fields, 0, None);
    // Ends at CheckSum(10), which is shorter than a word.
    while let Some(word) = rest.first_chunk() {
        let word = u64::from_le_bytes(*word);
        let (field, behind) = match word & 0xff_ffff {
            MSG_SEQ_NUM => (1, behind_number(rest, number)?),
            SENDER_COMP_ID => (2, behind_text(rest, sender)?),
            TARGET_COMP_ID => (4, behind_text(rest, target)?),
            SENDING_TIME => (8, expected.behind_time(rest.get(3..)?, utc, config)?),
            _ if begins_usual_body(word, config) => break,
            _ => match behind_others(rest, config, &mut last_processed)? {
                Behind::Header(behind) => (0, behind),
                Behind::Body(body) => {
                    rest = body;
                    break;
                }
            },
        };
        seen |= field;
        rest = behind;
    }
    (seen == 0b1111).then_some((rest, last_processed.flatten()))
}

/// What follows header fields that are not in every header.
enum Behind<'f> {
    /// A field that every header has.
    Header(&'f [u8]),
    Body(&'f [u8]),
}

/// Passes over header fields that are not in every header, if they are usual; `last_processed` becomes the
/// value of the first LastMsgSeqNumProcessed(369), if there is one.
#[inline(never)]
fn behind_others<'f>(
    fields: &'f [u8],
    config: &Config,
    last_processed: &mut Option<Option<MsgSeqNum>>,
) -> Option<Behind<'f>> {
    let (mut rest, mut body) = (fields, fields);
    while let Some(word) = rest.first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        if matches!(word & 0xff_ffff, MSG_SEQ_NUM | SENDER_COMP_ID | TARGET_COMP_ID | SENDING_TIME) {
            return Some(Behind::Header(rest));
        }
        let tag = leading_tag(rest)?;
        if config.data_fields.begin(rest) {
            return None;
        }
        let of_header = tag::is_header(tag, config.begin_string);
        if !of_header && tag < 5000 {
            // A header field that an older version does not define is still read as one.
            return (!tag::is_header(tag, BeginString::Fix44)).then_some(Behind::Body(body));
        }
        let text = leading_value(rest);
        match tag {
            tag::POSS_DUP_FLAG | tag::POSS_RESEND if !text.ends_with(b"=N") => return None,
            // If there are two, the first counts.
            tag::LAST_MSG_SEQ_NUM_PROCESSED if last_processed.is_none() => {
                let number = text.get(4..).map(Value::new).and_then(|value| value.seq_num().ok());
                *last_processed = Some(number);
            }
            _ => {}
        }
        rest = rest.get(text.len() + 1..)?;
        // Tags from 5000 on may be in the header or in the body.
        if of_header {
            body = rest;
        }
    }
    Some(Behind::Body(body))
}

/// Whether a field that begins with this word is certainly in the body. Most bodies begin with a tag of two
/// digits.
#[inline]
fn begins_usual_body(word: u64, config: &Config) -> bool {
    let [a @ b'1'..=b'5', b @ b'0'..=b'9', b'=', ..] = word.to_le_bytes() else { return false };
    let tag = u32::from(a - b'0') * 10 + u32::from(b - b'0');
    !tag::is_header(tag, config.begin_string) && !config.data_fields.may_begin(word)
}

const MSG_SEQ_NUM: u64 = begins(*b"34=");
const SENDER_COMP_ID: u64 = begins(*b"49=");
const TARGET_COMP_ID: u64 = begins(*b"56=");
const SENDING_TIME: u64 = begins(*b"52=");

/// The first three characters of a word, the first in the lowest byte.
const fn begins([a, b, c]: [u8; 3]) -> u64 {
    u64::from_le_bytes([a, b, c, 0, 0, 0, 0, 0])
}

/// FIX session layer 4.2.4: whether more than the CompIDs is compared.
#[inline]
fn compares_more(config: &Config) -> bool {
    config.policies.checks.sub_ids == Check::On && config.ids.has_more_than_comp_ids()
}

/// What follows the MsgSeqNum(34) at the front and its delimiter, if it is this number.
#[inline(always)]
fn behind_number(field: &[u8], number: MsgSeqNum) -> Option<&[u8]> {
    let value = field.get(3..)?;
    let (said, behind) = short_field(value).or_else(|| behind_long_number(value))?;
    (said == number.get()).then_some(behind)
}

#[cold]
#[inline(never)]
fn behind_long_number(value: &[u8]) -> Option<(u64, &[u8])> {
    let digits = leading_value(value);
    // The last number ends the session.
    let number = Value::new(digits).seq_num().ok().filter(|&number| number < MsgSeqNum::LAST)?;
    Some((number.get(), value.get(digits.len() + 1..)?))
}

/// What follows this text at the front.
#[inline(always)]
fn behind_text<'b>(field: &'b [u8], text: &[u8]) -> Option<&'b [u8]> {
    let (said, behind) = field.get(3..)?.split_at_checked(text.len())?;
    same(said, text).then_some(behind)
}
