//! Taking the next frame from the inbox, a held one or the next of the unread bytes; and garbled bytes.

use super::owed::{Owed, Rejection, Why};
use super::policy::GarbledMessage;
use super::receive::{Arrival, Told};
use super::recovery;
use super::rules::{MessageRules, RefTag};
use super::state::{Answer, Farewell, Input, State};
use super::{Inbound, Session};
use crate::event::Event;
use crate::inbox::Inbox;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::time::Now;
use crate::wire::{FrameSpan, Framing, Garbled, Scan, find, tag};

/// What there was to read.
pub(super) enum Read {
    /// No whole frame is there.
    Nothing,
    /// A frame was taken; `None` if the application need not know.
    Taken(Option<Told>),
}

impl Session {
    /// Takes the next frame there is: a held one whose turn has come, or the next of the unread bytes.
    pub(super) fn read(&mut self, now: Now, inbox: &mut Inbox<'_>, rules: &impl MessageRules) -> Read {
        if !self.reads() {
            return Read::Nothing;
        }
        inbox.release();
        if inbox.is_empty() && self.course.detour().acted.is_empty() {
            return Read::Nothing;
        }
        if let Some(told) = self.read_held(now, inbox, rules) {
            return Read::Taken(told);
        }
        let found = inbox.frame(self.config.frame_max);
        self.take_found(now, inbox, &found, rules)
    }

    /// Takes what was found at the front of the unread bytes.
    pub(super) fn take_found(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        found: &Framing,
        rules: &impl MessageRules,
    ) -> Read {
        match found {
            Framing::Incomplete => Read::Nothing,
            Framing::Frame(span) => {
                inbox.take(span.len);
                Read::Taken(self.receive(now, inbox, span, Arrival::Fresh, rules))
            }
            &Framing::Garbled { len, why, span } => {
                Read::Taken(self.garbled(now, inbox, len, why, span, rules))
            }
            Framing::TooLong { .. } => {
                let limit = self.config.frame_max;
                let farewell = if self.is_logged_on() { Farewell::Logout } else { Farewell::Silent };
                // FIX session layer 4.3.6: a message longer than we accept ends the connection.
                self.go(now, Input::Fatal(Reason::FrameTooLong { limit }, farewell));
                Read::Taken(None)
            }
        }
    }

    /// Takes a held message if its number is now the expected one (FIX session layer 4.8.1). The outer
    /// `Option` says whether one was taken, the inner one what to tell the application.
    fn read_held(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        rules: &impl MessageRules,
    ) -> Option<Option<Told>> {
        // FIX session layer 4.6.1: once a Logout is answered, the link only waits to be closed; what is held
        // will be sent again.
        if self.state == State::LogoutReceived(Answer::Given) {
            return None;
        }
        let expected = self.numbers.next_in;
        inbox.forget_below(expected.get());
        let held = inbox.first_held();
        if held != Some(expected.get()) {
            let above =
                held.into_iter().chain(self.course.detour().acted.first().map(MsgSeqNum::get)).min()?;
            return self.ask_below(now, MsgSeqNum::new(above)?).map(Some);
        }
        inbox.take_held();
        match crate::wire::frame(inbox.current(), self.config.frame_max, &mut Scan::default()) {
            Framing::Frame(span) | Framing::Garbled { span: Some(span), .. } => {
                Some(self.receive(now, inbox, &span, Arrival::Held, rules))
            }
            Framing::Incomplete | Framing::Garbled { .. } | Framing::TooLong { .. } => Some(None),
        }
    }

    /// Asks for what is missing below a message that is held or was acted on, if no request is open: the
    /// missing messages found no room when they came, or this is a second gap.
    fn ask_below(&mut self, now: Now, number: MsgSeqNum) -> Option<Told> {
        if self.inbound() != Inbound::InSequence || !self.is_logged_on() {
            return None;
        }
        let expected = self.numbers.next_in;
        self.recover(now, recovery::Input::Gap { expected, number, became: recovery::Became::Held });
        Some(Told::Event(Event::Gap { missing: expected, received: number }))
    }

    /// FIX session layer 4.5.2: a garbled message is dropped. It gets no answer, does not count, and is no
    /// sign of life.
    fn garbled(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        len: usize,
        why: Garbled,
        span: Option<FrameSpan>,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let checks = self.config.policies.checks;
        if let (Some(span), super::Check::Off) = (span, checks.checksum) {
            inbox.take(span.len);
            return self.receive(now, inbox, &span, Arrival::Fresh, rules);
        }
        inbox.take(len);
        Some(self.garbled_in_hand(now, inbox, len, why, span))
    }

    /// Test case 17g: a frame with a wrong SecureDataLen(90) is garbled, even if it is well framed.
    pub(super) fn bad_secure_data(&mut self, now: Now, inbox: &Inbox<'_>) -> Told {
        self.garbled_in_hand(now, inbox, inbox.current().len(), Garbled::SecureDataLen, None)
    }

    /// Treats garbled bytes as the policy says.
    pub(super) fn garbled_in_hand(
        &mut self,
        now: Now,
        inbox: &Inbox<'_>,
        len: usize,
        why: Garbled,
        span: Option<FrameSpan>,
    ) -> Told {
        match self.config.policies.checks.garbled {
            GarbledMessage::Ignore => {}
            GarbledMessage::Reject => self.reject_garbled(now, inbox, span, why),
            GarbledMessage::Close => self.go(now, Input::Fatal(Reason::Garbled, Farewell::Logout)),
        }
        Told::Event(Event::Garbled { len, why })
    }

    /// By policy, a garbled message is answered if its number is readable, and counted if that is the
    /// expected one.
    fn reject_garbled(&mut self, now: Now, inbox: &Inbox<'_>, span: Option<FrameSpan>, why: Garbled) {
        if !self.is_logged_on() {
            return;
        }
        let frame = inbox.current();
        let part = span.and_then(|span| frame.get(span.body_at..span.trailer_at)).unwrap_or(frame);
        let Some(Ok(number)) =
            find(part, tag::MSG_SEQ_NUM, self.config.data_fields).map(|value| value.seq_num())
        else {
            return;
        };
        let tag = match why {
            Garbled::BodyLength => Some(tag::BODY_LENGTH),
            Garbled::CheckSum => Some(tag::CHECK_SUM),
            Garbled::SecureDataLen => Some(tag::SECURE_DATA_LEN),
            Garbled::NotAFrame | Garbled::BeginString | Garbled::MsgType => None,
        };
        let (number, tag, why) = (number.get(), tag.map(RefTag::new), Why::Garbled(why));
        self.owe(Owed::Reject(Rejection { number, tag, why }));
        if number == self.numbers.next_in.get() {
            self.count(now);
        }
    }
}
