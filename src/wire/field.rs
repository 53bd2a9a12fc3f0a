//! Fields, one at a time, borrowed from the bytes that hold them.

use super::delimiters::{delimiter, first_word};
use super::{DataFields, SOH, Value};

/// `tag=value`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Field<'a> {
    /// The tag, 1 or more.
    pub tag: u32,
    /// What follows the `=`. It may be empty, which FIX forbids, but whoever reads the message has to judge
    /// that.
    pub value: Value<'a>,
}

/// A piece between two delimiters that is not a field.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BadField<'a> {
    /// What precedes the `=`, or the whole piece if it has none: what RefTagID(371) can quote.
    pub text: &'a [u8],
    /// What is wrong.
    pub why: BadFieldKind,
}

/// What is wrong with a [`BadField`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum BadFieldKind {
    /// The tag is not a positive number without leading zeros.
    #[error("the tag is not a positive number without leading zeros")]
    Tag,
    /// There is no `=`.
    #[error("there is no '=' in the field")]
    NoEquals,
    /// By the length field before it, this data field does not end at a delimiter.
    #[error("the data field does not end where the length field before it says")]
    DataLength,
}

/// The fields of `bytes`, in order.
///
/// A data field ends where the length field directly before it says, and may contain delimiters (FIX data
/// type data). Without that length field it ends at the next delimiter, like any other. After a bad field,
/// iteration continues after the next delimiter. The last field may lack its delimiter.
///
/// ```
/// # use sansfix::wire::{DataFields, Fields};
/// let fields = Fields::new(b"35=B\x0195=3\x0196=a\x01b\x01", &DataFields::STANDARD);
/// assert_eq!(fields.flatten().map(|field| field.tag).collect::<Vec<_>>(), [35, 95, 96]);
/// ```
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    data: &'static DataFields,
    /// Where the field just yielded begins: it may be a length.
    before: Option<usize>,
}

impl<'a> Fields<'a> {
    /// Iterates over `bytes`, which begin with a field; `data` says which fields hold data.
    #[inline]
    pub fn new(bytes: &'a [u8], data: &'static DataFields) -> Self {
        Fields { bytes, at: 0, data, before: None }
    }

    /// Where the next field begins, as an offset into the bytes.
    #[inline]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The bytes from the next field on.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, BadField<'a>>;

    // Small where it is used, and several times slower as a call.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let rest = self.bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let word = first_word(rest);
        // Found without waiting for the tag to be read.
        let mut end = delimiter(rest, word);
        let before = self.before.take();
        self.at = at + end + 1;
        let Some((tag, tag_len)) = tag(rest) else {
            return Some(Err(bad_tag(rest.get(..end).unwrap_or(rest))));
        };
        if self.data.may_begin(word)
            && let (Some(length), Some(before)) = (self.data.length_tag(tag), before)
        {
            match data_end(self.bytes.get(before..at), length, rest, tag_len + 1) {
                Some(Ok(data_end)) => end = data_end,
                Some(Err(bad)) => return Some(Err(bad)),
                None => {}
            }
            self.at = at + end + 1;
        }
        self.before = Some(at);
        Some(Ok(Field { tag, value: Value::new(rest.get(tag_len + 1..end).unwrap_or_default()) }))
    }
}

/// The field at the front, and the bytes after its delimiter; `None` if it is not a field, is a data field,
/// or has no delimiter.
// Small where it is used, and twice as slow as a call.
#[inline(always)]
#[cfg(feature = "dictionary")]
pub(crate) fn leading_field<'a>(bytes: &'a [u8], data: &DataFields) -> Option<(Field<'a>, &'a [u8])> {
    let word = first_word(bytes);
    let end = delimiter(bytes, word);
    let (tag, len) = tag(bytes)?;
    if data.may_begin(word) && data.length_tag(tag).is_some() {
        return None;
    }
    let value = bytes.get(len + 1..end)?;
    Some((Field { tag, value: Value::new(value) }, bytes.get(end + 1..)?))
}

/// Where the field after the one at the front begins, if that is not a data field.
#[cfg(feature = "dictionary")]
pub(crate) fn next_field(bytes: &[u8]) -> usize {
    delimiter(bytes, first_word(bytes)) + 1
}

/// Where data that begins at `start` of `bytes` ends, when the field before it has the tag `length_tag`.
#[cold]
fn data_end<'a>(
    before: Option<&[u8]>,
    length_tag: u32,
    bytes: &'a [u8],
    start: usize,
) -> Option<Result<usize, BadField<'a>>> {
    let before = before?.strip_suffix(&[SOH])?;
    let (tag, tag_len) = tag(before)?;
    if tag != length_tag {
        return None;
    }
    let length = Value::new(before.get(tag_len + 1..)?).uint().ok();
    let end = length.and_then(|length| start.checked_add(usize::try_from(length).ok()?));
    match end {
        Some(end) if end == bytes.len() || bytes.get(end) == Some(&SOH) => Some(Ok(end)),
        _ => Some(Err(BadField { text: bytes.get(..start - 1)?, why: BadFieldKind::DataLength })),
    }
}

/// The tag at the front, and how many digits it has; `None` unless digits and a `=` stand there.
#[inline]
pub(super) fn tag(bytes: &[u8]) -> Option<(u32, usize)> {
    match *bytes {
        // Most tags of most messages.
        [a @ b'1'..=b'9', b @ b'0'..=b'9', b'=', ..] => Some((two_digits(a, b), 2)),
        [a @ b'1'..=b'9', b'=', ..] => Some((u32::from(a - b'0'), 1)),
        [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b'=', ..] => {
            Some((two_digits(a, b) * 10 + u32::from(c - b'0'), 3))
        }
        _ => tag_by_digit(bytes),
    }
}

/// The tag of the field at the front.
#[inline]
pub(crate) fn leading_tag(bytes: &[u8]) -> Option<u32> {
    tag(bytes).map(|(tag, _)| tag)
}

#[inline]
fn two_digits(a: u8, b: u8) -> u32 {
    u32::from(a - b'0') * 10 + u32::from(b - b'0')
}

fn tag_by_digit(bytes: &[u8]) -> Option<(u32, usize)> {
    let len = bytes.iter().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = bytes.split_at(len);
    if rest.first() != Some(&b'=') || digits.first().is_none_or(|&first| first == b'0') {
        return None;
    }
    let tag = Value::new(digits).uint().ok()?;
    Some((u32::try_from(tag).ok()?, len))
}

#[cold]
fn bad_tag(piece: &[u8]) -> BadField<'_> {
    match piece.iter().position(|&byte| byte == b'=') {
        Some(equals) => BadField { text: piece.get(..equals).unwrap_or_default(), why: BadFieldKind::Tag },
        None => BadField { text: piece, why: BadFieldKind::NoEquals },
    }
}

impl core::fmt::Debug for BadField<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "BadField(\"{}\", {:?})", self.text.escape_ascii(), self.why)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::wire::find;

    static AGREED: DataFields = DataFields::new(&[(5001, 5002)]);

    type Piece<'a> = Result<(u32, &'a [u8]), (&'a [u8], BadFieldKind)>;

    /// Tags and values, or the text and kind of what is bad.
    fn walk(bytes: &[u8]) -> Vec<Piece<'_>> {
        Fields::new(bytes, &AGREED)
            .map(|field| {
                field.map(|field| (field.tag, field.value.as_bytes())).map_err(|bad| (bad.text, bad.why))
            })
            .collect()
    }

    #[test]
    fn an_empty_value_is_a_field() {
        assert_eq!(walk(b"58=\x0134=2\x01"), [Ok((58, &b""[..])), Ok((34, b"2"))]);
    }

    #[test]
    fn a_bad_field_is_told_and_the_walk_goes_on() {
        for (piece, text, why) in [
            (&b"garbled"[..], &b"garbled"[..], BadFieldKind::NoEquals),
            (b"", b"", BadFieldKind::NoEquals),
            (b"=5", b"", BadFieldKind::Tag),
            (b"0=5", b"0", BadFieldKind::Tag),
            (b"-1=5", b"-1", BadFieldKind::Tag),
            (b"08=5", b"08", BadFieldKind::Tag),
            (b"4294967296=5", b"4294967296", BadFieldKind::Tag),
            (b"4 =5=6", b"4 ", BadFieldKind::Tag),
        ] {
            let bytes = [b"35=0\x01", piece, b"\x0134=2\x01"].concat();
            assert_eq!(walk(&bytes), [Ok((35, &b"0"[..])), Err((text, why)), Ok((34, b"2"))]);
        }
        assert_eq!(walk(b"4294967295=5\x01"), [Ok((u32::MAX, &b"5"[..]))]);
    }

    #[test]
    fn data_fields_are_read_by_their_length() {
        for (length, data) in [(95, 96), (93, 89), (354, 355), (1525, 1527), (5001, 5002)] {
            let bytes = std::format!("{length}=7\x01{data}=\x018=FIX\x01\x0134=2\x01");
            let expected = [Ok((length, &b"7"[..])), Ok((data, b"\x018=FIX\x01")), Ok((34, b"2"))];
            assert_eq!(walk(bytes.as_bytes()), expected);
            assert_eq!(find(bytes.as_bytes(), 34, &AGREED), Some(Value::new(b"2")));
            assert_eq!(find(bytes.as_bytes(), 8, &AGREED), None);
        }
    }

    #[test]
    fn data_without_its_length_directly_before_it_ends_at_the_delimiter() {
        assert_eq!(walk(b"96=ab\x01"), [Ok((96, &b"ab"[..]))]);
        assert_eq!(
            walk(b"95=5\x0158=x\x0196=ab\x0134=2\x01"),
            [Ok((95, &b"5"[..])), Ok((58, b"x")), Ok((96, b"ab")), Ok((34, b"2"))]
        );
    }

    #[test]
    fn a_length_that_does_not_lead_to_a_delimiter_is_told() {
        for length in ["1", "3", "100", "99999999999999999999", "x", "", "-2"] {
            let bytes = std::format!("95={length}\x0196=ab\x0134=2\x01");
            let bad = Err((&b"96"[..], BadFieldKind::DataLength));
            assert_eq!(walk(bytes.as_bytes()), [Ok((95, length.as_bytes())), bad, Ok((34, b"2"))]);
        }
    }

    #[test]
    fn the_offset_is_where_the_next_field_begins() {
        let mut fields = Fields::new(b"35=0\x0134=2\x01", &AGREED);
        assert_eq!(fields.offset(), 0);
        let _ = fields.next();
        assert_eq!(fields.offset(), 5);
    }

    #[test]
    fn find_gives_the_first_of_two() {
        assert_eq!(find(b"56=A\x0156=B\x01", 56, &AGREED), Some(Value::new(b"A")));
        assert_eq!(find(b"156=A\x015=6\x01", 56, &AGREED), None);
    }

    #[test]
    fn a_tag_has_one_to_ten_digits_and_no_leading_zero() {
        for (text, tag) in [
            ("1=", 1),
            ("12=", 12),
            ("123=", 123),
            ("1234=", 1234),
            ("12345=", 12345),
            ("4294967295=", u32::MAX),
        ] {
            assert_eq!(leading_tag(text.as_bytes()), Some(tag));
        }
        for text in [
            "",
            "=",
            "1",
            "12",
            "0=",
            "01=",
            "012=",
            "0123=",
            "1a=",
            "-1=",
            "123:",
            "4294967296=",
            "99999999999=",
        ] {
            assert_eq!(leading_tag(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_bad_field_is_shown_with_its_text() {
        let bad = Fields::new(b"x=1\x01", &DataFields::STANDARD).find_map(Result::err);
        assert_eq!(std::format!("{:?}", bad.unwrap()), "BadField(\"x\", Tag)");
    }
}
