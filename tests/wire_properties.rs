//! The reading side of `wire` compared with slow, obvious references.

#[path = "reference/frame.rs"]
mod reference;

use proptest::prelude::*;
use sansfix::Utc;
use sansfix::wire::{self, DataFields, Field, Fields, Framing, Garbled, Scan, TimePrecision, Value};

const LIMIT: usize = 400;

fn message(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("8=FIX.4.4\x019={}\x01", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    let sum = bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>() % 256;
    bytes.extend_from_slice(format!("10={sum:03}\x01").as_bytes());
    bytes
}

/// Streams that are close to valid: frames, pieces of frames, and damaged frames.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let good = proptest::collection::vec(any::<u8>(), 0..60).prop_map(|data| {
        let mut body = format!("35=B\x0195={}\x0196=", data.len()).into_bytes();
        body.extend_from_slice(&data);
        body.push(1);
        message(&body)
    });
    let embedding = Just(message(b"35=D\x01")).prop_map(|inner| {
        let mut body = format!("35=B\x0195={}\x0196=\x01", inner.len() + 1).into_bytes();
        body.extend_from_slice(&inner);
        body.push(1);
        message(&body)
    });
    let piece = prop_oneof![
        "8=FIX\\.4\\.[0-5]\x01",
        "8=FIXT\\.1\\.1\x01",
        "9=[0-9]{0,3}\x01",
        "9=0{0,20}[0-9]{1,21}\x01",
        "35=[A0]?\x01",
        "34=2\x01",
        "10=[0-9]{0,4}\x01?",
        "8=[A-Z]{0,20}",
        "[8911035=\x01]{0,12}",
    ]
    .prop_map(String::into_bytes);
    let damaged =
        (good.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(mut bytes, at, byte)| {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        });
    let noise = proptest::collection::vec(any::<u8>(), 0..20);
    let part = prop_oneof![3 => good, 1 => embedding, 4 => piece, 3 => damaged, 1 => noise];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

/// Everything that a stream yields, with runs of noise as one, and what the rest at its end is.
fn all(mut next: impl FnMut(&[u8]) -> Framing, bytes: &[u8]) -> Vec<Framing> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        let framing = next(&bytes[at..]);
        at += match framing {
            Framing::Frame(span) => span.len,
            Framing::Garbled { len, .. } => len,
            Framing::Incomplete | Framing::TooLong { .. } => {
                push(&mut found, framing);
                return found;
            }
        };
        push(&mut found, framing);
    }
}

fn push(found: &mut Vec<Framing>, framing: Framing) {
    if let (
        Some(Framing::Garbled { len, why: Garbled::NotAFrame, .. }),
        Framing::Garbled { len: more, why: Garbled::NotAFrame, .. },
    ) = (found.last_mut(), framing)
    {
        *len += more;
    } else {
        found.push(framing);
    }
}

/// The same stream, arriving in pieces of these sizes.
fn in_pieces(bytes: &[u8], sizes: &[usize]) -> Vec<Framing> {
    let (mut found, mut scan, mut start, mut end) = (Vec::new(), Scan::default(), 0, 0);
    let mut sizes = sizes.iter().copied().cycle();
    loop {
        match wire::frame(&bytes[start..end], LIMIT, &mut scan) {
            Framing::Incomplete if end == bytes.len() => {
                push(&mut found, Framing::Incomplete);
                return found;
            }
            Framing::Incomplete => {
                assert!(scan.needed() > end - start, "waits for bytes that are here");
                end = bytes.len().min(end + sizes.next().unwrap_or(1));
            }
            too_long @ Framing::TooLong { .. } => {
                push(&mut found, too_long);
                return found;
            }
            framing => {
                start += match framing {
                    Framing::Frame(span) => span.len,
                    Framing::Garbled { len, .. } => len,
                    _ => 0,
                };
                push(&mut found, framing);
            }
        }
    }
}

/// Days since 1970, counted year by year and month by month.
fn days_by_counting(year: i64, month: usize, day: i64) -> i64 {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let len = |year| if leap(year) { 366 } else { 365 };
    let years: i64 =
        if year >= 1970 { (1970..year).map(len).sum() } else { -(year..1970).map(len).sum::<i64>() };
    let months = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    years + months[..month - 1].iter().sum::<i64>() + day - 1
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn frames_are_those_of_the_reference(bytes in stream(), limit in prop_oneof![Just(LIMIT), 0..200_usize]) {
        let quick = all(|rest| wire::frame(rest, limit, &mut Scan::default()), &bytes);
        let slow = all(|rest| reference::frame(rest, limit), &bytes);
        prop_assert_eq!(quick, slow);
    }

    #[test]
    fn frames_do_not_depend_on_how_the_bytes_are_cut(bytes in stream(), sizes in proptest::collection::vec(1..30_usize, 1..6)) {
        let whole = all(|rest| wire::frame(rest, LIMIT, &mut Scan::default()), &bytes);
        prop_assert_eq!(in_pieces(&bytes, &[1]), whole.clone());
        prop_assert_eq!(in_pieces(&bytes, &sizes), whole);
    }

    #[test]
    fn a_good_frame_is_found_whole_whatever_its_data_holds(data in proptest::collection::vec(any::<u8>(), 0..200), after in stream()) {
        let mut body = format!("35=B\x0195={}\x0196=", data.len()).into_bytes();
        body.extend_from_slice(&data);
        body.push(1);
        let mut bytes = message(&body);
        let len = bytes.len();
        bytes.extend_from_slice(&after);
        let Framing::Frame(span) = wire::frame(&bytes, LIMIT, &mut Scan::default()) else { panic!("no frame") };
        prop_assert_eq!((span.len, &bytes[span.body_at..span.trailer_at]), (len, &body[..]));
        let found = wire::find(&bytes[..span.len], wire::tag::RAW_DATA, &DataFields::STANDARD);
        prop_assert_eq!(found, Some(Value::new(&data)));
    }

    #[test]
    fn the_checksum_is_the_sum_of_the_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let sum: u64 = bytes.iter().map(|&byte| u64::from(byte)).sum();
        prop_assert_eq!(u64::from(wire::checksum(&bytes)), sum % 256);
    }

    #[test]
    fn fields_without_data_are_what_splitting_gives(bytes in "([0-9]{1,3}=[a-z=]{0,12}\x01|[0-9a-z=-]{0,14}\x01){0,8}") {
        let walked: Vec<Option<(u32, Vec<u8>)>> = Fields::new(bytes.as_bytes(), &DataFields::STANDARD)
            .map(|field| field.ok().map(|field| (field.tag, field.value.as_bytes().to_vec())))
            .collect();
        let split: Vec<_> = bytes
            .split_terminator('\x01')
            .map(|piece| {
                let (tag, value) = piece.split_once('=')?;
                let positive = tag.starts_with(|c: char| ('1'..='9').contains(&c));
                positive.then(|| tag.parse().ok()).flatten().map(|tag| (tag, value.as_bytes().to_vec()))
            })
            .collect();
        // A length field changes where the data field after it ends: `data_fields_are_read_by_their_length`
        // covers that.
        prop_assume!(!split.iter().flatten().any(|(tag, _)| DataFields::STANDARD.length_tag(*tag).is_some()));
        prop_assert_eq!(walked, split);
    }

    #[test]
    fn find_gives_the_first_field_of_the_walk(bytes in stream(), tag in prop_oneof![Just(96_u32), Just(10), Just(35), Just(34)]) {
        let first = Fields::new(&bytes, &DataFields::STANDARD).flatten().find(|field| field.tag == tag);
        prop_assert_eq!(wire::find(&bytes, tag, &DataFields::STANDARD), first.map(|field| field.value));
    }

    #[test]
    fn fields_cover_the_bytes_in_order(bytes in stream()) {
        let mut fields = Fields::new(&bytes, &DataFields::STANDARD);
        let mut at = 0;
        while let Some(field) = fields.next() {
            let end = fields.offset();
            prop_assert!(end > at && end <= bytes.len() + 1);
            if let Ok(Field { tag, value }) = field {
                let text = [tag.to_string().as_bytes(), b"=", value.as_bytes()].concat();
                prop_assert_eq!(&bytes[at..end - 1], &text[..]);
            }
            at = end;
        }
        prop_assert!(at >= bytes.len());
    }

    #[test]
    fn a_date_is_the_day_that_counting_gives(year in 0..10_000_i64, month in 0..14_usize, day in 0..33_i64, clock in 0..86_400_i64) {
        let text = format!("{year:04}{month:02}{day:02}-{:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60);
        let parsed = Value::new(text.as_bytes()).utc_timestamp();
        let next = |month: usize| if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let exists = (1..=12).contains(&month) && day >= 1 && {
            let (next_year, next_month) = next(month);
            days_by_counting(year, month, day) < days_by_counting(next_year, next_month, 1)
        };
        prop_assert_eq!(parsed.is_ok(), exists);
        if exists {
            let seconds = days_by_counting(year, month, day) * 86_400 + clock;
            prop_assert_eq!(parsed.map(|time| time.utc()), Ok(Utc::from_secs(seconds)));
            prop_assert_eq!(wire::date_and_seconds(seconds), text.as_bytes());
        }
    }

    #[test]
    fn a_written_timestamp_reads_back(nanos in any::<i64>()) {
        for (precision, unit) in [
            (TimePrecision::Seconds, 1_000_000_000), (TimePrecision::Millis, 1_000_000), (TimePrecision::Micros, 1_000),
            (TimePrecision::Nanos, 1), (TimePrecision::Picos, 1),
        ] {
            let mut out = [0; wire::UTC_TIMESTAMP_MAX];
            let len = wire::write_utc(Utc::from_nanos(nanos), precision, &mut out);
            let read = Value::new(&out[..len]).utc_timestamp();
            let kept = i128::from(nanos) - i128::from(nanos).rem_euclid(unit);
            let kept = i64::try_from(kept).unwrap_or(i64::MIN);
            prop_assert_eq!(read.map(|time| time.utc()), Ok(Utc::from_nanos(kept)));
        }
    }

    #[test]
    fn an_integer_is_what_the_standard_library_reads(text in "-?[0-9]{0,22}|[-0-9a:/+]{0,6}") {
        let value = Value::new(text.as_bytes());
        let plain = !text.starts_with('+');
        prop_assert_eq!(value.int().ok(), text.parse().ok().filter(|_| plain));
        prop_assert_eq!(value.uint().ok(), text.parse().ok().filter(|_| plain && !text.starts_with('-')));
    }
}
