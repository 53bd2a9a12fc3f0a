//! The header of an outbound frame: 35, 34, then every field by rising tag.

use super::Session;
use super::policy::LastProcessed;
use crate::number::MsgSeqNum;
use crate::time::Utc;
use crate::wire::{BeginString, Body, Fields, MsgType, TimePrecision, UTC_TIMESTAMP_MAX, tag, write_utc};

/// SendingTime(52) as text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    text: [u8; UTC_TIMESTAMP_MAX],
    len: usize,
}

impl Stamp {
    /// FIX 4.0 and 4.1 know whole seconds only (FIX data type UTCTimestamp).
    pub(super) fn new(utc: Utc, precision: TimePrecision, version: BeginString) -> Self {
        let precision = if version < BeginString::Fix42 { TimePrecision::Seconds } else { precision };
        let mut text = [0; UTC_TIMESTAMP_MAX];
        let len = write_utc(utc, precision, &mut text);
        Stamp { text, len }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.get(..self.len).unwrap_or_default()
    }

    pub(super) fn parts(self) -> ([u8; UTC_TIMESTAMP_MAX], usize) {
        (self.text, self.len)
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
    /// Writes the header from MsgType(35) on.
    pub(super) fn write_header(&self, header: &HeaderFacts<'_>, to: &mut Body<'_>) {
        let config = &self.config;
        to.bytes(tag::MSG_TYPE, header.msg_type.as_bytes());
        let mut digits = [0; 20];
        let digits_len = crate::wire::write_uint(&mut digits, header.number.get());
        let mut processed = [0; 20];
        let processed_len =
            self.last_processed().map_or(0, |number| crate::wire::write_uint(&mut processed, number.get()));
        let poss_dup: &[u8] = if header.original.is_some() { b"Y" } else { b"" };
        let own: [(u32, &[u8]); 11] = [
            (tag::MSG_SEQ_NUM, digits.get(..digits_len).unwrap_or_default()),
            (tag::POSS_DUP_FLAG, poss_dup),
            (tag::SENDER_COMP_ID, config.sender_comp_id.as_bytes()),
            (tag::SENDER_SUB_ID, config.sender_sub_id.as_bytes()),
            (tag::SENDING_TIME, header.sending_time.as_bytes()),
            (tag::TARGET_COMP_ID, config.target_comp_id.as_bytes()),
            (tag::TARGET_SUB_ID, config.target_sub_id.as_bytes()),
            (tag::ORIG_SENDING_TIME, header.original.unwrap_or_default()),
            (tag::SENDER_LOCATION_ID, config.sender_location_id.as_bytes()),
            (tag::TARGET_LOCATION_ID, config.target_location_id.as_bytes()),
            (tag::LAST_MSG_SEQ_NUM_PROCESSED, processed.get(..processed_len).unwrap_or_default()),
        ];
        let plain = matches!(header.extra, Extra::None);
        let mut below = 0;
        for (tag, value) in own {
            if !plain {
                header.extra.for_each(|extra, value| {
                    if extra > below && extra < tag {
                        to.bytes_or_data(extra, value);
                    }
                });
            }
            below = tag;
            // A message's own SubID or LocationID stands in for the configured one.
            if !plain && header.extra.has(tag) {
                header.extra.for_each(|extra, value| {
                    if extra == tag {
                        to.bytes_or_data(extra, value);
                    }
                });
            } else if !value.is_empty() {
                to.bytes(tag, value);
            }
        }
        if !plain {
            header.extra.for_each(|extra, value| {
                if extra > below {
                    to.bytes_or_data(extra, value);
                }
            });
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
