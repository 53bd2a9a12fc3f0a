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
