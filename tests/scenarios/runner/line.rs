//! One line of a scenario: what the counterparty sends, what must come back, what the application or the
//! clock does.

use std::time::Duration;

use sansfix::Role;

use super::version::Version;

/// A field as a scenario writes it: tag and value, `None` for `49=none`, which leaves out what the runner
/// fills in.
pub(crate) type Written = (u32, Option<String>);

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub number: usize,
    pub text: String,
    /// `[acceptor]`, `[4.2..]`: the line is for these only.
    only_versions: Option<Vec<Version>>,
    only_role: Option<Role>,
    pub step: Step,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The fixture: a link, both Logons, nothing missing.
    LoggedOn(Vec<Written>),
    Connect,
    Cut,
    /// The process ends and begins again with what the journal has.
    Restart,
    /// A message of the counterparty; `more`: the next one comes in the same read.
    Peer {
        fields: Vec<Written>,
        more: bool,
    },
    Raw {
        bytes: Vec<u8>,
        more: bool,
    },
    Elapse(Duration),
    /// The wall clock alone is set forward or back, in seconds.
    SetClock(i64),
    /// A word of the application, the operator, or about the journal.
    App {
        verb: String,
        words: Vec<String>,
    },
    Frame(Vec<Written>),
    Event {
        name: String,
        facts: Vec<(String, String)>,
    },
    Disconnect(String),
    WantsToConnect,
    Fails(String),
    Nothing,
    State(Vec<(String, String)>),
}

impl Line {
    pub(crate) fn parse(number: usize, text: &str) -> Result<Option<Line>, String> {
        let mut line =
            Line { number, text: text.to_owned(), only_versions: None, only_role: None, step: Step::Nothing };
        let mut rest = text;
        while let Some(inner) = rest.strip_prefix('[') {
            let (only, after) = inner.split_once(']').ok_or("a [ without its ]")?;
            match only {
                "acceptor" => line.only_role = Some(Role::Acceptor),
                "initiator" => line.only_role = Some(Role::Initiator),
                versions => line.only_versions = Some(Version::parse_list(versions)?),
            }
            rest = after.trim();
        }
        line.step = step(rest)?;
        Ok(Some(line))
    }

    pub(crate) fn is_for(&self, version: Version, role: Role) -> bool {
        self.only_versions.as_ref().is_none_or(|versions| versions.contains(&version))
            && self.only_role.is_none_or(|only| only == role)
    }
}

fn step(text: &str) -> Result<Step, String> {
    if let Some(rest) = text.strip_prefix("<-") {
        let (rest, more) = rest.strip_suffix('&').map_or((rest, false), |rest| (rest, true));
        let rest = rest.trim();
        if let Some(raw) = rest.strip_prefix("raw ") {
            return Ok(Step::Raw { bytes: raw.trim().trim_matches('"').replace('|', "\x01").into(), more });
        }
        return Ok(Step::Peer { fields: written(rest)?, more });
    }
    if let Some(rest) = text.strip_prefix("->") {
        return Ok(Step::Frame(written(rest)?));
    }
    if let Some(rest) = text.strip_prefix('+') {
        return Ok(Step::Elapse(duration(rest)?));
    }
    let mut words = words(text)?.into_iter();
    let verb = words.next().ok_or("an empty line")?;
    let words: Vec<String> = words.collect();
    let one = || words.first().map(|word| unquoted(word)).ok_or_else(|| format!("{verb} what?"));
    Ok(match verb.as_str() {
        "logged" => Step::LoggedOn(written(text.strip_prefix("logged on").ok_or("logged on?")?)?),
        "connect" => Step::Connect,
        "cut" => Step::Cut,
        "restart" => Step::Restart,
        "clock" => {
            let by = one()?;
            let seconds = duration(by.trim_start_matches(['+', '-']))?.as_secs() as i64;
            Step::SetClock(if by.starts_with('-') { -seconds } else { seconds })
        }
        "event" => Step::Event {
            name: one()?,
            facts: words
                .iter()
                .skip(1)
                .map(|word| {
                    let (name, value) = word.split_once('=').unwrap_or(("", word));
                    (name.to_owned(), unquoted(value))
                })
                .collect(),
        },
        "disconnect" => Step::Disconnect(one().unwrap_or_default()),
        "wants" => Step::WantsToConnect,
        "fails" => Step::Fails(words.iter().map(|word| unquoted(word)).collect::<Vec<_>>().join(" ")),
        "nothing" => Step::Nothing,
        "state" => {
            let mut facts = vec![("state".to_owned(), one()?)];
            let mut rest = words.iter().skip(1);
            while let Some(name) = rest.next() {
                let value = rest.next().ok_or_else(|| format!("{name} of what?"))?;
                facts.push((name.clone(), unquoted(value)));
            }
            Step::State(facts)
        }
        _ => Step::App { verb, words },
    })
}

/// Words with spaces between; spaces inside quotes do not part.
pub(crate) fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    for character in text.chars() {
        match character {
            '"' => {
                quoted = !quoted;
                word.push(character);
            }
            ' ' if !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            other => word.push(other),
        }
    }
    if quoted {
        return Err("a quote is not closed".into());
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

pub(crate) fn unquoted(word: &str) -> String {
    word.trim_matches('"').to_owned()
}

/// `35=D 34=2 58="two words"`.
pub(crate) fn written(text: &str) -> Result<Vec<Written>, String> {
    words(text)?.iter().map(|word| field(word)).collect()
}

pub(crate) fn field(word: &str) -> Result<Written, String> {
    let (tag, value) = word.split_once('=').ok_or_else(|| format!("no tag=value: {word}"))?;
    let tag = tag.parse().map_err(|_| format!("no tag: {tag}"))?;
    Ok((tag, (value != "none").then(|| unquoted(value))))
}

/// `30s`, `100ms`, `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let amount: f64 = digits.parse().map_err(|_| format!("no time: {text}"))?;
    let unit = match text.strip_prefix(digits) {
        Some("ms") => 1e-3,
        Some("s") => 1.0,
        Some("m") => 60.0,
        Some("h") => 3600.0,
        _ => return Err(format!("no time: {text} (30s, 100ms, 2m, 1h)")),
    };
    Ok(Duration::from_millis((amount * unit * 1e3).round() as u64))
}
