//! Repeating groups: where one ends, and whether it is in order.

use super::checks::OnFault;
use super::compiled::{Dictionary, GroupRule};
use super::table::{Block, FieldId, Place, Seen};
use super::validate::Pass;
use super::violation::Violation;
use crate::reject_reason::SessionRejectReason as Reason;
use crate::wire::Field;

/// Where a group is.
#[derive(Clone, Copy)]
pub(super) enum Scope<'s> {
    /// In the header, where any field that is not the group's ends it.
    Header,
    /// In the body, with the members seen so far.
    Body(&'s Block, &'s Seen),
    /// In an entry of another group, with the members seen so far and, if known, where that group is.
    Entry(&'s Block, &'s Seen, Option<&'s Scope<'s>>),
}

impl Scope<'_> {
    /// Whether the field could come next here, or further out.
    fn takes(&self, field: FieldId) -> bool {
        let is_new =
            |block: &Block, seen: &Seen| block.place(field).is_some_and(|place| !seen.has(place.position()));
        match *self {
            Scope::Header => false,
            Scope::Body(block, seen) => is_new(block, seen),
            Scope::Entry(block, seen, around) => {
                let begins_next = block.place(field).is_some_and(|place| place.position() == 0);
                begins_next || is_new(block, seen) || around.is_some_and(|around| around.takes(field))
            }
        }
    }

    /// Whether the field, of the group or not, belongs here or further out.
    fn has(&self, field: FieldId) -> bool {
        match *self {
            Scope::Header => true,
            Scope::Body(block, _) => block.place(field).is_some(),
            Scope::Entry(block, _, around) => {
                block.place(field).is_some() || around.is_some_and(|around| around.has(field))
            }
        }
    }

    fn is_in_header(&self) -> bool {
        match *self {
            Scope::Header => true,
            Scope::Body(..) => false,
            Scope::Entry(_, _, around) => around.is_some_and(Scope::is_in_header),
        }
    }
}

/// How a member of a group continues it.
enum Step {
    /// The group's first field: the next entry begins.
    Begins,
    /// A further field of the entry.
    Continues,
    /// A field of what stands around the group.
    Leaves,
}

/// Where the pass is within a group.
struct Entries {
    begun: u64,
    declared: Option<u64>,
    seen: Seen,
    position: u16,
}

impl<'r, 'a> Pass<'r, 'a> {
    /// Reads the entries of the group that `count` begins, if it begins one here. The field after them is
    /// held.
    ///
    /// The count precedes the entries, so if both are at fault, the count is reported: FIX session test case
    /// 14i.
    pub(super) fn group(
        &mut self,
        dictionary: &'r Dictionary,
        group: Option<usize>,
        count: Field<'a>,
        around: &Scope<'_>,
    ) -> Result<(), Violation<'a>> {
        let Some(rule) = group.and_then(|group| dictionary.groups.get(group)) else { return Ok(()) };
        let mut bad_value = None;
        let mut entries =
            Entries { begun: 0, declared: number(count.value.as_bytes()), seen: Seen::none(), position: 0 };
        while let Some(field) = self.next()? {
            let known = self.rule(dictionary, field.tag);
            let member = known.and_then(|(id, field_rule)| Some((id, field_rule, rule.entry.place(id)?)));
            let Some((id, field_rule, place)) = member else {
                let belongs_around = match known {
                    Some((id, _)) => around.has(id),
                    None => around.is_in_header() && self.rules.an_application_knows(field.tag),
                };
                if belongs_around || self.is_of_envelope(field.tag) {
                    self.held = Some(field);
                    break;
                }
                // A tag that belongs nowhere is, if allowed, part of the entry it is in.
                self.stray(dictionary, field)?;
                continue;
            };
            match self.step(dictionary, rule, &entries, (id, place), field, around)? {
                Step::Begins => {
                    self.complete(dictionary, rule, &entries)?;
                    entries.begun += 1;
                    entries.seen = Seen::none();
                }
                Step::Continues => {}
                Step::Leaves => {
                    self.held = Some(field);
                    break;
                }
            }
            entries.seen.insert(place.position());
            entries.position = place.position();
            if let Err(violation) = self.value(dictionary, field_rule, field) {
                bad_value = bad_value.or(Some(violation));
            }
            if field_rule.is_count {
                let entry = Scope::Entry(&rule.entry, &entries.seen, Some(around));
                self.group(dictionary, rule.entry.group(place), field, &entry)?;
            }
        }
        self.complete(dictionary, rule, &entries)?;
        // FIX session test case 14i.
        if entries.declared.is_some_and(|declared| declared != entries.begun) {
            self.fault(|checks| checks.group_count, Reason::IncorrectNumInGroupCount, count.tag)?;
        }
        bad_value.map_or(Ok(()), Err)
    }

    /// Judges the place of a member in its entry: FIX session test cases 14h and 14j.
    fn step(
        &self,
        dictionary: &'r Dictionary,
        rule: &GroupRule,
        entries: &Entries,
        (id, place): (FieldId, Place),
        field: Field<'a>,
        around: &Scope<'_>,
    ) -> Result<Step, Violation<'a>> {
        let leaves = || around.takes(id);
        if place.position() == 0 {
            let all_begun = entries.declared.is_some_and(|declared| entries.begun >= declared);
            return Ok(if all_begun && leaves() { Step::Leaves } else { Step::Begins });
        }
        let repeated = entries.seen.has(place.position());
        let in_order = place.position() > entries.position || place.is_anywhere();
        if entries.begun > 0 && in_order && !repeated {
            return Ok(Step::Continues);
        }
        if leaves() {
            return Ok(Step::Leaves);
        }
        if self.checks.group_order == OnFault::Allow {
            return Ok(if entries.begun == 0 || repeated { Step::Begins } else { Step::Continues });
        }
        if entries.begun == 0 {
            return Err(self.without_delimiter(dictionary, rule, field));
        }
        if repeated {
            self.fault(|checks| checks.repeated_tag, Reason::TagAppearsMoreThanOnce, field.tag)?;
            return Ok(Step::Continues);
        }
        Err(Violation::tag(Reason::RepeatingGroupFieldsOutOfOrder, field.tag))
    }

    /// The first entry begins with another field than it must: the right one comes too late, or not at all.
    #[cold]
    fn without_delimiter(
        &self,
        dictionary: &'r Dictionary,
        rule: &GroupRule,
        field: Field<'a>,
    ) -> Violation<'a> {
        let delimiter = dictionary.tag(rule.delimiter);
        let is_member = |tag| dictionary.tags.get(tag).is_some_and(|id| rule.entry.place(id).is_some());
        let mut ahead = self.fields.clone().flatten().take_while(|field| is_member(field.tag));
        if ahead.any(|field| field.tag == delimiter) {
            Violation::tag(Reason::RepeatingGroupFieldsOutOfOrder, field.tag)
        } else {
            Violation::tag(Reason::RequiredTagMissing, delimiter)
        }
    }

    /// An entry ends: checks that it has all that it must have.
    fn complete(
        &self,
        dictionary: &'r Dictionary,
        rule: &GroupRule,
        entries: &Entries,
    ) -> Result<(), Violation<'a>> {
        if entries.begun == 0 || !rule.entry.lacks(&entries.seen) {
            return Ok(());
        }
        match rule.entry.missing(&entries.seen).map(|field| dictionary.tag(field)).min() {
            Some(tag) => self.fault(|checks| checks.required_tag_missing, Reason::RequiredTagMissing, tag),
            None => Ok(()),
        }
    }
}

/// The count, or `None` when it cannot be read.
fn number(value: &[u8]) -> Option<u64> {
    core::str::from_utf8(value).ok()?.parse().ok()
}
