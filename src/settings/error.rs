//! Why settings are refused.

use core::fmt;
use std::path::PathBuf;
use std::string::String;

#[cfg(feature = "schedule")]
use crate::schedule::ScheduleError;
use crate::session::ConfigError;

/// Why a settings file is refused: nothing of it is loaded. The text names file, line and key.
#[derive(Debug, thiserror::Error)]
pub struct SettingsError {
    /// The file, where there is one.
    pub file: Option<PathBuf>,
    /// The line, from 1; `None` where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: SettingsFault,
}

/// What is wrong with a settings file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsFault {
    /// The operating system refused, or the file is no UTF-8.
    #[error("cannot be read: {0}")]
    Io(std::io::Error),
    /// The file is larger than any settings file.
    #[error("expected a settings file of at most {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line of another form.
    #[error("expected [DEFAULT], [SESSION], KEY=VALUE or # comment, got \"{0}\"")]
    Line(String),
    /// A key above the first section.
    #[error("{0}: expected [DEFAULT] or [SESSION] above the first key")]
    OutsideSection(String),
    /// A second `[DEFAULT]`.
    #[error("expected one [DEFAULT], the first is in line {first}")]
    DefaultTwice {
        /// The first one's line.
        first: usize,
    },
    /// There is no `[SESSION]`.
    #[error("expected at least one [SESSION]")]
    NoSession,
    /// A session that was there before.
    #[error("session {0} is there twice")]
    SessionTwice(String),
    /// Neither QuickFIX nor QuickFIX/J has this key, nor is it one of those that
    /// [`Settings::load_with`](super::Settings::load_with) was told.
    #[error("{0}: no key of QuickFIX or QuickFIX/J, nor one of the application's own")]
    UnknownKey(String),
    /// The same key twice in one section.
    #[error("{key}: expected once in a section, it is in line {first} too")]
    KeyTwice {
        /// The key.
        key: String,
        /// The first one's line.
        first: usize,
    },
    /// A key that every session needs.
    #[error("{0}: missing in this session and in [DEFAULT]")]
    Missing(&'static str),
    /// A value that cannot be.
    #[error("{key}: expected {expected}, got \"{got}\"")]
    Value {
        /// The key.
        key: String,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
    /// Values that do not go together.
    #[error("{key}: {why}")]
    Contradiction {
        /// The key that was read last.
        key: String,
        /// What it contradicts.
        why: &'static str,
    },
    /// A time, a day or a zone that cannot be, or a calendar that cannot.
    #[cfg(feature = "schedule")]
    #[error("{key}: {source}")]
    Schedule {
        /// The key.
        key: String,
        /// What is wrong with it.
        source: ScheduleError,
    },
    /// The session cannot work like this.
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
