//! Is a frame of the session exactly the one that a scenario expects?

use sansfix::Utc;

use super::fields::{Filler, read};
use super::line::Written;

/// Fields that the runner checks itself: a scenario names them only where they are the point.
const IMPLIED: [u32; 6] = [8, 9, 10, 49, 52, 56];

/// Compares `frame`, committed at `at`, with the fields expected, in any order.
pub(crate) fn frame(filler: &Filler, frame: &[u8], at: Utc, expected: &[Written]) -> Result<(), String> {
    let fields = read(frame);
    let filler = Filler { utc: at, ..*filler };
    implied(&filler, frame, &fields, expected)?;
    let msg_type = fields.get(2).map_or("", |field| field.1.as_str()).to_owned();
    let mut wanted = Vec::new();
    for (tag, value) in expected {
        if let Some(value) = value
            && filler.version.has(&msg_type, *tag, value)
        {
            wanted.push((*tag, filler.value(value)?));
        }
    }
    let appl = filler.version.appl_ver_id();
    if msg_type == "A" && !appl.is_empty() && !expected.iter().any(|field| field.0 == 1137) {
        wanted.push((1137, appl.to_owned()));
    }
    let named = |tag| expected.iter().any(|field| field.0 == tag);
    let mut got: Vec<_> =
        fields.into_iter().filter(|field| !IMPLIED.contains(&field.0) || named(field.0)).collect();
    for (tag, value) in wanted {
        let fits = |got: &(u32, String)| got.0 == tag && matches(&got.1, &value);
        match got.iter().position(fits) {
            Some(at) => drop(got.remove(at)),
            None => return Err(format!("{tag}={value} was expected")),
        }
    }
    match got.first() {
        Some((tag, value)) => Err(format!("{tag}={value} was not expected")),
        None => Ok(()),
    }
}

/// `*` for anything, `~text` for a value that holds the text.
pub(crate) fn matches(got: &str, wanted: &str) -> bool {
    match wanted.strip_prefix('~') {
        Some(part) => got.contains(part),
        None => wanted == "*" || got == wanted,
    }
}

/// BeginString, BodyLength, CheckSum, CompIDs, SendingTime, and the header's order.
fn implied(
    filler: &Filler,
    frame: &[u8],
    fields: &[(u32, String)],
    expected: &[Written],
) -> Result<(), String> {
    let value = |tag| fields.iter().find(|field| field.0 == tag).map(|field| field.1.as_str());
    let wanted = |tag, text: &str| -> Result<(), String> {
        if expected.iter().any(|field| field.0 == tag) || value(tag) == Some(text) {
            return Ok(());
        }
        Err(format!("{tag}={text} was expected, got {:?}", value(tag)))
    };
    if fields.iter().take(3).map(|field| field.0).ne([8, 9, 35]) {
        return Err("8, 9, 35 are not the first three fields".into());
    }
    wanted(8, filler.version.begin_string().as_str())?;
    wanted(49, "US")?;
    wanted(56, "THEM")?;
    wanted(52, &filler.stamp(filler.utc))?;
    let body_at = frame.windows(4).position(|at| at == b"\x0135=").map_or(0, |at| at + 1);
    let end = frame.len().saturating_sub(7);
    wanted(9, &(end.saturating_sub(body_at)).to_string())?;
    let sum: u32 = frame.get(..end).unwrap_or_default().iter().map(|&byte| u32::from(byte)).sum();
    wanted(10, &format!("{:03}", sum % 256))
}
