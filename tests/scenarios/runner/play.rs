//! Plays one case of a scenario: a session, a virtual clock, a journal, and a driver as anyone would write
//! it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use sansfix::session::{ComposedTypes, Id};
use sansfix::{
    Checkpoint, CommitError, Config, Event, Frame, Inbox, Instant, Now, Output, Reason, Replay, Role,
    Session, State, Utc,
};

use super::fields::{BEGIN, Filler};
use super::line::{Step, Written};
use super::outcome::{Outcome, Told};
use super::scenario::{Case, Scenario};
use super::settings::{self, Rules};
use super::store::Store;
use super::version::Version;

/// More outputs than any input of a scenario causes.
const ENDLESS: usize = 10_000;

pub(crate) struct Player<'s> {
    case: &'s Case,
    version: Version,
    role: Role,
    pub config: Config,
    pub session: Session,
    pub store: Store,
    rules: Rules,
    /// What the application adds to admin messages, by MsgType.
    pub composed: BTreeMap<String, Vec<Written>>,
    monotonic: u64,
    utc: i64,
    pub outcomes: VecDeque<Outcome>,
    log: Vec<String>,
    /// The inbox was used for a link: the next link gets a new one.
    used: bool,
    pub held_memory: usize,
    pub inbox_memory: usize,
    /// What the application does when the next message is handed over.
    pub on_message: Option<(String, Vec<String>)>,
    /// The journal takes its time: questions stay unanswered.
    pub journal_waits: bool,
    pub question: Option<Replay>,
    fixture: bool,
}

pub(crate) struct Failure {
    pub line: usize,
    pub message: String,
}

impl<'s> Player<'s> {
    pub(crate) fn new(
        scenario: &Scenario,
        case: &'s Case,
        version: Version,
        role: Role,
    ) -> Result<Self, String> {
        let mut config =
            Config::new(role, version.begin_string(), "US", "THEM").map_err(|error| error.to_string())?;
        if !version.appl_ver_id().is_empty() {
            config.ids.set(Id::DefaultApplVerId, version.appl_ver_id()).map_err(|error| error.to_string())?;
        }
        let resume = Checkpoint::begin(Utc::from_secs(BEGIN - 86_400));
        let mut player = Player {
            case,
            version,
            role,
            session: Session::new(config.clone(), resume).map_err(|error| error.to_string())?,
            config,
            store: Store::at(resume),
            rules: Rules::default(),
            composed: BTreeMap::new(),
            monotonic: 1_000_000_000_000,
            utc: BEGIN * 1_000_000_000,
            outcomes: VecDeque::new(),
            log: Vec::new(),
            used: false,
            held_memory: 16 * 1024,
            inbox_memory: 16 * 1024,
            on_message: None,
            journal_waits: false,
            question: None,
            fixture: false,
        };
        for (number, key, value) in &scenario.settings {
            player.set(key, value).map_err(|error| format!("line {number}: {error}"))?;
        }
        player.restart()?;
        Ok(player)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "check" => self.rules.add(value),
            "resume" => settings::resume(self.store.resume.as_mut().ok_or("no checkpoint")?, value),
            "compose" => {
                let (msg_type, rest) = value.split_once(' ').unwrap_or((value, ""));
                self.composed.insert(msg_type.to_owned(), super::line::written(rest)?);
                let has = |msg_type: &str| self.composed.contains_key(msg_type);
                self.config.compose = ComposedTypes {
                    logon: has("A"),
                    logout: has("5"),
                    heartbeat: has("0"),
                    test_request: has("1"),
                    resend_request: has("2"),
                    reject: has("3"),
                    sequence_reset: has("4"),
                };
                Ok(())
            }
            "config" if value.starts_with("held") || value.starts_with("inbox") => {
                let (name, bytes) = value.split_once('=').ok_or("held = BYTES")?;
                let bytes = bytes.trim().parse().map_err(|_| "held = BYTES".to_owned())?;
                if name.trim() == "held" {
                    self.held_memory = bytes
                } else {
                    self.inbox_memory = bytes
                }
                Ok(())
            }
            key => settings::set(&mut self.config, key, value),
        }
    }

    /// The process begins anew with what the journal has.
    fn restart(&mut self) -> Result<(), String> {
        let resume = self.store.resume.ok_or("the journal has no checkpoint")?;
        self.session = Session::new(self.config.clone(), resume).map_err(|error| error.to_string())?;
        self.question = None;
        Ok(())
    }

    pub(crate) fn transcript(&self) -> String {
        self.log.iter().map(|line| format!("    {line}\n")).collect()
    }

    pub(crate) fn version(&self) -> Version {
        self.version
    }

    pub(crate) fn now(&self) -> Now {
        Now { monotonic: Instant::from_nanos(self.monotonic), utc: Utc::from_nanos(self.utc) }
    }

    pub(super) fn filler(&self) -> Filler {
        Filler { version: self.version, utc: Utc::from_nanos(self.utc) }
    }

    pub(crate) fn play(&mut self) -> Result<(), Failure> {
        let mut at = 0;
        loop {
            let (mut memory, mut held) = (vec![0; self.inbox_memory], vec![0; self.held_memory]);
            let mut inbox = Inbox::new(&mut memory).holding(&mut held);
            self.used = false;
            let lines = &self.case.lines;
            loop {
                let Some(line) = lines.get(at) else {
                    let line = lines.last().map_or(0, |line| line.number);
                    return self.nothing_left().map_err(|message| Failure { line, message });
                };
                if self.used && matches!(line.step, Step::Connect | Step::LoggedOn(_)) {
                    break;
                }
                at += 1;
                if !line.is_for(self.version, self.role) {
                    continue;
                }
                self.log.push(line.text.clone());
                self.take(&mut inbox, &line.step).map_err(|message| Failure {
                    line: line.number,
                    message: format!("{}: {message}", line.text),
                })?;
            }
        }
    }

    fn take(&mut self, inbox: &mut Inbox<'_>, step: &Step) -> Result<(), String> {
        match step {
            Step::Frame(_)
            | Step::Event { .. }
            | Step::Disconnect(_)
            | Step::WantsToConnect
            | Step::Fails(_) => {
                return self.expect(step);
            }
            Step::Nothing | Step::State(_) => {}
            Step::Connect => {
                // An initiator's wish is what the link answers.
                if !self.used {
                    self.drive(inbox)?;
                }
                if matches!(self.outcomes.front(), Some(Outcome::WantsToConnect)) {
                    self.outcomes.pop_front();
                }
            }
            _ => {}
        }
        self.nothing_left()?;
        match step {
            Step::LoggedOn(fields) => self.log_on(inbox, fields),
            Step::Connect => self.connect(inbox),
            Step::Cut => {
                self.session.disconnected(self.now());
                Ok(())
            }
            Step::Restart => self.restart(),
            Step::Peer { fields, more } => {
                let bytes = self.filler().frame(fields)?;
                self.feed(inbox, &bytes, *more)
            }
            Step::Raw { bytes, more } => self.feed(inbox, bytes, *more),
            Step::Elapse(time) => self.elapse(inbox, *time),
            Step::SetClock(seconds) => {
                self.utc += seconds * 1_000_000_000;
                Ok(())
            }
            Step::App { verb, words } => {
                self.app(verb, words, None)?;
                self.drive(inbox)
            }
            Step::State(facts) => facts.iter().try_for_each(|(name, value)| self.fact(inbox, name, value)),
            _ => Ok(()),
        }
    }

    fn connect(&mut self, inbox: &mut Inbox<'_>) -> Result<(), String> {
        match self.session.connected(self.now(), inbox) {
            Ok(()) => self.used = true,
            Err(error) => self.note(Outcome::Failed(error.to_string())),
        }
        self.drive(inbox)
    }

    /// A link, both Logons with the expected numbers, and nothing owed.
    fn log_on(&mut self, inbox: &mut Inbox<'_>, fields: &[Written]) -> Result<(), String> {
        self.fixture = true;
        self.drive(inbox)?;
        self.connect(inbox)?;
        let mut logon = vec![(35, Some("A".to_owned())), (34, Some(self.session.next_in().to_string()))];
        logon.extend_from_slice(fields);
        logon.push((98, Some("0".to_owned())));
        if !fields.iter().any(|field| field.0 == 108) {
            logon.push((108, Some(self.config.heart_bt_int.to_string())));
        }
        let bytes = self.filler().frame(&logon)?;
        self.feed(inbox, &bytes, false)?;
        self.fixture = false;
        if self.session.state() != State::Active {
            return Err(format!("not logged on but {:?}", self.session.state()));
        }
        self.outcomes.clear();
        Ok(())
    }

    fn feed(&mut self, inbox: &mut Inbox<'_>, bytes: &[u8], more: bool) -> Result<(), String> {
        if inbox.extend(bytes) != bytes.len() {
            return Err("the inbox is full".into());
        }
        if more { Ok(()) } else { self.drive(inbox) }
    }

    /// Time passes; the driver wakes at every deadline on the way.
    fn elapse(&mut self, inbox: &mut Inbox<'_>, time: Duration) -> Result<(), String> {
        let target = self.monotonic + time.as_nanos() as u64;
        for _ in 0..ENDLESS {
            let deadline = self.session.status().deadline.map_or(u64::MAX, Instant::as_nanos);
            let next = deadline.clamp(self.monotonic, target);
            self.utc += (next - self.monotonic) as i64;
            self.monotonic = next;
            self.drive(inbox)?;
            let deadline = self.session.status().deadline.map_or(u64::MAX, Instant::as_nanos);
            if self.monotonic == target && deadline > target {
                return Ok(());
            }
        }
        Err("a deadline does not pass".into())
    }

    /// The loop of a driver, until there is nothing to do.
    pub(crate) fn drive(&mut self, inbox: &mut Inbox<'_>) -> Result<(), String> {
        let mut out = vec![0; 8192];
        let mut asked = false;
        for _ in 0..ENDLESS {
            let now = self.now();
            match self.session.step_with(now, inbox, &mut out, &self.rules) {
                Output::Event(ref event) => {
                    self.outcomes.push_back(Outcome::Event(Told::new(event)));
                    self.log_last();
                    if let (Event::Logon(_), true) = (event, self.fixture) {
                        self.session.accept(now).map_err(|error| error.to_string())?;
                    }
                    if let Event::Message(message) = event
                        && let Some((verb, words)) = self.on_message.take()
                    {
                        self.app(&verb, &words, Some(message))?;
                    }
                }
                Output::Transmit(frame) => self.commit(frame),
                Output::Compose(compose) => {
                    let fields =
                        self.composed.get(&compose.msg_type().to_string()).cloned().unwrap_or_default();
                    let (number, time) = (compose.msg_seq_num(), compose.sending_time().to_owned());
                    let frame = self.session.compose(now, compose, inbox, &mut out, |body| {
                        for (tag, value) in &fields {
                            let value = value.clone().unwrap_or_default();
                            body.text(*tag, &value.replace("$34", &number.to_string()).replace("$52", &time));
                        }
                    });
                    let frame = frame.map_err(|error| error.to_string())?;
                    self.commit(frame);
                }
                Output::Replay(replay) => {
                    if !self.journal_waits {
                        self.answer(replay, &mut out)?;
                    } else if asked {
                        self.question = Some(replay);
                        return Ok(());
                    } else {
                        asked = true;
                        continue;
                    }
                }
                Output::NeedSpace(bytes) => return Err(format!("{bytes} bytes of space are not there")),
                Output::Connect(_) => self.note(Outcome::WantsToConnect),
                Output::Disconnect(why) => {
                    self.note(Outcome::Disconnect(format!("{why:?}")));
                    self.session.disconnected(now);
                    return Ok(());
                }
                Output::Wait(_) => return Ok(()),
            }
            asked = false;
        }
        Err("the session does not come to rest".into())
    }

    /// Asks the journal and hands its answer on.
    pub(crate) fn answer(&mut self, replay: Replay, out: &mut [u8]) -> Result<(), String> {
        use sansfix::Journal;
        let now = self.now();
        let stored = self
            .store
            .first_in(replay.series(), replay.from(), replay.to())
            .map_err(|_| "the journal failed".to_owned())?;
        match self.session.replay(now, replay, stored, out) {
            Ok(Some(frame)) => self.commit(frame),
            Ok(None) => {}
            Err(error) => self.note(Outcome::Failed(error.to_string())),
        }
        Ok(())
    }

    /// Persist, then send.
    pub(crate) fn commit(&mut self, frame: Frame<'_>) {
        let at = Utc::from_nanos(self.utc);
        match frame.commit(&mut self.session, &mut self.store) {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => self.note(Outcome::Frame { bytes: bytes.to_vec(), at }),
            Err(CommitError::Stale) => self.note(Outcome::Failed("stale".into())),
            Err(CommitError::Journal(_)) => {
                self.note(Outcome::Failed("journal".into()));
                let _ = self.session.disconnect(self.now(), Reason::JournalFailed);
            }
        }
    }

    pub(crate) fn note(&mut self, outcome: Outcome) {
        self.outcomes.push_back(outcome);
        self.log_last();
    }

    fn log_last(&mut self) {
        let now = self.monotonic.saturating_sub(1_000_000_000_000) / 1_000_000;
        if let Some(last) = self.outcomes.back() {
            self.log.push(format!("  {:>9.3} {last}", now as f64 / 1e3));
        }
    }
}
