//! The lines of a settings file.
//!
//! Written here because no INI crate reports the line of a key, without which an error cannot say where to
//! look; and because QuickFIX's format has no quotes, escapes, `;` comments or trailing comments, which those
//! crates would find in passwords.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::string::{String, ToString};

use super::error::{SettingsError, SettingsFault};

/// No settings file is longer, in bytes; a log or a store passed by mistake would be.
const FILE_MAX: usize = 16 << 20;

/// A line that is not blank or a comment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line<'t> {
    /// `[DEFAULT]`, in any case.
    Default,
    /// `[SESSION]`, in any case.
    Session,
    /// `KEY=VALUE`, without the spaces around both.
    Pair(&'t str, &'t str),
}

/// The whole file, or as much as shows that it is too long.
pub(super) fn read(file: &Path) -> Result<String, SettingsError> {
    let io = |error| SettingsError::whole(SettingsFault::Io(error));
    let mut text = String::new();
    let limit = u64::try_from(FILE_MAX).unwrap_or(u64::MAX);
    File::open(file).map_err(io)?.take(limit + 1).read_to_string(&mut text).map_err(io)?;
    Ok(text)
}

/// The lines that are not blank or comments, with their numbers from 1.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Result<(usize, Line<'_>), SettingsError>> {
    let too_large = SettingsFault::TooLarge { limit: FILE_MAX };
    let refused = (text.len() > FILE_MAX).then(|| Err(SettingsError::whole(too_large)));
    let text = if refused.is_some() { "" } else { text.strip_prefix('\u{feff}').unwrap_or(text) };
    let read = text.lines().zip(1..).filter_map(|(text, number)| match line(text) {
        Ok(line) => line.map(|line| Ok((number, line))),
        Err(fault) => Some(Err(SettingsError::at(number, fault))),
    });
    refused.into_iter().chain(read)
}

/// One line; `None` if it is blank or a comment.
fn line(text: &str) -> Result<Option<Line<'_>>, SettingsFault> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let wrong = || SettingsFault::Line(text.chars().take(80).collect());
    if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let name = name.trim();
        return match name {
            _ if name.eq_ignore_ascii_case("DEFAULT") => Ok(Some(Line::Default)),
            _ if name.eq_ignore_ascii_case("SESSION") => Ok(Some(Line::Session)),
            _ => Err(wrong()),
        };
    }
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() {
        return Err(wrong());
    }
    if value.contains('\u{1}') {
        return Err(SettingsFault::Value {
            key: key.to_string(),
            expected: "a value without SOH",
            got: value.to_string(),
        });
    }
    Ok(Some(Line::Pair(key, value)))
}
