//! Why a settings file is refused.

use core::fmt;
use std::path::PathBuf;
use std::string::String;

#[cfg(feature = "schedule")]
use crate::schedule::ScheduleError;
use crate::session::ConfigError;

/// Why a settings file is refused; nothing is loaded then. The text names file, line and key.
#[derive(Debug, thiserror::Error)]
pub struct SettingsError {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// The line, from 1; `None` if the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: SettingsFault,
}

/// What is wrong with a settings file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsFault {
    /// The operating system refused, or the file is not UTF-8.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// The file is larger than any settings file.
    #[error("expected a settings file of at most {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line of an unknown form.
    #[error("expected [DEFAULT], [SESSION], KEY=VALUE or # comment, got \"{0}\"")]
    Line(String),
    /// A key before the first section.
    #[error("{0}: expected [DEFAULT] or [SESSION] before the first key")]
    OutsideSection(String),
    /// A second `[DEFAULT]`.
    #[error("expected one [DEFAULT], but another is on line {first}")]
    DefaultTwice {
        /// The first one's line.
        first: usize,
    },
    /// There is no `[SESSION]`.
    #[error("expected at least one [SESSION]")]
    NoSession,
    /// The same session twice.
    #[error("session {0} is defined twice")]
    SessionTwice(String),
    /// Neither QuickFIX nor QuickFIX/J has this key, and [`Settings::load_with`](super::Settings::load_with)
    /// was not told of it.
    #[error(
        "{0}: unknown key, neither QuickFIX nor QuickFIX/J has it, nor is it named as the application's own"
    )]
    UnknownKey(String),
    /// The same key twice in one section.
    #[error("{key}: expected once per section, but it is also on line {first}")]
    KeyTwice {
        /// The key.
        key: String,
        /// The first one's line.
        first: usize,
    },
    /// A required key is missing.
    #[error("{0}: required, but neither this session nor [DEFAULT] has it")]
    Missing(&'static str),
    /// An impossible value.
    #[error("{key}: expected {expected}, got \"{got}\"")]
    Value {
        /// The key.
        key: String,
        /// What is allowed.
        expected: &'static str,
        /// What the file has.
        got: String,
    },
    /// Values that do not go together.
    #[error("{key}: {why}")]
    Contradiction {
        /// One of the keys.
        key: String,
        /// The contradiction.
        why: &'static str,
    },
    /// An impossible time, day, zone or calendar.
    #[cfg(feature = "schedule")]
    #[error("{key}: {source}")]
    Schedule {
        /// The key.
        key: String,
        /// What is wrong with it.
        source: ScheduleError,
    },
    /// The resulting configuration cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl SettingsError {
    pub(super) fn at(line: usize, fault: impl Into<SettingsFault>) -> Self {
        SettingsError { file: None, line: Some(line), fault: fault.into() }
    }

    pub(super) fn whole(fault: impl Into<SettingsFault>) -> Self {
        SettingsError { file: None, line: None, fault: fault.into() }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        self.fault.fmt(f)
    }
}
