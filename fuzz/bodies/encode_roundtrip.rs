//! What the encoder writes, the reader reads: the same fields, in order.

use sansfix::testing::{Clock, MemoryJournal};
use sansfix::wire::{Fields, Framing, Scan, frame};
use sansfix::{BeginString, Checkpoint, Config, MsgType, Policies, Role, Session};

/// Fields: two bytes of tag, one of length, the value. Data fields are written as such.
pub fn run(input: &[u8]) {
    let Ok(mut config) = Config::new(Role::Initiator, BeginString::Fix44, "SENDER", "TARGET") else { return };
    config.policies = Policies::standard();
    config.policies.logon.while_disconnected = sansfix::session::WhileDisconnected::Store;
    let data = config.data_fields;
    let clock = Clock::new();
    let Ok(mut session) = Session::new(config, Checkpoint::begin(clock.now().utc)) else { return };
    let (mut out, mut fields) = (vec![0; 1 << 16], Vec::new());
    let mut rest = input;
    while let [high, low, len, tail @ ..] = rest {
        let (value, tail) = tail.split_at(usize::from(*len).min(tail.len()));
        fields.push((u32::from(*high) << 8 | u32::from(*low), value));
        rest = tail;
    }
    let sent = session.send(clock.now(), MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
        for (tag, value) in &fields {
            match data.length_tag(*tag) {
                Some(length_tag) => body.data(length_tag, *tag, value),
                None => body.bytes(*tag, value),
            };
        }
    });
    let Ok(built) = sent else { return };
    let Some(record) = built.record() else { panic!("a message without a record") };
    let bytes = record.sent.and_then(|sent| sent.frame).expect("a message with a frame");
    let Framing::Frame(span) = frame(bytes, usize::MAX, &mut Scan::default()) else { panic!("no frame") };
    assert_eq!(span.len, bytes.len());
    let read: Vec<(u32, &[u8])> = Fields::new(&bytes[span.body_at..span.trailer_at], data)
        .map(|field| field.expect("a good field"))
        .map(|field| (field.tag, field.value.as_bytes()))
        .collect();
    // A data field stands behind its length.
    let mut expected: Vec<(u32, String, &[u8])> = Vec::new();
    for (tag, value) in fields {
        if let Some(length_tag) = data.length_tag(tag) {
            expected.push((length_tag, value.len().to_string(), b""));
        }
        expected.push((tag, String::new(), value));
    }
    let own = read.len() - expected.len();
    for ((tag, value), (expected_tag, length, bytes)) in read[own..].iter().zip(&expected) {
        assert_eq!(tag, expected_tag);
        assert_eq!(*value, if length.is_empty() { bytes } else { length.as_bytes() });
    }
    // This disk does not fail.
    let _ = built.commit(&mut session, &mut MemoryJournal::new());
}
