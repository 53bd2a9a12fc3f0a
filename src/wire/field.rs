//! Fields, one at a time, borrowed from the bytes that hold them.

use super::{DataFields, Value};

const SOH: u8 = 0x01;

/// `tag=value`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Field<'a> {
    /// The tag, 1 or more.
    pub tag: u32,
    /// What stands after the `=`; may be empty, which FIX forbids and the reader of a message judges.
    pub value: Value<'a>,
}

/// A piece between two delimiters that is no field.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BadField<'a> {
    /// What stands before the `=`, or all of the piece when it has none: what RefTagID(371) can quote.
    pub text: &'a [u8],
    /// What is wrong.
    pub why: BadFieldKind,
}

/// What is wrong with a [`BadField`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum BadFieldKind {
    /// The tag is not a positive number without leading zeros, as FIX writes tags.
    #[error("the tag is not a positive number without leading zeros")]
    Tag,
    /// There is no `=`.
    #[error("there is no '=' in the field")]
    NoEquals,
    /// The length field before this data field does not end on a delimiter.
    #[error("the length before the data field does not say where it ends")]
    DataLength,
}

/// The fields of `bytes`, in order.
///
/// A data field ends where the length field directly before it says, and may hold delimiters (FIX data type data). Without that
/// length field it ends at the next delimiter, like any other. After a bad field the walk goes on behind the next delimiter.
/// The last field may lack its delimiter.
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
    /// The field just yielded: it may be a length.
    before: Option<Field<'a>>,
}

impl<'a> Fields<'a> {
    /// Walks over `bytes`, which begin with a field; `data` says which fields hold data.
    #[inline]
    pub fn new(bytes: &'a [u8], data: &'static DataFields) -> Self {
        Fields { bytes, at: 0, data, before: None }
    }

    /// Where the next field begins, as an offset into the bytes.
    #[inline]
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The end of the data that begins at `start`, when the field before says it and a delimiter stands there.
    #[cold]
    fn data_end(&self, length: Field<'a>, start: usize) -> Option<usize> {
        let len = usize::try_from(length.value.uint().ok()?).ok()?;
        let end = start.checked_add(len)?;
        (end == self.bytes.len() || self.bytes.get(end) == Some(&SOH)).then_some(end)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, BadField<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let before = self.before.take();
        let Some((tag, tag_len)) = tag(rest) else {
            let end = soh(rest);
            self.at += end + 1;
            return Some(Err(bad_tag(rest.get(..end).unwrap_or(rest))));
        };
        let start = self.at + tag_len + 1;
        let length = self.data.length_tag(tag).and_then(|length| before.filter(|field| field.tag == length));
        let (end, bad) = match length.map(|length| self.data_end(length, start)) {
            Some(Some(end)) => (end, false),
            counted => (start + soh(self.bytes.get(start..).unwrap_or_default()), counted.is_some()),
        };
        self.at = end + 1;
        if bad {
            let text = rest.get(..tag_len).unwrap_or(rest);
            return Some(Err(BadField { text, why: BadFieldKind::DataLength }));
        }
        let field = Field { tag, value: Value::new(self.bytes.get(start..end).unwrap_or_default()) };
        self.before = Some(field);
        Some(Ok(field))
    }
}

/// The value of the first field with this tag, or `None`. Bad fields are passed over.
#[inline]
pub fn find<'a>(bytes: &'a [u8], tag: u32, data: &'static DataFields) -> Option<Value<'a>> {
    Fields::new(bytes, data).flatten().find(|field| field.tag == tag).map(|field| field.value)
}

/// The tag at the front, and how many digits it has; `None` unless digits and a `=` stand there.
#[inline]
fn tag(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut tag = 0_u32;
    for (len, &byte) in bytes.iter().enumerate() {
        match byte {
            b'0' if len == 0 => return None,
            b'0'..=b'9' => tag = tag.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?,
            b'=' if len > 0 => return Some((tag, len)),
            _ => return None,
        }
    }
    None
}

#[cold]
fn bad_tag(piece: &[u8]) -> BadField<'_> {
    match piece.iter().position(|&byte| byte == b'=') {
        Some(equals) => BadField { text: piece.get(..equals).unwrap_or_default(), why: BadFieldKind::Tag },
        None => BadField { text: piece, why: BadFieldKind::NoEquals },
    }
}

/// Where the first delimiter is, or the end. Eight bytes at a time: values are short, and this is most of reading a message.
#[inline]
fn soh(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let differs = u64::from_le_bytes(*word) ^ ONES;
        // The lowest high bit marks the first byte that is zero; marks above it may be false.
        let zeros = differs.wrapping_sub(ONES) & !differs & HIGHS;
        if zeros != 0 {
            return at + (zeros.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + rest.iter().position(|&byte| byte == SOH).unwrap_or(rest.len())
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
}
