//! The header of a good message as the model of the next one.

use core::ops::Range;

use super::header::{ANY, DIGIT, Header, LEN, Part, SAME, TO_FIVE};
use crate::message::Layout;
use crate::session::config::Config;
use crate::session::usual::minute::MINUTE_LEN;
use crate::wire::{BeginString, Fields, leading_tag, tag};

/// Fewer digits than the last number has: that one ends the session.
const NUMBER_MAX: u8 = 17;

impl Header {
    /// The header of a good message, for comparison with the next one.
    pub(super) fn of(frame: &[u8], layout: &Layout, config: &Config) -> Option<Self> {
        // If the frame is shorter, what is beyond it is not compared.
        let mut bytes = [0; LEN];
        bytes.iter_mut().zip(frame).for_each(|(byte, of_frame)| *byte = *of_frame);
        let body_at = usize::try_from(layout.body_at).ok()?;
        let fields_at = usize::from(layout.kind_at).checked_sub(3)?;
        let (mut number, mut time) = (None, None);
        let mut fields = Fields::new(bytes.get(fields_at..body_at)?, config.data_fields);
        while let Some(field) = fields.next() {
            let field = field.ok()?;
            let value = field.value.as_bytes();
            let end = fields_at + fields.offset() - 1;
            let part = Part::new(end.checked_sub(value.len())?, value.len())?;
            match field.tag {
                // If there are two, the first counts.
                tag::MSG_SEQ_NUM => number = number.or(Some(part)),
                tag::SENDING_TIME => time = time.or(Some(part)),
                _ => {}
            }
        }
        let (number, time) = (number?, time?);
        let length_at = 2 + config.begin_string.as_str().len() + 1 + 2;
        let (lead, lead_mask) = lead(frame.get(body_at..)?, config);
        let header = Header {
            bytes,
            leeway: [SAME; LEN],
            number: Some(layout.number),
            lead,
            lead_mask,
            body_length: Part::new(length_at, fields_at.checked_sub(length_at + 1)?)?,
            msg_type: Part::new(layout.kind_at.into(), layout.kind_len.into())?,
            msg_seq_num: number,
            sending_time: time,
            body_at: u8::try_from(body_at).ok()?,
            flags: layout.flags,
            misses: 0,
        };
        let usual = header.msg_type.len <= 2
            && header.body_length.len <= 4
            && header.msg_seq_num.len <= NUMBER_MAX
            && header.seconds().is_some();
        usual.then(|| header.with_leeway())
    }

    /// Lets the parts that vary be other digits, or anything; what follows the header is not compared.
    fn with_leeway(mut self) -> Self {
        let seconds = self.seconds().unwrap_or_default();
        self.vary(self.body_length.range(), DIGIT);
        self.vary(seconds.clone(), DIGIT);
        self.vary(seconds.start..seconds.start + 1, TO_FIVE);
        self.vary(self.msg_type.range(), ANY);
        self.vary(self.body_at.into()..LEN, ANY);
        self
    }

    /// Where the seconds of SendingTime are, with their fraction; `None` for a leap second, which belongs to
    /// no minute.
    fn seconds(&self) -> Option<Range<usize>> {
        let Range { start, end } = self.sending_time.range();
        let leap = self.bytes.get(start + MINUTE_LEN)? > &b'5';
        (!leap).then_some(start + MINUTE_LEN..end)
    }

    /// Lets the bytes there differ by this much; unless that is [`ANY`], bytes that are not digits must stay
    /// the same.
    fn vary(&mut self, range: Range<usize>, by: u8) {
        let bytes = self.bytes.get_mut(range.clone()).unwrap_or_default();
        let leeways = self.leeway.get_mut(range).unwrap_or_default();
        for (byte, leeway) in bytes.iter_mut().zip(leeways) {
            if by == ANY || byte.is_ascii_digit() {
                (*byte, *leeway) = (b'0', by);
            }
        }
    }
}

/// As much of the first four bytes of a body as belongs to its first tag and the `=`, and the mask of these
/// bits.
fn lead(body: &[u8], config: &Config) -> (u32, u32) {
    const NEVER: (u32, u32) = (1, 0);
    let Some(first) = body.first_chunk::<4>().filter(|_| begins_body(body, config)) else { return NEVER };
    let Some(tag_len) = first.iter().position(|&byte| byte == b'=') else { return NEVER };
    let mask = u32::MAX >> (8 * (3 - tag_len));
    (u32::from_le_bytes(*first) & mask, mask)
}

/// Whether the field at the front is certainly not a header field, and not data.
pub(in crate::session) fn begins_body(bytes: &[u8], config: &Config) -> bool {
    // Tags from 5000 on may be in either place, and a header field may follow them.
    leading_tag(bytes).is_some_and(|tag| {
        // A header field that an older version does not define is still read as one.
        let of_header = |version| tag::is_header(tag, version);
        tag < 5000
            && !of_header(config.begin_string)
            && !of_header(BeginString::Fix44)
            && config.data_fields.length_tag(tag).is_none()
    })
}
