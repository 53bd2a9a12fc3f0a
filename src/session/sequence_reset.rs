//! SequenceReset(4) received: gap fill and reset (FIX session layer 4.8.5, 4.8.6).

use super::Session;
use super::classify::{Class, Classified};
use super::owed::{Rejection, Why};
use super::receive::{Told, present};
use super::rules::{MessageRules, RefTag};
use crate::event::{Event, Ignored, Skip};
use crate::inbox::Inbox;
use crate::number::MsgSeqNum;
use crate::reject_reason::SessionRejectReason;
use crate::time::Now;
use crate::wire::{Value, ValueError, tag};

impl Session {
    /// A gap fill with the next number: it stands in for the numbers from its own to NewSeqNo(36).
    pub(super) fn gap_fill(&mut self, now: Now, inbox: &mut Inbox<'_>, message: &Classified) -> Option<Told> {
        let view = self.message(inbox, message.layout);
        if let Err(error) = view.get(tag::GAP_FILL_FLAG).map_or(Ok(true), Value::bool) {
            let reason = match error {
                ValueError::Empty => SessionRejectReason::TagSpecifiedWithoutValue,
                ValueError::Form | ValueError::Range => SessionRejectReason::IncorrectDataFormat,
            };
            return self.reject_field(now, message, reason, tag::GAP_FILL_FLAG);
        }
        let to = match self.new_seq_no(inbox, message) {
            Ok(to) => to,
            // Its number counts, as for any other rejected message.
            Err(rejection) => return self.reject_message(now, message, rejection, None),
        };
        let from = message.layout.number;
        match MsgSeqNum::new(to).filter(|&to| to > from) {
            // FIX session layer 4.8.5, test case 10b.
            Some(to) => {
                self.skip_to(now, inbox, to);
                Some(Told::Event(Event::Skipped { from, next: to, by: Skip::GapFill }))
            }
            // FIX session layer 4.8.5, test case 10e: the number stays expected.
            None => self.refuse_lowering(now, message, to),
        }
    }

    /// A reset: whatever its own number, the expected number becomes NewSeqNo(36), unless that is lower.
    pub(super) fn take_reset(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        message: &Classified,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let view = self.message(inbox, message.layout);
        if let Err(violation) = rules.check(&view) {
            return self.violated(now, message, violation.reply, violation.tag);
        }
        let to = match self.new_seq_no(inbox, message) {
            Ok(to) => to,
            Err(rejection) => return self.reject_message(now, message, rejection, None),
        };
        let from = self.numbers.next_in;
        match MsgSeqNum::new(to).filter(|&to| to >= from) {
            // FIX session layer 4.8.6, test case 11b: nothing changes, but a warning is due.
            Some(to) if to == from => Some(Told::Ignored(message.layout, Ignored::AlreadyThere)),
            // FIX session layer 4.8.6, test case 11a.
            Some(to) => {
                self.skip_to(now, inbox, to);
                Some(Told::Event(Event::Skipped { from, next: to, by: Skip::Reset }))
            }
            // FIX session layer 4.8.6, test case 11c.
            None => self.refuse_lowering(now, message, to),
        }
    }

    /// The numbers below `to` will not come. What is held of them was skipped on purpose.
    fn skip_to(&mut self, now: Now, inbox: &mut Inbox<'_>, to: MsgSeqNum) {
        self.numbers.move_to(to);
        inbox.forget_below(to.get());
        self.advanced(now);
    }

    fn refuse_lowering(&mut self, now: Now, message: &Classified, to: u64) -> Option<Told> {
        let message = &Classified { class: Class::Low, ..*message };
        let rejection = Rejection {
            number: message.said,
            tag: Some(RefTag::new(tag::NEW_SEQ_NO)),
            why: Why::LowersTo(to),
        };
        self.reject_message(now, message, rejection, None)
    }

    /// NewSeqNo(36), which may be 0: the caller judges its value.
    fn new_seq_no(&self, inbox: &Inbox<'_>, message: &Classified) -> Result<u64, Rejection> {
        let view = self.message(inbox, message.layout);
        let reject =
            |reason| Rejection::new(message.layout.number, reason, Some(RefTag::new(tag::NEW_SEQ_NO)));
        present(&view, tag::NEW_SEQ_NO).map_err(reject)?;
        let value =
            view.get(tag::NEW_SEQ_NO).ok_or_else(|| reject(SessionRejectReason::RequiredTagMissing))?;
        match value.uint() {
            Ok(to) if to > MsgSeqNum::MAX.get() => Err(reject(SessionRejectReason::ValueIncorrect)),
            Ok(to) => Ok(to),
            Err(ValueError::Range) => Err(reject(SessionRejectReason::ValueIncorrect)),
            Err(ValueError::Empty | ValueError::Form) => {
                Err(reject(SessionRejectReason::IncorrectDataFormat))
            }
        }
    }
}
