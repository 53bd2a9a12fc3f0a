//! The header of a good message as the model of the next one.

use core::ops::Range;

use super::header::{ANY, DIGIT, Header, LEN, Part, SAME, TO_FIVE};
use crate::message::Layout;
use crate::session::config::Config;
use crate::session::policy::SendingTimeCheck;
use crate::wire::{Fields, FrameSpan, Value, leading_tag, tag};

impl Header {
    /// The header of a good message, for the next one.
    pub(super) fn of(frame: &[u8], span: &FrameSpan, layout: &Layout, config: &Config) -> Option<Self> {
        let bytes: [u8; LEN] = *frame.first_chunk()?;
        let body_at = usize::try_from(layout.body_at).ok()?;
        let (mut number, mut time) = (None, None);
        let mut fields = Fields::new(bytes.get(span.body_at..body_at)?, config.data_fields);
        while let Some(field) = fields.next() {
            let field = field.ok()?;
            let value = field.value.as_bytes();
            let end = span.body_at + fields.offset() - 1;
            let part = Part::new(end.checked_sub(value.len())?, value.len())?;
            match field.tag {
                // The first of two counts.
                tag::MSG_SEQ_NUM => number = number.or(Some(part)),
                tag::SENDING_TIME => time = time.or(Some(part)),
                _ => {}
            }
        }
        let (number, time) = (number?, time?);
        let length_at = 2 + span.begin_string.as_str().len() + 1 + 2;
        let threshold = match config.policies.checks.sending_time {
            SendingTimeCheck::Within(threshold) => u64::from(threshold.0) * 1_000_000,
            SendingTimeCheck::Off => u64::MAX,
        };
        let (lead, lead_mask) = lead(frame.get(body_at..)?, config);
        let header = Header {
            bytes,
            leeway: [SAME; LEN],
            number: Some(layout.number),
            layout: *layout,
            body_length: Part::new(length_at, span.body_at.checked_sub(length_at + 1)?)?,
            msg_seq_num: number,
            seconds: Part::new(
                usize::from(time.at) + MINUTE_LEN,
                usize::from(time.len).checked_sub(MINUTE_LEN)?,
            )?,
            mid_minute: mid_minute(time.of(&bytes))?,
            threshold,
            near: threshold.saturating_sub(HALF_MINUTE.unsigned_abs()),
            lead,
            lead_mask,
        };
        let usual =
            layout.kind_len <= 2 && header.body_length.len <= 4 && nanos(header.seconds.of(&bytes)).is_some();
        usual.then(|| header.with_leeway())
    }

    /// What varies may be another digit, or anything; what stands behind the header is not compared.
    fn with_leeway(mut self) -> Self {
        let seconds = self.seconds.range();
        self.vary(self.body_length.range(), DIGIT);
        self.vary(seconds.clone(), DIGIT);
        self.vary(seconds.start..seconds.start + 1, TO_FIVE);
        let kind_at = usize::from(self.layout.kind_at);
        self.vary(kind_at..kind_at + usize::from(self.layout.kind_len), ANY);
        self.vary(self.layout.body_at as usize..LEN, ANY);
        self
    }

    /// Bytes there may differ by so much; where that is a digit, what is none has to stay.
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

/// `YYYYMMDD-HH:MM:`
const MINUTE_LEN: usize = 15;

/// In nanoseconds.
pub(super) const HALF_MINUTE: i64 = 30_000_000_000;

/// The middle of a UTCTimestamp's minute, in nanoseconds of UTC.
fn mid_minute(timestamp: &[u8]) -> Option<i64> {
    let mut text = *b"YYYYMMDD-HH:MM:30";
    text.get_mut(..MINUTE_LEN)?.copy_from_slice(timestamp.get(..MINUTE_LEN)?);
    let middle = Value::new(&text).utc_timestamp().ok()?.utc().as_nanos();
    // Not where `Utc` ends: moments beyond it count as that end.
    (middle.unsigned_abs() < 9_000_000_000_000_000_000).then_some(middle)
}

/// `SS` with or without up to eight digits of fraction, in nanoseconds. A leap second is none of these.
pub(super) fn nanos(seconds: &[u8]) -> Option<i64> {
    const UNITS: [u64; 9] = [0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10];
    let (whole, fraction) = seconds.split_first_chunk::<2>()?;
    let whole = Value::new(whole).uint().ok().filter(|&seconds| seconds < 60)?;
    let fraction = match fraction {
        [] => 0,
        [b'.', digits @ ..] => Value::new(digits).uint().ok()? * UNITS.get(digits.len())?,
        _ => return None,
    };
    i64::try_from(whole * 1_000_000_000 + fraction).ok()
}

/// The first four bytes of a body as far as they are its tag and the `=`, and which bits these are.
fn lead(body: &[u8], config: &Config) -> (u32, u32) {
    const NEVER: (u32, u32) = (1, 0);
    let Some(first) = body.first_chunk::<4>().filter(|_| begins_body(body, config)) else { return NEVER };
    let Some(tag_len) = first.iter().position(|&byte| byte == b'=') else { return NEVER };
    let mask = u32::MAX >> (8 * (3 - tag_len));
    (u32::from_le_bytes(*first) & mask, mask)
}

/// Is this certainly no field of the header, nor data?
pub(in crate::session) fn begins_body(bytes: &[u8], config: &Config) -> bool {
    // Tags from 5000 on may stand in either place, and hide a header field behind them.
    leading_tag(bytes).is_some_and(|tag| {
        tag < 5000
            && !tag::is_header(tag, config.begin_string)
            && config.data_fields.length_tag(tag).is_none()
    })
}
