//! Header lines of a scenario that change the session: policies by their names in `Policies`, and parts of
//! `Config`.

use sansfix::session::*;
use sansfix::wire::TimePrecision;
use sansfix::{Checkpoint, Config, Message, MessageRules, Millis, MsgSeqNum, SessionRejectReason};

use super::line::{duration, unquoted, words};

macro_rules! choose {
    ($value:expr, $name:ident: $($variant:ident),+) => {
        match $value {
            $(stringify!($variant) => $name::$variant,)+
            other => return Err(format!("{other:?} is none of {}", stringify!($($variant),+))),
        }
    };
}

/// `preset: quickfix`, `policy: gaps.above = Drop`, `config: heart_bt_int = 20`.
pub(crate) fn set(config: &mut Config, key: &str, value: &str) -> Result<(), String> {
    if key == "preset" {
        config.policies = match value {
            "standard" => Policies::standard(),
            "quickfix" => Policies::quickfix(),
            other => return Err(format!("no preset {other:?}")),
        };
        return Ok(());
    }
    let (name, value) = value.split_once('=').ok_or("name = value")?;
    let (name, value) = (name.trim(), value.trim());
    match key {
        "policy" => policy(&mut config.policies, name, value),
        _ => part(config, name, value),
    }
}

#[rustfmt::skip]
fn policy(policies: &mut Policies, name: &str, value: &str) -> Result<(), String> {
    match name {
        "logon.timeout" => policies.logon.timeout = millis(value)?,
        "logon.reconnect_after" => policies.logon.reconnect_after = millis(value)?,
        "logon.attempts" => policies.logon.attempts = Some(number(value)?),
        "logon.heart_bt_int" => policies.logon.heart_bt_int = heart_bt_int_rule(value)?,
        "logon.reset_on_logon" => policies.logon.reset_on_logon = choose!(value, ResetOnLogon: Never, Announced, Silent),
        "logon.reset_on_logout" => policies.logon.reset_on_logout = choose!(value, ResetOn: Keep, Reset),
        "logon.reset_on_disconnect" => policies.logon.reset_on_disconnect = choose!(value, ResetOn: Keep, Reset),
        "logon.reset_on_error" => policies.logon.reset_on_error = choose!(value, ResetOn: Keep, Reset),
        "logon.reset_by_peer" => policies.logon.reset_by_peer = choose!(value, ResetByPeer: Accept, Refuse, AtLogonOnly),
        "logon.unasked_reset" => policies.logon.unasked_reset = choose!(value, UnaskedReset: Refuse, Accept),
        "logon.reset_ack" => policies.logon.reset_ack = choose!(value, ResetAck: Demand, Infer),
        "logon.next_expected" => policies.logon.next_expected = choose!(value, NextExpected: Off, On),
        "logon.test_message" => policies.logon.test_message = choose!(value, TestMessage: Unchecked, Production, Test),
        "logon.invalid" => policies.logon.invalid = choose!(value, BadLogon: Logout, Close),
        "logon.max_message_size" => policies.logon.max_message_size = choose!(value, MaxMessageSize: Unsaid, Said),
        "logon.while_disconnected" => policies.logon.while_disconnected = choose!(value, WhileDisconnected: Refuse, Store),
        "gaps.above" => policies.gaps.above = choose!(value, Above: Hold, Drop),
        "gaps.request_end" => policies.gaps.request_end = choose!(value, RequestEnd: Open, Closed),
        "gaps.chunk" => policies.gaps.chunk = number(value)?,
        "gaps.while_open" => policies.gaps.while_open = choose!(value, WhileOpen: Wait, Repeat),
        "gaps.retry" => policies.gaps.retry = choose!(value, Retry: NewRequest, SameNumber),
        "gaps.progress_timeout" => policies.gaps.progress_timeout = millis(value)?,
        "gaps.tries" => policies.gaps.tries = number(value)?,
        "gaps.stale_request" => policies.gaps.stale_request = choose!(value, StaleRequest: Refuse, Serve),
        "gaps.live_wait" => policies.gaps.live_wait = millis(value)?,
        "liveness.test_request_after" => policies.liveness.test_request_after = Percent(number(value)?),
        "liveness.answer_within" => policies.liveness.answer_within = Percent(number(value)?),
        "liveness.echo" => policies.liveness.echo = choose!(value, Echo: AnyTraffic, Demand),
        "liveness.test_req_id" => policies.liveness.test_req_id = test_req_id(value)?,
        "liveness.while_probing" => policies.liveness.while_probing = choose!(value, WhileProbing: Heartbeat, Quiet),
        "liveness.unanswered" => policies.liveness.unanswered = choose!(value, Unanswered: Logout, Close),
        "liveness.silence" => policies.liveness.silence = choose!(value, Silence: Watch, Ignore),
        "liveness.second_link" => policies.liveness.second_link = choose!(value, SecondLink: TestFirst, Drop),
        "logout.timeout" => policies.logout.timeout = millis(value)?,
        "logout.close_timeout" => policies.logout.close_timeout = millis(value)?,
        "logout.out_of_sequence" => policies.logout.out_of_sequence = choose!(value, OutOfSequenceLogout: Recover, Answer),
        "logout.after_answer" => policies.logout.after_answer = choose!(value, AfterAnswer: AwaitClose, Close),
        "logout.after_reject" => policies.logout.after_reject = choose!(value, AfterReject: Text, NoText),
        "logout.answer_status" => policies.logout.answer_status = choose!(value, AnswerStatus: Unsaid, Said),
        "logout.fault_status" => policies.logout.fault_status = choose!(value, FaultStatus: Said, Unsaid),
        "logout.on_disconnect" => policies.logout.on_disconnect = choose!(value, OnDisconnect: Keep, CancelOrders),
        "checks.sending_time" => policies.checks.sending_time = sending_time_check(value)?,
        "checks.comp_ids" => policies.checks.comp_ids = choose!(value, Check: On, Off),
        "checks.sub_ids" => policies.checks.sub_ids = choose!(value, Check: On, Off),
        "checks.sequence" => policies.checks.sequence = choose!(value, Check: On, Off),
        "checks.checksum" => policies.checks.checksum = choose!(value, Check: On, Off),
        "checks.header_order" => policies.checks.header_order = choose!(value, Check: On, Off),
        "checks.orig_sending_time" => policies.checks.orig_sending_time = choose!(value, OrigSendingTime: Reject, RejectThenLogout, Ignore),
        "checks.repeated_admin" => policies.checks.repeated_admin = choose!(value, RepeatedAdmin: CountOnly, Act),
        "checks.low_number" => policies.checks.low_number = choose!(value, LowNumber: Logout, Reject),
        "checks.garbled" => policies.checks.garbled = choose!(value, GarbledMessage: Ignore, Reject, Close),
        "checks.last_processed" => policies.checks.last_processed = choose!(value, LastProcessed: Unsaid, Said),
        "checks.reject_version" => policies.checks.reject_version = choose!(value, RejectVersion: Unsaid, Said),
        "checks.reject_text" => policies.checks.reject_text = choose!(value, RejectText: Particular, OfReason),
        "checks.routing" => policies.checks.routing = choose!(value, Routing: Keep, Reverse),
        "checks.finished" => policies.checks.finished = choose!(value, Finished: ByStep, ByCall),
        other => return Err(format!("no policy {other:?}")),
    }
    Ok(())
}

fn part(config: &mut Config, name: &str, value: &str) -> Result<(), String> {
    let mut set = |id| config.ids.set(id, value).map_err(|error| error.to_string());
    match name {
        "heart_bt_int" => config.heart_bt_int = number(value)?,
        "frame_max" => config.frame_max = number(value)?,
        "sender_sub_id" => set(Id::SenderSubId)?,
        "target_sub_id" => set(Id::TargetSubId)?,
        "sender_location_id" => set(Id::SenderLocationId)?,
        "target_location_id" => set(Id::TargetLocationId)?,
        "time_precision" => {
            config.time_precision = choose!(value, TimePrecision: Seconds, Millis, Micros, Nanos);
        }
        "rate" => {
            let (burst, per_second) = value.split_once('/').ok_or("rate = BURST/PER_SECOND")?;
            config.rate = Some(Rate { burst: number(burst)?, per_second: number(per_second)? });
        }
        other => return Err(format!("no part of Config {other:?}")),
    }
    Ok(())
}

/// `resume: next_in 5 next_out 9 reset_pending`.
pub(crate) fn resume(checkpoint: &mut Checkpoint, value: &str) -> Result<(), String> {
    let mut words = value.split_whitespace();
    while let Some(word) = words.next() {
        let mut next = || match words.next() {
            Some("max") => Ok(MsgSeqNum::MAX),
            Some(text) => MsgSeqNum::new(number(text)?).ok_or_else(|| format!("no number: {text}")),
            None => Err("which number?".to_owned()),
        };
        match word {
            "next_in" => checkpoint.next_in = next()?,
            "next_out" => checkpoint.next_out = next()?,
            "reset_pending" => checkpoint.reset_pending = true,
            other => return Err(format!("no part of a checkpoint {other:?}")),
        }
    }
    Ok(())
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.trim().parse().map_err(|_| format!("no number: {text}"))
}

fn heart_bt_int_rule(value: &str) -> Result<HeartBtIntRule, String> {
    Ok(match value.split_once("..") {
        _ if value == "Adopt" => HeartBtIntRule::Adopt,
        Some((low, high)) => HeartBtIntRule::Between(number(low)?, number(high)?),
        None => HeartBtIntRule::Exactly(number(value)?),
    })
}

fn test_req_id(value: &str) -> Result<TestReqId, String> {
    match value {
        "MsgSeqNum" => Ok(TestReqId::MsgSeqNum),
        "TEST" => Ok(TestReqId::Fixed("TEST")),
        other => Err(format!("TestReqID is MsgSeqNum or TEST, not {other:?}")),
    }
}

fn sending_time_check(value: &str) -> Result<SendingTimeCheck, String> {
    if value == "Off" { Ok(SendingTimeCheck::Off) } else { millis(value).map(SendingTimeCheck::Within) }
}

fn millis(value: &str) -> Result<Millis, String> {
    u32::try_from(duration(value)?.as_millis()).map(Millis).map_err(|_| format!("too long: {value}"))
}

/// `check: 58=BAD reject 5 58` and `check: 35=Z business 3`: a dictionary of a few words.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<(u32, String, Violation)>);

impl Rules {
    pub(crate) fn add(&mut self, value: &str) -> Result<(), String> {
        let words = words(value)?;
        let (field, rest) = words.split_first().ok_or("check what?")?;
        let (tag, wanted) = field.split_once('=').ok_or("tag=value")?;
        let violation = match rest {
            [how, code, tag @ ..] if how == "reject" => Violation {
                reply: Reply::Reject(SessionRejectReason::from_code(number(code)?)),
                tag: tag.first().map(|tag| number(tag)).transpose()?.map(RefTag::new),
            },
            [how, code] if how == "business" => Violation {
                reply: Reply::BusinessReject(number(code)?, "Unsupported Message Type"),
                tag: None,
            },
            _ => return Err("reject CODE TAG, or business CODE".into()),
        };
        self.0.push((number(tag)?, unquoted(wanted), violation));
        Ok(())
    }
}

impl MessageRules for Rules {
    fn check(&self, message: &Message<'_>) -> Result<(), Violation> {
        let broken = self.0.iter().find(|(tag, value, _)| {
            let is_type = *tag == 35 && message.msg_type().as_bytes() == value.as_bytes();
            is_type || message.get(*tag).is_some_and(|got| got.as_bytes() == value.as_bytes())
        });
        broken.map_or(Ok(()), |broken| Err(broken.2))
    }
}
