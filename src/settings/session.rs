//! From one section to a session's configuration.

use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

use super::error::{SettingsError, SettingsFault};
use super::keys::{LOGON_TAG, Owner};
use super::section::Section;
use super::{RulesSettings, SessionSettings, folder};
use crate::session::{
    Check, Config, GarbledMessage, Id, LastProcessed, NextExpected, OrigSendingTime, Percent, Policies,
    RequestEnd, ResetOn, ResetOnLogon, Role, SendingTimeCheck, Silence, WhileOpen,
};
use crate::time::Millis;
use crate::wire::{BeginString, TimePrecision};

const SECONDS: &str = "seconds from 0 to 86400";
const SECONDS_FROM_1: &str = "seconds from 1 to 86400";
const DAY: u32 = 86_400;

pub(super) fn read(section: &Section, file: Option<&Path>) -> Result<SessionSettings, SettingsError> {
    let mut config = identity(section)?;
    logon(section, &mut config)?;
    gaps(section, &mut config)?;
    liveness(section, &mut config)?;
    checks(section, &mut config)?;
    let logon_fields = logon_fields(section)?;
    config.compose.logon = !logon_fields.is_empty();
    config.check().map_err(|error| SettingsError::at(section.line, error))?;
    let callers = section.settings.iter().filter(|setting| setting.owner != Owner::Session);
    let others = Section { line: section.line, settings: callers.cloned().collect() };
    Ok(SessionSettings {
        rules: RulesSettings::read(section, config.begin_string, folder(file))?,
        config,
        logon_fields,
        persist_messages: section.flag("PersistMessages")?.unwrap_or(true),
        file: file.map(PathBuf::from),
        others,
    })
}

/// Who talks to whom, in which version, and who connects.
fn identity(section: &Section) -> Result<Config, SettingsError> {
    let role = section.required("ConnectionType")?.read("initiator or acceptor", |value| match value {
        "initiator" => Some(Role::Initiator),
        "acceptor" => Some(Role::Acceptor),
        _ => None,
    })?;
    let versions = "FIX.4.0 to FIX.4.4 or FIXT.1.1";
    let version =
        section.required("BeginString")?.read(versions, |value| BeginString::from_bytes(value.as_bytes()))?;
    let (sender, target) = (section.required("SenderCompID")?, section.required("TargetCompID")?);
    let mut config = Config::new(role, version, &sender.value, &target.value)
        .map_err(|error| SettingsError::at(sender.line.max(target.line), error))?;
    for (key, id) in [
        ("SenderSubID", Id::SenderSubId),
        ("SenderLocationID", Id::SenderLocationId),
        ("TargetSubID", Id::TargetSubId),
        ("TargetLocationID", Id::TargetLocationId),
    ] {
        if let Some(setting) = section.get(key) {
            config.ids.set(id, &setting.value).map_err(|error| setting.fault(error))?;
        }
    }
    if let Some(setting) = section.get("DefaultApplVerID") {
        let expected =
            "FIX.4.0 to FIX.4.4, FIX.5.0, FIX.5.0SP1, FIX.5.0SP2, FIX.Latest or ApplVerID's number";
        let version = setting.read(expected, appl_ver_id)?;
        config.ids.set(Id::DefaultApplVerId, version).map_err(|error| setting.fault(error))?;
    } else if version == BeginString::Fixt11 {
        return Err(SettingsError::at(section.line, SettingsFault::Missing("DefaultApplVerID")));
    }
    config.policies = Policies::quickfix();
    Ok(config)
}

/// ApplVerID(1128) of a version's name.
pub(super) fn appl_ver_id(name: &str) -> Option<&'static str> {
    const VERSIONS: [(&str, &str); 9] = [
        ("FIX.4.0", "2"),
        ("FIX.4.1", "3"),
        ("FIX.4.2", "4"),
        ("FIX.4.3", "5"),
        ("FIX.4.4", "6"),
        ("FIX.5.0", "7"),
        ("FIX.5.0SP1", "8"),
        ("FIX.5.0SP2", "9"),
        ("FIX.Latest", "10"),
    ];
    VERSIONS.iter().find(|(known, id)| known.eq_ignore_ascii_case(name) || *id == name).map(|&(_, id)| id)
}

fn logon(section: &Section, config: &mut Config) -> Result<(), SettingsError> {
    if config.role == Role::Initiator {
        section.required("HeartBtInt")?;
    }
    if let Some(seconds) = seconds(section, "HeartBtInt", 0)? {
        config.heart_bt_int = seconds;
    }
    let policy = &mut config.policies.logon;
    if let Some(time) = duration(section, "LogonTimeout")? {
        policy.timeout = time;
    }
    if let Some(time) = duration(section, "LogoutTimeout")? {
        config.policies.logout.timeout = time;
    }
    if let Some(time) = duration(section, "ReconnectInterval")? {
        policy.reconnect_after = time;
    }
    // The engines' initiators announce the reset if the version allows it; their acceptors do not.
    let silent = config.role == Role::Acceptor || config.begin_string == BeginString::Fix40;
    if section.flag("ResetOnLogon")? == Some(true) {
        policy.reset_on_logon = if silent { ResetOnLogon::Silent } else { ResetOnLogon::Announced };
    }
    if section.flag("SendResetSeqNumFlag")? == Some(true) {
        policy.reset_on_logon = ResetOnLogon::Announced;
    }
    for (key, reset) in [
        ("ResetOnLogout", &mut policy.reset_on_logout),
        ("ResetOnDisconnect", &mut policy.reset_on_disconnect),
        ("ResetOnError", &mut policy.reset_on_error),
    ] {
        if section.flag(key)? == Some(true) {
            *reset = ResetOn::Reset;
        }
    }
    // QuickFIX/J's name and QuickFIX's.
    for key in ["EnableNextExpectedMsgSeqNum", "SendNextExpectedMsgSeqNum"] {
        if section.flag(key)? == Some(true) {
            policy.next_expected = NextExpected::On;
        }
    }
    Ok(())
}

fn gaps(section: &Section, config: &mut Config) -> Result<(), SettingsError> {
    let policy = &mut config.policies.gaps;
    let amount = section.read("ResendRequestChunkSize", "a number of messages, 0 for all", number)?;
    policy.chunk = amount.unwrap_or(policy.chunk);
    if section.flag("ClosedResendInterval")? == Some(true) {
        policy.request_end = RequestEnd::Closed;
    }
    if section.flag("SendRedundantResendRequests")? == Some(true) {
        policy.while_open = WhileOpen::Repeat;
    }
    Ok(())
}

/// QuickFIX/J counts both of its multipliers in HeartBtInts above one, from the last message on.
fn liveness(section: &Section, config: &mut Config) -> Result<(), SettingsError> {
    let policy = &mut config.policies.liveness;
    let multiplier = |key| section.read(key, "a factor from 0 to 100", percent_above_one);
    let (request, lost) =
        (multiplier("TestRequestDelayMultiplier")?, multiplier("HeartBeatTimeoutMultiplier")?);
    let request_after = request.unwrap_or(policy.test_request_after.0);
    let lost_after = lost.unwrap_or(policy.test_request_after.0 + policy.answer_within.0);
    let Some(answer_within) = lost_after.checked_sub(request_after).filter(|&percent| percent > 0) else {
        let key = if lost.is_some() { "HeartBeatTimeoutMultiplier" } else { "TestRequestDelayMultiplier" };
        let why = "the link would count as lost before a TestRequest is due";
        let line = section.get(key).map_or(section.line, |setting| setting.line);
        return Err(SettingsError::at(line, SettingsFault::Contradiction { key: key.into(), why }));
    };
    policy.test_request_after = Percent(request_after);
    policy.answer_within = Percent(answer_within);
    if section.flag("DisableHeartBeatCheck")? == Some(true) {
        policy.silence = Silence::Ignore;
    }
    Ok(())
}

fn checks(section: &Section, config: &mut Config) -> Result<(), SettingsError> {
    let policy = &mut config.policies.checks;
    if let Some(time) = duration(section, "MaxLatency")? {
        policy.sending_time = SendingTimeCheck::Within(time);
    }
    if section.flag("CheckLatency")? == Some(false) {
        policy.sending_time = SendingTimeCheck::Off;
    }
    for (key, check) in [
        ("CheckCompID", &mut policy.comp_ids),
        ("ValidateSequenceNumbers", &mut policy.sequence),
        ("ValidateFieldsOutOfOrder", &mut policy.header_order),
    ] {
        if section.flag(key)? == Some(false) {
            *check = Check::Off;
        }
    }
    // QuickFIX/J's name and QuickFIX's. BodyLength delimits frames, so it is always checked.
    for key in ["ValidateChecksum", "ValidateLengthAndChecksum"] {
        if section.flag(key)? == Some(false) {
            policy.checksum = Check::Off;
        }
    }
    if section.flag("RejectGarbledMessage")? == Some(true) {
        policy.garbled = GarbledMessage::Reject;
    }
    if section.flag("RequiresOrigSendingTime")? == Some(false) {
        policy.orig_sending_time = OrigSendingTime::Ignore;
    }
    if section.flag("EnableLastMsgSeqNumProcessed")? == Some(true) {
        policy.last_processed = LastProcessed::Said;
    }
    if let Some(setting) =
        section.get("AllowPosDup").filter(|setting| setting.value.eq_ignore_ascii_case("Y"))
    {
        let why =
            "not supported: PossDupFlag(43) belongs to the session, and an application uses PossResend(97)";
        return Err(setting.fault(SettingsFault::Contradiction { key: setting.key.clone(), why }));
    }
    section.flag("AllowPosDup")?;
    if section.flag("MillisecondsInTimeStamp")? == Some(false) {
        config.time_precision = TimePrecision::Seconds;
    }
    let expected = "SECONDS, MILLIS, MICROS, NANOS, or 0, 3, 6 or 9 digits";
    if let Some(precision) = section.read("TimeStampPrecision", expected, precision)? {
        config.time_precision = precision;
    }
    Ok(())
}

/// QuickFIX/J's words, and QuickFIX's digits.
fn precision(value: &str) -> Option<TimePrecision> {
    match value.to_ascii_uppercase().as_str() {
        "SECONDS" | "0" => Some(TimePrecision::Seconds),
        "MILLIS" | "3" => Some(TimePrecision::Millis),
        "MICROS" | "6" => Some(TimePrecision::Micros),
        "NANOS" | "9" => Some(TimePrecision::Nanos),
        _ => None,
    }
}

/// `LogonTag=553=name`, `LogonTag1=554=password`.
fn logon_fields(section: &Section) -> Result<Vec<(u32, String)>, SettingsError> {
    let mut fields = Vec::new();
    for setting in section.settings.iter().filter(|setting| setting.key.starts_with(LOGON_TAG)) {
        let field = setting.value.split_once('=').and_then(|(tag, value)| {
            Some((number(tag.trim()).filter(|&tag| tag > 0)?, value.trim().to_string()))
        });
        let Some(field) = field.filter(|(_, value)| !value.is_empty()) else {
            // The value may be a password.
            let (expected, got) = ("TAG=VALUE", "something else".to_string());
            return Err(setting.fault(SettingsFault::Value { key: setting.key.clone(), expected, got }));
        };
        fields.push(field);
    }
    Ok(fields)
}

fn duration(section: &Section, key: &str) -> Result<Option<Millis>, SettingsError> {
    Ok(seconds(section, key, 1)?.map(Millis::from_secs))
}

fn seconds(section: &Section, key: &str, least: u32) -> Result<Option<u32>, SettingsError> {
    let expected = if least == 0 { SECONDS } else { SECONDS_FROM_1 };
    section.read(key, expected, |value| number(value).filter(|seconds| (least..=DAY).contains(seconds)))
}

/// Digits only: no sign, no spaces.
fn number(value: &str) -> Option<u32> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())?
}

/// `0.5` is 150 percent.
fn percent_above_one(value: &str) -> Option<u16> {
    let factor: f64 = value.parse().ok()?;
    (0.0..=100.0).contains(&factor).then(|| (factor * 100.0).round() as u16 + 100)
}
