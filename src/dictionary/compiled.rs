//! A compiled dictionary.

use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

use super::field_type::FieldType;
use super::table::{Block, FieldId, TagIndex};
use super::values::Values;
use super::version::Version;

/// The message rules of one version of FIX, compiled to compact tables.
///
/// Load it from QuickFIX-format XML with [`from_xml`](Dictionary::from_xml), or define it in code with
/// [`define`](Dictionary::define). It is immutable, so sessions can share it.
#[derive(Clone, Debug)]
pub struct Dictionary {
    pub(super) version: Version,
    pub(super) tags: TagIndex,
    pub(super) fields: Box<[FieldRule]>,
    pub(super) values: Box<[Values]>,
    pub(super) envelope: Envelope,
    pub(super) messages: Messages,
    pub(super) groups: Box<[GroupRule]>,
    /// Names of fields, one after the other, and where each ends.
    pub(super) names: String,
    pub(super) name_ends: Box<[u32]>,
}

/// What is known of a tag, wherever it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldRule {
    pub(super) tag: u32,
    /// Index of its listed values.
    pub(super) values: Option<core::num::NonZeroU16>,
    pub(super) kind: FieldType,
    /// Position in header or trailer, [`NOT_IN_ENVELOPE`] outside them.
    pub(super) envelope: u8,
    /// Some group is counted by this field.
    pub(super) is_count: bool,
}

pub(super) const NOT_IN_ENVELOPE: u8 = u8::MAX;

/// Header and trailer, which every message has. Positions of the header come before those of the trailer.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) header_len: u8,
    pub(super) required: u128,
    pub(super) fields: Box<[FieldId]>,
    /// The groups that its fields begin, by position.
    pub(super) groups: Box<[(u8, u16)]>,
}

/// A repeating group: it is one thing, however many messages use it.
#[derive(Clone, Debug)]
pub(super) struct GroupRule {
    pub(super) count: FieldId,
    pub(super) delimiter: FieldId,
    pub(super) entry: Block,
}

#[derive(Clone, Debug)]
pub(super) struct MessageRule {
    pub(super) name: Box<str>,
    pub(super) body: Block,
}

/// MsgType to message.
#[derive(Clone, Debug)]
pub(super) struct Messages {
    /// By the one character of the type; 0 is none, others one more than the index.
    pub(super) by_char: Box<[u16; 128]>,
    pub(super) by_text: Vec<(Box<[u8]>, u16)>,
    pub(super) rules: Box<[MessageRule]>,
}

impl Messages {
    #[inline]
    pub(super) fn get(&self, msg_type: &[u8]) -> Option<&MessageRule> {
        let index = match *msg_type {
            [char] => usize::from(*self.by_char.get(usize::from(char))?).checked_sub(1)?,
            _ => {
                let at = self.by_text.binary_search_by(|entry| (*entry.0).cmp(msg_type)).ok()?;
                usize::from(self.by_text.get(at)?.1)
            }
        };
        self.rules.get(index)
    }
}

#[cfg(test)]
impl Messages {
    /// The types of all messages.
    pub(super) fn all_types(&self) -> Vec<Vec<u8>> {
        let chars =
            (0..128u8).filter(|&char| self.by_char[usize::from(char)] != 0).map(|char| std::vec![char]);
        chars.chain(self.by_text.iter().map(|entry| entry.0.to_vec())).collect()
    }
}

impl Dictionary {
    /// The version it describes.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The name of a field; `None` if the tag is not defined.
    pub fn field_name(&self, tag: u32) -> Option<&str> {
        let field = usize::from(self.tags.get(tag)?);
        let start = match field.checked_sub(1) {
            Some(before) => *self.name_ends.get(before)?,
            None => 0,
        };
        self.names.get(start as usize..*self.name_ends.get(field)? as usize)
    }

    /// The type of a field; `None` if the tag is not defined.
    pub fn field_type(&self, tag: u32) -> Option<FieldType> {
        self.rule(self.tags.get(tag)?).map(|rule| rule.kind)
    }

    /// The name of the message with this MsgType(35); `None` if there are no rules for it.
    pub fn message_name(&self, msg_type: &[u8]) -> Option<&str> {
        self.messages.get(msg_type).map(|message| &*message.name)
    }

    /// The memory that the rules occupy, in bytes.
    pub fn memory(&self) -> usize {
        let messages: usize =
            self.messages.rules.iter().map(|m| m.body.bytes() + size_of_val(m) + m.name.len()).sum();
        let groups: usize = self.groups.iter().map(|group| group.entry.bytes() + size_of_val(group)).sum();
        let values: usize = self.values.iter().map(Values::bytes).sum();
        let fields = self.tags.bytes() + size_of_val(&*self.fields);
        messages + groups + values + fields + self.names.len() + size_of_val(&*self.name_ends)
    }

    #[inline]
    pub(super) fn rule(&self, field: FieldId) -> Option<&FieldRule> {
        self.fields.get(usize::from(field))
    }

    /// Whether the value is one of those that the field may have.
    #[inline]
    pub(super) fn lists(&self, rule: &FieldRule, value: &[u8]) -> bool {
        let Some(listed) = rule.values.and_then(|index| self.values.get(usize::from(index.get()))) else {
            return true;
        };
        if listed.has(value) {
            return true;
        }
        if rule.kind.is_multiple() {
            return value.split(|&byte| byte == b' ').all(|word| listed.has(word));
        }
        // An int may have leading zeros: 01 is 1.
        let zeros = value.iter().take_while(|&&byte| byte == b'0').count().min(value.len().saturating_sub(1));
        rule.kind.is_integer() && value.get(zeros..).is_some_and(|number| listed.has(number))
    }

    pub(super) fn tag(&self, field: FieldId) -> u32 {
        self.rule(field).map_or(0, |rule| rule.tag)
    }
}
