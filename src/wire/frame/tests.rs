use std::format;
use std::string::String;
use std::vec::Vec;

use super::*;

const LIMIT: usize = 4096;

/// `|` stands for the delimiter.
fn raw(text: &str) -> Vec<u8> {
    text.replace('|', "\x01").into_bytes()
}

/// Fields 8, 9 and 10 around a body.
fn message(body: &str) -> Vec<u8> {
    with_head(&format!("8=FIX.4.4|9={}|", body.len()), body)
}

/// This head, a body, and the CheckSum of both.
fn with_head(head: &str, body: &str) -> Vec<u8> {
    let mut bytes = raw(&format!("{head}{body}"));
    let sum = checksum(&bytes);
    bytes.extend(raw(&format!("10={sum:03}|")));
    bytes
}

fn first(bytes: &[u8]) -> Framing {
    frame(bytes, LIMIT, &mut Scan::default())
}

fn garbled(len: usize, why: Garbled) -> Framing {
    Framing::Garbled { len, why, span: None }
}

/// `bad` is dropped as one piece for this reason, and the good message after it is found.
fn dropped_before_the_next(bad: &[u8], reason: Garbled) {
    let good = message("35=0|34=3|");
    let mut stream = bad.to_vec();
    stream.extend_from_slice(&good);
    match first(&stream) {
        Framing::Garbled { len, why, .. } => assert_eq!((len, why), (bad.len(), reason)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(first(stream.get(bad.len()..).unwrap_or_default()), Framing::Frame(_)));
}

#[test]
fn every_version_is_framed() {
    for version in BeginString::ALL {
        let bytes = with_head(&format!("8={version}|9=10|"), "35=0|34=2|");
        let Framing::Frame(span) = first(&bytes) else { panic!("{version}") };
        assert_eq!((span.begin_string, span.len), (version, bytes.len()));
        assert_eq!(bytes.get(span.body_at..span.trailer_at), Some(&b"35=0\x0134=2\x01"[..]));
    }
}

#[test]
fn every_prefix_of_a_frame_is_incomplete() {
    let bytes = message("35=0|34=2|");
    for len in 0..bytes.len() {
        assert_eq!(first(bytes.get(..len).unwrap_or_default()), Framing::Incomplete, "{len}");
    }
}

#[test]
fn what_is_needed_is_known_once_body_length_is() {
    let bytes = message("35=0|34=2|");
    let mut scan = Scan::default();
    assert_eq!(frame(bytes.get(..20).unwrap_or_default(), LIMIT, &mut scan), Framing::Incomplete);
    assert!(scan.needed() >= bytes.len() - 3, "all but the digits of CheckSum");
    assert!(matches!(frame(&bytes, LIMIT, &mut scan), Framing::Frame(_)));
    assert_eq!(scan, Scan::default());
}

#[test]
fn leading_zeros_of_body_length_are_read() {
    assert!(matches!(first(&with_head("8=FIX.4.4|9=0010|", "35=0|34=2|")), Framing::Frame(_)));
    assert!(matches!(first(&with_head("8=FIX.4.4|9=0000000000000000010|", "35=0|34=2|")), Framing::Frame(_)));
}

#[test]
fn an_unknown_begin_string_is_garbled() {
    for version in ["FIX.4.5", "FIX.5.0", "FIXT.1.2", "fix.4.4", "", "FIX.4.4444444444444444"] {
        dropped_before_the_next(
            &with_head(&format!("8={version}|9=10|"), "35=0|34=2|"),
            Garbled::BeginString,
        );
    }
}

#[test]
fn a_message_of_an_unknown_version_ends_where_its_body_length_says() {
    let embedded = message("35=0|34=3|");
    let body = format!("35=0|95={}|96={}|", embedded.len(), String::from_utf8_lossy(&embedded));
    for version in ["FIX.9.9", "FIX.10.0", "fix"] {
        let head = format!("8={version}|9={}|", body.len());
        dropped_before_the_next(&with_head(&head, &body), Garbled::BeginString);
    }
}

#[test]
fn fields_8_9_and_35_come_first_in_this_order() {
    dropped_before_the_next(&raw("35=0|8=FIX.4.4|9=29|34=2|49=TW|10=121|"), Garbled::BeginString);
    dropped_before_the_next(&raw("9=5|8=FIX.4.4|35=0|10=121|"), Garbled::BeginString);
    dropped_before_the_next(&with_head("8=FIX.4.4|", "35=0|9=5|"), Garbled::BodyLength);
    dropped_before_the_next(&message("34=3|35=0|49=TW|"), Garbled::MsgType);
    dropped_before_the_next(&message(""), Garbled::MsgType);
}

#[test]
fn an_empty_msg_type_is_garbled() {
    dropped_before_the_next(&message("35=|34=3|"), Garbled::MsgType);
}

#[test]
fn a_body_length_that_is_no_number_is_garbled() {
    for length in ["", "x", "1x", "-5", "+10", " 10", "10 ", "1.0", "00000000000000000000010"] {
        dropped_before_the_next(
            &with_head(&format!("8=FIX.4.4|9={length}|"), "35=0|34=2|"),
            Garbled::BodyLength,
        );
    }
}

#[test]
fn a_body_length_too_short_drops_the_frame_up_to_its_checksum() {
    for length in 0..9 {
        dropped_before_the_next(
            &with_head(&format!("8=FIX.4.4|9={length}|"), "35=0|34=2|"),
            Garbled::BodyLength,
        );
    }
}

#[test]
fn a_body_length_too_long_takes_the_next_message_with_it() {
    let mut bad = with_head("8=FIX.4.4|9=20|", "35=0|34=2|");
    bad.extend(message("35=0|34=3|"));
    dropped_before_the_next(&bad, Garbled::BodyLength);
}

#[test]
fn a_body_length_that_leads_into_the_middle_of_a_field_is_wrong() {
    // There is a `10=` where BodyLength puts the end, but it is part of a value.
    dropped_before_the_next(&with_head("8=FIX.4.4|9=8|", "35=0|58=10=123|34=2|"), Garbled::BodyLength);
}

#[test]
fn a_message_in_a_data_field_is_never_delivered() {
    let inner = message("35=D|34=9|");
    let inner = str::from_utf8(&inner).unwrap().replace('\x01', "|");
    let body = format!("35=B|95={}|96=|{inner}|34=2|", inner.len() + 1);
    let good = message(&body);
    assert!(matches!(first(&good), Framing::Frame(span) if span.len == good.len()));
    for head in
        ["8=FIX.4.4|9=12|", "8=FIX.4.4|9=x|", "8=FIX.4.4|", "8=FIX.9.9|9=12|", "8FIX.4.4|9=12|", "34=1|", "X"]
    {
        let mut rest = &with_head(head, &body)[..];
        while let Framing::Garbled { len, .. } = first(rest) {
            rest = rest.get(len..).unwrap_or_default();
        }
        assert_eq!((first(rest), rest.len()), (Framing::Incomplete, 0), "{head}");
    }
}

#[test]
fn a_wrong_checksum_is_garbled_and_says_where_the_parts_are() {
    let mut bytes = message("35=0|34=2|");
    let len = bytes.len();
    let digit = bytes.get_mut(len - 2).unwrap();
    *digit = if *digit == b'0' { b'1' } else { b'0' };
    let Framing::Garbled { len: dropped, why: Garbled::CheckSum, span: Some(span) } = first(&bytes) else {
        panic!()
    };
    assert_eq!((dropped, span.len, span.trailer_at), (len, len, len - 7));
    dropped_before_the_next(&bytes, Garbled::CheckSum);
}

#[test]
fn a_checksum_is_three_digits() {
    for value in ["", "0", "16", "0163", "1 3", "abc", "256", "999"] {
        let bytes = raw(&format!("8=FIX.4.4|9=10|35=0|34=2|10={value}|"));
        dropped_before_the_next(&bytes, Garbled::CheckSum);
    }
}

#[test]
fn a_checksum_is_ended_by_the_delimiter() {
    let mut bytes = message("35=0|34=2|");
    bytes.pop();
    assert_eq!(first(&bytes), Framing::Incomplete);
    bytes.extend(message("35=0|34=3|"));
    assert!(matches!(first(&bytes), Framing::Garbled { why: Garbled::CheckSum, .. }));
}

#[test]
fn bytes_that_begin_no_field_are_dropped_up_to_the_next_that_can() {
    for noise in ["\r\n", "|", "hello", "FIX."] {
        dropped_before_the_next(&raw(noise), Garbled::NotAFrame);
        assert_eq!(first(&raw(noise)), garbled(noise.len(), Garbled::NotAFrame));
    }
}

#[test]
fn a_frame_longer_than_the_limit_is_refused_as_soon_as_it_says_so() {
    let bytes = message("35=0|34=2|");
    let tight = |limit| frame(&bytes, limit, &mut Scan::default());
    assert!(matches!(tight(bytes.len()), Framing::Frame(_)));
    assert_eq!(tight(bytes.len() - 1), Framing::TooLong { claimed: bytes.len() });
    let head = raw("8=FIX.4.4|9=1000000|");
    assert_eq!(first(&head), Framing::TooLong { claimed: head.len() + 1_000_000 + 7 });
    assert!(matches!(first(&raw("8=FIX.4.4|9=9999999999999999999|")), Framing::TooLong { .. }));
}

#[test]
fn a_garbled_frame_without_an_end_is_too_long_at_the_limit() {
    let bytes = raw("8=FIX.4.4|9=x|35=0|58=no end in sight|");
    let at = |limit| frame(&bytes, limit, &mut Scan::default());
    assert_eq!(at(bytes.len() + 1), Framing::Incomplete);
    assert_eq!(at(bytes.len()), Framing::TooLong { claimed: bytes.len() + 1 });
}

#[test]
fn an_incomplete_search_goes_on_where_it_stopped() {
    let mut bytes = raw("8=FIX.4.4|9=x|");
    let mut scan = Scan::default();
    for _ in 0..100 {
        assert_eq!(frame(&bytes, LIMIT, &mut scan), Framing::Incomplete);
        assert!(scan.sought + 2 >= bytes.len(), "{scan:?} of {}", bytes.len());
        bytes.extend(raw("58=x|"));
    }
    bytes.extend(raw("10=000|"));
    assert_eq!(frame(&bytes, LIMIT, &mut scan), garbled(bytes.len(), Garbled::BodyLength));
}

#[test]
fn every_beginning_of_a_frame_waits_for_the_rest() {
    for begin in ["FIX.4.0", "FIX.4.4", "FIXT.1.1", "FIX.4.9"] {
        let text = std::format!("8={begin}\u{1}9=005\u{1}35=0\u{1}10=000\u{1}");
        for len in 0..text.len() {
            let framing = super::frame(&text.as_bytes()[..len], 4096, &mut super::Scan::default());
            assert_eq!(framing, super::Framing::Incomplete, "{begin} {len}");
        }
    }
}

#[test]
fn a_body_length_without_digits_is_garbled_as_such() {
    let mut bytes = b"8=FIX.4.4\x019=\x01".to_vec();
    bytes.extend(crate::wire::trailer(crate::wire::checksum(&bytes)));
    let framing = super::frame(&bytes, 4096, &mut super::Scan::default());
    assert!(
        matches!(framing, super::Framing::Garbled { why: super::Garbled::BodyLength, .. }),
        "{framing:?}"
    );
}
