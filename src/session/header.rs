//! The header of an outbound frame: 35, 34, then every field by rising tag.

use super::policy::LastProcessed;
use super::{Id, Session};
use crate::number::MsgSeqNum;
use crate::time::Utc;
use crate::wire::{
    BeginString, Body, Fields, MsgType, TimePrecision, UTC_TIMESTAMP_MAX, date_and_seconds, fraction_text,
    split_utc, tag, write_uint,
};

/// SendingTime(52) as text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    text: [u8; UTC_TIMESTAMP_MAX],
    len: usize,
}

impl Stamp {
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    pub(super) fn parts(self) -> ([u8; UTC_TIMESTAMP_MAX], usize) {
        (self.text, self.len)
    }
}

/// The text of a second: nearly all that is sent goes out in the same one as the frame before.
///
/// It changes no answer, and two sessions that differ in it alone are the same.
#[derive(Clone)]
pub(super) struct Second {
    seconds: i64,
    text: [u8; 17],
}

impl Second {
    pub(super) fn new() -> Self {
        Second { seconds: 0, text: date_and_seconds(0) }
    }
}

impl PartialEq for Second {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Second {}

impl core::hash::Hash for Second {
    fn hash<H: core::hash::Hasher>(&self, _: &mut H) {}
}

impl core::fmt::Debug for Second {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Second")
    }
}

/// What varies from header to header.
#[derive(Debug)]
pub(super) struct HeaderFacts<'m> {
    pub(super) msg_type: MsgType<'m>,
    pub(super) number: MsgSeqNum,
    pub(super) sending_time: &'m Stamp,
    /// OrigSendingTime(122) of a retransmission; PossDupFlag(43) goes with it.
    pub(super) original: Option<&'m [u8]>,
    pub(super) extra: Extra<'m>,
}

/// Header fields beside the session's own.
#[derive(Clone, Debug)]
pub(super) enum Extra<'m> {
    None,
    /// The application's.
    Given(&'m [(u32, &'m [u8])]),
    /// Those of a stored message.
    Stored(Fields<'m>),
    /// OnBehalfOf and DeliverTo fields of the message that is answered, exchanged.
    Reversed(Fields<'m>),
}

/// Pairs of fields that change places in an answer that goes back the same way.
const ROUTES: [(u32, u32); 3] = [
    (tag::ON_BEHALF_OF_COMP_ID, tag::DELIVER_TO_COMP_ID),
    (tag::ON_BEHALF_OF_SUB_ID, tag::DELIVER_TO_SUB_ID),
    (tag::ON_BEHALF_OF_LOCATION_ID, tag::DELIVER_TO_LOCATION_ID),
];

impl<'m> Extra<'m> {
    #[inline]
    fn for_each(&self, mut take: impl FnMut(u32, &[u8])) {
        match self {
            Extra::None => {}
            Extra::Given(fields) => fields.iter().for_each(|&(tag, value)| take(tag, value)),
            Extra::Stored(fields) => {
                for field in fields.clone().flatten() {
                    if !written_anew(field.tag) {
                        take(field.tag, field.value.as_bytes());
                    }
                }
            }
            Extra::Reversed(fields) => {
                for field in fields.clone().flatten().filter(|field| !field.value.is_empty()) {
                    for (one, other) in ROUTES {
                        if field.tag == one {
                            take(other, field.value.as_bytes());
                        } else if field.tag == other {
                            take(one, field.value.as_bytes());
                        }
                    }
                }
            }
        }
    }

    /// Is there none?
    fn is_none(&self) -> bool {
        match self {
            Extra::None => true,
            Extra::Given(fields) => fields.is_empty(),
            Extra::Stored(_) | Extra::Reversed(_) => false,
        }
    }

    fn has(&self, wanted: u32) -> bool {
        let mut has = false;
        self.for_each(|tag, _| has |= tag == wanted);
        has
    }
}

/// FIX session layer 4.8.4: what a retransmission writes itself; everything else stays as it was.
fn written_anew(tag: u32) -> bool {
    matches!(
        tag,
        tag::MSG_TYPE
            | tag::MSG_SEQ_NUM
            | tag::POSS_DUP_FLAG
            | tag::SENDER_COMP_ID
            | tag::SENDING_TIME
            | tag::TARGET_COMP_ID
            | tag::ORIG_SENDING_TIME
            | tag::LAST_MSG_SEQ_NUM_PROCESSED
    )
}

/// May an application give this header field with a message?
pub(super) fn may_be_given(tag: u32, version: BeginString) -> bool {
    let framing = matches!(tag, tag::BEGIN_STRING | tag::BODY_LENGTH);
    let header = tag::is_header(tag, version) || tag >= 5000;
    header && !framing && !written_anew(tag)
}

impl Session {
    /// Keeps the text of the second in which frames go out now.
    #[inline]
    pub(super) fn enter_second(&mut self, utc: Utc) {
        let (seconds, _) = split_utc(utc);
        if self.second.seconds != seconds {
            self.second = Second { seconds, text: date_and_seconds(seconds) };
        }
    }

    /// SendingTime(52). FIX 4.0 and 4.1 know whole seconds only (FIX data type UTCTimestamp).
    #[inline]
    pub(super) fn stamp(&self, utc: Utc) -> Stamp {
        let whole_seconds = self.config.begin_string < BeginString::Fix42;
        let precision = if whole_seconds { TimePrecision::Seconds } else { self.config.time_precision };
        let (seconds, nanos) = split_utc(utc);
        let second =
            if self.second.seconds == seconds { self.second.text } else { date_and_seconds(seconds) };
        let mut text = [0; UTC_TIMESTAMP_MAX];
        let (digits, len) = fraction_text(nanos, precision);
        if let Some((whole, fraction)) = text.split_first_chunk_mut() {
            *whole = second;
            fraction.copy_from_slice(&digits);
        }
        Stamp { text, len: second.len() + len }
    }

    /// Writes the header from MsgType(35) on.
    pub(super) fn write_header(&self, header: &HeaderFacts<'_>, to: &mut Body<'_>) {
        to.put(tag::MSG_TYPE, header.msg_type.as_bytes());
        if header.extra.is_none() {
            return self.own_fields(header, |tag, value| {
                to.put(tag, value);
            });
        }
        let mut below = 0;
        self.own_fields(header, |tag, value| {
            header.extra.for_each(|extra, value| {
                if extra > below && extra < tag {
                    to.put(extra, value);
                }
            });
            below = tag;
            // A message's own SubID or LocationID stands in for the configured one.
            if header.extra.has(tag) {
                header.extra.for_each(|extra, value| {
                    if extra == tag {
                        to.put(extra, value);
                    }
                });
            } else {
                to.put(tag, value);
            }
        });
        header.extra.for_each(|extra, value| {
            if extra > below {
                to.put(extra, value);
            }
        });
    }

    /// The fields that the session writes itself, by rising tag.
    #[inline]
    fn own_fields(&self, header: &HeaderFacts<'_>, mut take: impl FnMut(u32, &[u8])) {
        let ids = &self.config.ids;
        let mut digits = [0; 20];
        let len = write_uint(&mut digits, header.number.get());
        take(tag::MSG_SEQ_NUM, digits.get(..len).unwrap_or_default());
        if header.original.is_some() {
            take(tag::POSS_DUP_FLAG, b"Y");
        }
        take(tag::SENDER_COMP_ID, ids.bytes(Id::SenderCompId));
        let mut optional = |tag, value: &[u8]| {
            if !value.is_empty() {
                take(tag, value);
            }
        };
        optional(tag::SENDER_SUB_ID, ids.bytes(Id::SenderSubId));
        optional(tag::SENDING_TIME, header.sending_time.as_bytes());
        optional(tag::TARGET_COMP_ID, ids.bytes(Id::TargetCompId));
        optional(tag::TARGET_SUB_ID, ids.bytes(Id::TargetSubId));
        optional(tag::ORIG_SENDING_TIME, header.original.unwrap_or_default());
        optional(tag::SENDER_LOCATION_ID, ids.bytes(Id::SenderLocationId));
        optional(tag::TARGET_LOCATION_ID, ids.bytes(Id::TargetLocationId));
        if let Some(processed) = self.last_processed() {
            let len = write_uint(&mut digits, processed.get());
            optional(tag::LAST_MSG_SEQ_NUM_PROCESSED, digits.get(..len).unwrap_or_default());
        }
    }

    fn last_processed(&self) -> Option<MsgSeqNum> {
        match self.config.policies.checks.last_processed {
            LastProcessed::Said if self.config.begin_string >= BeginString::Fix42 => {
                // FIX field 369: processed by the application, not only received.
                self.numbers.checkpoint().next_in.previous()
            }
            LastProcessed::Said | LastProcessed::Unsaid => None,
        }
    }
}
