//! The header of an outbound frame: 35, 34, then every field by rising tag.

use super::policy::LastProcessed;
use super::state::{Opening, State};
use super::{Id, Ids, Session};
use crate::number::MsgSeqNum;
use crate::wire::{
    BeginString, Body, DataFields, Fields, Guard, HEADER_AT, MsgType, SOH, put, short_uint, tag, write_uint,
};

/// What varies from header to header.
#[derive(Clone, Debug)]
pub(super) struct HeaderFacts<'m> {
    pub(super) msg_type: MsgType<'m>,
    pub(super) number: MsgSeqNum,
    /// OrigSendingTime(122) of a retransmission; PossDupFlag(43) goes with it.
    pub(super) original: Option<&'m [u8]>,
    pub(super) extra: Extra<'m>,
}

/// Header fields in addition to the session's own.
#[derive(Clone, Debug)]
pub(super) enum Extra<'m> {
    None,
    /// Those given by the application.
    Given(&'m [(u32, &'m [u8])]),
    /// Those of a stored message's header.
    Stored(&'m [u8], &'static DataFields),
    /// The OnBehalfOf and DeliverTo fields of the message being answered, swapped.
    Reversed(Fields<'m>),
}

/// The most that precedes the identifiers in a short header.
const FRONT_MAX: usize = "35=AE|34=12345678|43=Y|".len();

/// Pairs of fields that are swapped in an answer that is routed back.
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
            Extra::Stored(header, data) => {
                for field in Fields::new(header, data).flatten() {
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

/// FIX session layer 4.8.4: whether a retransmission writes this field anew; all others stay as they were.
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

/// Whether an application may set this header field.
pub(super) fn may_be_given(tag: u32, version: BeginString) -> bool {
    let framing = matches!(tag, tag::BEGIN_STRING | tag::BODY_LENGTH);
    let header = tag::is_header(tag, version) || tag >= tag::FIRST_USER_DEFINED;
    header && !framing && !written_anew(tag)
}

impl Session {
    /// Writes the header from MsgType(35) on, at its place in a frame; returns where it ends.
    #[inline(always)]
    pub(super) fn write_header(&self, header: HeaderFacts<'_>, out: &mut [u8]) -> usize {
        // In parts, so that those of the usual header stay in registers.
        let HeaderFacts { msg_type, number, original, extra } = header;
        if matches!(extra, Extra::None)
            && let Some(end) = self.write_own(msg_type, number, original, out)
        {
            return end;
        }
        let room = out.get_mut(HEADER_AT..).unwrap_or_default();
        HEADER_AT + self.write_fields(&HeaderFacts { msg_type, number, original, extra }, room)
    }

    /// The session's own fields alone, if they are short: its identifiers are already text.
    #[inline(always)]
    fn write_own(
        &self,
        msg_type: MsgType<'_>,
        number: MsgSeqNum,
        original: Option<&[u8]>,
        out: &mut [u8],
    ) -> Option<usize> {
        // Room for all of it at once: every copy then has a known length, which is a few moves.
        let place = out.first_chunk_mut::<{ HEADER_AT + FRONT_MAX + Ids::ROOM }>()?;
        let mut at = match *msg_type.as_bytes() {
            [one] => put(place, HEADER_AT, [b'3', b'5', b'=', one, SOH, b'3', b'4', b'=']),
            [one, two] => put(place, HEADER_AT, [b'3', b'5', b'=', one, two, SOH, b'3', b'4', b'=']),
            _ => return None,
        };
        let (digits, count) = short_uint(number.get())?;
        put(place, at, digits);
        at = put(place, at + count, [SOH]);
        let ids = &self.config.ids;
        if original.is_some() {
            at = put(place, at, *b"43=Y\x01");
            at = ids.write_before_locations(&self.stamp, place, at)?;
        } else {
            at = ids.write(&self.stamp, place, at)?;
        }
        let processed = self.last_processed();
        if original.is_none() && processed.is_none() {
            return Some(at);
        }
        let mut to = Body::new(out.get_mut(at..)?, Guard::Session);
        if let Some(original) = original {
            if !original.is_empty() {
                to.put(tag::ORIG_SENDING_TIME, original);
            }
            // Nearly always nothing: not worth a call.
            if !ids.locations().is_empty() {
                to.raw(ids.locations());
            }
        }
        if let Some(processed) = processed {
            to.uint(tag::LAST_MSG_SEQ_NUM_PROCESSED, processed.get());
        }
        Some(at + to.len())
    }

    /// Field by field: for fields between the session's own, and for whatever is too long for `write_own`.
    #[inline(never)]
    fn write_fields(&self, header: &HeaderFacts<'_>, room: &mut [u8]) -> usize {
        let mut to = Body::new(room, Guard::Session);
        to.put(tag::MSG_TYPE, header.msg_type.as_bytes());
        let mut below = 0;
        self.own_fields(header, |tag, value| {
            header.extra.for_each(|extra, value| {
                if extra > below && extra < tag {
                    to.put(extra, value);
                }
            });
            below = tag;
            // A SubID or LocationID given with the message replaces the configured one.
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
        to.len()
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
        optional(tag::SENDING_TIME, self.stamp.sending_time());
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
            // FIX session layer 4.4.3: our reset begins a new series, of which nothing has come yet.
            LastProcessed::Said if self.state == State::LogonSent(Opening::Reset) => None,
            LastProcessed::Said if self.config.begin_string >= BeginString::Fix42 => {
                // FIX field 369: processed by the application, not only received.
                self.numbers.checkpoint().next_in.previous()
            }
            LastProcessed::Said | LastProcessed::Unsaid => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Config;
    use crate::time::Utc;
    use crate::wire::{TimePrecision, UTC_TIMESTAMP_MAX, write_utc};
    use crate::{Checkpoint, Role};
    use proptest::prelude::*;
    use std::vec::Vec;

    const PRECISIONS: [TimePrecision; 5] = [
        TimePrecision::Seconds,
        TimePrecision::Millis,
        TimePrecision::Micros,
        TimePrecision::Nanos,
        TimePrecision::Picos,
    ];

    /// The six identifiers of a header; one that does not fit is left out.
    fn config() -> impl Strategy<Value = Config> {
        let ids = prop_oneof![3 => proptest::collection::vec("[A-Z]{0,8}", 6), 1 => proptest::collection::vec("[A-Z]{0,40}", 6)];
        let version = proptest::sample::select(BeginString::ALL.as_slice());
        let precision = proptest::sample::select(PRECISIONS.as_slice());
        (ids, version, precision, any::<bool>()).prop_map(|(ids, version, time_precision, says)| {
            let mut config = Config::new(Role::Initiator, version, "US", "THEM").unwrap();
            for (id, text) in Id::ALL.into_iter().zip(ids) {
                if !text.is_empty() {
                    let _ = config.ids.set(id, &text);
                }
            }
            let last_processed = if says { LastProcessed::Said } else { LastProcessed::Unsaid };
            config.policies.checks.last_processed = last_processed;
            Config { time_precision, ..config }
        })
    }

    fn moments() -> impl Strategy<Value = Vec<i64>> {
        let near = 1_700_000_000_000_000_000..1_700_000_003_000_000_000_i64;
        let nearer = (near.clone(), proptest::sample::select(&[1_i64, 1_000, 1_000_000][..]), -3..3_i64)
            .prop_map(|(at, unit, few)| at / unit * unit + few);
        let ends = prop_oneof![i64::MIN..i64::MIN + 3_000_000_000, i64::MAX - 3_000_000_000..=i64::MAX];
        let one = prop_oneof![8 => near, 8 => nearer, 1 => ends, 1 => any::<i64>()];
        proptest::collection::vec(one, 1..8)
    }

    proptest! {
        #[test]
        fn a_header_in_pieces_is_the_one_written_field_by_field(
            config in config(),
            moments in moments(),
            number in 1..MsgSeqNum::MAX.get(),
            original in proptest::option::of("[0-9:-]{0,30}"),
        ) {
            let mut session = Session::new(config, Checkpoint::begin(Utc::EPOCH)).unwrap();
            let config = session.config.clone();
            let facts = HeaderFacts {
                msg_type: MsgType::NEW_ORDER_SINGLE,
                number: MsgSeqNum::new(number).unwrap(),
                original: original.as_deref().map(str::as_bytes),
                extra: Extra::None,
            };
            for utc in moments.into_iter().map(Utc::from_nanos) {
                session.stamp.date(utc);
                let whole_seconds = config.begin_string < BeginString::Fix42;
                let precision = if whole_seconds { TimePrecision::Seconds } else { config.time_precision };
                let mut fresh = [0; UTC_TIMESTAMP_MAX];
                let len = write_utc(utc, precision, &mut fresh);
                prop_assert_eq!(session.stamp.sending_time(), &fresh[..len]);

                let (mut one, mut other) = ([0; 1024], [0; 1024]);
                let one_end = session.write_header(facts.clone(), &mut one);
                let other_len = session.write_fields(&facts, &mut other);
                prop_assert_eq!(&one[HEADER_AT..one_end], &other[..other_len]);
            }
        }
    }
}
