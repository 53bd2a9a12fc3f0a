//! `docs/settings.md` says what the code does.

use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::String;
use std::vec::Vec;

use super::keys::{self, Owner};
use super::{SessionSettings, Settings};

const PAGE: &str = include_str!("../../docs/settings.md");

/// The keys of the page, and what it says of each.
fn rows() -> Vec<(String, &'static str)> {
    let rows = PAGE.lines().filter_map(|line| {
        let [key, engine, here] =
            line.strip_prefix("| ")?.strip_suffix(" |")?.splitn(3, " | ").collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let key = key.replace("&lt;version&gt;", "FIX.5.0").replace("&lt;n&gt;", "1");
        matches!(engine, "C++" | "J" | "both").then_some((key, here))
    });
    rows.collect()
}

#[test]
fn the_page_has_every_key_once_and_no_other() {
    let mut page = BTreeSet::new();
    for (key, _) in rows() {
        let (name, _) = keys::known(&key).unwrap_or_else(|| panic!("{key} is no key"));
        assert!(page.insert(name), "{key} is there twice");
    }
    for key in keys::SESSION.iter().chain(keys::CALENDAR).chain(keys::CALLER) {
        assert!(page.contains(*key), "{key} is missing in docs/settings.md");
    }
    for key in keys::NUMBERED {
        assert!(page.contains(&format!("{key}1")), "{key}<n> is missing in docs/settings.md");
    }
}

#[test]
fn a_key_of_the_callers_names_no_field_of_the_sessions() {
    for (key, here) in rows() {
        let is_callers = keys::known(&key).is_some_and(|(_, owner)| owner != Owner::Session);
        assert!(!is_callers || named(here).is_empty(), "{key}: {here}");
    }
}

#[test]
fn a_key_of_the_sessions_changes_the_fields_that_the_page_names() {
    let page: BTreeMap<_, _> = rows().into_iter().collect();
    for (key, value) in EXAMPLES {
        let is_of_fixt = ["App", "Transport"].iter().any(|part| key.contains(part));
        let with = if is_of_fixt { FIXT } else { FIX };
        assert_eq!(changed(with, key, value), named(page[*key]), "{key}={value}");
    }
    let untried: Vec<_> =
        keys::SESSION.iter().filter(|key| EXAMPLES.iter().all(|(tried, _)| tried != *key)).collect();
    // It changes nothing: `Y` is refused.
    assert_eq!(untried, [&"AllowPosDup"]);
}

#[cfg(feature = "schedule")]
#[test]
fn a_key_of_the_calendar_changes_it() {
    let says = rows().into_iter().filter(|(_, here)| here.starts_with("`SessionSettings::schedule`"));
    let page: BTreeSet<_> = says.map(|(key, _)| key).collect();
    let tried: BTreeSet<_> = CALENDAR.iter().map(|(key, _)| (*key).into()).collect();
    assert_eq!(page, tried);
    assert_eq!(page, keys::CALENDAR.iter().map(|&key| key.into()).collect());
    for (key, value) in CALENDAR {
        let mut settings: BTreeMap<_, _> = FIX.iter().copied().collect();
        // The week, but for Weekdays.
        let goes_with = |(day, _): &(&str, &str)| *key != "Weekdays" || !day.ends_with("Day");
        settings.extend(CALENDAR_FULL.iter().copied().filter(goes_with));
        let before = read(&settings).schedule().unwrap();
        settings.insert(key, value);
        assert_ne!(read(&settings).schedule().ok(), Some(before), "{key}={value}");
    }
}

/// A session of the week, with hours for logon.
#[cfg(feature = "schedule")]
const CALENDAR_FULL: &[(&str, &str)] = &[
    ("StartDay", "Sun"),
    ("StartTime", "08:00:00"),
    ("EndDay", "Fri"),
    ("EndTime", "17:00:00"),
    ("LogonDay", "Mon"),
    ("LogonTime", "09:00:00"),
    ("LogoutDay", "Thu"),
    ("LogoutTime", "16:00:00"),
];

/// A value for each key that makes another calendar.
#[cfg(feature = "schedule")]
const CALENDAR: &[(&str, &str)] = &[
    ("EndDay", "Sat"),
    ("EndTime", "18:00:00"),
    ("LogonDay", "Tue"),
    ("LogonTime", "10:00:00"),
    ("LogoutDay", "Wed"),
    ("LogoutTime", "15:00:00"),
    ("NonStopSession", "Y"),
    ("StartDay", "Mon"),
    ("StartTime", "07:00:00"),
    ("TimeZone", "Europe/London"),
    ("UseLocalTime", "Y"),
    ("Weekdays", "Mon,Tue"),
];

const FIX: &[(&str, &str)] = &[
    ("ConnectionType", "initiator"),
    ("BeginString", "FIX.4.4"),
    ("SenderCompID", "US"),
    ("TargetCompID", "THEM"),
    ("HeartBtInt", "30"),
    ("DataDictionary", "FIX44.xml"),
];

const FIXT: &[(&str, &str)] = &[
    ("ConnectionType", "initiator"),
    ("BeginString", "FIXT.1.1"),
    ("DefaultApplVerID", "FIX.5.0SP2"),
    ("SenderCompID", "US"),
    ("TargetCompID", "THEM"),
    ("HeartBtInt", "30"),
    ("TransportDataDictionary", "FIXT11.xml"),
    ("AppDataDictionary.FIX.5.0SP1", "FIX50SP1.xml"),
];

/// A value for each key that is not the default.
const EXAMPLES: &[(&str, &str)] = &[
    ("AllowUnknownMsgFields", "Y"),
    ("AppDataDictionary", "FIX50SP2.xml"),
    ("AppDataDictionary.FIX.5.0", "FIX50.xml"),
    ("BeginString", "FIX.4.2"),
    ("CheckCompID", "N"),
    ("CheckLatency", "N"),
    ("ClosedResendInterval", "Y"),
    ("ConnectionType", "acceptor"),
    ("DataDictionary", "other.xml"),
    ("DefaultApplVerID", "FIX.5.0"),
    ("DisableHeartBeatCheck", "Y"),
    ("EnableLastMsgSeqNumProcessed", "Y"),
    ("EnableNextExpectedMsgSeqNum", "Y"),
    ("HeartBeatTimeoutMultiplier", "7"),
    ("HeartBtInt", "31"),
    ("LogonTag", "553=trader"),
    ("LogonTimeout", "77"),
    ("LogoutTimeout", "77"),
    ("MaxLatency", "77"),
    ("MillisecondsInTimeStamp", "N"),
    ("PersistMessages", "N"),
    ("ReconnectInterval", "77"),
    ("RejectGarbledMessage", "Y"),
    ("RejectInvalidMessage", "N"),
    ("RequiresOrigSendingTime", "N"),
    ("ResendRequestChunkSize", "77"),
    ("ResetOnDisconnect", "Y"),
    ("ResetOnError", "Y"),
    ("ResetOnLogon", "Y"),
    ("ResetOnLogout", "Y"),
    ("SendNextExpectedMsgSeqNum", "Y"),
    ("SendRedundantResendRequests", "Y"),
    ("SendResetSeqNumFlag", "Y"),
    ("SenderCompID", "X"),
    ("SenderLocationID", "X"),
    ("SenderSubID", "X"),
    ("TargetCompID", "X"),
    ("TargetLocationID", "X"),
    ("TargetSubID", "X"),
    ("TestRequestDelayMultiplier", "0.7"),
    ("TimeStampPrecision", "NANOS"),
    ("TransportDataDictionary", "other.xml"),
    ("UseDataDictionary", "N"),
    ("ValidateChecksum", "N"),
    ("ValidateFieldsHaveValues", "N"),
    ("ValidateFieldsOutOfOrder", "N"),
    ("ValidateIncomingMessage", "N"),
    ("ValidateLengthAndChecksum", "N"),
    ("ValidateSequenceNumbers", "N"),
    ("ValidateUnorderedGroupFields", "Y"),
    ("ValidateUserDefinedFields", "N"),
];

/// The fields that a row of the page names: those in backticks behind a type's.
fn named(here: &str) -> BTreeSet<String> {
    let mut fields = BTreeSet::new();
    let mut prefix = None;
    for quoted in here.split('`').skip(1).step_by(2) {
        match quoted {
            "Config" => prefix = Some("config."),
            "RulesSettings" => prefix = Some("rules."),
            "SessionSettings" => prefix = Some(""),
            field => {
                let is_field = field.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'.'));
                fields.extend(prefix.filter(|_| is_field).map(|prefix| format!("{prefix}{field}")));
            }
        }
    }
    fields
}

/// The fields that differ from those of the session without the key, or with another value.
fn changed(with: &[(&str, &str)], key: &str, value: &str) -> BTreeSet<String> {
    let before: BTreeMap<_, _> = with.iter().copied().collect();
    let mut after = before.clone();
    after.insert(key, value);
    let (before, after) = (fields(&read(&before)), fields(&read(&after)));
    let differ = |path: &&String| before.get(*path) != after.get(*path);
    before.keys().chain(after.keys()).filter(differ).cloned().collect()
}

fn read(settings: &BTreeMap<&str, &str>) -> SessionSettings {
    let lines: String = settings.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
    Settings::parse(&format!("[SESSION]\n{lines}")).unwrap().into_sessions().remove(0)
}

/// Path and value of each field, as `Debug` has them.
fn fields(session: &SessionSettings) -> BTreeMap<String, String> {
    let (mut fields, mut path) = (BTreeMap::new(), Vec::new());
    for line in format!("{session:#?}").lines().skip(1) {
        let line = line.trim();
        if line.starts_with(['}', ')', ']']) {
            path.pop();
            continue;
        }
        let (name, value) = line.split_once(": ").unwrap_or(("", line));
        path.push(name);
        let names: Vec<_> = path.iter().copied().filter(|name| !name.is_empty()).collect();
        fields.entry(names.join(".")).or_insert_with(String::new).push_str(value);
        if !value.ends_with(['{', '(', '[']) {
            path.pop();
        }
    }
    fields
}
