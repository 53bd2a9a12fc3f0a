//! The value of a field, read as one of FIX's data types.

use core::time::Duration;
use core::{fmt, str};

use super::UtcTimestamp;
use super::decimal::from_digits;
use super::timestamp::{Date, TimeOfDay};
use crate::{MsgSeqNum, Utc};

/// The bytes between `=` and the delimiter, not yet parsed.
///
/// Each method parses one of FIX's data types, and returns a [`ValueError`] if the value is not of that type.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value<'a>(&'a [u8]);

/// Why a value is not of the type asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum ValueError {
    /// There is no value (SessionRejectReason 4).
    #[error("the value is empty")]
    Empty,
    /// The value does not have the type's form (SessionRejectReason 6).
    #[error("the value does not have the form of its data type")]
    Form,
    /// The form is right, but the number or date is out of range (SessionRejectReason 5).
    #[error("the value is out of range")]
    Range,
}

impl<'a> Value<'a> {
    /// The value with these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Value(bytes)
    }

    /// The bytes, unchanged.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is nothing between `=` and the delimiter.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The value as text.
    ///
    /// # Errors
    /// [`ValueError::Form`] if it is not UTF-8. An empty value is an empty text.
    #[inline]
    pub fn as_str(self) -> Result<&'a str, ValueError> {
        // `from_utf8` switches to whole words once its position is aligned; values are at other addresses in
        // every message, so for short texts that branch would be mispredicted.
        if self.0.len() > 16 {
            return str::from_utf8(self.0).map_err(|_| ValueError::Form);
        }
        match self.0.utf8_chunks().next() {
            None => Ok(""),
            Some(chunk) if chunk.invalid().is_empty() => Ok(chunk.valid()),
            Some(_) => Err(ValueError::Form),
        }
    }

    /// A non-negative integer. Leading zeros are allowed (FIX data type int), signs are not.
    ///
    /// # Errors
    /// [`ValueError`] if it is empty, contains anything but digits, or does not fit.
    #[inline]
    pub fn uint(self) -> Result<u64, ValueError> {
        digits(self.0)
    }

    /// An integer. Leading zeros and `-` are allowed, `+` is not (FIX data type int).
    ///
    /// # Errors
    /// [`ValueError`] if it is empty, of another form, or does not fit.
    #[inline]
    pub fn int(self) -> Result<i64, ValueError> {
        match self.0 {
            [b'-', magnitude @ ..] => {
                let magnitude = digits(magnitude).map_err(|error| match error {
                    ValueError::Empty => ValueError::Form,
                    other => other,
                })?;
                0_i64.checked_sub_unsigned(magnitude).ok_or(ValueError::Range)
            }
            unsigned => i64::try_from(digits(unsigned)?).map_err(|_| ValueError::Range),
        }
    }

    /// A MsgSeqNum: a [`uint`](Value::uint) from 1 (FIX session layer 4.1).
    ///
    /// # Errors
    /// As for [`uint`](Value::uint), and [`ValueError::Range`] for 0 and for more than [`MsgSeqNum::MAX`].
    #[inline]
    pub fn seq_num(self) -> Result<MsgSeqNum, ValueError> {
        MsgSeqNum::new(self.uint()?).ok_or(ValueError::Range)
    }

    /// One character (FIX data type char).
    ///
    /// # Errors
    /// [`ValueError`] if it is empty, longer than one byte, or not ASCII.
    pub fn char(self) -> Result<char, ValueError> {
        match self.0 {
            [] => Err(ValueError::Empty),
            [byte] if byte.is_ascii() => Ok(char::from(*byte)),
            _ => Err(ValueError::Form),
        }
    }

    /// `Y` or `N` (FIX data type Boolean).
    ///
    /// # Errors
    /// [`ValueError`] for anything else.
    #[inline]
    pub fn bool(self) -> Result<bool, ValueError> {
        match self.0 {
            b"Y" => Ok(true),
            b"N" => Ok(false),
            [] => Err(ValueError::Empty),
            _ => Err(ValueError::Form),
        }
    }

    /// A decimal number (FIX data type float: Price, Qty, Amt), checked and returned as text, so that no
    /// digit is lost. [`scaled`](Value::scaled) reads it as an integer.
    ///
    /// The form is an optional `-`, then at least one digit and at most one `.`, which may come first or
    /// last. There is no exponent.
    ///
    /// # Errors
    /// [`ValueError`] if it is empty or of another form.
    pub fn decimal(self) -> Result<&'a str, ValueError> {
        let unsigned = self.0.strip_prefix(b"-").unwrap_or(self.0);
        let points = unsigned.iter().filter(|&&byte| byte == b'.').count();
        let digits = unsigned.iter().filter(|byte| byte.is_ascii_digit()).count();
        if self.0.is_empty() {
            Err(ValueError::Empty)
        } else if digits > 0 && points <= 1 && digits + points == unsigned.len() {
            self.as_str()
        } else {
            Err(ValueError::Form)
        }
    }

    /// A time in UTC: `YYYYMMDD-HH:MM:SS` with or without a fraction of a second (FIX data type
    /// UTCTimestamp).
    ///
    /// # Errors
    /// [`ValueError`] if it is empty, of another form, or a date or time that does not exist.
    #[inline]
    pub fn utc_timestamp(self) -> Result<UtcTimestamp, ValueError> {
        UtcTimestamp::parse(self.0)
    }

    /// A date: `YYYYMMDD` (FIX data types UTCDateOnly and LocalMktDate), returned as its midnight in UTC.
    ///
    /// # Errors
    /// [`ValueError`] if it is empty, of another form, or a date that does not exist.
    pub fn utc_date(self) -> Result<Utc, ValueError> {
        match self.0 {
            [] => Err(ValueError::Empty),
            bytes => Date::parse(bytes.try_into().map_err(|_| ValueError::Form)?)
                .map(|date| Utc::from_secs(date.days() * 86_400)),
        }
    }

    /// A time of day: `HH:MM:SS` with or without a fraction of a second (FIX data type UTCTimeOnly), as the
    /// time since midnight, to the nanosecond.
    ///
    /// # Errors
    /// [`ValueError`] if it is empty, of another form, or a time that does not exist.
    pub fn utc_time(self) -> Result<Duration, ValueError> {
        if self.is_empty() {
            return Err(ValueError::Empty);
        }
        let time = TimeOfDay::parse(self.0)?;
        Ok(Duration::from_secs(u64::from(time.seconds)) + Duration::from_nanos(time.picos / 1000))
    }
}

/// A run of digits as a number.
#[inline]
pub(super) fn digits(bytes: &[u8]) -> Result<u64, ValueError> {
    // All digits at once: the end of a loop over so few would be mispredicted.
    let Some(word) = right_aligned(bytes) else { return long_digits(bytes) };
    // A byte is a digit if neither it nor its sum with 6 has a bit in the high half; the bytes before the
    // value are zero here.
    if (word | word.wrapping_add(0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return Err(ValueError::Form);
    }
    Ok(from_digits(word))
}

/// `bytes` at the end of an eight-byte word, each less `0`, after zeros; `None` if there are none or more
/// than eight.
#[inline]
fn right_aligned(bytes: &[u8]) -> Option<u64> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let missing = 8_u32.checked_sub(u32::try_from(bytes.len()).ok()?)?;
    // The two halves overlap if there are fewer than eight bytes; both hold the same bytes there.
    let word = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(&first), Some(&last)) => {
            u64::from(u32::from_le_bytes(first)) << (8 * missing) | u64::from(u32::from_le_bytes(last)) << 32
        }
        _ => match *bytes {
            [a] => u64::from(a) << 56,
            [a, b] => u64::from(u16::from_le_bytes([a, b])) << 48,
            [a, b, c] => u64::from(u32::from_le_bytes([0, a, b, c])) << 32,
            _ => return None,
        },
    };
    Some(word ^ (ZEROS << (8 * missing)))
}

#[cold]
fn long_digits(bytes: &[u8]) -> Result<u64, ValueError> {
    match bytes.split_last_chunk::<8>() {
        None => Err(ValueError::Empty),
        // Sixteen digits always fit.
        Some((high, low)) if high.len() <= 8 => Ok(digits(high)? * 100_000_000 + digits(low)?),
        Some(_) if !bytes.iter().all(u8::is_ascii_digit) => Err(ValueError::Form),
        Some(_) => bytes
            .iter()
            .try_fold(0_u64, |number, byte| number.checked_mul(10)?.checked_add(u64::from(byte - b'0')))
            .ok_or(ValueError::Range),
    }
}

/// Whether the two are equal. For short texts, whose comparison takes less time than a call of `memcmp`.
#[inline(always)]
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    // The first bytes and the last overlap if the text is shorter than both together.
    if one.len() >= 8 && one.len() <= 16 {
        return one.first_chunk::<8>() == other.first_chunk::<8>()
            && one.last_chunk::<8>() == other.last_chunk::<8>();
    }
    if one.len() >= 4 && one.len() < 8 {
        return one.first_chunk::<4>() == other.first_chunk::<4>()
            && one.last_chunk::<4>() == other.last_chunk::<4>();
    }
    one == other
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.escape_ascii().fmt(f)
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value<'_> {
        Value::new(text.as_bytes())
    }

    #[test]
    fn an_integer_may_have_leading_zeros_and_a_minus_but_no_plus() {
        assert_eq!(value("0084").uint(), Ok(84));
        assert_eq!(value("00000000000000000000000000084").uint(), Ok(84));
        assert_eq!(value("-0084").int(), Ok(-84));
        for text in ["+1", "-", "1-", "1 ", "0x1", "1.0", "99999999999999999999x", "-+1"] {
            assert_eq!(value(text).int(), Err(ValueError::Form), "{text}");
        }
        assert_eq!(value("-1").uint(), Err(ValueError::Form));
        assert_eq!(value("").int(), Err(ValueError::Empty));
    }

    #[test]
    fn an_integer_that_does_not_fit_is_out_of_range() {
        assert_eq!(value("18446744073709551615").uint(), Ok(u64::MAX));
        assert_eq!(value("18446744073709551616").uint(), Err(ValueError::Range));
        assert_eq!(value("9223372036854775808").int(), Err(ValueError::Range));
        assert_eq!(value("-9223372036854775808").int(), Ok(i64::MIN));
        assert_eq!(value("-9223372036854775809").int(), Err(ValueError::Range));
    }

    #[test]
    fn zero_is_never_a_msg_seq_num() {
        assert_eq!(value("1").seq_num(), Ok(MsgSeqNum::FIRST));
        assert_eq!(value("0").seq_num(), Err(ValueError::Range));
        assert_eq!(value("1000000000000000000").seq_num(), Err(ValueError::Range));
        assert_eq!(value("x").seq_num(), Err(ValueError::Form));
    }

    #[test]
    fn a_boolean_is_y_or_n() {
        assert_eq!(value("Y").bool(), Ok(true));
        assert_eq!(value("N").bool(), Ok(false));
        assert_eq!(value("y").bool(), Err(ValueError::Form));
        assert_eq!(value("").bool(), Err(ValueError::Empty));
    }

    #[test]
    fn a_decimal_has_digits_and_at_most_one_point() {
        for text in ["0", "-1", "23.23", "0023.2300", "-.5", "5.", "99999999999999999999999.1"] {
            assert_eq!(value(text).decimal(), Ok(text));
        }
        for text in ["-", ".", "1e5", "+1", "1.2.3", "--1", "1,5", "NaN"] {
            assert_eq!(value(text).decimal(), Err(ValueError::Form), "{text}");
        }
    }

    #[test]
    fn a_char_is_one_byte_and_text_is_utf_8() {
        assert_eq!(value("A").char(), Ok('A'));
        assert_eq!(value("AB").char(), Err(ValueError::Form));
        assert_eq!(Value::new(b"\xe9").char(), Err(ValueError::Form));
        assert_eq!(Value::new(b"\xe9").as_str(), Err(ValueError::Form));
        assert_eq!(value("").as_str(), Ok(""));
    }

    #[test]
    fn a_date_and_a_time_alone_are_read() {
        assert_eq!(value("19700102").utc_date(), Ok(Utc::from_secs(86_400)));
        assert_eq!(value("19700132").utc_date(), Err(ValueError::Range));
        assert_eq!(value("1970010").utc_date(), Err(ValueError::Form));
        assert_eq!(value("").utc_date(), Err(ValueError::Empty));
        assert_eq!(value("01:00:01.5").utc_time(), Ok(Duration::from_millis(3_601_500)));
        assert_eq!(value("23:59:60").utc_time(), Ok(Duration::from_secs(86_400)));
        assert_eq!(value("24:00:00").utc_time(), Err(ValueError::Range));
        assert_eq!(value("").utc_time(), Err(ValueError::Empty));
    }

    #[test]
    fn an_empty_value_has_no_form() {
        let empty = value("");
        assert!(empty.is_empty() && !value("0").is_empty());
        assert_eq!(empty.decimal(), Err(ValueError::Empty));
        assert_eq!(empty.uint(), Err(ValueError::Empty));
        assert_eq!(empty.bool(), Err(ValueError::Empty));
        assert_eq!(empty.char(), Err(ValueError::Empty));
    }

    #[test]
    fn a_value_is_shown_as_text_and_what_is_none_escaped() {
        let shown = std::format!("{} {:?}", value("IBM"), Value::new(b"a\x01\xff"));
        assert_eq!(shown, "IBM \"a\\x01\\xff\"");
    }

    #[test]
    fn two_texts_are_the_same_when_every_byte_is() {
        let text = b"ABCDEFGHIJKLMNOPQRST";
        for len in 0..=text.len() {
            let one = &text[..len];
            let copy = one.to_vec();
            assert!(same(one, &copy));
            assert!(!same(one, &text[..len.saturating_sub(1)]) || len == 0);
            assert!(!same(&text[..len.saturating_sub(1)], one) || len == 0);
            for at in 0..len {
                let mut other = one.to_vec();
                other[at] ^= 1;
                assert!(!same(one, &other), "{len} {at}");
            }
        }
    }
}
