//! A session that uses the expected header and one that never does are told the same, and say the same.
#![no_main]

#[path = "../../tests/fast_path/twin.rs"]
#[allow(dead_code, reason = "the properties use the rest")]
mod twin;

use libfuzzer_sys::fuzz_target;
use twin::{Twin, at, finish, frame};

// A configuration, the next number, what follows the usual header, and for each message what is changed in it: a step of its number, a
// place, and the byte that stands there.
fuzz_target!(|input: (u8, u16, &[u8], Vec<(i8, u8, u8)>)| {
    let (variant, first, body, changes) = input;
    let mut memory = [[0; 4096]; 4];
    let mut twin = Twin::new(variant, u64::from(first) + 1, &mut memory);
    let body = String::from_utf8_lossy(body.get(..256).unwrap_or(body));
    for (index, &(step, place, byte)) in changes.iter().take(32).enumerate() {
        let number = twin.next_in().saturating_add_signed(if index < 2 { 0 } else { i64::from(step / 32) });
        let fields =
            format!("35=D|34={number}|49=BUYSIDE|52=20260101-12:00:0{}.000|56=SELLSIDE|{body}", index % 10);
        let mut bytes = frame(twin.begin_string().as_str(), &fields);
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
