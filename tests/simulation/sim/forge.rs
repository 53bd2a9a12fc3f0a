//! Frames that a lying counterparty makes.

use sansfix::wire::{TimePrecision, UTC_TIMESTAMP_MAX, write_utc};
use sansfix::{BeginString, Config, Id, Utc};

use super::op::{Forgery, Header};

const HOUR: i64 = 3_600_000_000_000;

/// A frame to the side of this configuration, whose next expected number is `next_in`.
pub fn forge(config: &Config, next_in: u64, utc: Utc, forgery: Forgery) -> Vec<u8> {
    let time = stamp(if forgery.header == Header::Old {
        Utc::from_nanos(utc.as_nanos().saturating_sub(HOUR))
    } else {
        utc
    });
    let number = next_in.saturating_add_signed(i64::from(forgery.number)).max(1);
    let original = if forgery.header == Header::OriginalLater { "20991231-23:59:59" } else { time.as_str() };
    let duplicate = if forgery.poss_dup { format!("43=Y|122={original}|") } else { String::new() };
    let (sender, target) = (config.ids.get(Id::TargetCompId), config.ids.get(Id::SenderCompId));
    let sender = if forgery.header == Header::OtherSender { "NOBODY" } else { sender };
    let target = if forgery.header == Header::NoTarget { String::new() } else { format!("56={target}|") };
    let more = match forgery.header {
        Header::BadFlag => "97=X|",
        Header::ProcessedTooMuch => "369=999999999|",
        _ => "",
    };
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
        "35={}|{duplicate}34={number}|49={sender}|52={time}|{target}{more}{body}",
        char::from(forgery.msg_type),
    );
    let version = match (forgery.header, config.begin_string) {
        (Header::OtherVersion, BeginString::Fix44) => BeginString::Fix42,
        (Header::OtherVersion, _) => BeginString::Fix44,
        (_, version) => version,
    };
    let mut frame = format!("8={version}|9={}|{inner}", inner.len()).replace('|', "\x01").into_bytes();
    let sum = frame.iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
    frame.extend_from_slice(format!("10={sum:03}\x01").as_bytes());
    frame.truncate(frame.len() - usize::from(forgery.cut));
    frame
}

fn stamp(utc: Utc) -> String {
    let mut time = [0; UTC_TIMESTAMP_MAX];
    let len = write_utc(utc, TimePrecision::Seconds, &mut time);
    String::from_utf8_lossy(&time[..len]).into_owned()
}
