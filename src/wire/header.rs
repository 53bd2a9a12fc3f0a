//! The header of one frame, walked once.

use super::begin_string::BeginString;
use super::data_fields::DataFields;
use super::delimiters::Delimiters;
use super::field::{BadField, Fields, tag as tag_and_len};
use super::frame::FrameSpan;
use super::msg_type::MsgType;
use super::tag;
use super::value::Value;

/// The header fields that a session reads, as they stand in the frame. The first of two equal tags counts.
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
    /// The first piece that is no field: no `=`, a tag that is no positive number, a data field whose length
    /// is wrong.
    pub malformed: Option<BadField<'a>>,
    /// Offset in the frame of the first field after the header.
    pub body_at: usize,
    /// Does it hold a field that a retransmission takes over as it was (FIX session layer 4.8.4)?
    pub(crate) has_others: bool,
}

impl<'a> Header<'a> {
    /// Walks the header of `frame`, whose parts are at `span`.
    ///
    /// The header ends at the first tag that is known not to be of the header. Tags from 5000 on are agreed
    /// between counterparties and may stand in either place, so they do not end it: a venue's own tag
    /// before PossDupFlag(43) must not hide it. Fields behind the last header field belong to the body
    /// whatever their tags.
    #[inline]
    pub fn read(frame: &'a [u8], span: &FrameSpan, data: &'static DataFields) -> Self {
        let part = frame.get(span.body_at..span.trailer_at).unwrap_or_default();
        let mut header = Header::nothing(span);
        let mut delimiters = Delimiters::from(0);
        let mut at = 0;
        while let Some(rest) = part.get(at..).filter(|rest| !rest.is_empty()) {
            let end = delimiters.next(part);
            let Some((tag, len)) = tag_and_len(rest).filter(|&(tag, _)| data.length_tag(tag).is_none())
            else {
                return Header::read_any(part, span, data);
            };
            let value = Value::new(part.get(at + len + 1..end).unwrap_or_default());
            at = end + 1;
            if header.take(tag, value, span.begin_string) {
                header.body_at = span.body_at + at;
            } else if tag < FIRST_USER_DEFINED {
                break;
            } else {
                header.has_others = true;
            }
        }
        header
    }

    /// The same, where data or bad fields may stand in the header.
    #[cold]
    fn read_any(part: &'a [u8], span: &FrameSpan, data: &'static DataFields) -> Self {
        let mut header = Header { has_others: true, ..Header::nothing(span) };
        let mut fields = Fields::new(part, data);
        while let Some(field) = fields.next() {
            match field {
                Ok(field) => {
                    if !header.take(field.tag, field.value, span.begin_string) {
                        if field.tag < FIRST_USER_DEFINED {
                            break;
                        }
                        continue;
                    }
                    header.body_at = span.body_at + fields.offset();
                }
                Err(bad) => header.malformed = header.malformed.or(Some(bad)),
            }
        }
        header
    }

    fn nothing(span: &FrameSpan) -> Self {
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

    /// Keeps the first of each; false when the tag is not of the header.
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

/// Tags from here on are user-defined or agreed between counterparties.
const FIRST_USER_DEFINED: u32 = 5000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Framing, Scan, checksum, frame, trailer};
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
}
