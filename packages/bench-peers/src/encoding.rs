//! Encoders: they write the eighteen or nineteen fields of the order in our own outbound bench, with
//! BodyLength and CheckSum. There is no session, and no number is used.

use fefix::tagvalue::FvWrite as _;
use hotfix_message::{Part as _, fix44};

use crate::common::messages::{FIRST, PEER, US};
use crate::{COUNT, best_of};

const TIME: &str = "20260101-12:00:00.000";

/// Each encoder, and its nanoseconds per message.
pub(crate) fn all() -> [(&'static str, f64); 3] {
    [
        ("ironfix-tagvalue 0.5, encode", ironfix()),
        ("fefix 0.7, encode", fefix()),
        ("hotfix-message 0.4, encode", hotfix()),
    ]
}

fn run(mut encode: impl FnMut(u64) -> usize) -> f64 {
    best_of(COUNT, || (FIRST..FIRST + COUNT as u64).map(|number| encode(number) as u64).sum())
}

fn ironfix() -> f64 {
    let mut encoder = ironfix_tagvalue::Encoder::with_capacity("FIX.4.4", 512);
    run(|number| {
        encoder.clear();
        encoder.put_str(35, "D");
        encoder.put_uint(34, number);
        encoder.put_str(49, US);
        encoder.put_str(52, TIME);
        encoder.put_str(56, PEER);
        encoder.put_str(11, "O0100001");
        encoder.put_str(1, "ACC7");
        encoder.put_str(15, "USD");
        encoder.put_char(21, '1');
        encoder.put_uint(38, 12_345);
        encoder.put_char(40, '2');
        encoder.put_str(44, "123.45");
        encoder.put_char(54, '1');
        encoder.put_str(55, "MSFT");
        encoder.put_char(59, '0');
        encoder.put_str(60, TIME);
        encoder.finish().unwrap().len()
    })
}

fn fefix() -> f64 {
    let mut encoder = fefix::tagvalue::Encoder::<fefix::tagvalue::Config>::default();
    let mut buffer = Vec::with_capacity(512);
    run(|number| {
        buffer.clear();
        let mut message = encoder.start_message(b"FIX.4.4", &mut buffer, b"D");
        message.set_fv(&34_u32, number);
        message.set_fv(&49_u32, US);
        message.set_fv(&52_u32, TIME);
        message.set_fv(&56_u32, PEER);
        message.set_fv(&11_u32, "O0100001");
        message.set_fv(&1_u32, "ACC7");
        message.set_fv(&15_u32, "USD");
        message.set_fv(&21_u32, "1");
        message.set_fv(&38_u32, 12_345_u64);
        message.set_fv(&40_u32, "2");
        message.set_fv(&44_u32, "123.45");
        message.set_fv(&54_u32, "1");
        message.set_fv(&55_u32, "MSFT");
        message.set_fv(&59_u32, "0");
        message.set_fv(&60_u32, TIME);
        message.wrap().len()
    })
}

fn hotfix() -> f64 {
    let config = hotfix_message::message::Config::default();
    run(|number| {
        let mut message = hotfix_message::message::Message::new("FIX.4.4", "D");
        message.set(fix44::MSG_SEQ_NUM, number);
        message.set(fix44::SENDER_COMP_ID, US);
        message.set(fix44::SENDING_TIME, TIME);
        message.set(fix44::TARGET_COMP_ID, PEER);
        message.set(fix44::CL_ORD_ID, "O0100001");
        message.set(fix44::ACCOUNT, "ACC7");
        message.set(fix44::CURRENCY, "USD");
        message.set(fix44::HANDL_INST, "1");
        message.set(fix44::ORDER_QTY, 12_345_u64);
        message.set(fix44::ORD_TYPE, "2");
        message.set(fix44::PRICE, "123.45");
        message.set(fix44::SIDE, "1");
        message.set(fix44::SYMBOL, "MSFT");
        message.set(fix44::TIME_IN_FORCE, "0");
        message.set(fix44::TRANSACT_TIME, TIME);
        message.encode(&config).unwrap().len()
    })
}
