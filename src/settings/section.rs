//! The sections of a settings file; each session overrides the defaults.

use std::string::{String, ToString};
use std::vec::Vec;

use super::error::{SettingsError, SettingsFault};
use super::keys::{self, Owner};
use super::reader::{Line, lines};

/// One key with its value.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) key: String,
    pub(super) owner: Owner,
    pub(super) value: String,
    pub(super) line: usize,
}

/// One session's settings, those of `[DEFAULT]` included.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// The line of its `[SESSION]`.
    pub(super) line: usize,
    pub(super) settings: Vec<Setting>,
}

/// The sessions, at least one. `own` are the keys that the application adds.
pub(super) fn sections(text: &str, own: &[&str]) -> Result<Vec<Section>, SettingsError> {
    let mut default: Option<Section> = None;
    let mut sessions: Vec<Section> = Vec::new();
    let mut in_default = false;
    for line in lines(text) {
        let (number, line) = line?;
        let section = Section { line: number, settings: Vec::new() };
        match line {
            Line::Default => {
                if let Some(first) = &default {
                    let fault = SettingsFault::DefaultTwice { first: first.line };
                    return Err(SettingsError::at(number, fault));
                }
                default = Some(section);
                in_default = true;
            }
            Line::Session => {
                sessions.push(section);
                in_default = false;
            }
            Line::Pair(key, value) => {
                let current = if in_default { default.as_mut() } else { sessions.last_mut() };
                let Some(current) = current else {
                    return Err(SettingsError::at(number, SettingsFault::OutsideSection(key.to_string())));
                };
                current.add(key, value, number, own)?;
            }
        }
    }
    if sessions.is_empty() {
        return Err(SettingsError::whole(SettingsFault::NoSession));
    }
    for session in &mut sessions {
        session.take_defaults(default.as_ref());
    }
    Ok(sessions)
}

impl Section {
    fn add(&mut self, key: &str, value: &str, line: usize, own: &[&str]) -> Result<(), SettingsError> {
        let Some((key, owner)) = keys::known(key).or_else(|| keys::own(key, own)) else {
            return Err(SettingsError::at(line, SettingsFault::UnknownKey(key.to_string())));
        };
        if let Some(first) = self.settings.iter().find(|setting| setting.key == key) {
            return Err(SettingsError::at(line, SettingsFault::KeyTwice { key, first: first.line }));
        }
        self.settings.push(Setting { key, owner, value: value.to_string(), line });
        Ok(())
    }

    fn take_defaults(&mut self, default: Option<&Section>) {
        for setting in default.into_iter().flat_map(|default| &default.settings) {
            if self.get(&setting.key).is_none() {
                self.settings.push(setting.clone());
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.key == key)
    }

    pub(super) fn required(&self, key: &'static str) -> Result<&Setting, SettingsError> {
        self.get(key).ok_or_else(|| SettingsError::at(self.line, SettingsFault::Missing(key)))
    }

    /// The value, parsed by `read`.
    pub(super) fn read<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, SettingsError> {
        self.get(key).map(|setting| setting.read(expected, read)).transpose()
    }

    /// `Y` or `N`.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, SettingsError> {
        self.read(key, "Y or N", |value| match value {
            "Y" | "y" => Some(true),
            "N" | "n" => Some(false),
            _ => None,
        })
    }
}

impl Setting {
    pub(super) fn read<T>(
        &self,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, SettingsError> {
        read(&self.value).ok_or_else(|| {
            let (key, got) = (self.key.clone(), self.value.chars().take(80).collect());
            self.fault(SettingsFault::Value { key, expected, got })
        })
    }

    pub(super) fn fault(&self, fault: impl Into<SettingsFault>) -> SettingsError {
        SettingsError::at(self.line, fault)
    }
}
