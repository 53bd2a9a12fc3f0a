//! QuickFIX's settings file, read into a [`Config`] for each session.
//!
//! The file has one `[DEFAULT]` section, and a `[SESSION]` section for each session, which overrides the
//! defaults. Keys are QuickFIX's and QuickFIX/J's, in any case. An unknown key, a key set twice in a section,
//! and an impossible value are errors that name file, line and key; nothing is loaded then. The policies
//! start from [`Policies::quickfix`](crate::Policies::quickfix).
//!
//! ```
//! use sansfix::Id;
//! use sansfix::settings::Settings;
//!
//! let settings = Settings::parse("
//! [DEFAULT]
//! ConnectionType=initiator
//! SenderCompID=BUYSIDE
//! HeartBtInt=30
//! SocketConnectHost=fix.example.com
//!
//! [SESSION]
//! BeginString=FIX.4.4
//! TargetCompID=SELLSIDE
//! SocketConnectPort=5001
//! ")?;
//! let session = &settings.sessions()[0];
//! assert_eq!(session.config.ids.get(Id::TargetCompId), "SELLSIDE");
//! assert_eq!(session.get("SocketConnectPort"), Some("5001")); // for whoever connects
//!
//! let wrong = "[SESSION]\nConnectionType=initiator\nBeginString=FIX.4.4\nSenderCompID=A\nTargetCompID=B\nHeartBtInt=often";
//! let error = Settings::parse(wrong).unwrap_err();
//! assert_eq!(error.to_string(), "line 6: HeartBtInt: expected seconds from 0 to 86400, got \"often\"");
//! # Ok::<(), sansfix::settings::SettingsError>(())
//! ```
//!
//! What the session acts on is in [`SessionSettings::config`], and what message rules need is in
//! [`SessionSettings::rules`]. With the feature `schedule`, `SessionSettings::schedule` makes the calendar.
//! Keys for sockets, files, databases and logs are passed to the caller, by [`get`](SessionSettings::get) and
//! [`path`](SessionSettings::path), as are keys of the application's own, named to
//! [`load_with`](Settings::load_with). Passwords in `LogonTag` never reach `Debug`.

mod error;
mod keys;
#[cfg(test)]
mod page;
mod reader;
mod rules;
#[cfg(feature = "schedule")]
mod schedule;
mod section;
mod session;
#[cfg(test)]
mod tests;

use std::borrow::ToOwned;
use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

use crate::session::{Config, Id};
use keys::Owner;
use section::{Section, Setting};

pub use error::{SettingsError, SettingsFault};
pub use rules::RulesSettings;
#[cfg(feature = "dictionary")]
pub use rules::{RulesLoadError, load_dictionary};

/// The sessions of a settings file, in the file's order.
#[derive(Clone, Debug)]
pub struct Settings {
    sessions: Vec<SessionSettings>,
}

/// One session of a settings file.
#[derive(Clone)]
pub struct SessionSettings {
    /// The session's configuration.
    pub config: Config,
    /// What messages are checked against.
    pub rules: RulesSettings,
    /// Fields for our Logon (`LogonTag`), as tag and value. Write them when the session asks by
    /// [`Output::Compose`](crate::Output::Compose); if there are any, [`config`](Self::config) makes it ask.
    pub logon_fields: Vec<(u32, String)>,
    /// Whether sent messages are kept for resends (`PersistMessages`). If not, use a journal that keeps only
    /// checkpoints: every resend is a gap fill then.
    pub persist_messages: bool,
    /// The file all this was read from, if any: errors name it, and relative paths are relative to its
    /// folder.
    file: Option<PathBuf>,
    /// The keys left to the caller, and those of the calendar.
    others: Section,
}

impl Settings {
    /// Reads a file; relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// The file cannot be read or is faulty: see [`SettingsFault`].
    pub fn load(file: impl AsRef<Path>) -> Result<Self, SettingsError> {
        Settings::load_with(file, &[])
    }

    /// The same for a file that also has keys of the application's `own`: [`SessionSettings::get`] returns
    /// them, as it does those of sockets. A key that neither engine has and `own` does not name is still an
    /// error, since it may be a misspelling. A name that an engine has stays the engine's.
    ///
    /// # Errors
    /// Those of [`load`](Settings::load).
    pub fn load_with(file: impl AsRef<Path>, own: &[&str]) -> Result<Self, SettingsError> {
        let file = file.as_ref();
        let in_file = |error: SettingsError| SettingsError { file: Some(file.to_owned()), ..error };
        let text = reader::read(file).map_err(in_file)?;
        Settings::parse_from(&text, Some(file), own).map_err(in_file)
    }

    /// Reads the text of a file; relative paths in it stay as they are.
    ///
    /// # Errors
    /// The text is faulty: see [`SettingsFault`].
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        Settings::parse_with(text, &[])
    }

    /// The same for a text that also has keys of the application's `own`, as for
    /// [`load_with`](Settings::load_with).
    ///
    /// # Errors
    /// Those of [`parse`](Settings::parse).
    pub fn parse_with(text: &str, own: &[&str]) -> Result<Self, SettingsError> {
        Settings::parse_from(text, None, own)
    }

    /// The sessions, at least one.
    pub fn sessions(&self) -> &[SessionSettings] {
        &self.sessions
    }

    /// The sessions, by value.
    pub fn into_sessions(self) -> Vec<SessionSettings> {
        self.sessions
    }

    fn parse_from(text: &str, file: Option<&Path>, own: &[&str]) -> Result<Self, SettingsError> {
        let mut sessions: Vec<SessionSettings> = Vec::new();
        for section in section::sections(text, own)? {
            let session = session::read(&section, file)?;
            if let Some(twin) = sessions.iter().find(|other| other.is_twin_of(&session)) {
                return Err(SettingsError::at(section.line, SettingsFault::SessionTwice(twin.name())));
            }
            sessions.push(session);
        }
        Ok(Settings { sessions })
    }
}

impl SessionSettings {
    /// The value of a key left to the caller: for sockets, files, databases, logs, the calendar, or one of
    /// the application's own. `None` if the file does not set it, or if it went into
    /// [`config`](Self::config) or [`rules`](Self::rules).
    pub fn get(&self, key: &str) -> Option<&str> {
        let is_meant = |known: &&Setting| known.key.eq_ignore_ascii_case(key);
        self.others.settings.iter().find(is_meant).map(|setting| setting.value.as_str())
    }

    /// The same, for a key that names a file or folder; relative paths are resolved against the settings
    /// file's folder.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.get(key).map(|path| folder(self.file.as_deref()).join(path))
    }

    /// All keys left to the caller, with their values. With the feature `schedule`, those of the calendar are
    /// not among them: `schedule` reads them.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_callers = |owner| owner == Owner::Caller || !cfg!(feature = "schedule");
        let callers = self.others.settings.iter().filter(move |setting| is_callers(setting.owner));
        callers.map(|setting| (setting.key.as_str(), setting.value.as_str()))
    }

    /// The session's name as QuickFIX writes it: `FIX.4.4:BUYSIDE->SELLSIDE`, followed by the qualifier, if
    /// any.
    pub fn name(&self) -> String {
        let (version, [sender, target]) = (
            self.config.begin_string,
            [Id::SenderCompId, Id::TargetCompId].map(|id| self.config.ids.get(id)),
        );
        let qualifier = self.get("SessionQualifier").map(|text| std::format!(":{text}")).unwrap_or_default();
        std::format!("{version}:{sender}->{target}{qualifier}")
    }

    fn is_twin_of(&self, other: &SessionSettings) -> bool {
        let identity = |session: &SessionSettings| (session.name(), session.config.ids);
        identity(self) == identity(other)
    }
}

/// What relative paths in a file are relative to.
fn folder(file: Option<&Path>) -> &Path {
    file.and_then(Path::parent).unwrap_or(Path::new(""))
}

/// Without the values of the caller's keys and of Logon fields, which may be secrets.
impl core::fmt::Debug for SessionSettings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let keys: Vec<_> = self.others.settings.iter().map(|setting| &setting.key).collect();
        let tags: Vec<_> = self.logon_fields.iter().map(|(tag, _)| tag).collect();
        f.debug_struct("SessionSettings")
            .field("config", &self.config)
            .field("rules", &self.rules)
            .field("logon_fields", &tags)
            .field("persist_messages", &self.persist_messages)
            .field("others", &keys)
            .finish_non_exhaustive()
    }
}
