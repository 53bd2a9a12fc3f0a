//! FIX frames for the runner, written and read without the crate's own code.

use std::time::Duration;

use sansfix::Utc;

use super::line::Written;
use super::version::Version;

/// 2026-01-01 12:00:00 UTC, when every scenario begins.
pub(crate) const BEGIN: i64 = 1_767_268_800;

/// What the runner fills in of a frame of the counterparty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filler {
    pub version: Version,
    pub utc: Utc,
}

impl Filler {
    /// A frame: 8, 9, 35, then 49, 52 and 56 unless given, then the fields in the order given.
    pub(crate) fn frame(&self, fields: &[Written]) -> Result<Vec<u8>, String> {
        let given = |tag| fields.iter().find(|field| field.0 == tag);
        let value = |tag, default: &str| match given(tag) {
            Some((_, Some(value))) => self.value(value),
            Some((_, None)) | None => Ok(default.to_owned()),
        };
        let mut body = String::new();
        let mut put = |tag: u32, value: &str| body.push_str(&format!("{tag}={value}\x01"));
        let msg_type = value(35, "")?;
        if given(35).is_some() {
            put(35, &msg_type);
        }
        for (tag, default) in [(49, "THEM".to_owned()), (52, self.stamp(self.utc)), (56, "US".to_owned())] {
            if given(tag).is_none() {
                put(tag, &default);
            }
        }
        for (tag, written) in fields.iter().filter(|field| ![8, 9, 10, 35].contains(&field.0)) {
            if let Some(written) = written {
                put(*tag, &self.value(written)?);
            }
        }
        let appl = self.version.appl_ver_id();
        if msg_type == "A" && given(1137).is_none() && !appl.is_empty() {
            put(1137, appl);
        }
        let begin = value(8, self.version.begin_string().as_str())?;
        let length = match value(9, "")? {
            text if text.is_empty() => body.len().to_string(),
            text => match text.strip_prefix(['+', '-']).map(|by| by.parse::<i64>()) {
                Some(Ok(by)) => {
                    let sign = if text.starts_with('-') { -1 } else { 1 };
                    (body.len() as i64 + sign * by).to_string()
                }
                _ => text,
            },
        };
        let frame = format!("8={begin}\x019={length}\x01{body}");
        let sum = format!("{:03}", frame.bytes().map(u32::from).sum::<u32>() % 256);
        let sum = value(10, &sum)?;
        Ok(format!("{frame}10={sum}\x01").into_bytes())
    }

    /// A value as it is written in a scenario: `now`, `@-130s` from the beginning, `now+1s`, `open` for an
    /// open EndSeqNo.
    pub(crate) fn value(&self, written: &str) -> Result<String, String> {
        let signed = |text: &str, from: Utc| -> Result<String, String> {
            if text.is_empty() {
                return Ok(self.stamp(from));
            }
            let by = super::line::duration(text.trim_start_matches(['+', '-']))?;
            let nanos = i64::try_from(by.as_nanos()).map_err(|_| "too far".to_owned())?;
            let nanos = if text.starts_with('-') { -nanos } else { nanos };
            Ok(self.stamp(Utc::from_nanos(from.as_nanos() + nanos)))
        };
        if let Some(rest) = written.strip_prefix("now") {
            return signed(rest, self.utc);
        }
        if let Some(rest) = written.strip_prefix('@') {
            return signed(rest, Utc::from_secs(BEGIN));
        }
        if written == "open" {
            let old = self.version.begin_string() <= sansfix::BeginString::Fix41;
            return Ok(if old { "999999" } else { "0" }.to_owned());
        }
        Ok(written.replace('|', "\x01"))
    }

    /// UTCTimestamp: seconds before FIX 4.2, milliseconds from there on.
    pub(crate) fn stamp(&self, utc: Utc) -> String {
        let since = utc.as_nanos() - BEGIN * 1_000_000_000;
        let nanos = since + 12 * 3600 * 1_000_000_000;
        let day = nanos.div_euclid(86_400_000_000_000);
        let time = Duration::from_nanos(nanos.rem_euclid(86_400_000_000_000).unsigned_abs());
        let date = match day {
            0..=30 => format!("202601{:02}", day + 1),
            -31..=-1 => format!("202512{:02}", 32 + day),
            _ => "20991231".to_owned(),
        };
        let seconds = time.as_secs();
        let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if self.version.begin_string() < sansfix::BeginString::Fix42 {
            format!("{date}-{clock}")
        } else {
            format!("{date}-{clock}.{:03}", time.subsec_millis())
        }
    }
}

/// The fields of a frame, by SOH.
pub(crate) fn read(frame: &[u8]) -> Vec<(u32, String)> {
    frame
        .split(|&byte| byte == 1)
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let text = String::from_utf8_lossy(piece);
            let (tag, value) = text.split_once('=').unwrap_or(("0", &text));
            (tag.parse().unwrap_or(0), value.to_owned())
        })
        .collect()
}

/// The frame as logs show it.
pub(crate) fn shown(frame: &[u8]) -> String {
    String::from_utf8_lossy(frame).replace('\x01', "|")
}
