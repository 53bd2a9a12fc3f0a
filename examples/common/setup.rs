//! The configuration of a side: the defaults of these programs, or a QuickFIX settings file.

use std::path::{Path, PathBuf};

use sansfix::dictionary::DictionaryRules;
use sansfix::schedule::Schedule;
use sansfix::session::Finished;
use sansfix::settings::{SessionSettings, Settings, SettingsError};
use sansfix::{BeginString, Config, Id, Millis, Role};

use super::Error;

/// What a side is told.
pub(crate) struct Setup {
    pub(crate) config: Config,
    /// What messages are checked against, beside the rules of the session.
    pub(crate) rules: Option<DictionaryRules>,
    /// Fields of our Logon beside the session's own, by tag and value.
    pub(crate) logon_fields: Vec<(u32, String)>,
    /// When the session runs, and when its numbers start again.
    pub(crate) schedule: Schedule,
    /// Where journal and book are.
    pub(crate) folder: PathBuf,
    /// Where to listen, or where to connect, one after another: `HOST:PORT`.
    pub(crate) addresses: Vec<String>,
}

impl Setup {
    /// What the settings file says, or the defaults where there is none.
    pub(crate) fn of(role: Role, file: Option<&Path>) -> Result<Self, Error> {
        let mut setup = match file {
            Some(file) => from_settings(role, Settings::load(file)?)
                .map_err(|error| format!("{}: {error}", file.display()))?,
            None => defaults(role)?,
        };
        // The books say when a message is finished: when it is safe in them, not when the next one is asked
        // for.
        setup.config.policies.checks.finished = Finished::ByCall;
        Ok(setup)
    }
}

fn defaults(role: Role) -> Result<Setup, Error> {
    let (us, them) = match role {
        Role::Initiator => ("BUYSIDE", "SELLSIDE"),
        Role::Acceptor => ("SELLSIDE", "BUYSIDE"),
    };
    let mut config = Config::new(role, BeginString::Fix44, us, them)?;
    config.policies.logon.reconnect_after = Millis(100);
    let addresses = vec!["127.0.0.1:9878".to_owned()];
    Ok(Setup {
        config,
        rules: None,
        logon_fields: Vec::new(),
        schedule: Schedule::builder().build()?,
        folder: default_folder(role),
        addresses,
    })
}

fn default_folder(role: Role) -> PathBuf {
    std::env::temp_dir().join(match role {
        Role::Initiator => "sansfix-initiator",
        Role::Acceptor => "sansfix-acceptor",
    })
}

/// The one session whose ConnectionType is ours. The file may hold the other side's as well.
fn from_settings(role: Role, settings: Settings) -> Result<Setup, Error> {
    let mut ours = settings.into_sessions();
    ours.retain(|session| session.config.role == role);
    let [session] = ours.as_slice() else {
        return Err(
            format!("expected one session with ConnectionType of an {role:?}, got {}", ours.len()).into()
        );
    };
    if !session.persist_messages {
        return Err(
            "PersistMessages=N: this program finds in its journal how far it has come with sending".into()
        );
    }
    let addresses = match role {
        Role::Acceptor => vec![listening(session)?],
        Role::Initiator => connecting(session)?,
    };
    let folder = session.path("FileStorePath").unwrap_or_else(|| default_folder(role));
    let unused: Vec<_> = session.others().map(|(key, _)| key).filter(|key| !is_used(key, role)).collect();
    if !unused.is_empty() {
        eprintln!("settings without a meaning for this program: {}", unused.join(", "));
    }
    Ok(Setup {
        config: session.config.clone(),
        rules: session.rules.load()?,
        logon_fields: session.logon_fields.clone(),
        // Whoever called names the file.
        schedule: session.schedule().map_err(|error| SettingsError { file: None, ..error })?,
        folder: folder.join(store_name(&session.config)),
        addresses,
    })
}

/// Keys of sockets and files that this program acts on.
fn is_used(key: &str, role: Role) -> bool {
    let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
    name == "FileStorePath"
        || match role {
            Role::Acceptor => matches!(name, "SocketAcceptAddress" | "SocketAcceptPort"),
            Role::Initiator => matches!(name, "SocketConnectHost" | "SocketConnectPort"),
        }
}

/// Every address of the machine, where no SocketAcceptAddress is given, as QuickFIX does it.
fn listening(session: &SessionSettings) -> Result<String, Error> {
    let host = session.get("SocketAcceptAddress").unwrap_or("0.0.0.0");
    address(session, host, "SocketAcceptPort")
}

/// SocketConnectHost and SocketConnectPort, then those with 1, 2, .. behind the name.
fn connecting(session: &SessionSettings) -> Result<Vec<String>, Error> {
    let first =
        session.get("SocketConnectHost").ok_or("SocketConnectHost: missing in the initiator's session")?;
    let mut addresses = vec![address(session, first, "SocketConnectPort")?];
    while let Some(host) = session.get(&format!("SocketConnectHost{}", addresses.len())) {
        addresses.push(address(session, host, &format!("SocketConnectPort{}", addresses.len()))?);
    }
    Ok(addresses)
}

fn address(session: &SessionSettings, host: &str, key: &str) -> Result<String, Error> {
    let port = session.get(key).ok_or_else(|| format!("{key}: missing in this session"))?;
    let port: u16 =
        port.parse().map_err(|_| format!("{key}: expected a port from 0 to 65535, got {port:?}"))?;
    // An IPv6 address has colons of its own.
    Ok(if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") })
}

/// One store holds many sessions: QuickFIX's name for each, without what a file name cannot bear.
fn store_name(config: &Config) -> String {
    let [sender, target] = [Id::SenderCompId, Id::TargetCompId].map(|id| config.ids.get(id));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    format!("{}-{sender}-{target}", config.begin_string).replace(|c| !is_plain(c), "_")
}
