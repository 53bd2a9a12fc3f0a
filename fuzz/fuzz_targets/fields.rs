//! The iterator over fields covers all the bytes, and every value can be read as every type without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sansfix::wire::{DataFields, Fields, TimePrecision, UTC_TIMESTAMP_MAX, find, find_each, write_utc};

fuzz_target!(|bytes: &[u8]| {
    let mut fields = Fields::new(bytes, &DataFields::STANDARD);
    let mut at = 0;
    let mut two = [58; 2];
    while let Some(next) = fields.next() {
        let end = fields.offset();
        assert!(end > at && end <= bytes.len() + 1);
        if let Ok(field) = next {
            let text = [field.tag.to_string().as_bytes(), b"=", field.value.as_bytes()].concat();
            assert_eq!(&bytes[at..end - 1], text);
            assert!(find(bytes, field.tag, &DataFields::STANDARD).is_some());
            two = [two[1], field.tag];
            let alone = two.map(|tag| find(bytes, tag, &DataFields::STANDARD));
            assert_eq!(find_each(bytes, two, &DataFields::STANDARD), alone);

            let (value, text) = (field.value, field.value.as_str().ok());
            let digits = text.filter(|text| !text.starts_with('+'));
            assert_eq!(value.int().ok(), digits.and_then(|text| text.parse().ok()));
            assert_eq!(
                value.uint().ok(),
                digits.filter(|text| !text.starts_with('-')).and_then(|text| text.parse().ok())
            );
            if let Ok(decimal) = value.decimal() {
                assert!(decimal.parse::<f64>().is_ok());
            }
            if let Ok(time) = value.utc_timestamp() {
                let mut out = [0; UTC_TIMESTAMP_MAX];
                let len = write_utc(time.utc(), TimePrecision::Nanos, &mut out);
                assert_eq!(
                    sansfix::wire::Value::new(&out[..len]).utc_timestamp().map(|read| read.utc()),
                    Ok(time.utc())
                );
            }
            let _ = (value.seq_num(), value.char(), value.bool(), value.utc_date(), value.utc_time());
        }
        at = end;
    }
    assert!(at >= bytes.len());
});
