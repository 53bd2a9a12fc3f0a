//! What a program is given: the file of `--config`, in QuickFIX's form, or what it knows by itself.

use std::path::{Path, PathBuf};

use sansfix::dictionary::MessageRules;
use sansfix::settings::Settings;
use sansfix::{Config, Role};

use super::{Error, programs};

/// The parts of a side that a settings file may say.
pub(crate) struct Given {
    pub(crate) config: Config,
    /// What messages are checked against.
    pub(crate) rules: Option<MessageRules>,
    /// Fields for our Logon, by tag and value.
    pub(crate) logon_fields: Vec<(u32, String)>,
    /// `SocketAcceptPort`.
    pub(crate) port: Option<u16>,
    /// `SocketConnectHost` and `SocketConnectPort`.
    pub(crate) connect: Option<String>,
    /// `FileStorePath`.
    pub(crate) folder: Option<PathBuf>,
}

impl Given {
    /// The first session in `file` that has our role.
    pub(crate) fn by(file: Option<&Path>, role: Role) -> Result<Given, Error> {
        let Some(file) = file else { return Given::by_default(role) };
        // The text, where a failing `main` would show the parts.
        let settings = Settings::load(file).map_err(|error| error.to_string())?;
        let session = settings.sessions().iter().find(|session| session.config.role == role);
        let session = session.ok_or_else(|| format!("{}: no session for an {role:?}", file.display()))?;
        let mut config = session.config.clone();
        programs::agree(&mut config);
        let port = session.get("SocketAcceptPort").map(str::parse).transpose();
        let (host, to) = (session.get("SocketConnectHost"), session.get("SocketConnectPort"));
        Ok(Given {
            config,
            rules: session.rules.load()?,
            logon_fields: session.logon_fields.clone(),
            port: port.map_err(|error| format!("{}: SocketAcceptPort: {error}", file.display()))?,
            connect: host.zip(to).map(|(host, port)| format!("{host}:{port}")),
            folder: session.path("FileStorePath"),
        })
    }

    fn by_default(role: Role) -> Result<Given, Error> {
        let (rules, logon_fields) = (None, Vec::new());
        let config = programs::config(role)?;
        Ok(Given { config, rules, logon_fields, port: None, connect: None, folder: None })
    }
}
