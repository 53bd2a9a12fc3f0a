use std::string::{String, ToString};

use super::{SessionSettings, Settings, keys};
use crate::session::{
    Check, ComposedTypes, Config, GarbledMessage, Id, LastProcessed, NextExpected, OrigSendingTime, Percent,
    RequestEnd, ResetOn, ResetOnLogon, Role, SendingTimeCheck, Silence, WhileOpen,
};
use crate::time::Millis;
use crate::wire::{BeginString, TimePrecision};

const LEAST: &str = "[DEFAULT]
ConnectionType=acceptor
BeginString=FIX.4.4
SenderCompID=US
[SESSION]
TargetCompID=THEM
";

/// A session with these lines beside the least there must be.
fn session(lines: &str) -> SessionSettings {
    let text = std::format!("{LEAST}{lines}\n");
    Settings::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")).into_sessions().remove(0)
}

fn config(lines: &str) -> Config {
    session(lines).config
}

fn error(text: &str) -> String {
    Settings::parse(text).unwrap_err().to_string()
}

/// The error of the least session with one more line, its seventh.
fn error_with(line: &str) -> String {
    error(&std::format!("{LEAST}{line}\n"))
}

#[test]
fn a_session_stands_above_the_defaults_wherever_they_are() {
    let settings = Settings::parse(
        "\u{feff}# sessions of the desk\r\n[SESSION]\r\nTargetCompID = A\r\nHeartBtInt=10\r\n\r\n[session]\nTargetCompID=B\n\
         [DEFAULT]\nConnectionType=initiator\nBeginString=FIX.4.2\nSenderCompID=US\nheartbtint=30\n",
    )
    .unwrap();
    let facts: std::vec::Vec<_> =
        settings.sessions().iter().map(|s| (s.name(), s.config.heart_bt_int, s.config.role)).collect();
    assert_eq!(
        facts,
        [
            ("FIX.4.2:US->A".to_string(), 10, Role::Initiator),
            ("FIX.4.2:US->B".to_string(), 30, Role::Initiator)
        ]
    );
}

#[test]
fn what_the_session_acts_on_is_in_its_config() {
    assert_eq!(config("ResetOnLogon=Y").policies.logon.reset_on_logon, ResetOnLogon::Silent);
    assert_eq!(config("SendResetSeqNumFlag=Y").policies.logon.reset_on_logon, ResetOnLogon::Announced);
    assert_eq!(config("ResetOnLogon=N").policies.logon.reset_on_logon, ResetOnLogon::Never);
    assert_eq!(config("ResetOnLogout=Y").policies.logon.reset_on_logout, ResetOn::Reset);
    assert_eq!(config("ResetOnDisconnect=Y").policies.logon.reset_on_disconnect, ResetOn::Reset);
    assert_eq!(config("ResetOnError=Y").policies.logon.reset_on_error, ResetOn::Reset);
    assert_eq!(config("LogonTimeout=3").policies.logon.timeout, Millis::from_secs(3));
    assert_eq!(config("LogoutTimeout=3").policies.logout.timeout, Millis::from_secs(3));
    assert_eq!(config("ReconnectInterval=3").policies.logon.reconnect_after, Millis::from_secs(3));
    for key in ["EnableNextExpectedMsgSeqNum", "SendNextExpectedMsgSeqNum"] {
        assert_eq!(config(&std::format!("{key}=Y")).policies.logon.next_expected, NextExpected::On);
    }
    assert_eq!(config("ResendRequestChunkSize=5").policies.gaps.chunk, 5);
    assert_eq!(config("ClosedResendInterval=Y").policies.gaps.request_end, RequestEnd::Closed);
    assert_eq!(config("SendRedundantResendRequests=Y").policies.gaps.while_open, WhileOpen::Repeat);
    assert_eq!(config("DisableHeartBeatCheck=Y").policies.liveness.silence, Silence::Ignore);
    let checks = |line| config(line).policies.checks;
    assert_eq!(checks("MaxLatency=7").sending_time, SendingTimeCheck::Within(Millis::from_secs(7)));
    assert_eq!(checks("MaxLatency=7\nCheckLatency=N").sending_time, SendingTimeCheck::Off);
    assert_eq!(checks("CheckCompID=N").comp_ids, Check::Off);
    assert_eq!(checks("ValidateSequenceNumbers=N").sequence, Check::Off);
    assert_eq!(checks("ValidateChecksum=N").checksum, Check::Off);
    assert_eq!(checks("ValidateLengthAndChecksum=N").checksum, Check::Off);
    assert_eq!(checks("ValidateFieldsOutOfOrder=N").header_order, Check::Off);
    assert_eq!(checks("RejectGarbledMessage=Y").garbled, GarbledMessage::Reject);
    assert_eq!(checks("RequiresOrigSendingTime=N").orig_sending_time, OrigSendingTime::Ignore);
    assert_eq!(checks("EnableLastMsgSeqNumProcessed=Y").last_processed, LastProcessed::Said);
    for (key, precision) in [
        ("TimeStampPrecision=NANOS", TimePrecision::Nanos),
        ("TimestampPrecision=6", TimePrecision::Micros),
        ("MillisecondsInTimeStamp=N", TimePrecision::Seconds),
    ] {
        assert_eq!(config(key).time_precision, precision, "{key}");
    }
    assert!(!session("PersistMessages=N").persist_messages);
    let session = config("SenderSubID=a\nSenderLocationID=b\nTargetSubID=c\nTargetLocationID=d");
    let others = [Id::SenderSubId, Id::SenderLocationId, Id::TargetSubId, Id::TargetLocationId];
    assert_eq!(others.map(|id| session.ids.get(id)), ["a", "b", "c", "d"]);
}

/// Where the engines' initiators announce a reset, ours does; FIX.4.0 has no ResetSeqNumFlag(141).
#[test]
fn an_initiator_announces_its_reset_where_the_version_can() {
    for (version, reset) in [("FIX.4.0", ResetOnLogon::Silent), ("FIX.4.1", ResetOnLogon::Announced)] {
        let text = LEAST.replace("acceptor", "initiator").replace("FIX.4.4", version);
        let settings = Settings::parse(&(text + "HeartBtInt=30\nResetOnLogon=Y\n")).unwrap();
        assert_eq!(settings.sessions()[0].config.policies.logon.reset_on_logon, reset, "{version}");
    }
}

#[test]
fn fixt_names_its_application_version() {
    let text = LEAST.replace("FIX.4.4", "FIXT.1.1");
    for (name, id) in [("FIX.5.0", "7"), ("FIX.5.0SP2", "9"), ("9", "9"), ("FIX.Latest", "10")] {
        let settings = Settings::parse(&std::format!("{text}DefaultApplVerID={name}\n")).unwrap();
        let config = &settings.sessions()[0].config;
        assert_eq!((config.begin_string, config.ids.get(Id::DefaultApplVerId)), (BeginString::Fixt11, id));
    }
    assert_eq!(
        error(&text),
        "line 5: DefaultApplVerID: required, but neither this session nor [DEFAULT] has it"
    );
}

/// QuickFIX/J: a TestRequest after 1 + 0.5, the end after 1 + 1.4 HeartBtInts of silence.
#[test]
fn both_multipliers_count_from_the_last_message() {
    let liveness = |lines| {
        let policy = config(lines).policies.liveness;
        (policy.test_request_after, policy.answer_within)
    };
    assert_eq!(liveness(""), (Percent(120), Percent(120)));
    let both = "TestRequestDelayMultiplier=0.5\nHeartBeatTimeoutMultiplier=1.4";
    assert_eq!(liveness(both), (Percent(150), Percent(90)));
    assert_eq!(
        error_with("TestRequestDelayMultiplier=2"),
        "line 7: TestRequestDelayMultiplier: the link would count as lost before a TestRequest is due"
    );
    for factor in ["-1", "NaN", "inf", "1e9", ""] {
        let error = error_with(&std::format!("HeartBeatTimeoutMultiplier={factor}"));
        assert!(error.contains("expected a factor from 0 to 100"), "{error}");
    }
}

#[test]
fn what_is_the_callers_is_handed_to_the_caller() {
    let session =
        session("SocketAcceptPort=5001\nsocketconnecthost2=b\nFileStorePath=store\nStartTime=08:00:00");
    assert_eq!(session.get("socketacceptport"), Some("5001"));
    assert_eq!(session.get("SocketConnectHost2"), Some("b"));
    assert_eq!(session.path("FileStorePath"), Some("store".into()));
    assert_eq!(session.get("SenderCompID"), None);
    let others: std::vec::Vec<_> = session.others().map(|(key, _)| key).collect();
    assert_eq!(others[..3], ["SocketAcceptPort", "SocketConnectHost2", "FileStorePath"]);
}

#[test]
fn keys_of_the_calendar_are_the_callers_only_where_nothing_here_reads_them() {
    let session = session("StartTime=08:00:00\nendtime=17:00:00\nSocketAcceptPort=5001");
    assert_eq!(session.get("StartTime"), Some("08:00:00"));
    assert_eq!(session.get("EndTime"), Some("17:00:00"));
    let others: std::vec::Vec<_> = session.others().map(|(key, _)| key).collect();
    if cfg!(feature = "schedule") {
        assert_eq!(others, ["SocketAcceptPort"]);
    } else {
        assert_eq!(others, ["StartTime", "EndTime", "SocketAcceptPort"]);
    }
}

#[test]
fn logon_fields_are_handed_over_and_never_shown() {
    let session = session("LogonTag=553=me\nLogonTag1=554=se=cret\nJdbcPassword=hush");
    assert_eq!(session.logon_fields, [(553, "me".to_string()), (554, "se=cret".to_string())]);
    assert_eq!(session.config.compose, ComposedTypes { logon: true, ..ComposedTypes::default() });
    let shown = std::format!("{session:?}");
    assert!(!shown.contains("cret") && !shown.contains("hush"), "{shown}");
    let refused = error_with("LogonTag=secret");
    assert_eq!(refused, "line 7: LogonTag: expected TAG=VALUE, got \"something else\"");
}

#[test]
fn message_rules_have_their_files_and_switches() {
    let rules = session("DataDictionary=spec/FIX44.xml\nValidateFieldsHaveValues=N").rules;
    assert!(rules.enabled && !rules.fields_have_values && rules.fields_in_order);
    assert_eq!(rules.dictionary, Some("spec/FIX44.xml".into()));
    for line in ["", "DataDictionary=a\nUseDataDictionary=N", "DataDictionary=a\nRejectInvalidMessage=N"] {
        assert!(!session(line).rules.enabled, "{line}");
    }
    let fixt = "BeginString=FIXT.1.1\nDefaultApplVerID=FIX.5.0\n";
    let rules = session(&std::format!(
        "{fixt}TransportDataDictionary=t\nAppDataDictionary.FIX.5.0SP2=b\nAppDataDictionary=a"
    ))
    .rules;
    let found: std::vec::Vec<_> =
        rules.applications.iter().map(|(id, path)| (id.as_str(), path.to_str().unwrap())).collect();
    assert_eq!(found, [("7", "a"), ("9", "b")]);
    assert!(
        error_with("UseDataDictionary=Y")
            .starts_with("line 7: UseDataDictionary: there is no DataDictionary")
    );
    assert!(
        error_with(&std::format!("{fixt}UseDataDictionary=Y\nDataDictionary=a"))
            .starts_with("line 9: UseDataDictionary: there is no TransportDataDictionary")
    );
    assert!(
        error_with(&std::format!("{fixt}AppDataDictionary.6.0=a"))
            .starts_with("line 9: AppDataDictionary.6.0")
    );
}

#[test]
fn dictionaries_of_the_other_kind_of_session_are_left_out() {
    let all = "DataDictionary=d\nTransportDataDictionary=t\nAppDataDictionary=a\n";
    let rules = session(all).rules;
    assert_eq!((rules.dictionary, rules.transport), (Some("d".into()), None));
    let rules = session(&std::format!("{all}BeginString=FIXT.1.1\nDefaultApplVerID=FIX.5.0")).rules;
    assert_eq!((rules.dictionary, rules.transport), (None, Some("t".into())));
    assert_eq!(rules.applications, [("7".into(), "a".into())]);
}

#[test]
fn keys_of_the_applications_own_are_taken_where_it_names_them() {
    let text = std::format!("{LEAST}deskname=alpha\nHeartBtInt=20\n");
    let unnamed = Settings::parse(&text).unwrap_err().to_string();
    assert_eq!(
        unnamed,
        "line 7: deskname: unknown key, neither QuickFIX nor QuickFIX/J has it, nor is it named as the application's own"
    );
    let session = Settings::parse_with(&text, &["DeskName", "HeartBtInt"]).unwrap().into_sessions().remove(0);
    assert_eq!((session.get("DeskName"), session.get("HeartBtInt")), (Some("alpha"), None));
    assert_eq!(session.config.heart_bt_int, 20, "the engines' keys stay theirs");
    let twice = Settings::parse_with(&std::format!("{text}DESKNAME=b"), &["DeskName"]).unwrap_err();
    assert_eq!(twice.to_string(), "line 9: DeskName: expected once per section, but it is also on line 7");
}

#[test]
fn an_error_names_line_and_key() {
    for (line, says) in [
        ("HeartBtInt=-1", "line 7: HeartBtInt: expected seconds from 0 to 86400, got \"-1\""),
        ("HeartBtInt=86401", "line 7: HeartBtInt: expected seconds from 0 to 86400, got \"86401\""),
        ("LogonTimeout=0", "line 7: LogonTimeout: expected seconds from 1 to 86400, got \"0\""),
        ("ResetOnLogon=yes", "line 7: ResetOnLogon: expected Y or N, got \"yes\""),
        (
            "ResetOnLogin=Y",
            "line 7: ResetOnLogin: unknown key, neither QuickFIX nor QuickFIX/J has it, nor is it named as the application's own",
        ),
        ("targetcompid=X", "line 7: TargetCompID: expected once per section, but it is also on line 6"),
        ("[SESION]", "line 7: expected [DEFAULT], [SESSION], KEY=VALUE or # comment, got \"[SESION]\""),
        ("junk", "line 7: expected [DEFAULT], [SESSION], KEY=VALUE or # comment, got \"junk\""),
        ("[DEFAULT]", "line 7: expected one [DEFAULT], but another is on line 1"),
        ("[SESSION]\nTargetCompID=THEM", "line 7: session FIX.4.4:US->THEM is defined twice"),
        (
            "ResendRequestChunkSize=4294967296",
            "line 7: ResendRequestChunkSize: expected a number of messages, 0 for all, got \"4294967296\"",
        ),
        (
            "TimeStampPrecision=4",
            "line 7: TimeStampPrecision: expected SECONDS, MILLIS, MICROS, NANOS, or 0, 3, 6 or 9 digits, got \"4\"",
        ),
        ("TargetSubID=a\u{1}b", "line 7: TargetSubID: expected a value without SOH, got \"a\u{1}b\""),
    ] {
        assert_eq!(error_with(line), says);
    }
    assert!(error_with("AllowPosDup=Y").starts_with("line 7: AllowPosDup: not supported"));
    assert_eq!(error(""), "expected at least one [SESSION]");
    assert_eq!(
        error("HeartBtInt=30"),
        "line 1: HeartBtInt: expected [DEFAULT] or [SESSION] before the first key"
    );
    assert_eq!(
        error("[SESSION]"),
        "line 1: ConnectionType: required, but neither this session nor [DEFAULT] has it"
    );
    let old = LEAST.replace("FIX.4.4", "FIX.4.2") + "EnableNextExpectedMsgSeqNum=Y";
    assert_eq!(error(&old), "line 5: NextExpectedMsgSeqNum(789) does not exist in FIX.4.2");
    let long = std::format!("TargetSubID={}", "x".repeat(120));
    assert_eq!(
        error_with(&long),
        "line 7: TargetSubID(57) has 120 bytes, but the other identifiers leave room for 116"
    );
}

#[test]
fn a_file_is_named_in_its_errors_and_its_paths_are_relative_to_it() {
    let folder = std::env::temp_dir().join(std::format!("sansfix-settings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("desk.cfg");
    std::fs::write(&file, std::format!("{LEAST}FileStorePath=store\nDataDictionary=FIX44.xml")).unwrap();
    let session = Settings::load(&file).unwrap().into_sessions().remove(0);
    assert_eq!(session.path("FileStorePath"), Some(folder.join("store")));
    assert_eq!(session.rules.dictionary, Some(folder.join("FIX44.xml")));
    std::fs::write(&file, "[SESSION]\nnonsense").unwrap();
    let says = Settings::load(&file).unwrap_err().to_string();
    assert!(says.starts_with(&std::format!("{}: line 2: expected", file.display())), "{says}");
    std::fs::remove_dir_all(&folder).unwrap();
    let says = Settings::load(&file).unwrap_err().to_string();
    assert!(says.starts_with(&std::format!("{}: cannot be read:", file.display())), "{says}");
}

/// A key that is known and read by nobody would be lost without a word.
#[test]
fn every_key_of_the_session_is_read() {
    for key in keys::SESSION {
        let line = std::format!("{key}=\u{2}impossible");
        let text = match *key {
            "TargetCompID" => LEAST.replace("TargetCompID=THEM", &line),
            "ConnectionType" | "BeginString" | "SenderCompID" => LEAST
                .lines()
                .filter(|known| !known.starts_with(key))
                .chain([&*line])
                .map(|l| l.to_string() + "\n")
                .collect(),
            key if key.starts_with("App") || key.starts_with("Transport") => {
                std::format!("{LEAST}BeginString=FIXT.1.1\nDefaultApplVerID=FIX.5.0\n{line}\n")
            }
            _ => std::format!("{LEAST}{line}\n"),
        };
        let session = Settings::parse(&text).map(|settings| std::format!("{:?}", settings.sessions()));
        // Flags and numbers refuse the value; names and paths take it, and show it.
        assert!(session.map_or(true, |shown| shown.contains("impossible")), "{key}");
    }
}

#[cfg(feature = "dictionary")]
mod with_dictionary {
    use super::*;
    use crate::dictionary::{Checks, Dictionary, OnFault, SMALL, Version};
    use crate::settings::RulesLoadError;
    use std::sync::Arc;

    #[test]
    fn switches_become_checks() {
        assert_eq!(session("DataDictionary=a").rules.checks(), Checks::QUICKFIX);
        let all_off = "ValidateFieldsOutOfOrder=N\nValidateFieldsHaveValues=N\nValidateUserDefinedFields=N\nAllowUnknownMsgFields=Y\nValidateUnorderedGroupFields=Y";
        let checks = Checks {
            section_order: OnFault::Allow,
            empty_value: OnFault::Allow,
            user_defined_tag: OnFault::Allow,
            undefined_tag: OnFault::Allow,
            tag_not_in_message: OnFault::Allow,
            group_order: OnFault::Reject,
            ..Checks::QUICKFIX
        };
        assert_eq!(session(&std::format!("DataDictionary=a\n{all_off}")).rules.checks(), checks);
    }

    #[test]
    fn a_dictionary_of_another_version_is_refused_by_file() {
        let small = Arc::new(Dictionary::from_xml(SMALL).unwrap());
        let refused = |lines| {
            let error = session(lines).rules.load_with(&mut |_| Ok(Arc::clone(&small))).unwrap_err();
            assert!(matches!(error, RulesLoadError::Version { got: Version::Fix44, .. }), "{error}");
            error.to_string()
        };
        let fixt =
            "BeginString=FIXT.1.1\nDefaultApplVerID=FIX.5.0\nTransportDataDictionary=t\nAppDataDictionary=a";
        assert_eq!(refused(fixt), "a: expected a dictionary of ApplVerID(1128) 7, got FIX.4.4");
        let old = "BeginString=FIX.4.2\nDataDictionary=FIX44.xml";
        assert_eq!(refused(old), "FIX44.xml: expected a dictionary of FIX.4.2, got FIX.4.4");
        let missing = session("DataDictionary=/nowhere/FIX44.xml").rules.load().unwrap_err().to_string();
        assert!(missing.starts_with("/nowhere/FIX44.xml: cannot be read:"), "{missing}");
        assert!(session("").rules.load().unwrap().is_none());
    }
}
