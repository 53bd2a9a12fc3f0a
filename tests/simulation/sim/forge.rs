//! Frames that a lying counterparty makes.

use sansfix::wire::{TimePrecision, UTC_TIMESTAMP_MAX, write_utc};
use sansfix::{Config, Id, Utc};

use super::op::Forgery;

/// A frame to the side of this configuration, whose next expected number is `next_in`.
pub fn forge(config: &Config, next_in: u64, utc: Utc, forgery: Forgery) -> Vec<u8> {
    let mut time = [0; UTC_TIMESTAMP_MAX];
    let len = write_utc(utc, TimePrecision::Seconds, &mut time);
    let time = String::from_utf8_lossy(&time[..len]).into_owned();
    let number = next_in.saturating_add_signed(i64::from(forgery.number)).max(1);
    let duplicate = if forgery.poss_dup { format!("43=Y|122={time}|") } else { String::new() };
    let Forgery { value, flag, .. } = forgery;
    let body = match forgery.msg_type {
        b'1' => format!("112={value}|"),
        b'2' => format!("7={value}|16={}|", if flag { 0 } else { value }),
        b'3' => format!("45={value}|58=liar|"),
        b'4' => format!("36={}|123={}|", next_in as i64 + value.min(99), if flag { 'Y' } else { 'N' }),
        b'5' => "58=liar|".into(),
        b'A' => format!("98=0|108={value}|141={}|789={value}|", if flag { 'Y' } else { 'N' }),
        b'D' => format!("11={}|58=liar|", u64::MAX),
        _ => String::new(),
    };
    let inner = format!(
        "35={}|{duplicate}34={number}|49={}|52={time}|56={}|{body}",
        char::from(forgery.msg_type),
        config.ids.get(Id::TargetCompId),
        config.ids.get(Id::SenderCompId),
    );
    let mut frame =
        format!("8={}|9={}|{inner}", config.begin_string, inner.len()).replace('|', "\x01").into_bytes();
    let sum = frame.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
    frame.extend_from_slice(format!("10={sum:03}\x01").as_bytes());
    frame.truncate(frame.len() - usize::from(forgery.cut));
    frame
}
