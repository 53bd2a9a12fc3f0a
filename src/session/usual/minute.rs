//! The minute of SendingTime(52): most messages are in the same one as the message before.

use crate::session::config::Config;
use crate::session::policy::SendingTimeCheck;
use crate::time::Utc;
use crate::wire::{SOH, Value, leading_value};

/// `YYYYMMDD-HH:MM:`
pub(super) const MINUTE_LEN: usize = 15;

/// In nanoseconds.
const HALF: u64 = 30_000_000_000;

/// A minute that exists, or none.
#[derive(Clone)]
pub(super) struct Minute {
    text: [u8; MINUTE_LEN],
    /// The first and the last of our times at which every moment of the minute is within the threshold.
    near: [i64; 2],
}

impl Minute {
    /// No time is near it.
    pub(super) const NONE: Minute = Minute { text: [0; MINUTE_LEN], near: [1, 0] };

    /// The minute of a UTCTimestamp.
    pub(super) fn of(time: &[u8], config: &Config) -> Self {
        Self::read(time, config).unwrap_or(Minute::NONE)
    }

    fn read(time: &[u8], config: &Config) -> Option<Self> {
        let minute = *time.first_chunk()?;
        let mut text = *b"YYYYMMDD-HH:MM:30";
        *text.first_chunk_mut()? = minute;
        let middle = Value::new(&text).utc_timestamp().ok()?.utc().as_nanos();
        // None at the ends of the range of `Utc`: moments beyond them count as the end.
        if middle.unsigned_abs() >= 9_000_000_000_000_000_000 {
            return None;
        }
        let threshold = match config.policies.checks.sending_time {
            SendingTimeCheck::Within(threshold) => u64::from(threshold.0) * 1_000_000,
            SendingTimeCheck::Off => u64::MAX,
        };
        let far = threshold.saturating_sub(HALF);
        let near = [middle.saturating_sub_unsigned(far) + 1, middle.saturating_add_unsigned(far) - 1];
        Some(Minute { text: minute, near })
    }

    pub(super) fn text(&self) -> &[u8; MINUTE_LEN] {
        &self.text
    }

    /// FIX session layer 4.2.3: whether every moment of the minute is within the threshold, either way.
    #[inline]
    pub(super) fn is_near(&self, utc: Utc) -> bool {
        let [first, last] = self.near;
        first <= utc.as_nanos() && utc.as_nanos() <= last
    }

    /// What follows the UTCTimestamp at the front and its delimiter, if it is in this minute.
    #[inline(always)]
    pub(super) fn behind<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (minute, rest) = bytes.split_first_chunk::<MINUTE_LEN>()?;
        // Two words, which overlap.
        let same = minute.first_chunk::<8>() == self.text.first_chunk::<8>()
            && minute.last_chunk::<8>() == self.text.last_chunk::<8>();
        if !same {
            return None;
        }
        let word = u64::from_le_bytes(*rest.first_chunk()?);
        if of_form(word, *b"00.000\x01\0") { rest.get(7..) } else { behind_other(word, rest) }
    }
}

/// What follows seconds in a form other than the usual one.
fn behind_other(word: u64, rest: &[u8]) -> Option<&[u8]> {
    let seconds = leading_value(rest);
    let good = of_form(word, *b"00\0\0\0\0\0\0")
        && match seconds.get(2..)? {
            [] => true,
            [b'.', fraction @ ..] => {
                matches!(fraction.len(), 1..=12) && fraction.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
    if good { rest.get(seconds.len() + 1..) } else { None }
}

/// Whether each byte matches the form: `0` stands for a digit (the first at most 5), NUL for anything, and
/// any other byte for itself. A leap second never matches.
#[inline(always)]
fn of_form(word: u64, form: [u8; 8]) -> bool {
    let digits = form.map(|byte| if byte == b'0' { 0xf0 } else { 0 });
    let [_, others @ ..] = digits.map(|mask| if mask == 0 { 0 } else { 6 });
    let [a, b, c, d, e, f, g] = others;
    let beyond = u64::from_le_bytes([10, a, b, c, d, e, f, g]);
    let exact = form.map(|byte| if matches!(byte, b'.' | SOH) { 0xff } else { 0 });
    let (digits, exact) = (u64::from_le_bytes(digits), u64::from_le_bytes(exact));
    // A byte that matches becomes a number below 10, or 0. One that is not a digit reaches the high half, at
    // the latest when 6 is added.
    let rest = word ^ u64::from_le_bytes(form);
    (rest | rest.wrapping_add(beyond)) & digits == 0 && rest & exact == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BeginString, Millis, Role};
    use proptest::prelude::*;
    use std::format;

    fn config() -> Config {
        Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE").unwrap()
    }

    fn leading(text: &str) -> Option<usize> {
        let bytes = format!("{text}\x01behind it");
        let rest = Minute::of(b"20261231-23:59:00", &config()).behind(bytes.as_bytes())?;
        Some(bytes.len() - rest.len() - 1)
    }

    #[test]
    fn every_form_of_a_second_of_the_minute_is_known() {
        for seconds in ["00", "59", "07.1", "30.12", "59.999", "00.000000", "12.123456789", "12.123456789012"]
        {
            assert_eq!(leading(&format!("20261231-23:59:{seconds}")), Some(15 + seconds.len()), "{seconds}");
        }
    }

    #[test]
    fn another_minute_is_not_of_it_nor_what_has_no_form_nor_a_leap_second() {
        for text in ["20261231-23:58:00", "20271231-23:59:00.000", "20261231-23:59:", "20261231-23:59", ""] {
            assert_eq!(leading(text), None, "{text}");
        }
        for seconds in
            ["60", "60.000", "0", "000", "5a", "a5.000", "00.", "00,000", "00.00a", "00.1234567890123"]
        {
            assert_eq!(leading(&format!("20261231-23:59:{seconds}")), None, "{seconds}");
        }
        assert_eq!(Minute::of(b"20261331-23:59:00", &config()).behind(b"20261331-23:59:00\x01 behind"), None);
    }

    #[test]
    fn no_time_is_near_to_no_minute() {
        let mut config = config();
        for check in [SendingTimeCheck::Off, SendingTimeCheck::Within(Millis(0))] {
            config.policies.checks.sending_time = check;
            for time in [&b"20261331-23:59:00"[..], b"", b"99990101-12:00:00.000"] {
                assert!(!Minute::of(time, &config).is_near(Utc::EPOCH));
            }
        }
    }

    #[test]
    fn no_time_is_near_a_minute_that_is_longer_than_the_threshold() {
        let mut config = config();
        config.policies.checks.sending_time = SendingTimeCheck::Within(Millis(30_000));
        let middle = Value::new(b"20261231-23:59:30").utc_timestamp().unwrap().utc();
        assert!(!Minute::of(b"20261231-23:59:00", &config).is_near(middle));
    }

    proptest! {
        #[test]
        fn what_is_of_the_minute_is_a_timestamp(
            seconds in prop_oneof!["[0-9]{2}(\\.[0-9]{0,14})?", "[0-9:./a\x00]{0,6}", "[0-5][0-9][^\x01][0-9]{3}[^\x01]?"],
        ) {
            let text = format!("20261231-23:59:{seconds}");
            let good = Value::new(text.as_bytes()).utc_timestamp().is_ok() && !seconds.starts_with('6');
            prop_assert_eq!(leading(&text), good.then_some(text.len()));
        }
    }
}
