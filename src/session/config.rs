//! The configuration of a session.

use super::ids::{Id, Ids};
use super::policy::{HeartBtIntRule, NextExpected, Policies, ResetOnLogon, SendingTimeCheck, TestMessage};
use crate::time::Millis;
use crate::wire::{BeginString, DataFields, TimePrecision};

/// The least useful size of `out` in [`Session::step`](crate::Session::step), in bytes: it holds any admin
/// message with texts of ordinary length.
///
/// For a longer echo or header the session asks for more by [`Output::NeedSpace`](crate::Output::NeedSpace).
pub const OUT_MIN: usize = 1024;

/// Which side opens the link and sends the first Logon. Fixed for the life of a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Role {
    /// We do.
    Initiator,
    /// The counterparty does.
    Acceptor,
}

/// Everything a session needs to know before it begins. The fields are public: change what [`Config::new`]
/// set.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Config {
    /// Which side opens the link.
    pub role: Role,
    /// BeginString(8) of every message, in both directions.
    pub begin_string: BeginString,
    /// Who talks to whom.
    pub ids: Ids,
    /// HeartBtInt(108) that an initiator asks for, in seconds; 0 for no heartbeats.
    pub heart_bt_int: u32,
    /// The longest frame that is accepted, in bytes. A longer one ends the connection.
    pub frame_max: usize,
    /// The precision of SendingTime(52). Versions before 4.2 have whole seconds only, whatever this says.
    pub time_precision: TimePrecision,
    /// The data fields, which may contain SOH, by length tag and data tag: the standard's, and a venue's
    /// own.
    pub data_fields: &'static DataFields,
    /// Which admin messages the application adds fields to before they go out.
    pub compose: ComposedTypes,
    /// The rate limit for application messages; `None` for no limit.
    pub rate: Option<Rate>,
    /// The choices in which counterparties differ.
    pub policies: Policies,
}

/// Which admin messages the application adds fields to. Before such a message goes out, the session asks by
/// [`Output::Compose`](crate::Output::Compose).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ComposedTypes {
    /// Logon (A): Username, Password, or a signature over its MsgSeqNum and SendingTime.
    pub logon: bool,
    /// Logout (5).
    pub logout: bool,
    /// Heartbeat (0).
    pub heartbeat: bool,
    /// TestRequest (1).
    pub test_request: bool,
    /// ResendRequest (2).
    pub resend_request: bool,
    /// Reject (3).
    pub reject: bool,
    /// SequenceReset-Reset (4), sent for an operator; gap fills are never composed.
    pub sequence_reset: bool,
}

/// A token bucket: `burst` messages at once, then `per_second`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rate {
    /// How many messages the bucket holds, at least 1.
    pub burst: u32,
    /// How many it regains per second, at least 1.
    pub per_second: u32,
}

impl Config {
    /// A session between `sender` (us) and `target` (the counterparty) by the standard's rules, with
    /// heartbeats every 30 s, frames of up to 64 KiB, milliseconds, and FIX 5.0 SP2 under FIXT.1.1.
    ///
    /// ```
    /// use sansfix::{BeginString, Config, Role};
    /// let config = Config::new(Role::Initiator, BeginString::Fix44, "BUYSIDE", "SELLSIDE")?;
    /// # Ok::<(), sansfix::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// A CompID is empty, too long, or contains SOH.
    pub fn new(
        role: Role,
        begin_string: BeginString,
        sender: &str,
        target: &str,
    ) -> Result<Self, ConfigError> {
        let mut ids = Ids::NONE;
        ids.set(Id::SenderCompId, sender)?;
        ids.set(Id::TargetCompId, target)?;
        if begin_string == BeginString::Fixt11 {
            ids.set(Id::DefaultApplVerId, "9")?;
        }
        let config = Config {
            role,
            begin_string,
            ids,
            heart_bt_int: 30,
            frame_max: 64 * 1024,
            time_precision: TimePrecision::Millis,
            data_fields: &DataFields::STANDARD,
            compose: ComposedTypes::default(),
            rate: None,
            policies: Policies::standard(),
        };
        config.check()?;
        Ok(config)
    }

    /// Checks whether a session can work like this. [`Session::new`](crate::Session::new) calls it too.
    ///
    /// # Errors
    /// The first field that cannot work, and why.
    pub fn check(&self) -> Result<(), ConfigError> {
        let is_fixt = self.begin_string == BeginString::Fixt11;
        let required =
            [Id::SenderCompId, Id::TargetCompId].into_iter().chain(is_fixt.then_some(Id::DefaultApplVerId));
        for id in required {
            if self.ids.bytes(id).is_empty() {
                return Err(ConfigError::Empty { field: id.field() });
            }
        }
        self.check_limits()
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        let Policies { logon, gaps, liveness, logout, checks } = &self.policies;
        let waits = [
            ("logon.timeout", logon.timeout),
            ("gaps.progress_timeout", gaps.progress_timeout),
            ("logout.timeout", logout.timeout),
            ("logout.close_timeout", logout.close_timeout),
        ];
        for (field, wait) in waits {
            if wait == Millis::ZERO {
                return Err(ConfigError::Zero { field });
            }
        }
        let amounts = [
            ("logon.attempts", u32::from(logon.attempts.unwrap_or(1))),
            ("gaps.tries", u32::from(gaps.tries)),
            ("liveness.test_request_after", u32::from(liveness.test_request_after.0)),
            ("liveness.answer_within", u32::from(liveness.answer_within.0)),
            ("rate.burst", self.rate.map_or(1, |rate| rate.burst)),
            ("rate.per_second", self.rate.map_or(1, |rate| rate.per_second)),
        ];
        for (field, amount) in amounts {
            if amount == 0 {
                return Err(ConfigError::Zero { field });
            }
        }
        if self.frame_max < FRAME_MAX_LEAST {
            return Err(ConfigError::FrameMax { got: self.frame_max });
        }
        if self.heart_bt_int > HEART_BT_INT_MAX {
            return Err(ConfigError::HeartBtInt { got: self.heart_bt_int });
        }
        if let HeartBtIntRule::Between(low, high) = logon.heart_bt_int
            && low > high
        {
            return Err(ConfigError::HeartBtIntRange { low, high });
        }
        if checks.sending_time == SendingTimeCheck::Within(Millis::ZERO) {
            return Err(ConfigError::Zero { field: "checks.sending_time" });
        }
        let fields = [
            ("NextExpectedMsgSeqNum(789)", logon.next_expected == NextExpected::On, BeginString::Fix44),
            ("TestMessageIndicator(464)", logon.test_message == TestMessage::Test, BeginString::Fix43),
            ("ResetSeqNumFlag(141)", logon.reset_on_logon == ResetOnLogon::Announced, BeginString::Fix41),
        ];
        let version = self.begin_string;
        match fields.into_iter().find(|&(_, used, since)| used && version < since) {
            Some((field, ..)) => Err(ConfigError::NotInVersion { field, version }),
            None => Ok(()),
        }
    }
}

/// A header with the longest identifiers must fit.
const FRAME_MAX_LEAST: usize = 512;
/// A day: a longer interval is a mistake in units.
pub(crate) const HEART_BT_INT_MAX: u32 = 86_400;

/// Why a configuration cannot work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfigError {
    /// A required text is empty.
    #[error("{field} must not be empty (FIX session layer 4.2.2, 4.3.7)")]
    Empty {
        /// Which.
        field: &'static str,
    },
    /// An identifier does not fit.
    #[error("{field} has {got} bytes, but the other identifiers leave room for {room}")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Its length, in bytes.
        got: usize,
        /// The room that the others leave, in bytes.
        room: usize,
    },
    /// SOH would end the field.
    #[error("{field} contains SOH (0x01), which ends a field (FIX session layer 4.5.2)")]
    HoldsSoh {
        /// Which.
        field: &'static str,
    },
    /// A limit or timeout of zero would stop everything.
    #[error("{field} must not be zero")]
    Zero {
        /// Which.
        field: &'static str,
    },
    /// No message would fit.
    #[error("frame_max is {got} bytes, but a header needs at least {FRAME_MAX_LEAST}")]
    FrameMax {
        /// The configured length, in bytes.
        got: usize,
    },
    /// HeartBtInt(108) is in seconds.
    #[error("HeartBtInt(108) is {got} seconds, but may be at most {HEART_BT_INT_MAX} (a day)")]
    HeartBtInt {
        /// What it was, in seconds.
        got: u32,
    },
    /// The range is empty.
    #[error("the HeartBtInt(108) range {low} to {high} is empty (FIX session layer 4.3.5.2)")]
    HeartBtIntRange {
        /// Its lower end.
        low: u32,
        /// Its upper end.
        high: u32,
    },
    /// The version does not have this field.
    #[error("{field} does not exist in {version}")]
    NotInVersion {
        /// Which.
        field: &'static str,
        /// The configured version.
        version: BeginString,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::ids::IDS_MAX;

    fn config() -> Config {
        Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap()
    }

    #[test]
    fn an_identity_that_cannot_be_written_is_refused_by_name() {
        let new = |sender: &str| Config::new(Role::Initiator, BeginString::Fix44, sender, "THEM").err();
        assert_eq!(new(""), Some(ConfigError::Empty { field: "SenderCompID(49)" }));
        assert_eq!(new("A\u{1}B"), Some(ConfigError::HoldsSoh { field: "SenderCompID(49)" }));
        let long = "X".repeat(IDS_MAX - "49=|56=THE|".len());
        let beside_them = ConfigError::TooLong { field: "TargetCompID(56)", got: 4, room: 3 };
        assert_eq!(new(&long), Some(beside_them));
        assert_eq!(new(&long[1..]), None);
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_name() {
        let mut zero_wait = config();
        zero_wait.policies.logon.timeout = Millis::ZERO;
        assert_eq!(zero_wait.check(), Err(ConfigError::Zero { field: "logon.timeout" }));
        let mut zero_frame = config();
        zero_frame.frame_max = 0;
        assert_eq!(zero_frame.check(), Err(ConfigError::FrameMax { got: 0 }));
        let mut zero_tries = config();
        zero_tries.policies.gaps.tries = 0;
        assert_eq!(zero_tries.check(), Err(ConfigError::Zero { field: "gaps.tries" }));
    }

    #[test]
    fn a_heart_bt_int_of_more_than_a_day_or_an_empty_range_is_refused() {
        let with = |seconds| Config { heart_bt_int: seconds, ..config() }.check();
        assert_eq!((with(0), with(86_400)), (Ok(()), Ok(())));
        assert_eq!(with(86_401), Err(ConfigError::HeartBtInt { got: 86_401 }));
        let between = |low, high| {
            let mut config = config();
            config.policies.logon.heart_bt_int = HeartBtIntRule::Between(low, high);
            config.check()
        };
        assert_eq!((between(10, 60), between(30, 30)), (Ok(()), Ok(())));
        assert_eq!(between(31, 30), Err(ConfigError::HeartBtIntRange { low: 31, high: 30 }));
    }

    #[test]
    fn a_threshold_of_zero_is_refused_and_the_smallest_frame_is_not() {
        let mut config = config();
        config.frame_max = 512;
        assert_eq!(config.check(), Ok(()));
        config.policies.checks.sending_time = SendingTimeCheck::Within(Millis::ZERO);
        assert_eq!(config.check(), Err(ConfigError::Zero { field: "checks.sending_time" }));
    }

    #[test]
    fn fields_that_the_version_lacks_are_refused() {
        let mut old = Config::new(Role::Acceptor, BeginString::Fix42, "US", "THEM").unwrap();
        old.policies.logon.next_expected = NextExpected::On;
        assert!(matches!(old.check(), Err(ConfigError::NotInVersion { .. })));
        let mut fixt = Config::new(Role::Acceptor, BeginString::Fixt11, "US", "THEM").unwrap();
        fixt.ids.set(Id::DefaultApplVerId, "").unwrap();
        assert_eq!(fixt.check(), Err(ConfigError::Empty { field: "DefaultApplVerID(1137)" }));
    }
}
