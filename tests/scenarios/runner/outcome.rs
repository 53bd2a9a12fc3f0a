//! What came out of the session, in words that a scenario can be compared with.

use std::fmt;

use sansfix::{Event, Message, Utc};

use super::fields;

#[derive(Debug)]
pub(crate) enum Outcome {
    Frame { bytes: Vec<u8>, at: Utc },
    Event(Told),
    Disconnect(String),
    WantsToConnect,
    Failed(String),
}

/// An event by name, with what it says: fields of its message by tag, other facts by name, reasons without a
/// name.
#[derive(Debug)]
pub(crate) struct Told {
    pub name: String,
    pub facts: Vec<(String, String)>,
}

impl Told {
    pub(crate) fn new(event: &Event<'_>) -> Told {
        let name: String =
            format!("{event:?}").chars().take_while(|character| character.is_ascii_alphanumeric()).collect();
        let mut facts = Vec::new();
        match event {
            Event::Logon(message)
            | Event::LoggedOn(message)
            | Event::Message(message)
            | Event::Rejected(message)
            | Event::Logout(message) => of_message(message, &mut facts),
            Event::Refused { message, reason, tag } => {
                facts.push((String::new(), format!("{reason:?}")));
                facts.extend(tag.map(|tag| ("tag".to_string(), tag.to_string())));
                of_message(message, &mut facts);
            }
            Event::Ignored { message, why } => {
                facts.push((String::new(), format!("{why:?}")));
                of_message(message, &mut facts);
            }
            other => of_debug(&format!("{other:?}"), &mut facts),
        }
        Told { name, facts }
    }

    pub(crate) fn has(&self, name: &str, wanted: &str) -> bool {
        let fits = |got: &str| {
            let named = got.strip_prefix(wanted).is_some_and(|rest| rest.starts_with([' ', '(']));
            named || super::checks::matches(got, wanted)
        };
        self.facts.iter().any(|fact| fact.0 == name && fits(&fact.1))
    }
}

fn of_message(message: &Message<'_>, facts: &mut Vec<(String, String)>) {
    for (flag, name) in
        [(message.poss_dup(), "dup"), (message.poss_resend(), "resend"), (message.is_again(), "again")]
    {
        if flag {
            facts.push((String::new(), name.to_owned()));
        }
    }
    let fields = message.header_fields().chain(message.body_fields()).flatten();
    facts.extend(fields.map(|field| {
        (field.tag.to_string(), String::from_utf8_lossy(field.value.as_bytes()).replace('\x01', "|"))
    }));
}

/// `Gap { missing: 3, received: 5 }` as facts; of what is nested, the whole and the parts.
fn of_debug(text: &str, facts: &mut Vec<(String, String)>) {
    let Some((_, inner)) = text.split_once(" { ") else { return };
    let inner = inner.strip_suffix(" }").unwrap_or(inner);
    if let Some((name, value)) = inner.split_once(": ")
        && value.contains('{')
    {
        facts.push((name.to_owned(), value.to_owned()));
        return of_debug(value, facts);
    }
    for part in inner.split(", ") {
        if let Some((name, value)) = part.split_once(": ") {
            facts.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Frame { bytes, .. } => write!(f, "-> {}", fields::shown(bytes)),
            Outcome::Event(told) => {
                write!(f, "event {}", told.name)?;
                for (name, value) in told.facts.iter().filter(|fact| fact.0 != "35") {
                    if name.is_empty() {
                        write!(f, " {value}")?;
                    } else {
                        write!(f, " {name}={value}")?;
                    }
                }
                Ok(())
            }
            Outcome::Disconnect(why) => write!(f, "disconnect {why}"),
            Outcome::WantsToConnect => f.write_str("wants to connect"),
            Outcome::Failed(why) => write!(f, "fails {why}"),
        }
    }
}
