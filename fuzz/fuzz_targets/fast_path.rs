//! A session that takes the fast paths for usual messages reports and sends the same as one that does not.
#![no_main]

#[path = "../../tests/fast_path/twin.rs"]
#[allow(dead_code, reason = "the properties use the rest")]
mod twin;

use libfuzzer_sys::fuzz_target;
use twin::{Twin, at, finish, frame};

// A configuration, the next number, an additional field for headers, what follows the header, and for each
// message what is changed in it: the step of its number, a position, the byte put there, and the layout of
// the header.
fuzz_target!(|input: (u8, u16, &[u8], &[u8], Vec<(i8, u8, u8, u8)>)| {
    let (variant, first, other, body, changes) = input;
    let mut memory = [[0; 4096]; 4];
    let mut twin = Twin::new(variant, u64::from(first) + 1, &mut memory);
    let text = |bytes: &[u8], most| String::from_utf8_lossy(bytes.get(..most).unwrap_or(bytes)).into_owned();
    let (other, body) = (text(other, 64), text(body, 256));
    for (index, &(step, place, byte, shape)) in changes.iter().take(32).enumerate() {
        let number = twin.next_in().saturating_add_signed(if index < 2 { 0 } else { i64::from(step / 32) });
        let header = header(shape, number, index, &other);
        let mut bytes = frame(twin.begin_string().as_str(), &(header + &body));
        if step % 4 != 0 {
            bytes.truncate(bytes.len() - 7);
            let place = usize::from(place) % bytes.len();
            match step % 4 {
                1 | -1 => bytes[place] = byte,
                2 | -2 => bytes.insert(place, byte),
                _ => drop(bytes.remove(place)),
            }
            finish(&mut bytes);
        }
        twin.feed(at(index as u64), &bytes);
    }
});

/// MsgType and the fields of a header in one of their orders, sometimes with another field among them.
fn header(shape: u8, number: u64, index: usize, other: &str) -> String {
    let time = format!("52=20260101-12:00:0{}.000|", index % 10);
    let mut fields = vec![format!("34={number}|"), "49=BUYSIDE|".to_owned(), time, "56=SELLSIDE|".to_owned()];
    let mut which = usize::from(shape % 24);
    for last in 1..4 {
        fields.swap(last, which % (last + 1));
        which /= last + 1;
    }
    let kind = match shape / 24 {
        4 => "0",
        5 => "1",
        6..=9 => {
            fields.insert(usize::from(shape) % 5, other.to_owned());
            "D"
        }
        _ => "D",
    };
    format!("35={kind}|{}", fields.concat())
}
