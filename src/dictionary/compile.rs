//! From definitions to tables: resolves names, expands components, refuses contradictions.

use std::boxed::Box;
use std::collections::HashMap;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use super::compiled::{Dictionary, Envelope, FieldRule, GroupRule, MessageRule, Messages, NOT_IN_ENVELOPE};
use super::define::{Definition, Member as Written, MemberKind, Members, Offset, Presence};
use super::error::DictionaryFault;
use super::table::{Block, ENVELOPE_MAX, FIELDS_MAX, FieldId, MEMBERS_MAX, Member, TAG_MAX, TagIndex};
use super::values::Values;
use crate::wire::tag;

/// How deep groups and components may be nested.
pub(super) const DEPTH_MAX: usize = 32;
/// The most members of all messages and groups together.
const MEMBERS_IN_ALL_MAX: usize = 1_000_000;

/// A fault, and where it is in the text.
pub(super) struct Refusal {
    pub(super) at: Offset,
    pub(super) fault: DictionaryFault,
}

impl Refusal {
    fn new(at: Offset, fault: DictionaryFault) -> Self {
        Refusal { at, fault }
    }
}

pub(super) fn compile(definition: &Definition) -> Result<Dictionary, Refusal> {
    let mut fields = FieldTable::new(definition)?;
    let mut compiler = Compiler {
        by_name: &fields.by_name,
        components: HashMap::new(),
        groups: Vec::new(),
        members_left: MEMBERS_IN_ALL_MAX,
    };
    for component in &definition.components {
        let waiting = Component::Waiting(&component.members);
        if compiler.components.insert(&component.name, waiting).is_some() {
            return Err(Refusal::new(component.at, DictionaryFault::twice("component", &component.name)));
        }
    }
    let (envelope, places) = compiler.envelope(definition)?;
    let messages = compiler.messages(definition)?;
    for component in &definition.components {
        compiler.component(&component.name, component.at, 0)?;
    }
    let groups = compiler.groups;
    for group in &groups {
        if let Some(rule) = fields.rules.get_mut(usize::from(group.count)) {
            rule.is_count = true;
        }
    }
    for (field, position) in places {
        if let Some(rule) = fields.rules.get_mut(usize::from(field)) {
            rule.envelope = position;
        }
    }
    Ok(Dictionary {
        version: definition.version,
        tags: fields.tags,
        fields: fields.rules.into(),
        values: fields.values.into(),
        envelope,
        messages,
        groups: groups.into(),
        names: fields.names,
        name_ends: fields.name_ends.into(),
    })
}

struct FieldTable<'d> {
    by_name: HashMap<&'d str, FieldId>,
    tags: TagIndex,
    rules: Vec<FieldRule>,
    values: Vec<Values>,
    names: String,
    name_ends: Vec<u32>,
}

impl<'d> FieldTable<'d> {
    fn new(definition: &'d Definition) -> Result<Self, Refusal> {
        let mut table = FieldTable {
            by_name: HashMap::new(),
            tags: TagIndex::default(),
            rules: Vec::new(),
            // Index 0 stands for no list.
            values: std::vec![Values::default()],
            names: String::new(),
            name_ends: Vec::new(),
        };
        let mut known_values = HashMap::new();
        for field in &definition.fields {
            let refuse = |fault| Err(Refusal::new(field.at, fault));
            let Some(id) =
                FieldId::try_from(table.rules.len()).ok().filter(|&id| usize::from(id) < FIELDS_MAX)
            else {
                return refuse(DictionaryFault::TooMuch { what: "fields", limit: FIELDS_MAX });
            };
            if !(1..=TAG_MAX).contains(&field.tag) {
                return refuse(DictionaryFault::Attribute {
                    attribute: "number",
                    expected: "a tag from 1 to 999999",
                    found: std::format!("'{}'", field.tag),
                });
            }
            if table.tags.get(field.tag).is_some() {
                return refuse(DictionaryFault::twice("tag", field.tag));
            }
            if table.by_name.insert(&field.name, id).is_some() {
                return refuse(DictionaryFault::twice("field", &field.name));
            }
            table.tags.insert(field.tag, id);
            let mut values = 0;
            // MsgType's values are the messages that have rules.
            if !field.values.is_empty() && field.tag != tag::MSG_TYPE {
                let listed = Values::new(field.values.iter().map(|value| value.as_bytes()));
                values = *known_values.entry(listed).or_insert_with_key(|listed| {
                    table.values.push(listed.clone());
                    table.values.len() - 1
                });
            }
            table.rules.push(FieldRule {
                tag: field.tag,
                values: u16::try_from(values).ok().and_then(core::num::NonZeroU16::new),
                kind: field.kind,
                envelope: NOT_IN_ENVELOPE,
                is_count: false,
            });
            table.names.push_str(&field.name);
            let Ok(end) = u32::try_from(table.names.len()) else {
                return refuse(DictionaryFault::TooMuch { what: "bytes of names", limit: u32::MAX as usize });
            };
            table.name_ends.push(end);
        }
        Ok(table)
    }
}

struct Compiler<'d> {
    by_name: &'d HashMap<&'d str, FieldId>,
    components: HashMap<&'d str, Component<'d>>,
    groups: Vec<GroupRule>,
    members_left: usize,
}

/// A component is expanded once, when it is first used; its groups are shared by all its users.
enum Component<'d> {
    Waiting(&'d Members),
    Open,
    Done(Rc<[Member]>),
}

impl<'d> Compiler<'d> {
    fn messages(&mut self, definition: &'d Definition) -> Result<Messages, Refusal> {
        let mut by_char = Box::new([0; 128]);
        let mut by_type: HashMap<&[u8], u16> = HashMap::new();
        let mut names: HashMap<&str, ()> = HashMap::new();
        let mut rules = Vec::new();
        for message in &definition.messages {
            let refuse = |fault| Err(Refusal::new(message.at, fault));
            let msg_type = message.msg_type.as_bytes();
            if msg_type.is_empty() || msg_type.len() > 32 || !msg_type.iter().all(u8::is_ascii_graphic) {
                return refuse(DictionaryFault::Attribute {
                    attribute: "msgtype",
                    expected: "1 to 32 printable characters",
                    found: std::format!("'{}'", message.msg_type),
                });
            }
            let Ok(index) = u16::try_from(rules.len()) else {
                return refuse(DictionaryFault::TooMuch { what: "messages", limit: usize::from(u16::MAX) });
            };
            if by_type.insert(msg_type, index).is_some() {
                return refuse(DictionaryFault::twice("message type", &message.msg_type));
            }
            if names.insert(&message.name, ()).is_some() {
                return refuse(DictionaryFault::twice("message", &message.name));
            }
            if let [char] = *msg_type
                && let Some(entry) = by_char.get_mut(usize::from(char))
            {
                *entry = index + 1;
            }
            let body = Block::new(&self.spread(&message.members, message.at, 0)?);
            rules.push(MessageRule { name: message.name.as_str().into(), body });
        }
        let mut by_text: Vec<(Box<[u8]>, u16)> = by_type
            .into_iter()
            .filter(|entry| entry.0.len() > 1)
            .map(|(text, index)| (text.into(), index))
            .collect();
        by_text.sort_unstable();
        Ok(Messages { by_char, by_text, rules: rules.into() })
    }

    /// Header and trailer, and the position of each of their fields.
    fn envelope(&mut self, definition: &'d Definition) -> Result<(Envelope, HashMap<FieldId, u8>), Refusal> {
        let header = self.spread(&definition.header, 0, 0)?;
        let trailer = self.spread(&definition.trailer, 0, 0)?;
        let at = definition.trailer.0.first().map_or(0, |member| member.at);
        let too_many = DictionaryFault::TooMuch { what: "fields in header and trailer", limit: ENVELOPE_MAX };
        if header.len() + trailer.len() > ENVELOPE_MAX {
            return Err(Refusal::new(at, too_many));
        }
        let header_len = header.len() as u8;
        let mut places = HashMap::new();
        let mut groups = Vec::new();
        let mut required = 0;
        let mut fields = Vec::new();
        for (position, member) in (0u8..).zip(header.iter().chain(&trailer)) {
            if places.insert(member.field, position).is_some() {
                let name = definition.fields.get(usize::from(member.field)).map_or("", |field| &field.name);
                return Err(Refusal::new(at, DictionaryFault::twice("header and trailer field", name)));
            }
            required |= u128::from(member.required) << position;
            groups.extend(member.group.map(|group| (position, group)));
            fields.push(member.field);
        }
        let envelope = Envelope { header_len, required, fields: fields.into(), groups: groups.into() };
        Ok((envelope, places))
    }

    fn component(&mut self, name: &'d str, at: Offset, depth: usize) -> Result<Rc<[Member]>, Refusal> {
        let Some(component) = self.components.get_mut(name) else {
            return Err(Refusal::new(at, DictionaryFault::UnknownComponent(name.into())));
        };
        match core::mem::replace(component, Component::Open) {
            Component::Open => Err(Refusal::new(at, DictionaryFault::CyclicComponent(name.into()))),
            Component::Waiting(members) => {
                let spread: Rc<[Member]> = self.spread(members, at, depth + 1)?.into();
                self.components.insert(name, Component::Done(spread.clone()));
                Ok(spread)
            }
            Component::Done(spread) => {
                *component = Component::Done(spread.clone());
                Ok(spread)
            }
        }
    }

    /// Expands components; a group becomes a member like a field, under its count field.
    fn spread(&mut self, members: &'d Members, at: Offset, depth: usize) -> Result<Vec<Member>, Refusal> {
        if depth > DEPTH_MAX {
            let what = "levels of groups and components";
            return Err(Refusal::new(at, DictionaryFault::TooMuch { what, limit: DEPTH_MAX }));
        }
        let mut list = List { members: Vec::new(), by_field: HashMap::new() };
        for member in &members.0 {
            let required = member.presence == Presence::Required;
            match &member.kind {
                MemberKind::Field => {
                    let field = self.field(member)?;
                    list.add(Member { field, required, anywhere: false, group: None }, member)?;
                }
                MemberKind::Group(entry) => {
                    let (field, group) = self.group(member, entry, depth)?;
                    list.add(Member { field, required, anywhere: false, group: Some(group) }, member)?;
                }
                MemberKind::Component => {
                    for &inner in self.component(&member.name, member.at, depth)?.iter() {
                        list.add(Member { required: required && inner.required, ..inner }, member)?;
                    }
                }
            }
        }
        let Some(left) = self.members_left.checked_sub(list.members.len()) else {
            let what = "members in all messages";
            return Err(Refusal::new(at, DictionaryFault::TooMuch { what, limit: MEMBERS_IN_ALL_MAX }));
        };
        self.members_left = left;
        Ok(list.members)
    }

    fn group(
        &mut self,
        member: &'d Written,
        entry: &'d Members,
        depth: usize,
    ) -> Result<(FieldId, u16), Refusal> {
        let count = self.field(member)?;
        let entry = self.spread(entry, member.at, depth + 1)?;
        let Some(delimiter) = entry.first().map(|first| first.field) else {
            return Err(Refusal::new(member.at, DictionaryFault::EmptyGroup(member.name.clone())));
        };
        if entry.iter().any(|inner| inner.field == count) {
            return Err(Refusal::new(member.at, DictionaryFault::GroupTwice(member.name.clone())));
        }
        let Ok(index) = u16::try_from(self.groups.len()) else {
            let limit = usize::from(u16::MAX);
            return Err(Refusal::new(member.at, DictionaryFault::TooMuch { what: "groups", limit }));
        };
        self.groups.push(GroupRule { count, delimiter, entry: Block::new(&entry) });
        Ok((count, index))
    }

    fn field(&self, member: &Written) -> Result<FieldId, Refusal> {
        self.by_name
            .get(member.name.as_str())
            .copied()
            .ok_or_else(|| Refusal::new(member.at, DictionaryFault::UnknownField(member.name.clone())))
    }
}

struct List {
    members: Vec<Member>,
    by_field: HashMap<FieldId, usize>,
}

impl List {
    fn add(&mut self, member: Member, written: &Written) -> Result<(), Refusal> {
        let refuse = |fault| Err(Refusal::new(written.at, fault));
        if let Some(earlier) = self.by_field.get(&member.field).and_then(|&at| self.members.get_mut(at)) {
            // The standard's own dictionaries list a few fields twice, by themselves and in a component.
            if earlier.group.is_some() || member.group.is_some() {
                return refuse(DictionaryFault::GroupTwice(written.name.clone()));
            }
            earlier.required |= member.required;
            earlier.anywhere = true;
            return Ok(());
        }
        if self.members.len() == MEMBERS_MAX {
            return refuse(DictionaryFault::TooMuch {
                what: "members in one message or group",
                limit: MEMBERS_MAX,
            });
        }
        self.by_field.insert(member.field, self.members.len());
        self.members.push(member);
        Ok(())
    }
}
