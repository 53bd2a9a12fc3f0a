//! Parsers: an order is decoded, its CheckSum is checked if the parser does that, and MsgSeqNum(34),
//! ClOrdID(11), OrderQty(38) and Price(44) are read.

use fefix::tagvalue::FieldAccess as _;
use hotfix_message::{Part as _, fix44};

use crate::common::messages::Order;
use crate::common::plain_value;
use crate::common::works::orders;
use crate::{COUNT, best_of};

/// Each parser, and its nanoseconds per message.
pub(crate) fn all() -> [(&'static str, f64); 4] {
    let frames = orders(COUNT, |_| Order::ByTag);
    let expected = frames.iter().map(|frame| plain(frame)).sum();
    [
        ("ironfix-tagvalue 0.5, decode", ironfix(&frames, expected)),
        ("ironfix-tagvalue 0.5, decode into an index", ironfix_index(&frames, expected)),
        ("fefix 0.7, decode", fefix(&frames, expected)),
        ("hotfix-message 0.4, build", hotfix(&frames, expected)),
    ]
}

fn plain(frame: &[u8]) -> u64 {
    let number = |tag| plain_value(frame, tag).parse::<u64>().unwrap();
    let length = |tag| plain_value(frame, tag).len() as u64;
    number("34") + number("38") + length("11") + length("44")
}

/// The time per message in which `decode` decodes all frames. The sum of its results must be `expected`.
fn run(frames: &[Vec<u8>], expected: u64, mut decode: impl FnMut(&[u8]) -> u64) -> f64 {
    let mut round = || frames.iter().map(|frame| decode(frame)).sum();
    assert_eq!(round(), expected);
    best_of(frames.len(), round)
}

fn ironfix(frames: &[Vec<u8>], expected: u64) -> f64 {
    run(frames, expected, |frame| {
        let message = ironfix_tagvalue::Decoder::new(frame).decode().unwrap();
        let number = |tag| message.get_field_as::<u64>(tag).unwrap();
        let length = |tag| message.get_field_str(tag).unwrap().len() as u64;
        number(34) + number(38) + length(11) + length(44)
    })
}

fn ironfix_index(frames: &[Vec<u8>], expected: u64) -> f64 {
    let mut index = ironfix_tagvalue::FieldIndex::with_capacity(64);
    run(frames, expected, |frame| {
        let message = ironfix_tagvalue::Decoder::new(frame).decode_into(&mut index).unwrap();
        let text = |tag| message.get_field_str(tag).unwrap();
        let number = |tag| text(tag).parse::<u64>().unwrap();
        number(34) + number(38) + text(11).len() as u64 + text(44).len() as u64
    })
}

fn fefix(frames: &[Vec<u8>], expected: u64) -> f64 {
    let dictionary = fefix::Dictionary::fix44();
    let mut decoder = fefix::tagvalue::Decoder::<fefix::tagvalue::Config>::new(dictionary);
    run(frames, expected, |frame| {
        let message = decoder.decode(frame).unwrap();
        let text = |tag: u32| std::str::from_utf8(message.fv_raw(&tag).unwrap()).unwrap();
        let number = |tag| text(tag).parse::<u64>().unwrap();
        number(34) + number(38) + text(11).len() as u64 + text(44).len() as u64
    })
}

fn hotfix(frames: &[Vec<u8>], expected: u64) -> f64 {
    let config = hotfix_message::message::Config::default();
    let dictionary = hotfix_message::dict::Dictionary::fix44();
    let builder = hotfix_message::MessageBuilder::new(dictionary, config).unwrap();
    run(frames, expected, |frame| {
        let message = builder.build(frame).into_message().unwrap();
        let text = |bytes: Option<&[u8]>| std::str::from_utf8(bytes.unwrap()).unwrap().to_owned();
        let number = |bytes| text(bytes).parse::<u64>().unwrap();
        number(message.header().get_raw(fix44::MSG_SEQ_NUM))
            + number(message.get_raw(fix44::ORDER_QTY))
            + text(message.get_raw(fix44::CL_ORD_ID)).len() as u64
            + text(message.get_raw(fix44::PRICE)).len() as u64
    })
}
