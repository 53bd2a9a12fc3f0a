//! Logons received: as the first message on a link, as the answer to ours, and in session (FIX session layer
//! 4.3.10, 4.4).

use super::classify::{Class, Classified, Kind, Unclassified};
use super::owed::{Owed, Rejection};
use super::policy::{BadLogon, Check, ResetAck, ResetByPeer, ResetOnLogon, UnaskedReset};
use super::receive::Told;
use super::rules::{MessageRules, RefTag, Reply};
use super::state::{Farewell, Input, Opening, Place, State};
use super::{Id, PeerLogon, Session, logon_check};
use crate::event::Ignored;
use crate::inbox::Inbox;
use crate::message::{Flags, Message};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::reason::{LogonFault, Reason};
use crate::reject_reason::SessionRejectReason;
use crate::time::Now;
use crate::wire::{MsgType, tag};

impl Session {
    /// FIX session layer 4.3.1, test case 2S: an acceptor's first message is a Logon.
    pub(super) fn first_message(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        classified: Result<Classified, Unclassified>,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let message = match classified {
            Ok(message) => message,
            Err(why) => {
                let farewell = match why {
                    // FIX session layer 4.2.1, 4.6.4: a stranger does not learn which versions are supported.
                    Unclassified::BeginString | Unclassified::SecureData => Farewell::Silent,
                    Unclassified::MsgSeqNum(layout) => {
                        let message = self.message(inbox, layout);
                        let is_logon = message.msg_type() == MsgType::LOGON;
                        if is_logon { self.farewell_to(&message) } else { Farewell::Silent }
                    }
                };
                return self.unclassified(now, inbox, why, farewell);
            }
        };
        if message.kind != Kind::Logon {
            self.go(now, Input::NotALogon);
            return None;
        }
        if let Some((reason, farewell)) = self.bad_logon_header(inbox, &message) {
            self.go(now, Input::Fatal(reason, farewell));
            return None;
        }
        self.judge_logon(now, inbox, &message, rules)
    }

    /// FIX session layer 4.3.10, test cases 1Sc and 1Sd: a wrong identity learns nothing; a bad Logon is
    /// answered with a Logout.
    fn bad_logon_header(&self, inbox: &Inbox<'_>, message: &Classified) -> Option<(Reason, Farewell)> {
        let fault = message.fault?;
        let tag = fault.tag.and_then(RefTag::number);
        let farewell = if matches!(fault.fatal, Some(Reason::CompId { .. })) {
            Farewell::Silent
        } else {
            self.farewell_to(&self.message(inbox, message.layout))
        };
        let field = LogonFault::Field(fault.reason, tag);
        Some((fault.fatal.unwrap_or(Reason::InvalidLogon(field)), farewell))
    }

    /// FIX session layer 4.6.4: only a Logon that names both parties correctly is told what is wrong with it.
    fn farewell_to(&self, logon: &Message<'_>) -> Farewell {
        let ids = &self.config.ids;
        let names = |tag, id| logon.get(tag).is_some_and(|value| value.as_bytes() == ids.bytes(id));
        let known =
            names(tag::SENDER_COMP_ID, Id::TargetCompId) && names(tag::TARGET_COMP_ID, Id::SenderCompId);
        if known || self.config.policies.checks.comp_ids == Check::Off {
            self.farewell_to_known()
        } else {
            Farewell::Silent
        }
    }

    /// Checks a Logon whose identity is good; the application has the last word.
    fn judge_logon(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        message: &Classified,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let view = self.message(inbox, message.layout);
        let logon = match self.read_logon(&view, None, rules) {
            Ok(logon) => logon,
            Err(fault) => return self.invalid_logon(now, message, fault),
        };
        let policy = self.config.policies.logon;
        if logon.reset && policy.reset_by_peer == ResetByPeer::Refuse {
            self.go(now, Input::Fatal(Reason::ResetRefused, Farewell::Logout));
            return None;
        }
        let taken = self.took_our_reset(&logon);
        let resets = logon.reset || policy.reset_on_logon != ResetOnLogon::Never || taken;
        let expected = if resets { MsgSeqNum::FIRST } else { self.numbers.next_in };
        // FIX session layer 4.3.10, test case 2c: below the expected number, and neither a reset nor a
        // duplicate.
        if logon.number < expected && self.config.policies.checks.sequence == Check::On {
            if message.layout.flags.has(Flags::POSS_DUP) {
                return Some(Told::Ignored(message.layout, Ignored::Duplicate));
            }
            let reason = Reason::MsgSeqNumTooLow { expected, received: logon.number };
            self.go(now, Input::Fatal(reason, Farewell::Logout));
            return None;
        }
        let next_out = match (taken, resets) {
            (true, _) => MsgSeqNum::FIRST.next(),
            (false, true) => MsgSeqNum::FIRST,
            (false, false) => self.numbers.next_out,
        };
        if (logon.reset || !self.announces_reset()) && self.expects_too_much(now, &logon, next_out) {
            return None;
        }
        if logon.reset && planted(Bug::ResetBeforeVerdict) {
            self.new_series(now);
        }
        self.go(now, Input::Logon(logon));
        Some(Told::Logon(message.layout))
    }

    /// FIX session layer 4.3.10: a Reject may go first if a single field is at fault; the Logout says why.
    pub(super) fn invalid_logon(
        &mut self,
        now: Now,
        message: &Classified,
        fault: LogonFault,
    ) -> Option<Told> {
        let farewell = match self.state {
            State::Active => Farewell::Logout,
            _ => self.farewell_to_known(),
        };
        if farewell == Farewell::Silent {
            self.go(now, Input::Fatal(Reason::InvalidLogon(fault), farewell));
            return None;
        }
        if let LogonFault::Field(reason, tag) = fault {
            let tag = tag.map(RefTag::new);
            self.owe(Owed::Reject(Rejection::new(message.layout.number, reason, tag)));
        }
        self.count_if_next(now, message.class);
        self.go(now, Input::Fatal(Reason::InvalidLogon(fault), farewell));
        None
    }

    /// By policy a faulty Logon is told what is wrong with it, or nothing.
    fn farewell_to_known(&self) -> Farewell {
        match self.config.policies.logon.invalid {
            BadLogon::Logout => Farewell::Logout,
            BadLogon::Close => Farewell::Silent,
        }
    }

    /// FIX session layer 4.3.1, 4.3.10: the message after our Logon, at the start of a connection or for a
    /// reset in session.
    pub(super) fn answer_to_logon(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        opening: Opening,
        classified: Result<Classified, Unclassified>,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let message = match classified {
            Ok(message) => message,
            Err(why) => {
                let farewell = match why {
                    Unclassified::BeginString | Unclassified::SecureData => Farewell::Silent,
                    Unclassified::MsgSeqNum(_) => Farewell::Logout,
                };
                return self.unclassified(now, inbox, why, farewell);
            }
        };
        // FIX session layer 4.4.3: until our reset is answered, we do not know which series a number belongs
        // to.
        let message = match opening {
            Opening::Resumed => message,
            Opening::Reset => Classified { class: Class::Low, ..message },
        };
        if message.kind == Kind::Logout {
            let view = self.message(inbox, message.layout);
            self.memory.note_logout(&view);
            self.count_if_next(now, message.class);
            self.go(now, Input::Logout(Place::InSequence));
            return Some(Told::Logout(message.layout));
        }
        if message.kind != Kind::Logon {
            self.go(now, Input::NotALogon);
            // The reason alone does not say what the counterparty has against our Logon: its Text(58) does.
            let rejects = message.kind == Kind::Reject && message.fault.is_none();
            return rejects.then_some(Told::Rejected(message.layout));
        }
        if let Some((reason, farewell)) = self.bad_logon_header(inbox, &message) {
            self.go(now, Input::Fatal(reason, farewell));
            return None;
        }
        let view = self.message(inbox, message.layout);
        let mut logon = match self.read_logon(&view, Some(self.heart_bt_int), rules) {
            Ok(logon) => logon,
            Err(fault) => return self.invalid_logon(now, &message, fault),
        };
        let policy = self.config.policies.logon;
        match opening {
            Opening::Reset => {
                if policy.reset_ack == ResetAck::Infer && logon.number == MsgSeqNum::FIRST {
                    logon.reset = true;
                }
            }
            Opening::Resumed => {
                if logon.reset && policy.unasked_reset == UnaskedReset::Refuse {
                    return self.invalid_logon(now, &message, LogonFault::UnaskedReset);
                }
                let expected = self.numbers.next_in;
                let checked = self.config.policies.checks.sequence == Check::On;
                if checked && !logon.reset && logon.number < expected {
                    if message.layout.flags.has(Flags::POSS_DUP) {
                        return Some(Told::Ignored(message.layout, Ignored::Duplicate));
                    }
                    let reason = Reason::MsgSeqNumTooLow { expected, received: logon.number };
                    self.go(now, Input::Fatal(reason, Farewell::Logout));
                    return None;
                }
            }
        }
        // Our Logon was the first message of a new series.
        let next_out = if logon.reset { MsgSeqNum::FIRST.next() } else { self.numbers.next_out };
        if opening == Opening::Resumed && logon.reset || !self.expects_too_much(now, &logon, next_out) {
            self.go(now, Input::Logon(logon));
        }
        None
    }

    /// FIX session layer 4.4.1: if the counterparty expects a number that was never sent, the session cannot
    /// be recovered. Ends it then, and returns true.
    fn expects_too_much(&mut self, now: Now, logon: &PeerLogon, next_out: MsgSeqNum) -> bool {
        let Some(received) = logon.next_expected.filter(|&expects| expects > next_out) else { return false };
        let reason = Reason::NextExpectedTooHigh { next_out, received };
        self.go(now, Input::Fatal(reason, Farewell::Logout));
        true
    }

    /// FIX session layer 4.4.2, 4.3.10: a Logon on a session that is logged on is a reset, or a mistake.
    pub(super) fn second_logon(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        message: &Classified,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        if !matches!(self.state, State::Active) {
            return Some(Told::Ignored(message.layout, Ignored::Closing));
        }
        let view = self.message(inbox, message.layout);
        let logon = match self.read_logon(&view, Some(self.heart_bt_int), rules) {
            Ok(logon) => logon,
            Err(fault) => return self.invalid_logon(now, message, fault),
        };
        if logon.reset && self.config.policies.logon.reset_by_peer != ResetByPeer::Accept {
            self.go(now, Input::Fatal(Reason::ResetRefused, Farewell::Logout));
            return None;
        }
        if !logon.reset {
            self.count_if_next(now, message.class);
            self.go(now, Input::Logon(logon));
            return None;
        }
        // FIX session layer 4.4.2: TestRequest and Heartbeat precede a reset, so a Logon directly after
        // another is not a new one. It answers our answer, which the counterparty took for a request:
        // two sides would answer each other for ever.
        if self.numbers.reset_answered && self.numbers.next_in == MsgSeqNum::FIRST.next() {
            return Some(Told::Ignored(message.layout, Ignored::Duplicate));
        }
        if self.expects_too_much(now, &logon, MsgSeqNum::FIRST) {
            return None;
        }
        self.go(now, Input::Logon(logon));
        self.numbers.reset_answered = true;
        None
    }

    /// Reads a Logon and checks it against the session's rules and the dictionary's.
    fn read_logon(
        &self,
        logon: &Message<'_>,
        agreed: Option<u32>,
        rules: &impl MessageRules,
    ) -> Result<PeerLogon, LogonFault> {
        let read = logon_check::check(logon, &self.config, agreed)?;
        rules.check(logon).map_err(|violation| {
            let reason = match violation.reply {
                Reply::Reject(reason) => reason,
                Reply::BusinessReject(..) => SessionRejectReason::Other,
            };
            LogonFault::Field(reason, violation.tag.and_then(RefTag::number))
        })?;
        Ok(read)
    }
}
