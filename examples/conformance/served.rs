//! The sessions that one port serves, and what belongs to each.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sansfix::dictionary::{Dictionary, DictionaryRules};
use sansfix::settings::{self, RulesLoadError, SessionSettings, Settings};
use sansfix::{Checkpoint, Config, Id, Inbox, LogonId, MsgSeqNum, NotNow, Now, RingJournal, Session, State};

use crate::application::Application;
use crate::arguments::Arguments;

const JOURNAL_BYTES: usize = 1 << 20;
/// How long a new connection may wait for the end of the old one to be seen.
const HANDOVER: Duration = Duration::from_millis(500);
/// What every session is told, unless the command line says otherwise.
const DEFAULTS: [(&str, &str); 3] =
    [("ConnectionType", "acceptor"), ("SenderCompID", "ISLD"), ("ResetOnLogon", "Y")];

/// The counterparties: TargetCompID, BeginString, and DefaultApplVerID under FIXT.1.1.
const COUNTERPARTIES: [(&str, &str, &str); 15] = [
    ("TW40", "FIX.4.0", ""),
    ("TW41", "FIX.4.1", ""),
    ("TW42", "FIX.4.2", ""),
    ("TW43", "FIX.4.3", ""),
    ("TW44", "FIX.4.4", ""),
    (LENIENT, "FIX.4.4", ""),
    ("TW50", "FIXT.1.1", "FIX.5.0"),
    ("TW50SP1", "FIXT.1.1", "FIX.5.0SP1"),
    ("TW50SP2", "FIXT.1.1", "FIX.5.0SP2"),
    ("TW", "FIX.4.0", ""),
    ("TW", "FIX.4.1", ""),
    ("TW", "FIX.4.2", ""),
    ("TW", "FIX.4.3", ""),
    ("TW", "FIX.4.4", ""),
    ("TW", "FIXT.1.1", BY_COMMAND_LINE),
];
/// Fields without a value are let through.
const LENIENT: &str = "NO_CHECK_FIELDS_HAVE_VALUES";
const NEXT_EXPECTED: &str = "EnableNextExpectedMsgSeqNum";
/// What `--set DefaultApplVerID` says, FIX 5.0 without it.
const BY_COMMAND_LINE: &str = "-";

/// One session with all that it needs between connections.
pub(crate) struct Served {
    pub(crate) session: Session,
    pub(crate) rules: DictionaryRules,
    pub(crate) journal: RingJournal<'static>,
    pub(crate) application: Application,
}

/// A place at the port: one session, one connection at a time.
pub(crate) struct Place {
    pub(crate) config: Config,
    served: Mutex<Served>,
    /// A connection has ended.
    left: Condvar,
}

pub(crate) struct Table(Vec<Place>);

impl Table {
    pub(crate) fn new(arguments: &Arguments) -> Result<Self, Box<dyn Error>> {
        let mut set: BTreeMap<_, _> = DEFAULTS.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        set.extend(arguments.set.iter().cloned());
        let begin = begin(&mut set, crate::connection::now())?;
        let settings = Settings::parse(&settings_text(set, &arguments.spec)?)?;
        let mut dictionaries = HashMap::new();
        let mut entries = Vec::new();
        for session in settings.sessions() {
            let mut load = |file: &Path| shared(&mut dictionaries, file);
            let Some(rules) = session.rules.load_with(&mut load)? else {
                return Err(format!("{} has no dictionary", session.name()).into());
            };
            entries.push(entry(session, rules, begin)?);
        }
        Ok(Table(entries))
    }

    /// The session that a Logon belongs to.
    pub(crate) fn find(&self, id: &LogonId<'_>) -> Option<&Place> {
        let is_meant = |config: &Config| {
            config.begin_string == id.begin_string
                && config.ids.get(Id::SenderCompId).as_bytes() == id.target_comp_id
                && config.ids.get(Id::TargetCompId).as_bytes() == id.sender_comp_id
        };
        self.0.iter().find(|place| is_meant(&place.config))
    }
}

impl Place {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place for a connection. A counterparty may come back before the thread of its old link has
    /// seen that end, so it is given a moment.
    pub(crate) fn enter(&self, inbox: &mut Inbox<'_>) -> Result<(), NotNow> {
        let is_taken = |served: &mut Served| served.session.state() != State::Disconnected;
        let waited = self.left.wait_timeout_while(self.lock(), HANDOVER, is_taken);
        let (mut served, _) = waited.unwrap_or_else(PoisonError::into_inner);
        served.session.connected(crate::connection::now(), inbox)
    }

    pub(crate) fn leave(&self) {
        self.lock().session.disconnected(crate::connection::now());
        self.left.notify_all();
    }
}

/// `NEXTSENDERSEQNUM` and `NEXTTARGETSEQNUM`: where every session begins. They are no settings.
fn begin(set: &mut BTreeMap<String, String>, now: Now) -> Result<Checkpoint, Box<dyn Error>> {
    let mut number = |key: &str| match set.remove(key) {
        None => Ok(MsgSeqNum::FIRST),
        Some(text) => {
            let number = text.parse().ok().and_then(MsgSeqNum::new);
            number.ok_or(format!("{key}: expected a sequence number, got {text:?}"))
        }
    };
    let (next_out, next_in) = (number("NEXTSENDERSEQNUM")?, number("NEXTTARGETSEQNUM")?);
    Ok(Checkpoint { next_in, next_out, ..Checkpoint::begin(now.utc) })
}

/// The settings file that these sessions would have, with those alone whose dictionaries are there.
fn settings_text(mut set: BTreeMap<String, String>, spec: &Path) -> Result<String, Box<dyn Error>> {
    let chosen = set.remove("DefaultApplVerID");
    let next_expected = set.remove(NEXT_EXPECTED);
    let mut text = String::from("[DEFAULT]\n");
    for (key, value) in set {
        writeln!(text, "{key}={value}")?;
    }
    for (id, version, application) in COUNTERPARTIES {
        let application = match application {
            BY_COMMAND_LINE => chosen.as_deref().unwrap_or("FIX.5.0"),
            fixed => fixed,
        };
        let files = [(version, "DataDictionary"), (application, "AppDataDictionary")];
        let files = files.map(|(version, key)| (key, spec.join(version.replace('.', "") + ".xml")));
        let [(_, transport), (_, app)] = &files;
        let fixt = version == "FIXT.1.1";
        if !transport.exists() || (fixt && !app.exists()) {
            continue;
        }
        writeln!(text, "[SESSION]\nBeginString={version}\nTargetCompID={id}")?;
        if fixt {
            writeln!(text, "DefaultApplVerID={application}")?;
            writeln!(text, "TransportDataDictionary={}", transport.display())?;
            writeln!(text, "AppDataDictionary={}", app.display())?;
        } else {
            writeln!(text, "DataDictionary={}", transport.display())?;
        }
        // The field came with FIX 4.4.
        if let Some(value) = next_expected.as_ref().filter(|_| fixt || version == "FIX.4.4") {
            writeln!(text, "{NEXT_EXPECTED}={value}")?;
        }
        if id == LENIENT {
            writeln!(text, "ValidateFieldsHaveValues=N")?;
        }
    }
    Ok(text)
}

/// Each dictionary is read once.
fn shared(
    loaded: &mut HashMap<PathBuf, Arc<Dictionary>>,
    file: &Path,
) -> Result<Arc<Dictionary>, RulesLoadError> {
    if let Some(dictionary) = loaded.get(file) {
        return Ok(Arc::clone(dictionary));
    }
    let dictionary = Arc::new(settings::load_dictionary(file)?);
    loaded.insert(file.to_owned(), Arc::clone(&dictionary));
    Ok(dictionary)
}

fn entry(
    settings: &SessionSettings,
    rules: DictionaryRules,
    begin: Checkpoint,
) -> Result<Place, Box<dyn Error>> {
    let session = Session::new(settings.config.clone(), begin)?;
    // A session lives as long as the process, and so does the memory of its journal.
    let journal = RingJournal::new(Box::leak(vec![0; JOURNAL_BYTES].into_boxed_slice()));
    let served = Served { session, rules, journal, application: Application::default() };
    Ok(Place { config: settings.config.clone(), served: Mutex::new(served), left: Condvar::new() })
}
