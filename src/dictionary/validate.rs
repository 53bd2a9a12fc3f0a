//! One pass over a message: header, body, trailer.

use super::checks::{Checks, FaultOrder, OnFault};
use super::compiled::{Dictionary, FieldRule, MessageRule, NOT_IN_ENVELOPE};
use super::format::{self, BadValue};
use super::group::Scope;
use super::rules::DictionaryRules;
use super::table::{FieldId, Seen};
use super::violation::{RefTagId, Violation};
use crate::reject_reason::SessionRejectReason as Reason;
use crate::wire::tag::{APPL_VER_ID, FIRST_USER_DEFINED, MSG_TYPE};
use crate::wire::{BadField, BadFieldKind, Field, Fields, SOH};

/// A pass over one frame.
#[derive(Clone, Debug)]
pub(super) struct Pass<'r, 'a> {
    pub(super) rules: &'r DictionaryRules,
    pub(super) checks: &'r Checks,
    frame: &'a [u8],
    pub(super) fields: Fields<'a>,
    /// A field that was read and not used yet: what ended a group, or the header.
    pub(super) held: Option<Field<'a>>,
}

/// What the header and trailer have shown so far.
#[derive(Default)]
pub(super) struct Shown<'a> {
    seen: u128,
    pub(super) msg_type: Option<&'a [u8]>,
    pub(super) appl_ver_id: Option<&'a [u8]>,
    trailer_begun: bool,
}

impl<'r, 'a> Pass<'r, 'a> {
    pub(super) fn new(rules: &'r DictionaryRules, frame: &'a [u8]) -> Self {
        Pass { rules, checks: &rules.checks, frame, fields: Fields::new(frame, rules.data), held: None }
    }

    /// The whole message, and which of several faults is named.
    pub(super) fn judge(rules: &'r DictionaryRules, frame: &'a [u8]) -> Result<(), Violation<'a>> {
        Pass::new(rules, frame).message().map_err(|first| match rules.checks.order {
            FaultOrder::AsSent => first,
            FaultOrder::MissingFirst => Pass::missing_before(rules, frame, first),
        })
    }

    #[cold]
    fn missing_before(rules: &'r DictionaryRules, frame: &'a [u8], first: Violation<'a>) -> Violation<'a> {
        let comes_first = match first {
            Violation::UnsupportedMsgType => true,
            Violation::Session { reason, .. } => matches!(
                reason,
                Reason::RequiredTagMissing
                    | Reason::InvalidMsgType
                    | Reason::InvalidApplicationVersion
                    | Reason::TagSpecifiedOutOfRequiredOrder
            ),
        };
        if comes_first || rules.checks.required_tag_missing == OnFault::Allow {
            return first;
        }
        let mut pass = Pass { checks: &Checks::MISSING, ..Pass::new(rules, frame) };
        match pass.message() {
            Err(missing @ Violation::Session { reason: Reason::RequiredTagMissing, .. }) => missing,
            Ok(()) | Err(_) => first,
        }
    }

    fn message(&mut self) -> Result<(), Violation<'a>> {
        let mut shown = Shown::default();
        let header = self.header(&mut shown);
        // MsgType is the third field: a fault of its value comes before one in the rest of the header.
        let found = match shown.msg_type {
            Some(msg_type) => self.rules.message(msg_type, shown.appl_ver_id)?,
            None => {
                header?;
                return Err(Violation::tag(Reason::RequiredTagMissing, MSG_TYPE));
            }
        };
        header?;
        match found {
            Some((dictionary, message)) => self.body(dictionary, message, &mut shown),
            None => Ok(()),
        }
    }

    /// Reads header fields up to the first tag known to be none; undefined tags do not end the header.
    pub(super) fn header(&mut self, shown: &mut Shown<'a>) -> Result<(), Violation<'a>> {
        let transport = &*self.rules.transport;
        while let Some(field) = self.next()? {
            match self.rule(transport, field.tag) {
                Some((_, rule)) if rule.envelope < transport.envelope.header_len => {
                    match field.tag {
                        MSG_TYPE => shown.msg_type = Some(field.value.as_bytes()),
                        APPL_VER_ID => shown.appl_ver_id = Some(field.value.as_bytes()),
                        _ => {}
                    }
                    self.envelope_field(rule, field, shown)?;
                }
                None if !self.rules.an_application_knows(field.tag) => self.undefined(field)?,
                _ => {
                    self.held = Some(field);
                    break;
                }
            }
        }
        Ok(())
    }

    fn body(
        &mut self,
        dictionary: &'r Dictionary,
        message: &'r MessageRule,
        shown: &mut Shown<'a>,
    ) -> Result<(), Violation<'a>> {
        let body = &message.body;
        let mut seen = Seen::none();
        while let Some(field) = self.next()? {
            let member =
                self.rule(dictionary, field.tag).and_then(|(id, rule)| Some((body.place(id)?, rule)));
            let Some((place, rule)) = member else {
                self.outside_body(dictionary, field, shown)?;
                continue;
            };
            if shown.trailer_begun {
                self.out_of_section(field.tag)?;
            }
            if !seen.insert(place.position()) {
                self.fault(|checks| checks.repeated_tag, Reason::TagAppearsMoreThanOnce, field.tag)?;
            }
            self.value(dictionary, rule, field)?;
            if rule.is_count {
                self.group(dictionary, body.group(place), field, &Scope::Body(body, &seen))?;
            }
        }
        let transport = &*self.rules.transport;
        let missing = transport.envelope.required & !shown.seen;
        if missing == 0 && !body.lacks(&seen) {
            return Ok(());
        }
        let header = !u128::MAX.checked_shl(u32::from(transport.envelope.header_len)).unwrap_or(0);
        let of_envelope = |section: u128| {
            let positions = (0..).zip(&transport.envelope.fields);
            let absent = positions.filter(move |(position, _)| (missing & section) >> position & 1 == 1);
            absent.map(|(_, &field)| transport.tag(field)).min()
        };
        let of_body = || body.missing(&seen).map(|field| dictionary.tag(field)).min();
        let lowest = of_envelope(header).or_else(of_body).or_else(|| of_envelope(!header));
        match lowest {
            Some(tag) => self.fault(|checks| checks.required_tag_missing, Reason::RequiredTagMissing, tag),
            None => Ok(()),
        }
    }

    fn envelope_field(
        &mut self,
        rule: &FieldRule,
        field: Field<'a>,
        shown: &mut Shown<'a>,
    ) -> Result<(), Violation<'a>> {
        let transport = &*self.rules.transport;
        let bit = 1u128.wrapping_shl(u32::from(rule.envelope));
        if shown.seen & bit != 0 {
            self.fault(|checks| checks.repeated_tag, Reason::TagAppearsMoreThanOnce, field.tag)?;
        }
        shown.seen |= bit;
        self.value(transport, rule, field)?;
        if rule.is_count {
            let group = transport.envelope.groups.iter().find(|group| group.0 == rule.envelope);
            self.group(transport, group.map(|group| usize::from(group.1)), field, &Scope::Header)?;
        }
        Ok(())
    }

    /// A field after the header that is not a member of the body: it belongs to the trailer, or is at fault.
    #[inline(never)]
    fn outside_body(
        &mut self,
        dictionary: &'r Dictionary,
        field: Field<'a>,
        shown: &mut Shown<'a>,
    ) -> Result<(), Violation<'a>> {
        let transport = &*self.rules.transport;
        match transport.tags.get(field.tag).and_then(|id| transport.rule(id)) {
            Some(rule) if rule.envelope == NOT_IN_ENVELOPE => {}
            Some(rule) if rule.envelope >= transport.envelope.header_len => {
                shown.trailer_begun = true;
                return self.envelope_field(rule, field, shown);
            }
            Some(rule) => {
                self.out_of_section(field.tag)?;
                return self.envelope_field(rule, field, shown);
            }
            None => {}
        }
        self.stray(dictionary, field)
    }

    /// FIX session test case 14g. The first field that comes too late is at fault.
    #[cold]
    fn out_of_section(&self, tag: u32) -> Result<(), Violation<'a>> {
        self.fault(|checks| checks.section_order, Reason::TagSpecifiedOutOfRequiredOrder, tag)
    }

    /// A tag that belongs nowhere in this message: FIX session test case 14c where it is defined at all, 14a
    /// where it is not. Under FIXT.1.1 an admin message's may be defined by the session's application
    /// version, and an application message's by the transport. Where that is allowed its value is still
    /// checked.
    #[cold]
    pub(super) fn stray(&self, dictionary: &'r Dictionary, field: Field<'a>) -> Result<(), Violation<'a>> {
        let transport = &*self.rules.transport;
        let of_session = core::ptr::eq(dictionary, transport);
        let other = if of_session { self.rules.application(None).unwrap_or(transport) } else { transport };
        for dictionary in [dictionary, other] {
            if let Some(rule) = dictionary.tags.get(field.tag).and_then(|id| dictionary.rule(id)) {
                let switch = |checks: &Checks| match field.tag {
                    FIRST_USER_DEFINED.. => checks.user_defined_tag,
                    _ => checks.tag_not_in_message,
                };
                self.fault(switch, Reason::TagNotDefinedForMessageType, field.tag)?;
                return self.value(dictionary, rule, field);
            }
        }
        self.undefined(field)
    }

    #[cold]
    fn undefined(&self, field: Field<'a>) -> Result<(), Violation<'a>> {
        let switch = |checks: &Checks| match field.tag {
            FIRST_USER_DEFINED.. => checks.user_defined_tag,
            _ => checks.undefined_tag,
        };
        self.fault(switch, Reason::InvalidTagNumber, field.tag)?;
        if field.value.as_bytes().is_empty() {
            self.fault(|checks| checks.empty_value, Reason::TagSpecifiedWithoutValue, field.tag)?;
        }
        Ok(())
    }

    /// Format and listed values: FIX session test cases 14d, 14e and 14f.
    #[inline]
    pub(super) fn value(
        &self,
        dictionary: &Dictionary,
        rule: &FieldRule,
        field: Field<'a>,
    ) -> Result<(), Violation<'a>> {
        let value = field.value.as_bytes();
        if value.is_empty() {
            return self.fault(|checks| checks.empty_value, Reason::TagSpecifiedWithoutValue, field.tag);
        }
        if let Err(bad) = format::check(rule.kind, value) {
            self.bad_value(rule, bad)?;
        }
        if !dictionary.lists(rule, value) {
            self.fault(|checks| checks.incorrect_value, Reason::ValueIncorrect, field.tag)?;
        }
        Ok(())
    }

    #[cold]
    fn bad_value(&self, rule: &FieldRule, bad: BadValue) -> Result<(), Violation<'a>> {
        match bad {
            BadValue::Format if rule.kind.is_code() => {
                self.fault(|checks| checks.bad_code, Reason::IncorrectDataFormat, rule.tag)
            }
            BadValue::Format => self.fault(|checks| checks.bad_format, Reason::IncorrectDataFormat, rule.tag),
            BadValue::Range => self.fault(|checks| checks.incorrect_value, Reason::ValueIncorrect, rule.tag),
        }
    }

    /// A violation, where the switch does not allow it.
    #[cold]
    pub(super) fn fault(
        &self,
        switch: impl FnOnce(&Checks) -> OnFault,
        reason: Reason,
        tag: u32,
    ) -> Result<(), Violation<'a>> {
        match switch(self.checks) {
            OnFault::Reject => Err(Violation::tag(reason, tag)),
            OnFault::Allow => Ok(()),
        }
    }

    /// The next field: the one held, or one more of the frame.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, Violation<'a>> {
        if self.held.is_some() {
            return Ok(self.held.take());
        }
        match self.fields.next() {
            Some(Ok(field)) => Ok(Some(field)),
            Some(Err(bad)) => Err(self.no_field(bad)),
            None => Ok(None),
        }
    }

    #[cold]
    fn no_field(&self, bad: BadField<'a>) -> Violation<'a> {
        match bad.why {
            BadFieldKind::DataLength => {
                Violation::Session { reason: Reason::IncorrectDataFormat, tag: RefTagId::Text(bad.text) }
            }
            BadFieldKind::Tag => {
                Violation::Session { reason: Reason::InvalidTagNumber, tag: RefTagId::Text(bad.text) }
            }
            // Text without "=" is the rest of a value that holds SOH (FIX session test case 14k).
            BadFieldKind::NoEquals => {
                let before = Fields::new(self.frame, self.rules.data).map_while(Result::ok).last();
                Violation::tag(Reason::NonDataValueIncludesSoh, before.map_or(0, |field| field.tag))
            }
        }
    }

    /// The bytes that were not used yet: those of the field held, too.
    pub(super) fn unread(&self) -> &'a [u8] {
        let rest = self.fields.rest();
        let Some(field) = self.held else { return rest };
        let read = self.frame.len().saturating_sub(rest.len());
        let before_value = read.saturating_sub(field.value.as_bytes().len() + 1);
        let before_tag =
            self.frame.get(..before_value).unwrap_or_default().iter().rposition(|&byte| byte == SOH);
        self.frame.get(before_tag.map_or(0, |soh| soh + 1)..).unwrap_or_default()
    }

    /// Whether the tag is one of the header or the trailer.
    pub(super) fn is_of_envelope(&self, tag: u32) -> bool {
        let transport = &*self.rules.transport;
        self.rule(transport, tag).is_some_and(|(_, rule)| rule.envelope != NOT_IN_ENVELOPE)
    }

    #[inline]
    pub(super) fn rule(&self, dictionary: &'r Dictionary, tag: u32) -> Option<(FieldId, &'r FieldRule)> {
        let id = dictionary.tags.get(tag)?;
        Some((id, dictionary.rule(id)?))
    }
}
