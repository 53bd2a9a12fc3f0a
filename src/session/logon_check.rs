//! Is a counterparty's Logon one that the session can take (FIX session layer 4.3, 4.4)?

use super::config::{Config, HEART_BT_INT_MAX};
use super::logon::PeerLogon;
use super::policy::{HeartBtIntRule, NextExpected, TestMessage};
use crate::message::Message;
use crate::reason::LogonFault;
use crate::reject_reason::SessionRejectReason;
use crate::wire::{BeginString, Value, ValueError, tag};

/// Reads what the session acts on, and checks it in the order of FIX session layer 4.3. `agreed` is the
/// HeartBtInt that the Logon must have: the one an initiator asked for or, in session, the one in force.
pub(super) fn check(
    message: &Message<'_>,
    config: &Config,
    agreed: Option<u32>,
) -> Result<PeerLogon, LogonFault> {
    let policy = &config.policies.logon;
    check_test_message(message, config)?;
    // FIX session layer 4.3.3, test case 17b: only EncryptMethod 0 is supported.
    match field(message, tag::ENCRYPT_METHOD, true, Value::int)? {
        Some(0) => {}
        Some(_) | None => {
            return Err(LogonFault::Field(SessionRejectReason::DecryptionProblem, Some(tag::ENCRYPT_METHOD)));
        }
    }
    let heart_bt_int = check_heart_bt_int(message, config, agreed)?;
    // FIX session layer 4.3.7: FIXT names the application's version at logon, in both directions.
    if config.begin_string == BeginString::Fixt11 {
        field(message, tag::DEFAULT_APPL_VER_ID, true, Value::as_str)?;
    }
    let reset = match config.begin_string {
        BeginString::Fix40 => false,
        BeginString::Fix41
        | BeginString::Fix42
        | BeginString::Fix43
        | BeginString::Fix44
        | BeginString::Fixt11 => {
            let says = field(message, tag::RESET_SEQ_NUM_FLAG, false, Value::bool)?.unwrap_or_default();
            // FIX session layer 4.8.7: a retransmission is numbers only.
            says && !message.poss_dup()
        }
    };
    let next_expected = match policy.next_expected {
        NextExpected::Off => None,
        NextExpected::On => field(message, tag::NEXT_EXPECTED_MSG_SEQ_NUM, false, Value::seq_num)?,
    };
    let logon = PeerLogon {
        number: message.msg_seq_num(),
        heart_bt_int,
        reset,
        next_expected,
        max_message_size: max_message_size(message, config.begin_string)?,
    };
    logon.check_reset()
}

/// FIX session layer 4.3.2: TestMessageIndicator(464) absent means production.
fn check_test_message(message: &Message<'_>, config: &Config) -> Result<(), LogonFault> {
    let policy = config.policies.logon.test_message;
    if policy == TestMessage::Unchecked || config.begin_string < BeginString::Fix43 {
        return Ok(());
    }
    let is_test = field(message, tag::TEST_MESSAGE_INDICATOR, false, Value::bool)?.unwrap_or_default();
    match policy {
        TestMessage::Production if is_test => Err(LogonFault::TestMessage),
        TestMessage::Test if !is_test => Err(LogonFault::TestMessage),
        TestMessage::Unchecked | TestMessage::Production | TestMessage::Test => Ok(()),
    }
}

/// FIX session layer 4.3.4, 4.3.5: the initiator asks, the acceptor accepts or not, and both use the same
/// value.
fn check_heart_bt_int(
    message: &Message<'_>,
    config: &Config,
    agreed: Option<u32>,
) -> Result<u32, LogonFault> {
    let out_of_range = LogonFault::Field(SessionRejectReason::ValueIncorrect, Some(tag::HEART_BT_INT));
    let seconds = field(message, tag::HEART_BT_INT, true, Value::int)?.unwrap_or_default();
    let seconds = u32::try_from(seconds).map_err(|_| out_of_range)?;
    if seconds > HEART_BT_INT_MAX {
        return Err(out_of_range);
    }
    match (agreed, config.policies.logon.heart_bt_int) {
        (Some(agreed), _) if seconds != agreed => Err(LogonFault::HeartBtIntChanged),
        (None, HeartBtIntRule::Exactly(wanted)) if seconds != wanted => {
            Err(LogonFault::HeartBtIntExpected(wanted))
        }
        (None, HeartBtIntRule::Between(low, high)) if seconds < low || seconds > high => {
            Err(LogonFault::HeartBtIntBetween(low, high))
        }
        (
            Some(_) | None,
            HeartBtIntRule::Adopt | HeartBtIntRule::Exactly(_) | HeartBtIntRule::Between(..),
        ) => Ok(seconds),
    }
}

/// A counterparty that accepts less than this cannot be sent anything useful.
const MESSAGE_SIZE_LEAST: u64 = 512;

/// FIX session layer 4.3.6: MaxMessageSize(383) is the longest message that its sender accepts.
fn max_message_size(message: &Message<'_>, version: BeginString) -> Result<Option<u32>, LogonFault> {
    if version < BeginString::Fix42 {
        return Ok(None);
    }
    match field(message, tag::MAX_MESSAGE_SIZE, false, Value::uint)? {
        Some(said) if said < MESSAGE_SIZE_LEAST => {
            Err(LogonFault::MaxMessageSize { said, needed: MESSAGE_SIZE_LEAST })
        }
        Some(size) => Ok(u32::try_from(size).ok()),
        None => Ok(None),
    }
}

fn field<'i, T>(
    message: &Message<'i>,
    tag: u32,
    required: bool,
    read: impl FnOnce(Value<'i>) -> Result<T, ValueError>,
) -> Result<Option<T>, LogonFault> {
    let reason = match message.get(tag) {
        None if required => SessionRejectReason::RequiredTagMissing,
        None => return Ok(None),
        Some(value) if value.is_empty() => SessionRejectReason::TagSpecifiedWithoutValue,
        Some(value) => match read(value) {
            Ok(value) => return Ok(Some(value)),
            Err(ValueError::Empty | ValueError::Form) => SessionRejectReason::IncorrectDataFormat,
            Err(ValueError::Range) => SessionRejectReason::ValueIncorrect,
        },
    };
    Err(LogonFault::Field(reason, Some(tag)))
}
