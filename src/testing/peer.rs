//! Bytes that a test writes in place of the counterparty.

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::wire::{SOH, checksum};

/// The bytes of a message, from its fields with `|` for SOH. BeginString(8) comes first; BodyLength(9) and
/// CheckSum(10) are added.
///
/// ```
/// use sansfix::testing::frame;
/// let heartbeat = frame("8=FIX.4.4|35=0|34=2|49=A|52=20260101-12:00:00|56=B|");
/// assert_eq!(heartbeat, b"8=FIX.4.4\x019=41\x0135=0\x0134=2\x0149=A\x0152=20260101-12:00:00\x0156=B\x0110=118\x01");
/// ```
pub fn frame(fields: &str) -> Vec<u8> {
    let soh = String::from(char::from(SOH));
    let fields = fields.replace('|', &soh);
    let (begin_string, body) = fields.split_once(&soh).unwrap_or((&fields, ""));
    let mut bytes = format!("{begin_string}{soh}9={}{soh}{body}", body.len()).into_bytes();
    let sum = checksum(&bytes);
    bytes.extend(format!("10={sum:03}{soh}").bytes());
    bytes
}
