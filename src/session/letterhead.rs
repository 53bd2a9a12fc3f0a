//! What all headers have in common, kept as text.

use super::config::Config;
use crate::time::Utc;
use crate::wire::{
    BeginString, Body, Guard, TimePrecision, UTC_TIMESTAMP_MAX, copy, date_and_seconds, fraction_text,
    holds_soh, millis_text, same, split_utc, tag, write_utc,
};

/// The header from SenderCompID(49) to TargetLocationID(143), with SendingTime(52) of the frame built last.
/// Within a second only the fraction is written anew.
///
/// It changes no answer, and two sessions that differ in it alone are the same.
#[derive(Clone)]
pub(super) struct Letterhead {
    /// The beginning of the second in the text, in nanoseconds after the epoch.
    second: i64,
    text: [u8; Letterhead::ROOM],
    /// 0 where identities are too long for the room: SendingTime(52) stands alone then, at the front.
    len: u8,
    time_at: u8,
    time_len: u8,
    /// Where OrigSendingTime(122) goes in between.
    original_at: u8,
    precision: TimePrecision,
}

/// The length of `YYYYMMDD-HH:MM:SS`.
const SECOND_LEN: usize = 17;

impl Letterhead {
    /// Enough for identities of usual length.
    pub(super) const ROOM: usize = 96;

    pub(super) fn new(config: &Config) -> Self {
        // FIX 4.0 and 4.1 know whole seconds only (FIX data type UTCTimestamp).
        let whole_seconds = config.begin_string < BeginString::Fix42;
        let precision = if whole_seconds { TimePrecision::Seconds } else { config.time_precision };
        let mut time = [0; UTC_TIMESTAMP_MAX];
        let time_len = write_utc(Utc::EPOCH, precision, &mut time);
        let time = time.get(..time_len).unwrap_or_default();

        let mut text = [0; Self::ROOM];
        let mut to = Body::new(&mut text, Guard::Session);
        put(&mut to, tag::SENDER_COMP_ID, config.sender_comp_id.as_bytes());
        put(&mut to, tag::SENDER_SUB_ID, config.sender_sub_id.as_bytes());
        let time_at = to.len() + "52=".len();
        put(&mut to, tag::SENDING_TIME, time);
        put(&mut to, tag::TARGET_COMP_ID, config.target_comp_id.as_bytes());
        put(&mut to, tag::TARGET_SUB_ID, config.target_sub_id.as_bytes());
        let original_at = to.len();
        put(&mut to, tag::SENDER_LOCATION_ID, config.sender_location_id.as_bytes());
        put(&mut to, tag::TARGET_LOCATION_ID, config.target_location_id.as_bytes());
        let len = to.len();
        let [len, time_at, original_at] =
            if len > Self::ROOM { [0; 3] } else { [len as u8, time_at as u8, original_at as u8] };
        if let (0, Some(place)) = (len, text.get_mut(..time_len)) {
            place.copy_from_slice(time);
        }
        Letterhead { second: 0, text, len, time_at, time_len: time_len as u8, original_at, precision }
    }

    /// Sets SendingTime(52).
    #[inline(always)]
    pub(super) fn date(&mut self, utc: Utc) {
        let nanos = match u32::try_from(utc.as_nanos().wrapping_sub(self.second)) {
            Ok(nanos) if nanos < 1_000_000_000 => nanos,
            _ => self.enter(utc),
        };
        let fraction_at = usize::from(self.time_at) + SECOND_LEN;
        let place = self.text.get_mut(fraction_at..).unwrap_or_default();
        match (self.precision, place.first_chunk_mut()) {
            (TimePrecision::Millis, Some(place)) => *place = millis_text(nanos),
            (precision, _) => {
                let (digits, len) = fraction_text(nanos, precision);
                copy(place, digits.get(..len).unwrap_or_default());
            }
        }
    }

    /// Another second begins; gives the nanoseconds beyond it.
    #[cold]
    fn enter(&mut self, utc: Utc) -> u32 {
        let (seconds, nanos) = split_utc(utc);
        self.second = utc.as_nanos().wrapping_sub(i64::from(nanos));
        if let Some(place) = self.text.get_mut(usize::from(self.time_at)..).and_then(<[u8]>::first_chunk_mut)
        {
            *place = date_and_seconds(seconds);
        }
        nanos
    }

    /// SendingTime(52).
    pub(super) fn sending_time(&self) -> &[u8] {
        let from = usize::from(self.time_at);
        self.text.get(from..from + usize::from(self.time_len)).unwrap_or_default()
    }

    /// Is there all of it?
    #[inline]
    pub(super) fn is_whole(&self) -> bool {
        self.len > 0
    }

    /// Writes all of it, with OrigSendingTime(122) in between for a retransmission.
    #[inline]
    pub(super) fn write(&self, original: Option<&[u8]>, to: &mut Body<'_>) {
        let Some(original) = original else {
            to.front(&self.text, usize::from(self.len));
            return;
        };
        let at = usize::from(self.original_at);
        to.front(&self.text, at);
        put(to, tag::ORIG_SENDING_TIME, original);
        if self.original_at < self.len {
            to.raw(self.text.get(at..usize::from(self.len)).unwrap_or_default());
        }
    }

    /// SendingTime(52) of a header that goes on like this one, and what stands behind it.
    #[inline]
    pub(super) fn read<'j>(&self, header: &'j [u8]) -> Option<(&'j [u8], &'j [u8])> {
        let (time_at, time_end) = (usize::from(self.time_at), usize::from(self.time_at + self.time_len));
        let (before, rest) = header.split_at_checked(time_at)?;
        let (time, rest) = rest.split_at_checked(time_end - time_at)?;
        let (after, behind) = rest.split_at_checked(usize::from(self.len).checked_sub(time_end)?)?;
        let own_before = self.text.get(..time_at)?;
        let own_after = self.text.get(time_end..usize::from(self.len))?;
        (same(before, own_before) && same(after, own_after) && !holds_soh(time)).then_some((time, behind))
    }
}

/// A field that is left out where it has no value.
#[inline]
fn put(to: &mut Body<'_>, tag: u32, value: &[u8]) {
    if !value.is_empty() {
        to.put(tag, value);
    }
}

impl PartialEq for Letterhead {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Letterhead {}

impl core::hash::Hash for Letterhead {
    fn hash<H: core::hash::Hasher>(&self, _: &mut H) {}
}

impl core::fmt::Debug for Letterhead {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Letterhead")
    }
}
