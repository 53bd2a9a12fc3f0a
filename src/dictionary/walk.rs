//! The structure of a body: fields, and groups with their entries.

use super::compiled::{Dictionary, GroupRule};
use super::group::Scope;
use super::rules::DictionaryRules;
use super::table::{Block, Seen};
use super::validate::{Pass, Shown};
use crate::wire::{Field, Value};

/// A field, or a whole group.
#[derive(Clone, Debug)]
pub enum Item<'r, 'a> {
    /// A field outside groups.
    Field(Field<'a>),
    /// A repeating group.
    Group(Group<'r, 'a>),
}

/// A repeating group as it stands in a message.
#[derive(Clone, Debug)]
pub struct Group<'r, 'a> {
    count: Field<'a>,
    bytes: &'a [u8],
    rules: &'r DictionaryRules,
    dictionary: &'r Dictionary,
    rule: &'r GroupRule,
}

/// The fields and groups of a body, or of a group's entry, in the message's order, without header and
/// trailer.
#[derive(Clone, Debug)]
pub struct Items<'r, 'a> {
    pass: Pass<'r, 'a>,
    dictionary: &'r Dictionary,
    members: Members<'r>,
    seen: Seen,
}

#[derive(Clone, Copy, Debug)]
enum Members<'r> {
    /// A message without rules: fields alone.
    Unknown,
    Body(&'r Block),
    /// An entry, which ends where one of its fields comes again.
    Entry(&'r Block),
}

/// The entries of a group.
#[derive(Clone, Debug)]
pub struct Entries<'r, 'a> {
    group: Group<'r, 'a>,
    rest: &'a [u8],
}

impl<'r, 'a> Group<'r, 'a> {
    /// The field that counts the entries.
    pub fn count(&self) -> Field<'a> {
        self.count
    }

    /// The bytes of all entries, from directly after the count field's SOH.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The entries one by one, each as its fields and groups.
    pub fn entries(&self) -> Entries<'r, 'a> {
        Entries { group: self.clone(), rest: self.bytes }
    }
}

impl<'r, 'a> Items<'r, 'a> {
    /// The first field with this tag that has not been iterated over yet, not looking into groups.
    pub fn get(&self, tag: u32) -> Option<Value<'a>> {
        self.clone().find_map(|item| match item {
            Item::Field(field) if field.tag == tag => Some(field.value),
            Item::Field(_) | Item::Group(_) => None,
        })
    }

    /// The first group with this count field that has not been iterated over yet.
    pub fn group(&self, count: u32) -> Option<Group<'r, 'a>> {
        self.clone().find_map(|item| match item {
            Item::Group(group) if group.count.tag == count => Some(group),
            Item::Field(_) | Item::Group(_) => None,
        })
    }
}

impl<'r, 'a> Iterator for Entries<'r, 'a> {
    type Item = Items<'r, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Group { rules, dictionary, rule, .. } = self.group;
        let entry = Items::over(Pass::new(rules, self.rest), dictionary, Members::Entry(&rule.entry));
        let mut ahead = entry.clone();
        ahead.by_ref().for_each(drop);
        // Bytes that are no field end the group: without progress there is nothing more.
        let rest = ahead.pass.unread();
        self.rest = if rest.len() < self.rest.len() { rest } else { &[] };
        Some(entry)
    }
}

impl<'r, 'a> Items<'r, 'a> {
    pub(super) fn of_body(rules: &'r DictionaryRules, frame: &'a [u8]) -> Self {
        let mut pass = Pass::new(rules, frame);
        let mut shown = Shown::default();
        let _ = pass.header(&mut shown);
        let found = rules.message(shown.msg_type.unwrap_or_default(), shown.appl_ver_id).ok().flatten();
        let (dictionary, members) = match found {
            Some((dictionary, message)) => (dictionary, Members::Body(&message.body)),
            None => (&*rules.transport, Members::Unknown),
        };
        Items { pass, dictionary, members, seen: Seen::none() }
    }

    fn over(pass: Pass<'r, 'a>, dictionary: &'r Dictionary, members: Members<'r>) -> Self {
        Items { pass, dictionary, members, seen: Seen::none() }
    }

    fn whole_group(&mut self, count: Field<'a>, block: &'r Block, index: usize) -> Option<Item<'r, 'a>> {
        let rule = self.dictionary.groups.get(index)?;
        let entries = self.pass.fields.rest();
        let around = match self.members {
            Members::Entry(_) => Scope::Entry(block, &self.seen, None),
            Members::Body(_) | Members::Unknown => Scope::Body(block, &self.seen),
        };
        self.pass.group(self.dictionary, Some(index), count, &around).ok()?;
        let length = entries.len().checked_sub(self.pass.unread().len())?;
        let (rules, dictionary) = (self.pass.rules, self.dictionary);
        Some(Item::Group(Group { count, bytes: entries.get(..length)?, rules, dictionary, rule }))
    }
}

impl<'r, 'a> Iterator for Items<'r, 'a> {
    type Item = Item<'r, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let field = self.pass.next().ok()??;
            let block = match self.members {
                Members::Unknown => None,
                Members::Body(block) | Members::Entry(block) => Some(block),
            };
            let member = block.and_then(|block| {
                let (id, rule) = self.pass.rule(self.dictionary, field.tag)?;
                Some((block, block.place(id)?, rule))
            });
            if let Some((block, place, rule)) = member {
                let is_new = self.seen.insert(place.position());
                if !is_new && matches!(self.members, Members::Entry(_)) {
                    self.pass.held = Some(field);
                    return None;
                }
                if let Some(group) = block.group(place).filter(|_| rule.is_count) {
                    return self.whole_group(field, block, group);
                }
            }
            if member.is_some() || !self.pass.is_of_envelope(field.tag) {
                return Some(Item::Field(field));
            }
        }
    }
}
