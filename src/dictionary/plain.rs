//! A shortcut for messages that are good in every respect and have no group, as most are.
//!
//! Whatever is uncertain here goes to the [`Pass`](super::validate::Pass), which decides everything and knows
//! which fault to report. The shortcut never changes an answer.

use super::format;
use super::rules::DictionaryRules;
use super::table::Seen;
use crate::wire::tag::APPL_VER_ID;
use crate::wire::{leading_field, next_field};

/// Whether the message is certainly good, whatever the checks.
pub(super) fn is_good(rules: &DictionaryRules, frame: &[u8]) -> bool {
    judge(rules, frame).is_some()
}

/// The part of a message that a field is in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Header,
    Body,
    Trailer,
}

/// `None` where it is not certain.
fn judge(rules: &DictionaryRules, frame: &[u8]) -> Option<()> {
    let transport = &*rules.transport;
    let header_len = transport.envelope.header_len;
    let (dictionary, message) = rules.message(msg_type(frame)?, None).ok()??;
    let (mut shown, mut seen) = (0_u128, Seen::none());
    let mut part = Part::Header;
    let mut rest = frame;
    while !rest.is_empty() {
        let (field, behind) = leading_field(rest, rules.data)?;
        rest = behind;
        let of_transport = || transport.rule(transport.tags.get(field.tag)?);
        let of_header = if part == Part::Header { of_transport() } else { None };
        let (owner, rule) = match of_header.filter(|rule| rule.envelope < header_len) {
            Some(rule) => (transport, rule),
            None => {
                let id = dictionary.tags.get(field.tag);
                match id.and_then(|id| Some((message.body.place(id)?, dictionary.rule(id)?))) {
                    Some((place, rule)) if part < Part::Trailer && seen.insert(place.position()) => {
                        part = Part::Body;
                        (dictionary, rule)
                    }
                    Some(_) => return None,
                    None => {
                        part = Part::Trailer;
                        (transport, of_transport()?)
                    }
                }
            }
        };
        if part != Part::Body {
            let bit = 1_u128.checked_shl(u32::from(rule.envelope))?;
            let is_of_header = rule.envelope < header_len;
            // Another version's dictionary may be meant by ApplVerID.
            if shown & bit != 0 || is_of_header != (part == Part::Header) || field.tag == APPL_VER_ID {
                return None;
            }
            shown |= bit;
        }
        let value = field.value.as_bytes();
        let is_good =
            !value.is_empty() && format::check(rule.kind, value).is_ok() && owner.lists(rule, value);
        if rule.is_count || !is_good {
            return None;
        }
    }
    let complete = transport.envelope.required & !shown == 0 && !message.body.lacks(&seen);
    complete.then_some(())
}

/// The value of MsgType(35), which is the third field.
#[inline]
fn msg_type(frame: &[u8]) -> Option<&[u8]> {
    let behind_begin_string = frame.get(next_field(frame)..)?;
    let field = behind_begin_string.get(next_field(behind_begin_string)..)?;
    field.get(..next_field(field).checked_sub(1)?)?.strip_prefix(b"35=")
}
