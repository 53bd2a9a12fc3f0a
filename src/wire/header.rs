//! The header of a frame, read in one pass.

use super::begin_string::BeginString;
use super::data_fields::DataFields;
use super::delimiters::Delimiters;
use super::field::{BadField, Fields, tag as tag_and_len};
use super::find::Needle;
use super::frame::FrameSpan;
use super::msg_type::MsgType;
use super::tag::{self, FIRST_USER_DEFINED};
use super::value::Value;

/// The header fields that a session reads, as they stand in the frame. If a tag occurs twice, the first
/// counts.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// MsgType(35).
    pub msg_type: MsgType<'a>,
    /// MsgSeqNum(34).
    pub msg_seq_num: Option<Value<'a>>,
    /// SenderCompID(49).
    pub sender_comp_id: Option<Value<'a>>,
    /// TargetCompID(56).
    pub target_comp_id: Option<Value<'a>>,
    /// SendingTime(52).
    pub sending_time: Option<Value<'a>>,
    /// PossDupFlag(43).
    pub poss_dup: Option<Value<'a>>,
    /// PossResend(97).
    pub poss_resend: Option<Value<'a>>,
    /// OrigSendingTime(122).
    pub orig_sending_time: Option<Value<'a>>,
    /// SenderSubID(50).
    pub sender_sub_id: Option<Value<'a>>,
    /// TargetSubID(57).
    pub target_sub_id: Option<Value<'a>>,
    /// SenderLocationID(142).
    pub sender_location_id: Option<Value<'a>>,
    /// TargetLocationID(143).
    pub target_location_id: Option<Value<'a>>,
    /// LastMsgSeqNumProcessed(369).
    pub last_processed: Option<Value<'a>>,
    /// The first piece that is not a field: without `=`, with a tag that is not a positive number, or a data
    /// field whose length is wrong.
    pub malformed: Option<BadField<'a>>,
    /// Offset in the frame of the first field after the header.
    pub body_at: usize,
    /// Whether the header has a field that a retransmission copies unchanged (FIX session layer 4.8.4).
    pub(crate) has_others: bool,
}

impl<'a> Header<'a> {
    /// Reads the header of `frame`, whose parts are at `span`.
    ///
    /// The header ends at the first tag known not to belong to it. Tags from 5000 on are agreed between
    /// counterparties and may be in the header or the body, so they do not end it: a venue's own tag before
    /// PossDupFlag(43) must not hide that field. Fields after the last header field belong to the body,
    /// whatever their tags.
    #[inline]
    pub fn read(frame: &'a [u8], span: &FrameSpan, data: &'static DataFields) -> Self {
        let mut header = Header::nothing(span);
        header.fill(frame, span, data);
        header
    }

    /// Reads the header of `frame` in place: copying this struct would cost as much as the reading.
    #[inline]
    pub(crate) fn fill(&mut self, frame: &'a [u8], span: &FrameSpan, data: &'static DataFields) {
        if !self.walk(frame, span, data) {
            *self = Header::nothing(span);
            let part = frame.get(span.body_at..span.trailer_at).unwrap_or_default();
            self.walk_with_care(part, span, data);
        }
    }

    /// Returns false if the header contains data fields or malformed ones.
    fn walk(&mut self, frame: &'a [u8], span: &FrameSpan, data: &'static DataFields) -> bool {
        let bytes = frame.get(span.body_at..).unwrap_or_default();
        let mut at = 0;
        for end in Delimiters::of(bytes) {
            let Some(field) = bytes.get(at..end) else { break };
            let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) else { break };
            let word = u64::from_le_bytes(*word);
            at = end + 1;
            if self.take_usual(word, field) {
                self.body_at = span.body_at + at;
                continue;
            }
            let Some((tag, len)) = tag_and_len(field) else { return false };
            if data.may_begin(word) && data.length_tag(tag).is_some() {
                return false;
            }
            if self.take(tag, Value::new(field.get(len + 1..).unwrap_or_default()), span.begin_string) {
                self.body_at = span.body_at + at;
            } else if tag < FIRST_USER_DEFINED {
                return true;
            } else {
                self.has_others = true;
            }
        }
        // The delimiter of CheckSum(10) may be beyond the last whole word.
        span.body_at + at >= span.trailer_at
    }

    /// Keeps a field that nearly every header has, recognised by its first characters; false if it is not
    /// one.
    #[inline]
    fn take_usual(&mut self, word: u64, field: &'a [u8]) -> bool {
        let slot = match word & 0xff_ffff {
            MSG_TYPE => {
                if self.msg_type.as_bytes().is_empty() {
                    self.msg_type = MsgType::new(field.get(3..).unwrap_or_default());
                }
                return true;
            }
            MSG_SEQ_NUM => &mut self.msg_seq_num,
            SENDER_COMP_ID => &mut self.sender_comp_id,
            TARGET_COMP_ID => &mut self.target_comp_id,
            SENDING_TIME => &mut self.sending_time,
            POSS_DUP_FLAG => &mut self.poss_dup,
            _ => return false,
        };
        *slot = slot.or(field.get(3..).map(Value::new));
        true
    }

    /// The same, for a header that may contain data fields or malformed ones.
    #[cold]
    #[inline(never)]
    fn walk_with_care(&mut self, part: &'a [u8], span: &FrameSpan, data: &'static DataFields) {
        self.has_others = true;
        let mut fields = Fields::new(part, data);
        while let Some(field) = fields.next() {
            match field {
                Ok(field) => {
                    if self.take(field.tag, field.value, span.begin_string) {
                        self.body_at = span.body_at + fields.offset();
                    } else if field.tag < FIRST_USER_DEFINED {
                        break;
                    }
                }
                Err(bad) => self.malformed = self.malformed.or(Some(bad)),
            }
        }
    }

    #[inline]
    pub(crate) fn nothing(span: &FrameSpan) -> Self {
        Header {
            msg_type: MsgType::new(b""),
            msg_seq_num: None,
            sender_comp_id: None,
            target_comp_id: None,
            sending_time: None,
            poss_dup: None,
            poss_resend: None,
            orig_sending_time: None,
            sender_sub_id: None,
            target_sub_id: None,
            sender_location_id: None,
            target_location_id: None,
            last_processed: None,
            malformed: None,
            body_at: span.body_at,
            has_others: false,
        }
    }

    /// Keeps the first field with each tag; false if the tag does not belong to the header.
    #[inline]
    fn take(&mut self, tag: u32, value: Value<'a>, version: BeginString) -> bool {
        let slot = match tag {
            tag::MSG_TYPE => {
                if self.msg_type.as_bytes().is_empty() {
                    self.msg_type = MsgType::new(value.as_bytes());
                }
                return true;
            }
            tag::MSG_SEQ_NUM => &mut self.msg_seq_num,
            tag::SENDER_COMP_ID => &mut self.sender_comp_id,
            tag::TARGET_COMP_ID => &mut self.target_comp_id,
            tag::SENDING_TIME => &mut self.sending_time,
            tag::POSS_DUP_FLAG => &mut self.poss_dup,
            tag::ORIG_SENDING_TIME => &mut self.orig_sending_time,
            tag::LAST_MSG_SEQ_NUM_PROCESSED => &mut self.last_processed,
            other => return self.take_other(other, value, version),
        };
        *slot = slot.or(Some(value));
        true
    }

    fn take_other(&mut self, tag: u32, value: Value<'a>, version: BeginString) -> bool {
        let slot = match tag {
            tag::POSS_RESEND => &mut self.poss_resend,
            tag::SENDER_SUB_ID => &mut self.sender_sub_id,
            tag::TARGET_SUB_ID => &mut self.target_sub_id,
            tag::SENDER_LOCATION_ID => &mut self.sender_location_id,
            tag::TARGET_LOCATION_ID => &mut self.target_location_id,
            other => {
                let of_header = tag::is_header(other, version);
                self.has_others |= of_header;
                return of_header;
            }
        };
        self.has_others = true;
        *slot = slot.or(Some(value));
        true
    }
}

const MSG_TYPE: u64 = Needle::of(tag::MSG_TYPE).word;
const MSG_SEQ_NUM: u64 = Needle::of(tag::MSG_SEQ_NUM).word;
const SENDER_COMP_ID: u64 = Needle::of(tag::SENDER_COMP_ID).word;
const TARGET_COMP_ID: u64 = Needle::of(tag::TARGET_COMP_ID).word;
const SENDING_TIME: u64 = Needle::of(tag::SENDING_TIME).word;
const POSS_DUP_FLAG: u64 = Needle::of(tag::POSS_DUP_FLAG).word;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Framing, Scan, checksum, frame, trailer};
    use proptest::prelude::*;
    use std::format;
    use std::vec::Vec;

    fn framed(body: &str) -> Vec<u8> {
        let body = body.replace('|', "\u{1}");
        let mut bytes = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len()).into_bytes();
        bytes.extend(trailer(checksum(&bytes)));
        bytes
    }

    fn read(bytes: &[u8]) -> Header<'_> {
        let Framing::Frame(span) = frame(bytes, 4096, &mut Scan::default()) else { panic!() };
        Header::read(bytes, &span, &DataFields::STANDARD)
    }

    #[test]
    fn each_header_field_is_kept_under_its_own_name_whatever_the_order() {
        let bytes = framed("35=D|143=a|142=b|57=c|50=d|56=e|49=f|52=g|122=h|97=i|43=j|34=k|369=l|11=x|");
        let header = read(&bytes);
        let values = [
            header.target_location_id,
            header.sender_location_id,
            header.target_sub_id,
            header.sender_sub_id,
            header.target_comp_id,
            header.sender_comp_id,
            header.sending_time,
            header.orig_sending_time,
            header.poss_resend,
            header.poss_dup,
            header.msg_seq_num,
            header.last_processed,
        ];
        let text: Vec<u8> = values.iter().flat_map(|value| value.unwrap().as_bytes()).copied().collect();
        assert_eq!(text, b"abcdefghijkl");
        assert_eq!(
            (header.msg_type.as_bytes(), &bytes[header.body_at..header.body_at + 5]),
            (&b"D"[..], &b"11=x\x01"[..])
        );
    }

    #[test]
    fn the_first_of_two_counts_and_what_stands_in_the_body_does_not() {
        let bytes = framed("35=D|35=8|34=1|34=2|11=x|43=Y|");
        let header = read(&bytes);
        assert_eq!(header.msg_type.as_bytes(), b"D");
        assert_eq!(header.msg_seq_num.unwrap().as_bytes(), b"1");
        assert!(header.poss_dup.is_none());
    }

    #[test]
    fn a_tag_from_5000_on_may_be_of_the_header_and_one_below_is_not() {
        assert!(read(&framed("35=D|34=1|5000=x|43=Y|11=x|")).poss_dup.is_some());
        assert!(read(&framed("35=D|34=1|4999=x|43=Y|11=x|")).poss_dup.is_none());
        assert!(read(&framed("35=D|34=1|90=1|91=x|5000=x|43=Y|11=x|")).poss_dup.is_some());
        assert!(read(&framed("35=D|34=1|90=1|91=x|4999=x|43=Y|11=x|")).poss_dup.is_none());
    }

    proptest! {
        #[test]
        fn the_quick_walk_and_the_careful_one_read_the_same(
            fields in proptest::collection::vec(
                ("(34|35|43|49|50|52|56|57|90|91|97|115|116|122|142|143|144|347|369|5000|11|38|[1-9][0-9]{0,4}|x)=?", "[0-9a-z=]{0,20}"),
                0..12,
            ),
        ) {
            let body: std::string::String = fields.iter().map(|(tag, value)| format!("{tag}={value}|")).collect();
            let bytes = framed(&format!("35=D|{body}"));
            let Framing::Frame(span) = frame(&bytes, 4096, &mut Scan::default()) else { panic!() };
            let (mut quick, mut careful) = (Header::nothing(&span), Header::nothing(&span));
            careful.walk_with_care(&bytes[span.body_at..span.trailer_at], &span, &DataFields::STANDARD);
            if quick.walk(&bytes, &span, &DataFields::STANDARD) {
                careful.has_others = quick.has_others;
                prop_assert_eq!(format!("{quick:?}"), format!("{careful:?}"));
            }
        }
    }
}
