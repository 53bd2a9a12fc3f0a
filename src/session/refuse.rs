//! Messages that are not accepted: duplicates, numbers too low, and broken rules.

use super::Session;
use super::classify::{Class, Classified, Fault, Kind, Unclassified};
use super::owed::{Owed, Rejection, Why};
use super::policy::{Check, LowNumber, OrigSendingTime};
use super::receive::Told;
use super::rules::{RefTag, Reply};
use super::state::{Farewell, Input};
use crate::event::Ignored;
use crate::inbox::Inbox;
use crate::message::{Flags, Layout};
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::time::Now;
use crate::wire::tag;

impl Session {
    /// A frame that cannot be classified: it is garbled, or ends the link, with this farewell.
    pub(super) fn unclassified(
        &mut self,
        now: Now,
        inbox: &Inbox<'_>,
        why: Unclassified,
        farewell: Farewell,
    ) -> Option<Told> {
        let reason = match why {
            Unclassified::SecureData => return Some(self.bad_secure_data(now, inbox)),
            Unclassified::BeginString => Reason::BeginString,
            // FIX session layer 4.5.3: without MsgSeqNum(34) nothing can be recovered.
            Unclassified::MsgSeqNum(_) => Reason::MsgSeqNumMissing,
        };
        self.go(now, Input::Fatal(reason, farewell));
        None
    }

    /// FIX session layer 4.8.7, test case 2e: it was already received, so it is ignored. But an application
    /// message needs a good OrigSendingTime all the same.
    pub(super) fn duplicate(&mut self, now: Now, message: &Classified) -> Option<Told> {
        let judged = match (message.kind, self.config.policies.checks.orig_sending_time) {
            (Kind::Application, _) => true,
            (Kind::GapFill | Kind::Reset, _) => false,
            (_, policy) => policy == OrigSendingTime::RejectThenLogout,
        };
        if let Some(fault) = message.orig_sending_time.as_ref().filter(|_| judged) {
            return self.reject_message(now, message, message.rejection(fault), fault.fatal);
        }
        if message.kind == Kind::Application && self.takes_again(message.layout.number) {
            let flags = message.layout.flags.with(Flags::AGAIN, true);
            return Some(Told::Message(Layout { flags, ..message.layout }));
        }
        Some(Told::Ignored(message.layout, Ignored::Duplicate))
    }

    /// FIX session layer 4.8.1, test case 2c.
    pub(super) fn too_low(&mut self, now: Now, message: &Classified) -> Option<Told> {
        let (expected, received) = (self.numbers.next_in, message.layout.number);
        match self.config.policies.checks.low_number {
            LowNumber::Logout => {
                let reason = Reason::MsgSeqNumTooLow { expected, received };
                self.go(now, Input::Fatal(reason, Farewell::Logout));
                None
            }
            LowNumber::Reject => {
                let tag = Some(RefTag::new(tag::MSG_SEQ_NUM));
                let why = Why::TooLow { expected, received };
                self.reject_message(now, message, Rejection { number: received.get(), tag, why }, None)
            }
        }
    }

    /// A header that says something wrong. FIX session layer 4.8.1: what ends the connection does so at once;
    /// anything else is judged once the number is the next, as a body is (test cases 2b, 2c).
    pub(super) fn header_at_fault(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        message: &Classified,
        fault: &Fault,
    ) -> Option<Told> {
        let in_order = self.config.policies.checks.sequence == Check::On
            && fault.fatal.is_none()
            // The numbers of these may stand elsewhere.
            && !matches!(message.kind, Kind::Logon | Kind::Reset);
        match message.class {
            Class::High if in_order => {
                let became = self.hold(inbox, message);
                self.gap(now, message, became)
            }
            Class::Low if in_order => self.too_low(now, message),
            Class::Next | Class::High | Class::Low | Class::LowDuplicate => {
                self.reject_message(now, message, message.rejection(fault), fault.fatal)
            }
        }
    }

    /// A message breaks a rule of the dictionary.
    pub(super) fn violated(
        &mut self,
        now: Now,
        message: &Classified,
        reply: Reply,
        tag: Option<RefTag>,
    ) -> Option<Told> {
        let number = message.layout.number;
        match reply {
            Reply::Reject(reason) => {
                self.reject_message(now, message, Rejection::new(number, reason, tag), None)
            }
            Reply::BusinessReject(code, text) => {
                let rejection = Rejection { number: number.get(), tag, why: Why::Business(code, text) };
                self.owe(Owed::BusinessReject(rejection));
                self.count_if_next(now, message.class);
                Some(refused(message, &rejection))
            }
        }
    }

    pub(super) fn reject_field(
        &mut self,
        now: Now,
        message: &Classified,
        reason: SessionRejectReason,
        tag: u32,
    ) -> Option<Told> {
        let rejection = Rejection::new(message.layout.number, reason, Some(tag.into()));
        self.reject_message(now, message, rejection, None)
    }

    /// FIX session layer 4.5.4: rejects a message, and counts it if it was the expected one. A Reject is
    /// never answered with a Reject.
    pub(super) fn reject_message(
        &mut self,
        now: Now,
        message: &Classified,
        rejection: Rejection,
        fatal: Option<Reason>,
    ) -> Option<Told> {
        if message.kind != Kind::Reject {
            self.owe(Owed::Reject(rejection));
        }
        self.count_if_next(now, message.class);
        if let Some(reason) = fatal {
            self.go(now, Input::Fatal(reason, Farewell::Logout));
        }
        Some(refused(message, &rejection))
    }

    pub(super) fn count_if_next(&mut self, now: Now, class: Class) {
        if class == Class::Next {
            self.count(now);
        }
    }
}

fn refused(message: &Classified, rejection: &Rejection) -> Told {
    Told::Refused(message.layout, rejection.reason(), rejection.tag.and_then(RefTag::number))
}
