//! The expected header: a short way for the message that comes nearly every time.
//!
//! A counterparty writes one header after another that differ in MsgSeqNum, the second, BodyLength and
//! MsgType only. After one good message its header is kept, with the next number in it; when the bytes of the
//! next message are the same, it has the same BeginString, the same CompIDs, the next number, and the same
//! minute, and most of what the [generic way](super::classify) does is done.
//!
//! Whatever is not certain goes the generic way, which decides everything. What is kept here never changes an
//! answer: it is compared as equal and hashed as nothing.

use core::fmt;

use super::classify::{Class, Classified, Kind};
use super::config::Config;
use super::policy::SendingTimeCheck;
use super::rules::MessageRules;
use super::{Session, liveness};
use crate::inbox::Inbox;
use crate::message::{Flags, Layout, Message};
use crate::number::MsgSeqNum;
use crate::time::{Now, Utc};
use crate::wire::{Fields, FrameSpan, MsgType, SOH, TRAILER_LEN, Value, ends_well, leading_tag, tag};

/// Longer headers go the generic way.
const LEN: usize = 96;

/// The header that the next message will have.
#[derive(Clone)]
pub(super) struct Expected {
    header: Option<Header>,
    /// How many messages in a row had another one.
    misses: u8,
}

#[derive(Clone)]
struct Header {
    /// 0 for a byte that varies or stands behind the header.
    bytes: [u8; LEN],
    /// The number that `bytes` bear; `None` when it did not fit.
    number: Option<MsgSeqNum>,
    body_length: Part,
    msg_type: Part,
    msg_seq_num: Part,
    /// The seconds of SendingTime, with their fraction.
    seconds: Part,
    /// The minute of SendingTime, in nanoseconds of UTC.
    minute: i64,
    /// How far SendingTime may be from our time, in nanoseconds.
    threshold: u64,
    /// Where the header ends.
    body_at: u8,
    flags: Flags,
}

/// Where a value stands in the header.
#[derive(Clone, Copy)]
struct Part {
    at: u8,
    len: u8,
}

impl Session {
    /// Takes the next frame when it is the next application message, with the expected header. The session is
    /// logged on and has nothing to do but to read. Otherwise nothing has changed, and the frame goes the
    /// generic way.
    #[inline]
    pub(super) fn take_expected(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<Layout> {
        if inbox.held() != 0 {
            return None;
        }
        let header = self.expected.header.as_mut()?;
        let (len, layout) = header.read(inbox.unread(), self.numbers.next_in, now.utc, &self.config)?;
        let frame = inbox.unread().get(..len)?;
        rules.check(&Message::new(frame, self.config.data_fields, layout)).ok()?;
        inbox.take(len);
        self.expected.misses = 0;
        self.memory.last_received = Some(now.monotonic);
        self.live(now, liveness::Input::Traffic);
        self.numbers.hand_over();
        self.advanced(now);
        Some(layout)
    }

    /// Keeps the header of a message that went the generic way, when the next may have one like it.
    pub(super) fn expect_alike(&mut self, frame: &[u8], span: &FrameSpan, message: &Classified) {
        let usual = message.kind == Kind::Application
            && message.class == Class::Next
            && message.fault.is_none()
            && message.last_processed.is_none()
            && !message.layout.flags.has(Flags::POSS_DUP);
        // One message of another kind changes nothing, and headers that are never alike are not looked at
        // each time.
        let misses = self.expected.misses.wrapping_add(1);
        self.expected.misses = misses;
        let stale = self.expected.header.as_ref().is_none_or(|header| header.number.is_none());
        let worthwhile = stale || misses > 1;
        if usual && worthwhile && misses.is_power_of_two() {
            self.expected.header = Header::of(frame, span, &message.layout, &self.config);
        }
    }

    /// Sends the next message the generic way: nothing but the time that it takes may depend on it.
    #[cfg(any(test, feature = "testing"))]
    pub fn forget_expected_header(&mut self) {
        self.expected = Expected::nothing();
    }
}

impl Expected {
    pub(super) const fn nothing() -> Self {
        Expected { header: None, misses: 0 }
    }
}

impl Header {
    /// Looks for it at the front of `unread`: the length of the frame, and its layout.
    #[inline]
    fn read(
        &mut self,
        unread: &[u8],
        next_in: MsgSeqNum,
        utc: Utc,
        config: &Config,
    ) -> Option<(usize, Layout)> {
        let header = unread.first_chunk()?;
        if !self.bear(next_in) || !self.is_alike(header) {
            return None;
        }
        let body_length = Value::new(self.body_length.of(header)).uint().ok()?;
        let trailer_at = usize::try_from(body_length).ok()?.checked_add(self.body_length.end() + 1)?;
        let len = trailer_at.checked_add(TRAILER_LEN)?;
        let body_at = usize::from(self.body_at);
        if len > config.frame_max || trailer_at < body_at {
            return None;
        }
        let frame = unread.get(..len)?;
        let good = ends_well(frame)
            && self.has_usual_type(header)
            && self.is_in_time(header, utc)
            && (body_at == trailer_at || begins_body(frame.get(body_at..)?, config));
        let layout = Layout {
            number: next_in,
            kind_at: u16::from(self.msg_type.at),
            kind_len: u16::from(self.msg_type.len),
            body_at: u32::from(self.body_at),
            flags: self.flags,
        };
        good.then_some((len, layout))
    }

    /// Writes `number` in place of the one before; false when it has more digits.
    #[inline]
    fn bear(&mut self, number: MsgSeqNum) -> bool {
        let before = self.number;
        if before == Some(number) {
            return true;
        }
        let Some(digits) = self.bytes.get_mut(self.msg_seq_num.range()) else { return false };
        match digits.last_mut() {
            Some(last) if *last < b'9' && before.map(MsgSeqNum::next) == Some(number) => {
                *last += 1;
                self.number = Some(number);
            }
            _ => {
                let mut rest = number.get();
                for digit in digits.iter_mut().rev() {
                    *digit = b'0' + (rest % 10) as u8;
                    rest /= 10;
                }
                self.number = (rest == 0).then_some(number);
            }
        }
        self.number.is_some()
    }

    #[inline]
    fn is_alike(&self, header: &[u8; LEN]) -> bool {
        let mut differs = 0;
        for (byte, expected) in header.iter().zip(&self.bytes) {
            // Without a branch, so that it is done in vectors.
            differs |= (byte ^ expected) & u8::from(*expected != 0).wrapping_neg();
        }
        differs == 0
    }

    /// A type of one or two characters that is the application's.
    #[inline]
    fn has_usual_type(&self, header: &[u8; LEN]) -> bool {
        let msg_type = self.msg_type.of(header);
        !MsgType::new(msg_type).is_admin() && msg_type.iter().all(|&byte| byte != SOH)
    }

    /// FIX session layer 4.2.3: within the threshold, either way.
    #[inline]
    fn is_in_time(&self, header: &[u8; LEN], utc: Utc) -> bool {
        nanos(self.seconds.of(header))
            .is_some_and(|nanos| (self.minute + nanos).abs_diff(utc.as_nanos()) <= self.threshold)
    }

    /// The header of a good message, for the next one.
    fn of(frame: &[u8], span: &FrameSpan, layout: &Layout, config: &Config) -> Option<Self> {
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
        let header = Header {
            bytes,
            number: Some(layout.number),
            body_length: Part::new(length_at, span.body_at.checked_sub(length_at + 1)?)?,
            msg_type: Part::new(usize::from(layout.kind_at), usize::from(layout.kind_len))?,
            msg_seq_num: number,
            seconds: Part::new(
                usize::from(time.at) + MINUTE_LEN,
                usize::from(time.len).checked_sub(MINUTE_LEN)?,
            )?,
            minute: minute(time.of(&bytes))?,
            threshold: match config.policies.checks.sending_time {
                SendingTimeCheck::Within(threshold) => {
                    u64::try_from(threshold.as_nanos()).unwrap_or(u64::MAX)
                }
                SendingTimeCheck::Off => u64::MAX,
            },
            body_at: u8::try_from(body_at).ok()?,
            flags: layout.flags,
        };
        let good = header.msg_type.len <= 2
            && nanos(header.seconds.of(&bytes)).is_some()
            && !bytes.get(..body_at)?.contains(&0);
        good.then(|| header.masked())
    }

    /// What varies is not compared.
    fn masked(mut self) -> Self {
        let varies = [self.body_length.range(), self.msg_type.range(), self.seconds.range()];
        for (at, byte) in self.bytes.iter_mut().enumerate() {
            if at >= usize::from(self.body_at) || varies.iter().any(|range| range.contains(&at)) {
                *byte = 0;
            }
        }
        self
    }
}

impl Part {
    fn new(at: usize, len: usize) -> Option<Self> {
        let part = Part { at: u8::try_from(at).ok()?, len: u8::try_from(len).ok()? };
        (part.end() <= LEN).then_some(part)
    }

    fn end(self) -> usize {
        usize::from(self.at) + usize::from(self.len)
    }

    #[inline]
    fn range(self) -> core::ops::Range<usize> {
        usize::from(self.at)..self.end()
    }

    #[inline]
    fn of(self, header: &[u8; LEN]) -> &[u8] {
        header.get(self.range()).unwrap_or_default()
    }
}

/// `YYYYMMDD-HH:MM:`
const MINUTE_LEN: usize = 15;

/// The minute of a UTCTimestamp, in nanoseconds since the epoch.
fn minute(timestamp: &[u8]) -> Option<i64> {
    let mut text = *b"YYYYMMDD-HH:MM:00";
    text.get_mut(..MINUTE_LEN)?.copy_from_slice(timestamp.get(..MINUTE_LEN)?);
    let minute = Value::new(&text).utc_timestamp().ok()?.utc().as_nanos();
    // Not where `Utc` ends: moments beyond it count as that end.
    (minute.unsigned_abs() < 9_000_000_000_000_000_000).then_some(minute)
}

/// `SS` with or without up to eight digits of fraction, in nanoseconds. A leap second is none of these.
#[inline]
fn nanos(seconds: &[u8]) -> Option<i64> {
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

/// Is this certainly no field of the header, nor data?
#[inline]
pub(super) fn begins_body(bytes: &[u8], config: &Config) -> bool {
    // Tags from 5000 on may stand in either place, and hide a header field behind them.
    leading_tag(bytes).is_some_and(|tag| {
        tag < 5000
            && !tag::is_header(tag, config.begin_string)
            && config.data_fields.length_tag(tag).is_none()
    })
}

/// What is expected changes no answer, so two sessions that differ in it alone are the same.
impl PartialEq for Expected {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Expected {}

impl core::hash::Hash for Expected {
    fn hash<H: core::hash::Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expected")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BeginString, Checkpoint, Config, Event, Output, Role, State};
    use std::format;
    use std::vec::Vec;

    fn order(number: u64, time: &str) -> Vec<u8> {
        let body = format!(
            "35=D\u{1}34={number}\u{1}49=BUYSIDE\u{1}52={time}\u{1}56=SELLSIDE\u{1}11=ORDER\u{1}55=IBM\u{1}58=a text of some length\u{1}"
        );
        let mut frame = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len()).into_bytes();
        frame.extend(crate::wire::trailer(crate::wire::checksum(&frame)));
        frame
    }

    fn ready(number: u64) -> Session {
        let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE").unwrap();
        let next_in = MsgSeqNum::new(number).unwrap();
        let mut session =
            Session::new(config, Checkpoint { next_in, ..Checkpoint::begin(Utc::EPOCH) }).unwrap();
        session.state = State::Active;
        session
    }

    /// How many of the frames went the short way.
    fn short_ways(session: &mut Session, frames: &[Vec<u8>]) -> Vec<bool> {
        let now = Now { utc: Utc::from_secs(3600), ..Now::default() };
        let went = |frame: &Vec<u8>| {
            let mut memory = [0; 512];
            let mut inbox = Inbox::new(&mut memory);
            inbox.extend(frame);
            let Output::Event(Event::Message(_)) = session.step(now, &mut inbox, &mut []) else { panic!() };
            session.expected.misses == 0
        };
        frames.iter().map(went).collect()
    }

    #[test]
    fn the_second_of_two_like_headers_goes_the_short_way_and_so_do_all_after_it() {
        let frames: Vec<_> = (7..10).map(|number| order(number, "19700101-01:00:00.000")).collect();
        assert_eq!(short_ways(&mut ready(7), &frames), [false, true, true]);
    }

    #[test]
    fn another_second_is_expected_and_another_minute_or_another_digit_in_the_number_is_not() {
        let frames = [
            order(8, "19700101-01:00:00.000"),
            order(9, "19700101-01:00:59.123"),
            order(10, "19700101-01:00:59.123"),
            order(11, "19700101-01:00:59.123"),
            order(12, "19700101-01:01:00.000"),
        ];
        assert_eq!(short_ways(&mut ready(8), &frames), [false, true, false, true, false]);
    }

    #[test]
    fn a_number_with_more_digits_is_not_cut() {
        let mut session = ready(99);
        let _ = short_ways(&mut session, &[order(99, "19700101-01:00:00.000")]);
        let Some(header) = &mut session.expected.header else { panic!() };
        for _ in 0..2 {
            assert!(!header.bear(MsgSeqNum::new(100).unwrap()));
        }
        assert!(header.bear(MsgSeqNum::new(99).unwrap()));
    }

    /// Is the second of two like headers, which came at `millis` past the epoch, a message to the
    /// application?
    fn is_taken(second: &[u8], millis: i64, frame_max: usize) -> bool {
        let mut session = ready(7);
        let _ = short_ways(&mut session, &[order(7, "19700101-01:00:00.000")]);
        session.config.frame_max = frame_max;
        let now = Now { utc: Utc::from_nanos(millis * 1_000_000), ..Now::default() };
        let mut memory = [0; 512];
        let mut inbox = Inbox::new(&mut memory);
        inbox.extend(second);
        matches!(session.step(now, &mut inbox, &mut []), Output::Event(Event::Message(_)))
    }

    #[test]
    fn every_part_of_sending_time_counts_against_the_threshold() {
        for (time, seconds, fraction) in
            [("00.000", 0, 0), ("59.000", 59, 0), ("07.999", 7, 999), ("30.5", 30, 500), ("45", 45, 0)]
        {
            let sent = (3600 + seconds) * 1000 + fraction;
            let order = order(8, &format!("19700101-01:00:{time}"));
            assert!(is_taken(&order, sent - 120_000, 512) && is_taken(&order, sent + 120_000, 512), "{time}");
            assert!(
                !is_taken(&order, sent - 120_001, 512) && !is_taken(&order, sent + 120_001, 512),
                "{time}"
            );
        }
    }

    #[test]
    fn a_frame_that_is_too_long_is_so_whatever_its_header() {
        let order = order(8, "19700101-01:00:00.000");
        assert!(is_taken(&order, 3_600_000, order.len()));
        assert!(!is_taken(&order, 3_600_000, order.len() - 1));
    }

    #[test]
    fn what_is_expected_is_no_part_of_what_a_session_is() {
        let mut session = ready(7);
        let _ = short_ways(&mut session, &[order(7, "19700101-01:00:00.000")]);
        let mut other = session.clone();
        other.forget_expected_header();
        assert!(session.expected.header.is_some() && session == other);
        let shown = format!("{session:?}");
        assert!(
            shown == format!("{other:?}") && shown.contains("expected: Expected, letterhead: Letterhead"),
            "{shown}"
        );
    }
}
