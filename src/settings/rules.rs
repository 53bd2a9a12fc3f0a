//! What a settings file says about message rules.

use std::path::{Path, PathBuf};
use std::string::String;
use std::vec::Vec;

use super::error::{SettingsError, SettingsFault};
use super::keys::APP_DATA_DICTIONARY;
use super::section::{Section, Setting};
use super::session::appl_ver_id;
use crate::wire::BeginString;

/// Which dictionaries a session uses, and which of their checks. Paths are already resolved. Keys for
/// sessions of the other kind, FIX 4.x or FIXT.1.1, are ignored.
///
/// With the feature `dictionary`, `load` creates the rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RulesSettings {
    /// Whether anything is checked. Nothing is with `UseDataDictionary=N`, `ValidateIncomingMessage=N` or
    /// `RejectInvalidMessage=N`, or without a dictionary.
    pub enabled: bool,
    /// The session's version, which its dictionary must match.
    pub begin_string: BeginString,
    /// `DataDictionary`: the dictionary of a FIX 4.x session.
    pub dictionary: Option<PathBuf>,
    /// `TransportDataDictionary`: the dictionary of FIXT.1.1.
    pub transport: Option<PathBuf>,
    /// `AppDataDictionary`, and those with a version after the name; each with its ApplVerID(1128). The
    /// first is that of DefaultApplVerID(1137).
    pub applications: Vec<(String, PathBuf)>,
    /// `ValidateFieldsOutOfOrder`: whether header, body and trailer must come one after another.
    pub fields_in_order: bool,
    /// `ValidateFieldsHaveValues`: whether a field without a value is rejected.
    pub fields_have_values: bool,
    /// `ValidateUserDefinedFields`: whether tags from 5000 on that the dictionary does not have are
    /// rejected.
    pub user_defined_fields: bool,
    /// `AllowUnknownMsgFields`: whether other tags that the dictionary does not have for the message are
    /// allowed.
    pub allow_unknown_fields: bool,
    /// `ValidateUnorderedGroupFields`: whether the fields of a group must be in the dictionary's order.
    pub group_order: bool,
}

impl RulesSettings {
    pub(super) fn read(
        section: &Section,
        begin_string: BeginString,
        base: &Path,
    ) -> Result<Self, SettingsError> {
        let is = |key, default| Ok::<_, SettingsError>(section.flag(key)?.unwrap_or(default));
        let path = |key| section.get(key).map(|setting| base.join(&setting.value));
        let (dictionary, transport, applications) = match begin_string {
            BeginString::Fixt11 => (None, path("TransportDataDictionary"), applications(section, base)?),
            _ => (path("DataDictionary"), None, Vec::new()),
        };
        let wanted = section.flag("UseDataDictionary")?;
        let is_there = dictionary.is_some() || (transport.is_some() && !applications.is_empty());
        if let (Some(true), false, Some(setting)) = (wanted, is_there, section.get("UseDataDictionary")) {
            let why = match begin_string {
                BeginString::Fixt11 => "there is no TransportDataDictionary with AppDataDictionary",
                _ => "there is no DataDictionary",
            };
            return Err(setting.fault(SettingsFault::Contradiction { key: setting.key.clone(), why }));
        }
        let (validate, reject) = (is("ValidateIncomingMessage", true)?, is("RejectInvalidMessage", true)?);
        Ok(RulesSettings {
            enabled: is_there && wanted != Some(false) && validate && reject,
            begin_string,
            dictionary,
            transport,
            applications,
            fields_in_order: is("ValidateFieldsOutOfOrder", true)?,
            fields_have_values: is("ValidateFieldsHaveValues", true)?,
            user_defined_fields: is("ValidateUserDefinedFields", true)?,
            allow_unknown_fields: is("AllowUnknownMsgFields", false)?,
            group_order: is("ValidateUnorderedGroupFields", false)?,
        })
    }
}

/// The application dictionaries, that of DefaultApplVerID first.
fn applications(section: &Section, base: &Path) -> Result<Vec<(String, PathBuf)>, SettingsError> {
    let default = section.get("DefaultApplVerID").and_then(|setting| appl_ver_id(&setting.value));
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for setting in &section.settings {
        let Some(version) = setting.key.strip_prefix(APP_DATA_DICTIONARY) else { continue };
        let id = version_of(setting, version, default)?;
        if found.iter().any(|(known, _)| known == id) {
            let why = "two dictionaries for one version";
            return Err(setting.fault(SettingsFault::Contradiction { key: setting.key.clone(), why }));
        }
        found.push((id.into(), base.join(&setting.value)));
    }
    found.sort_by_key(|(id, _)| Some(id.as_str()) != default);
    Ok(found)
}

fn version_of(
    setting: &Setting,
    suffix: &str,
    default: Option<&'static str>,
) -> Result<&'static str, SettingsError> {
    let (id, why) = match suffix.strip_prefix('.') {
        None => (default, "DefaultApplVerID must say which version it is for"),
        Some(name) => {
            (appl_ver_id(name), "expected a version behind the name, as in AppDataDictionary.FIX.5.0SP2")
        }
    };
    id.ok_or_else(|| setting.fault(SettingsFault::Contradiction { key: setting.key.clone(), why }))
}

#[cfg(feature = "dictionary")]
pub use load::{RulesLoadError, load_dictionary};

#[cfg(feature = "dictionary")]
mod load {
    use std::format;
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};
    use std::string::String;
    use std::sync::Arc;
    use std::vec::Vec;

    use super::RulesSettings;
    use crate::dictionary::{
        Checks, Dictionary, DictionaryError, DictionaryRules, OnFault, RulesError, Version,
    };

    /// Why rules cannot be loaded.
    #[derive(Debug, thiserror::Error)]
    #[non_exhaustive]
    pub enum RulesLoadError {
        /// The operating system refused, or the file is not UTF-8.
        #[error("{}: cannot be read: {source}", file.display())]
        Io {
            /// The dictionary.
            file: PathBuf,
            /// The operating system's answer.
            source: io::Error,
        },
        /// The dictionary is faulty.
        #[error("{}: {source}", file.display())]
        Dictionary {
            /// The dictionary.
            file: PathBuf,
            /// What is wrong, and where.
            source: DictionaryError,
        },
        /// The dictionary is for another version.
        #[error("{}: expected a dictionary of {expected}, got {got}", file.display())]
        Version {
            /// The dictionary.
            file: PathBuf,
            /// The version in the settings, by BeginString(8) or ApplVerID(1128).
            expected: String,
            /// The dictionary's version.
            got: Version,
        },
        /// The dictionaries do not fit together.
        #[error(transparent)]
        Rules(#[from] RulesError),
    }

    impl RulesSettings {
        /// The checks that the settings ask for; otherwise QuickFIX's.
        pub fn checks(&self) -> Checks {
            let reject = |on| if on { OnFault::Reject } else { OnFault::Allow };
            Checks {
                section_order: reject(self.fields_in_order),
                empty_value: reject(self.fields_have_values),
                user_defined_tag: reject(self.user_defined_fields),
                undefined_tag: reject(!self.allow_unknown_fields),
                tag_not_in_message: reject(!self.allow_unknown_fields),
                group_order: reject(self.group_order),
                ..Checks::QUICKFIX
            }
        }

        /// Loads the dictionaries; `None` if nothing is to be checked. Sessions that share dictionaries can
        /// load them once with [`load_with`](Self::load_with).
        ///
        /// # Errors
        /// A file cannot be read, is not a dictionary, or is for another version than the settings.
        pub fn load(&self) -> Result<Option<DictionaryRules>, RulesLoadError> {
            self.load_with(&mut |file| load_dictionary(file).map(Arc::new))
        }

        /// As [`load`](Self::load), but reads each dictionary with the function given: a cache, say, or
        /// another source.
        ///
        /// # Errors
        /// Those of `load`, and dictionaries that do not fit the settings.
        pub fn load_with(
            &self,
            load: &mut dyn FnMut(&Path) -> Result<Arc<Dictionary>, RulesLoadError>,
        ) -> Result<Option<DictionaryRules>, RulesLoadError> {
            if !self.enabled {
                return Ok(None);
            }
            if let Some(file) = &self.dictionary {
                let dictionary = load(file)?;
                let (expected, got) = (self.begin_string, dictionary.version());
                if got.begin_string() != expected {
                    let expected = expected.as_str().into();
                    return Err(RulesLoadError::Version { file: file.clone(), expected, got });
                }
                return Ok(Some(DictionaryRules::new(dictionary)?.with_checks(self.checks())));
            }
            let Some(transport) = &self.transport else { return Ok(None) };
            let mut versions = self.applications.iter().map(|(expected, file)| {
                let dictionary = load(file)?;
                let got = dictionary.version();
                match got.appl_ver_id() {
                    Some(id) if id == expected => Ok(dictionary),
                    _ => {
                        let expected = format!("ApplVerID(1128) {expected}");
                        Err(RulesLoadError::Version { file: file.clone(), expected, got })
                    }
                }
            });
            let Some(first) = versions.next().transpose()? else { return Ok(None) };
            let others = versions.collect::<Result<Vec<_>, _>>()?;
            let mut rules = DictionaryRules::fixt(load(transport)?, first)?;
            for other in others {
                rules = rules.with_application(other)?;
            }
            Ok(Some(rules.with_checks(self.checks())))
        }
    }

    /// Reads the dictionary in a file.
    ///
    /// # Errors
    /// The file cannot be read, or is not a dictionary.
    pub fn load_dictionary(file: &Path) -> Result<Dictionary, RulesLoadError> {
        let text =
            fs::read_to_string(file).map_err(|source| RulesLoadError::Io { file: file.into(), source })?;
        Dictionary::from_xml(&text).map_err(|source| RulesLoadError::Dictionary { file: file.into(), source })
    }
}
