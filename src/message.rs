//! One inbound message, borrowed from the caller's buffer.

mod read;

use core::fmt;

use crate::number::MsgSeqNum;
use crate::wire::{
    DataFields, Fields, MsgType, TRAILER_LEN, Value, find, find_before, find_each_before, tag,
};

pub use read::MessageError;

/// A message as it is in the inbox: frame checked, header read, body not parsed until you ask.
///
/// [`get`](Message::get) reads one field, [`get_each`](Message::get_each) several in one pass, and
/// [`body_fields`](Message::body_fields) iterates over all of them, including those of groups. Only a
/// dictionary knows which fields form an entry of a group: see `DictionaryRules::body`.
///
/// A message borrows only the caller's buffer, so the application may call the session while holding one.
/// Messages come from a session; [`read`](Message::read) makes one from a frame that comes from elsewhere.
#[derive(Clone, Copy)]
pub struct Message<'i> {
    frame: &'i [u8],
    data: &'static DataFields,
    layout: Layout,
}

/// Where the parts of a frame are, without borrowing it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Layout {
    pub(crate) number: MsgSeqNum,
    /// Offset of the first field after the header.
    pub(crate) body_at: u32,
    pub(crate) kind_len: u16,
    /// Offset of MsgType(35)'s value: fields 8 and 9 take fewer than 40 bytes.
    pub(crate) kind_at: u8,
    pub(crate) flags: Flags,
}

impl Layout {
    /// The layout of no frame at all.
    pub(crate) const NOTHING: Layout =
        Layout { number: MsgSeqNum::FIRST, body_at: 0, kind_len: 0, kind_at: 0, flags: Flags::NONE };
}

/// Flags from the header, and one that only the session knows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Flags(u8);

impl Flags {
    pub(crate) const NONE: Flags = Flags(0);
    pub(crate) const POSS_DUP: u8 = 1;
    pub(crate) const POSS_RESEND: u8 = 2;
    pub(crate) const AGAIN: u8 = 4;

    pub(crate) fn with(self, bit: u8, on: bool) -> Self {
        if on { Flags(self.0 | bit) } else { self }
    }

    pub(crate) fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

impl<'i> Message<'i> {
    #[inline]
    pub(crate) fn new(frame: &'i [u8], data: &'static DataFields, layout: Layout) -> Self {
        Message { frame, data, layout }
    }

    /// MsgType(35).
    #[inline]
    pub fn msg_type(&self) -> MsgType<'i> {
        let (at, len) = (usize::from(self.layout.kind_at), usize::from(self.layout.kind_len));
        MsgType::new(self.frame.get(at..at + len).unwrap_or_default())
    }

    /// MsgSeqNum(34).
    #[inline]
    pub fn msg_seq_num(&self) -> MsgSeqNum {
        self.layout.number
    }

    /// PossDupFlag(43): the counterparty may have sent this number before. It is still new to the
    /// application: a processed number is not delivered again, except after a crash, or if
    /// [`is_again`](Message::is_again) is true.
    #[inline]
    pub fn poss_dup(&self) -> bool {
        self.layout.flags.has(Flags::POSS_DUP)
    }

    /// PossResend(97): the content may have been sent before under another number. The application has to
    /// look up its business identifier (FIX session layer 4.9.1, test case 19).
    #[inline]
    pub fn poss_resend(&self) -> bool {
        self.layout.flags.has(Flags::POSS_RESEND)
    }

    /// Whether the application asked for this message again, by
    /// [`Session::request_resend`](crate::Session::request_resend), although its number was already
    /// processed.
    #[inline]
    pub fn is_again(&self) -> bool {
        self.layout.flags.has(Flags::AGAIN)
    }

    /// The first field with this tag in the body, or else in the header; `None` if there is none.
    #[inline(always)]
    pub fn get(&self, tag: u32) -> Option<Value<'i>> {
        let body_at = self.layout.body_at as usize;
        let body = self.frame.get(body_at..).unwrap_or_default();
        find_before(body, TRAILER_LEN, tag, self.data).or_else(|| find(self.header(), tag, self.data))
    }

    /// The first field with each of these tags, as [`get`](Message::get) finds it, but in one pass over the
    /// message, which ends at the last of them. This is the fast way to read several fields of a message.
    ///
    /// ```
    /// # use sansfix::{Message, wire::ValueError};
    /// /// ClOrdID(11), OrderQty(38), and Price(44) in hundredths, which only limit orders have.
    /// fn read<'i>(order: &Message<'i>) -> Result<(&'i str, i64, Option<i64>), ValueError> {
    ///     let [id, quantity, price] = order.get_each([11, 38, 44]);
    ///     let required = |value: Option<_>| value.ok_or(ValueError::Empty);
    ///     Ok((required(id)?.as_str()?, required(quantity)?.int()?, price.map(|price| price.scaled(2)).transpose()?))
    /// }
    /// ```
    #[inline]
    pub fn get_each<const N: usize>(&self, tags: [u32; N]) -> [Option<Value<'i>>; N] {
        let body_at = self.layout.body_at as usize;
        let body = self.frame.get(body_at..).unwrap_or_default();
        let mut values = find_each_before(body, TRAILER_LEN, tags, self.data);
        if !values.iter().all(Option::is_some) {
            self.find_in_header(tags, &mut values);
        }
        values
    }

    /// Fills in from the header what the body lacks.
    #[cold]
    fn find_in_header<const N: usize>(&self, tags: [u32; N], values: &mut [Option<Value<'i>>; N]) {
        for (value, tag) in values.iter_mut().zip(tags) {
            *value = value.or_else(|| find(self.header(), tag, self.data));
        }
    }

    /// The field as text; `None` if it is absent or not UTF-8 ([`get`](Message::get) tells these apart).
    #[inline]
    pub fn text(&self, tag: u32) -> Option<&'i str> {
        self.get(tag)?.as_str().ok()
    }

    /// The field as an integer; `None` if it is absent or not an integer ([`get`](Message::get) tells these
    /// apart).
    #[inline]
    pub fn int(&self, tag: u32) -> Option<i64> {
        self.get(tag)?.int().ok()
    }

    /// The fields of the body, in the order sent.
    pub fn body_fields(&self) -> Fields<'i> {
        Fields::new(self.body(), self.data)
    }

    /// The fields of the header from MsgType(35) on, in the order sent.
    pub fn header_fields(&self) -> Fields<'i> {
        Fields::new(self.header(), self.data)
    }

    /// The whole frame, from `8=` to the SOH after CheckSum(10).
    #[inline]
    pub fn as_bytes(&self) -> &'i [u8] {
        self.frame
    }

    /// The encoded fields between the header and CheckSum(10).
    #[inline]
    pub fn body(&self) -> &'i [u8] {
        let end = self.frame.len().saturating_sub(TRAILER_LEN);
        self.frame.get(self.layout.body_at as usize..end).unwrap_or_default()
    }

    /// The encoded fields from MsgType(35) to the end of the header.
    fn header(&self) -> &'i [u8] {
        let start = usize::from(self.layout.kind_at).saturating_sub(3);
        self.frame.get(start..self.layout.body_at as usize).unwrap_or_default()
    }
}

impl PartialEq for Message<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.frame == other.frame && self.layout == other.layout
    }
}

impl Eq for Message<'_> {}

/// The message with `|` for SOH, as in FIX logs; passwords are masked.
impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(self.frame, self.data, f)
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(self.frame, self.data, f)
    }
}

/// Password(554), NewPassword(925), their encrypted forms, and a Logon's RawData(96), where some venues
/// expect the password, must never reach a log.
fn masked(frame: &[u8], data: &'static DataFields, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const SECRET: [u32; 5] = [
        tag::PASSWORD,
        tag::NEW_PASSWORD,
        tag::ENCRYPTED_PASSWORD,
        tag::ENCRYPTED_NEW_PASSWORD,
        tag::RAW_DATA,
    ];
    let is_logon = find(frame, tag::MSG_TYPE, data).is_some_and(|msg_type| msg_type.as_bytes() == b"A");
    let is_secret = |tag| SECRET.contains(&tag) && (tag != tag::RAW_DATA || is_logon);
    for field in Fields::new(frame, data) {
        match field {
            Ok(field) if is_secret(field.tag) => write!(f, "{}=***|", field.tag)?,
            Ok(field) => write!(f, "{}={}|", field.tag, field.value.as_bytes().escape_ascii())?,
            Err(bad) => write!(f, "{}|", bad.text.escape_ascii())?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{format, string::String};

    use super::*;
    use crate::wire::DataFields;
    use proptest::prelude::*;

    fn shown(fields: &str) -> String {
        let frame = fields.replace('|', "\x01");
        let layout =
            Layout { number: MsgSeqNum::FIRST, body_at: 0, kind_len: 0, kind_at: 0, flags: Flags::default() };
        let message = Message::new(frame.as_bytes(), &DataFields::STANDARD, layout);
        assert_eq!(format!("{message}"), format!("{message:?}"));
        format!("{message}")
    }

    #[test]
    fn passwords_never_reach_a_log() {
        let logon = "8=FIX.4.4|9=1|35=A|553=me|554=secret|925=secret|1401=6|1402=secret|1403=6|1404=secret|95=6|96=secret|";
        assert!(!shown(logon).contains("secret"));
        assert!(shown(logon).contains("553=me|554=***|925=***|"));
        assert!(shown("8=FIX.4.4|9=1|35=B|95=4|96=news|").contains("96=news|"));
    }

    proptest! {
        #[test]
        fn several_fields_are_read_as_one_by_one(
            header in "35=D\x01(34=2\x01|49=A\x01|11=in the header\x01|90=1\x0191=\x01\x01){0,4}",
            body in "(11=[a-z0-9]{0,12}\x01|38=[0-9]{0,9}\x01|44=1\x01|34=9\x01|95=2\x0196=\x014\x01|96=x\x01|9999999=y\x01|x\x01){0,9}",
            tags in proptest::array::uniform5(proptest::sample::select(&[0, 8, 10, 11, 34, 35, 38, 44, 49, 91, 96, 9_999_999, 10_000_000][..])),
        ) {
            let begin = "8=FIX.4.4\x019=1\x01";
            let frame = [begin, &header, &body, "10=000\x01"].concat();
            let layout = Layout {
                kind_at: (begin.len() + 3) as u8,
                kind_len: 1,
                body_at: (begin.len() + header.len()) as u32,
                ..Layout::NOTHING
            };
            let message = Message::new(frame.as_bytes(), &DataFields::STANDARD, layout);
            prop_assert_eq!(message.get_each(tags), tags.map(|tag| message.get(tag)));
        }
    }
}
