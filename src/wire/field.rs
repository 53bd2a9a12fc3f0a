//! Fields of a frame, one after the other.
//!
//! A minimal stand-in: the lead replaces this file with the wire layer's own.

/// A field: `tag=value` before its SOH.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field<'a> {
    /// The tag number, from 1.
    pub tag: u32,
    /// What stands between `=` and SOH.
    pub value: Value<'a>,
}

/// The value of a field, as it stands in the frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Value<'a>(&'a [u8]);

impl<'a> Value<'a> {
    /// The bytes.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Bytes where a field was expected that are none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadField<'a> {
    /// What stands before `=`; all of it where there is no `=`.
    pub text: &'a [u8],
    /// What is wrong with it.
    pub why: BadFieldKind,
}

/// Why bytes are no field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BadFieldKind {
    /// The tag is 0, negative, or no number.
    Tag,
    /// There is no `=` before SOH.
    NoEqualsSign,
}

/// The data fields and the length fields that stand before them.
#[derive(Debug)]
pub struct DataFields {
    pairs: &'static [(u32, u32)],
    lengths: [u64; 64],
}

impl DataFields {
    /// The pairs of the standard that matter to these tests.
    pub const STANDARD: &'static DataFields = &DataFields::new(&[
        (90, 91),
        (93, 89),
        (95, 96),
        (212, 213),
        (348, 349),
        (350, 351),
        (352, 353),
        (354, 355),
        (356, 357),
        (358, 359),
        (360, 361),
        (362, 363),
        (364, 365),
        (445, 446),
        (618, 619),
        (621, 622),
        (1184, 1185),
        (1401, 1402),
        (1403, 1404),
    ]);

    /// Pairs of length tag and data tag.
    pub const fn new(pairs: &'static [(u32, u32)]) -> Self {
        let mut lengths = [0; 64];
        let mut i = 0;
        while i < pairs.len() {
            let tag = pairs[i].0 as usize;
            if tag < 4096 {
                lengths[tag / 64] |= 1 << (tag % 64);
            }
            i += 1;
        }
        DataFields { pairs, lengths }
    }

    fn data_of(&self, length: u32) -> Option<u32> {
        let word = self.lengths.get(length as usize / 64)?;
        if word >> (length % 64) & 1 == 0 {
            return None;
        }
        self.pairs.iter().find(|pair| pair.0 == length).map(|pair| pair.1)
    }
}

/// The fields of a frame in order.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    /// Where the next field begins.
    at: usize,
    /// Where the current block of 64 bytes begins, and the SOHs in it that have not been passed, one bit each.
    block: usize,
    ends: u64,
    data: &'static DataFields,
    announced: Option<(u32, usize)>,
}

const SOH: u8 = 1;
const BLOCK: usize = 64;

impl<'a> Fields<'a> {
    /// The fields of `bytes`.
    pub fn new(bytes: &'a [u8], data: &'static DataFields) -> Self {
        Fields { bytes, at: 0, block: 0, ends: soh_bits(bytes), data, announced: None }
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Where the field that begins at `at` ends: at its SOH, or at the end of the bytes.
    #[inline]
    fn next_soh(&mut self) -> usize {
        while self.ends == 0 {
            self.block += BLOCK;
            match self.bytes.get(self.block..) {
                Some(rest) if !rest.is_empty() => self.ends = soh_bits(rest),
                _ => return self.bytes.len(),
            }
        }
        let end = self.block + self.ends.trailing_zeros() as usize;
        self.ends &= self.ends - 1;
        end
    }

    /// Passes over SOHs before `at`.
    #[cold]
    fn skip_to(&mut self, at: usize) {
        self.at = at;
        self.block = at / BLOCK * BLOCK;
        self.ends = self.bytes.get(self.block..).map_or(0, soh_bits) & (u64::MAX << (at % BLOCK));
    }

    #[cold]
    fn bad(&mut self, text: &'a [u8]) -> BadField<'a> {
        match text.iter().position(|&byte| byte == b'=') {
            Some(equals) => BadField { text: text.get(..equals).unwrap_or_default(), why: BadFieldKind::Tag },
            None => BadField { text, why: BadFieldKind::NoEqualsSign },
        }
    }

    /// The end of a data field's value, which may hold SOH.
    #[cold]
    fn data_end(&mut self, from: usize, length: usize, end: usize) -> usize {
        match from.checked_add(length) {
            Some(far) if self.bytes.get(far) == Some(&SOH) => {
                self.skip_to(far + 1);
                far
            }
            _ => end,
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, BadField<'a>>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        let mut end = self.next_soh();
        self.at = end + 1;
        let Some((tag, length)) = self.bytes.get(start..).and_then(tag_before_equals) else {
            let text = self.bytes.get(start..end).unwrap_or_default();
            return Some(Err(self.bad(text)));
        };
        let from = start + length;
        if let Some((data, length)) = self.announced.take()
            && data == tag
        {
            end = self.data_end(from, length, end);
        }
        let Some(value) = self.bytes.get(from..end) else {
            // The "=" belongs to a later field.
            let text = self.bytes.get(start..end).unwrap_or_default();
            return Some(Err(self.bad(text)));
        };
        if let Some(data) = self.data.data_of(tag) {
            self.announced =
                core::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).map(|n| (data, n));
        }
        Some(Ok(Field { tag, value: Value(value) }))
    }
}

/// One bit for each SOH in the first 64 bytes.
#[inline]
fn soh_bits(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<BLOCK>() {
        Some(block) => soh_bits_of(block),
        None => {
            let mut block = [0; BLOCK];
            if let Some(start) = block.get_mut(..bytes.len()) {
                start.copy_from_slice(bytes);
            }
            soh_bits_of(&block)
        }
    }
}

#[inline]
fn soh_bits_of(block: &[u8; BLOCK]) -> u64 {
    let mut marks = [0u8; BLOCK];
    for (i, (mark, &byte)) in marks.iter_mut().zip(block).enumerate() {
        *mark = if byte == SOH { 1 << (i % 8) } else { 0 };
    }
    // The marks of eight bytes are different bits: their sum is their union.
    let (words, _) = marks.as_chunks::<8>();
    let mut bits = 0;
    for (i, word) in words.iter().enumerate() {
        bits |= (u64::from_le_bytes(*word).wrapping_mul(ONES) >> 56) << (8 * i);
    }
    bits
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A byte that is `wanted` has its high bit set; so may bytes above the first such one.
#[inline]
fn matches(word: u64, wanted: u8) -> u64 {
    let zeroed = word ^ (ONES * wanted as u64);
    zeroed.wrapping_sub(ONES) & !zeroed & HIGHS
}

#[inline]
fn tag_before_equals(bytes: &[u8]) -> Option<(u32, usize)> {
    let Some(eight) = bytes.first_chunk::<8>() else { return tag_slowly(bytes) };
    let word = u64::from_le_bytes(*eight);
    let hit = matches(word, b'=');
    let length = hit.trailing_zeros() as usize / 8;
    if hit == 0 || length == 0 {
        return tag_slowly(bytes);
    }
    let digits = (word ^ (ONES * b'0' as u64)) << (64 - 8 * length as u32);
    if (digits.wrapping_add(ONES * 0x76) | digits) & HIGHS != 0 {
        return None;
    }
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let tens = 0x0000_00FF_0000_00FF;
    let upper = (pairs & tens).wrapping_mul(0x000F_4240_0000_0064);
    let lower = ((pairs >> 16) & tens).wrapping_mul(0x0000_2710_0000_0001);
    let tag = (upper.wrapping_add(lower) >> 32) as u32;
    (tag > 0).then_some((tag, length + 1))
}

#[cold]
fn tag_slowly(bytes: &[u8]) -> Option<(u32, usize)> {
    let equals = bytes.iter().take(10).position(|&byte| byte == b'=')?;
    let digits = bytes.get(..equals)?;
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let tag = core::str::from_utf8(digits).ok()?.parse().ok()?;
    (tag > 0).then_some((tag, equals + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_is_read_as_its_digits_say() {
        for tag in (1..200_000u32).chain([999_999, 9_999_999, 123_456_789]) {
            let text = std::format!("{tag}=valuevalue\u{1}");
            let read: std::vec::Vec<_> = Fields::new(text.as_bytes(), DataFields::STANDARD).collect();
            assert_eq!(read, [Ok(Field { tag, value: Value(b"valuevalue") })]);
        }
    }

    #[test]
    fn data_may_hold_soh() {
        let mut fields = Fields::new(b"95=5\x0196=a\x01b\x01c\x0110=1\x01", DataFields::STANDARD).flatten();
        assert_eq!(fields.nth(1).map(|field| field.value.0), Some(&b"a\x01b\x01c"[..]));
        assert_eq!(fields.next().map(|field| field.tag), Some(10));
    }

    #[test]
    fn long_data_and_long_fields_cross_blocks() {
        for length in 0..300 {
            let data = "\u{1}9".repeat(length);
            let text =
                std::format!("58={}\u{1}95={}\u{1}96={data}\u{1}10=1\u{1}", "x".repeat(length), data.len());
            let tags: std::vec::Vec<_> =
                Fields::new(text.as_bytes(), DataFields::STANDARD).flatten().map(|field| field.tag).collect();
            assert_eq!(tags, [58, 95, 96, 10], "{length}");
        }
    }

    #[test]
    fn what_is_no_field_is_told() {
        let read: std::vec::Vec<_> =
            Fields::new(b"0=a\x01-1=b\x01abc\x0158=c\x01=d\x01x", DataFields::STANDARD)
                .map(|f| f.map(|f| f.tag).map_err(|b| b.text))
                .collect();
        assert_eq!(read, [Err(&b"0"[..]), Err(b"-1"), Err(b"abc"), Ok(58), Err(b""), Err(b"x")]);
    }
}
