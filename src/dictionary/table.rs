//! The compact tables that rules are looked up in.

use std::boxed::Box;
use std::vec::Vec;

/// Index of a field in its dictionary.
pub(super) type FieldId = u16;

/// The largest tag that a dictionary may define. The standard's own end near 50,000.
pub(super) const TAG_MAX: u32 = 999_999;
/// The most fields that a dictionary may define.
pub(super) const FIELDS_MAX: usize = 60_000;
/// The most direct members of a message body or of an entry of a group.
pub(super) const MEMBERS_MAX: usize = 1024;
/// The most direct members of header and trailer together.
pub(super) const ENVELOPE_MAX: usize = 128;

/// Tag to field, in two steps: pages of 256 tags, of which only those in use exist.
#[derive(Clone, Debug, Default)]
pub(super) struct TagIndex {
    pages: Vec<u16>,
    entries: Vec<FieldId>,
}

/// Page 0, and the mark of a tag without a field.
const NONE: u16 = u16::MAX;
const PAGE: usize = 256;

impl TagIndex {
    pub(super) fn insert(&mut self, tag: u32, field: FieldId) {
        let (page, within) = (tag as usize / PAGE, tag as usize % PAGE);
        if self.entries.is_empty() {
            self.entries.resize(PAGE, NONE);
        }
        if self.pages.len() <= page {
            self.pages.resize(page + 1, 0);
        }
        let Some(start) = self.pages.get_mut(page) else { return };
        if *start == 0 {
            *start = (self.entries.len() / PAGE) as u16;
            self.entries.resize(self.entries.len() + PAGE, NONE);
        }
        if let Some(entry) = self.entries.get_mut(usize::from(*start) * PAGE + within) {
            *entry = field;
        }
    }

    #[inline]
    pub(super) fn get(&self, tag: u32) -> Option<FieldId> {
        let page = *self.pages.get(tag as usize / PAGE)?;
        let field = *self.entries.get(usize::from(page) * PAGE + tag as usize % PAGE)?;
        (field != NONE).then_some(field)
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.pages) + size_of_val(&*self.entries)
    }
}

/// Where a field stands among the members of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place(u16);

impl Place {
    const ANYWHERE: u16 = 1 << 15;

    pub(super) fn new(position: usize, anywhere: bool) -> Self {
        Place(position as u16 | if anywhere { Place::ANYWHERE } else { 0 })
    }

    /// From 0, in the dictionary's order. 0 is the field that begins an entry of a group.
    #[inline]
    pub(super) fn position(self) -> u16 {
        self.0 & !Place::ANYWHERE
    }

    /// The dictionary lists the field at several places, so its order says nothing.
    #[inline]
    pub(super) fn is_anywhere(self) -> bool {
        self.0 & Place::ANYWHERE != 0
    }
}

/// The members of a message body, or of an entry of a group: a small hash table from field to place.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// Field and place in one word; a power of two of them, at least one of them free; linear probing.
    slots: Box<[u32]>,
    /// One bit for each required member, by position.
    required: Box<[u64]>,
    /// The groups that members begin, by position.
    groups: Box<[(u16, u16)]>,
}

/// A free slot. No field has the number that it would name.
const FREE: u32 = u32::MAX;

/// A member as the compiler lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) field: FieldId,
    pub(super) required: bool,
    pub(super) anywhere: bool,
    /// Index of the group that this field counts.
    pub(super) group: Option<u16>,
}

impl Block {
    /// `members` are at most [`MEMBERS_MAX`], each field once.
    pub(super) fn new(members: &[Member]) -> Self {
        let capacity = (members.len() * 5 / 4 + 1).next_power_of_two();
        let mut slots = std::vec![FREE; capacity];
        let mut required = std::vec![0; members.len().div_ceil(64)];
        let mut groups = Vec::new();
        for (position, member) in members.iter().enumerate() {
            let place = Place::new(position, member.anywhere);
            let mut at = home(member.field);
            while slots.get(at % capacity).is_some_and(|&slot| slot != FREE) {
                at += 1;
            }
            if let Some(slot) = slots.get_mut(at % capacity) {
                *slot = u32::from(member.field) << 16 | u32::from(place.0);
            }
            if let Some(word) = required.get_mut(position / 64) {
                *word |= u64::from(member.required) << (position % 64);
            }
            groups.extend(member.group.map(|group| (position as u16, group)));
        }
        Block { slots: slots.into(), required: required.into(), groups: groups.into() }
    }

    /// Where `field` stands in this block, or `None` when it is no member.
    #[inline]
    pub(super) fn place(&self, field: FieldId) -> Option<Place> {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = home(field) & last;
        loop {
            let slot = *self.slots.get(at)?;
            if slot >> 16 == u32::from(field) {
                return Some(Place(slot as u16));
            }
            if slot == FREE {
                return None;
            }
            at = (at + 1) & last;
        }
    }

    /// Each field, its place, and whether it is required.
    pub(super) fn members(&self) -> impl Iterator<Item = (FieldId, Place, bool)> + '_ {
        self.slots.iter().filter(|&&slot| slot != FREE).filter_map(|&slot| {
            let place = Place(slot as u16);
            let position = usize::from(place.position());
            let required = self.required.get(position / 64)? >> (position % 64) & 1 == 1;
            Some(((slot >> 16) as FieldId, place, required))
        })
    }

    /// The group that the member at `place` begins.
    pub(super) fn group(&self, place: Place) -> Option<usize> {
        let at = self.groups.binary_search_by_key(&place.position(), |group| group.0).ok()?;
        self.groups.get(at).map(|group| usize::from(group.1))
    }

    /// Whether a required member is not among those seen.
    #[inline]
    pub(super) fn lacks(&self, seen: &Seen) -> bool {
        self.required.iter().zip(&seen.0).any(|(required, seen)| required & !seen != 0)
    }

    /// The required fields that were not seen.
    pub(super) fn missing<'b>(&'b self, seen: &'b Seen) -> impl Iterator<Item = FieldId> + 'b {
        self.members()
            .filter(|(_, place, required)| *required && !seen.has(place.position()))
            .map(|(field, ..)| field)
    }

    #[cfg(test)]
    pub(super) fn members_in_order(&self) -> Vec<(FieldId, Place, bool)> {
        let mut members: Vec<_> = self.members().collect();
        members.sort_by_key(|member| member.1.position());
        members
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.slots) + size_of_val(&*self.required) + size_of_val(&*self.groups)
    }
}

/// Where the search for a field begins.
#[inline]
fn home(field: FieldId) -> usize {
    (u32::from(field).wrapping_mul(0x9E37_79B1) >> 16) as usize
}

/// The members of a block that a message has shown so far, by position.
#[derive(Clone, Debug)]
pub(super) struct Seen([u64; MEMBERS_MAX / 64]);

impl Seen {
    #[inline]
    pub(super) fn none() -> Self {
        Seen([0; MEMBERS_MAX / 64])
    }

    /// Notes the member; false when it was there already.
    #[inline]
    pub(super) fn insert(&mut self, position: u16) -> bool {
        let Some(word) = self.0.get_mut(usize::from(position) / 64) else { return false };
        let bit = 1 << (position % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    #[inline]
    pub(super) fn has(&self, position: u16) -> bool {
        self.0.get(usize::from(position) / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_knows_its_members_and_nobody_else() {
        let fields: Vec<FieldId> = (0..1024u16).map(|i| i * 7 % 60_000).collect();
        let members: Vec<_> = fields
            .iter()
            .enumerate()
            .map(|(i, &field)| Member { field, required: i % 3 == 0, anywhere: i % 5 == 0, group: None })
            .collect();
        let block = Block::new(&members);
        for field in 0..8000 {
            let place = block.place(field);
            assert_eq!(
                place.map(|place| usize::from(place.position())),
                fields.iter().position(|&f| f == field)
            );
        }
        let mut seen = Seen::none();
        assert!(block.lacks(&seen));
        for i in (0..1024).filter(|i| i % 3 == 0 && *i != 999) {
            assert!(seen.insert(i) && !seen.insert(i));
        }
        assert_eq!(block.missing(&seen).collect::<Vec<_>>(), [fields[999]]);
    }

    #[test]
    fn a_tag_leads_to_its_field() {
        let mut index = TagIndex::default();
        let tags = [1, 255, 256, 5000, 50_002, TAG_MAX];
        for (field, &tag) in tags.iter().enumerate() {
            index.insert(tag, field as FieldId);
        }
        for tag in (0..60_000).chain([TAG_MAX, u32::MAX]) {
            assert_eq!(index.get(tag).map(usize::from), tags.iter().position(|&t| t == tag));
        }
    }
}
