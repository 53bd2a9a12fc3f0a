//! Random messages that obey a dictionary, and faults to plant in them.

use std::format;
use std::string::String;
use std::vec::Vec;

use crate::dictionary::compiled::{Dictionary, MessageRule};
use crate::dictionary::field_type::FieldType;
use crate::dictionary::rules::DictionaryRules;
use crate::dictionary::table::{Block, FieldId};

/// A small generator of random numbers, all from one seed.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<'t, T>(&mut self, among: &'t [T]) -> Option<&'t T> {
        if among.is_empty() { None } else { among.get(self.below(among.len())) }
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// Where a field stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Header,
    Body,
    /// In an entry of a group of the body.
    Entry,
    /// In an entry of a group of the header.
    HeaderEntry,
    Trailer,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) tag: u32,
    pub(super) value: Vec<u8>,
    pub(super) role: Role,
    pub(super) kind: FieldType,
    pub(super) required: bool,
    pub(super) is_listed: bool,
    /// The number of entries, for a field that counts a group here.
    pub(super) entries: Option<usize>,
    /// Part of a length and data pair.
    pub(super) is_data: bool,
}

pub(super) struct Generated<'r> {
    pub(super) tokens: Vec<Token>,
    pub(super) dictionary: &'r Dictionary,
    pub(super) message: &'r MessageRule,
}

pub(super) fn frame(tokens: &[Token]) -> Vec<u8> {
    let mut frame = Vec::new();
    for token in tokens {
        frame.extend_from_slice(format!("{}=", token.tag).as_bytes());
        frame.extend_from_slice(&token.value);
        frame.push(1);
    }
    frame
}

/// A message that obeys the rules, or `None` where this one would be ambiguous: a field behind a group could
/// belong to the group.
pub(super) fn message<'r>(rules: &'r DictionaryRules, random: &mut Random) -> Option<Generated<'r>> {
    let transport = &*rules.transport;
    let application = rules.application(None).ok()?;
    let dictionary = if random.one_in(4) { transport } else { application };
    let types = dictionary.messages.all_types();
    let msg_type = random.pick(&types)?.clone();
    let message = dictionary.messages.get(&msg_type)?;
    let mut writer = Writer { random, dictionary: transport, tokens: Vec::new(), tail: Vec::new() };

    let header_len = usize::from(transport.envelope.header_len);
    let mut header: Vec<usize> = (0..header_len).collect();
    writer.random.shuffle(&mut header);
    header.sort_by_key(|&at| match transport.tag(transport.envelope.fields[at]) {
        8 => 0,
        9 => 1,
        35 => 2,
        _ => 3,
    });
    for at in header {
        writer.envelope_field(at, Role::Header, &msg_type);
    }
    writer.dictionary = dictionary;
    writer.body(&message.body)?;
    writer.dictionary = transport;
    for at in header_len..transport.envelope.fields.len() {
        writer.envelope_field(at, Role::Trailer, &msg_type);
    }
    Some(Generated { tokens: writer.tokens, dictionary, message })
}

/// The length fields of data that the splitter of fields knows.
const LENGTHS: [(u32, u32); 18] = [
    (90, 91),
    (93, 89),
    (95, 96),
    (212, 213),
    (348, 349),
    (350, 351),
    (352, 353),
    (354, 355),
    (356, 357),
    (358, 359),
    (360, 361),
    (362, 363),
    (364, 365),
    (445, 446),
    (618, 619),
    (621, 622),
    (1401, 1402),
    (1403, 1404),
];

struct Writer<'r, 'x> {
    random: &'x mut Random,
    dictionary: &'r Dictionary,
    tokens: Vec<Token>,
    /// Entries that the last token left open, deeper than what is written next.
    tail: Vec<&'r Block>,
}

impl<'r> Writer<'r, '_> {
    fn envelope_field(&mut self, at: usize, role: Role, msg_type: &[u8]) {
        let transport = self.dictionary;
        let field = transport.envelope.fields[at];
        let tag = transport.tag(field);
        let required = transport.envelope.required >> at & 1 == 1;
        // ApplVerID would choose another dictionary.
        if tag == 1128 || !(required || self.random.one_in(4)) || LENGTHS.iter().any(|pair| pair.1 == tag) {
            return;
        }
        let group = transport.envelope.groups.iter().find(|group| usize::from(group.0) == at);
        if let Some(group) = group {
            self.group(field, usize::from(group.1), required, role, Role::HeaderEntry);
            return;
        }
        if self.length_and_data(field, role, required, |data| transport.envelope.fields.contains(&data)) {
            return;
        }
        let value = match tag {
            35 => msg_type.to_vec(),
            _ => self.value(field),
        };
        self.push(field, value, role, required, None);
    }

    /// Required plain fields first, so that they never stand behind a group that could take them.
    fn body(&mut self, body: &'r Block) -> Option<()> {
        let mut members: Vec<_> = body.members().collect();
        self.random.shuffle(&mut members);
        members.sort_by_key(|&(_, place, required)| (!required, body.group(place).is_some()));
        for (field, place, required) in members {
            let rarity = if body.group(place).is_some() { 3 } else { 8 };
            if !(required || self.random.one_in(rarity)) {
                continue;
            }
            self.member(body, field, place, required, Role::Body)?;
        }
        Some(())
    }

    fn member(
        &mut self,
        block: &'r Block,
        field: FieldId,
        place: crate::dictionary::table::Place,
        required: bool,
        role: Role,
    ) -> Option<()> {
        let is_ambiguous = self.tail.iter().any(|open| open.place(field).is_some());
        // Data comes with its length alone.
        let is_data = self.dictionary.rule(field)?.kind == FieldType::Data;
        if (is_data && !required) || is_ambiguous {
            return if required && is_ambiguous { None } else { Some(()) };
        }
        if let Some(group) = block.group(place) {
            let inner = if role == Role::Body { Role::Entry } else { role };
            return self.group(field, group, required, role, inner);
        }
        if self.length_and_data(field, role, required, |data| {
            block.place(data).is_some_and(|data| data.position() == place.position() + 1)
        }) {
            return Some(());
        }
        let value = self.value(field);
        self.push(field, value, role, required, None);
        Some(())
    }

    fn group(&mut self, field: FieldId, group: usize, required: bool, role: Role, inner: Role) -> Option<()> {
        let rule = &self.dictionary.groups[group];
        let entries = if required { 1 + self.random.below(2) } else { self.random.below(3) };
        // The standard lists the counts that NoSides may have; 0 is none of them.
        if entries == 0 && self.dictionary.rule(field)?.values.is_some() {
            return Some(());
        }
        self.push(field, format!("{entries}").into_bytes(), role, required, Some(entries));
        let members = rule.entry.members_in_order();
        for _ in 0..entries {
            self.tail.clear();
            for &(member, place, required) in &members {
                let wanted = required || place.position() == 0 || self.random.one_in(4);
                if wanted && !place.is_anywhere() {
                    self.member(&rule.entry, member, place, required, inner)?;
                }
            }
        }
        if entries > 0 {
            self.tail.push(&rule.entry);
        }
        Some(())
    }

    /// Writes a length field with its data, where `has` says that the data may follow. Data may hold SOH.
    fn length_and_data(
        &mut self,
        field: FieldId,
        role: Role,
        required: bool,
        has: impl Fn(FieldId) -> bool,
    ) -> bool {
        let tag = self.dictionary.tag(field);
        let Some(pair) = LENGTHS.iter().find(|pair| pair.0 == tag) else { return false };
        let Some(data) = self.dictionary.tags.get(pair.1).filter(|&data| has(data)) else { return false };
        let bytes: Vec<u8> = (0..1 + self.random.below(12)).map(|i| b"a\x01=10"[i % 5]).collect();
        self.push(field, format!("{}", bytes.len()).into_bytes(), role, required, None);
        self.push(data, bytes, role, required, None);
        for token in self.tokens.iter_mut().rev().take(2) {
            token.is_data = true;
        }
        true
    }

    fn push(&mut self, field: FieldId, value: Vec<u8>, role: Role, required: bool, entries: Option<usize>) {
        let rule = self.dictionary.rule(field).unwrap();
        self.tail.clear();
        self.tokens.push(Token {
            tag: rule.tag,
            value,
            role,
            kind: rule.kind,
            required,
            is_listed: rule.values.is_some(),
            entries,
            is_data: LENGTHS.iter().any(|pair| pair.0 == rule.tag || pair.1 == rule.tag),
        });
    }

    fn value(&mut self, field: FieldId) -> Vec<u8> {
        let rule = self.dictionary.rule(field).unwrap();
        let listed = rule.values.map(|index| self.dictionary.values[usize::from(index.get())].all());
        let listed = listed.unwrap_or_default();
        let chosen = |random: &mut Random| random.pick(&listed).cloned();
        if rule.kind.is_multiple()
            && let (Some(a), Some(b)) = (chosen(self.random), chosen(self.random))
        {
            return [a, b].join(&b' ');
        }
        chosen(self.random).unwrap_or_else(|| self.good(rule.kind).into_bytes())
    }

    fn good(&mut self, kind: FieldType) -> String {
        let n = self.random.below(28) + 1;
        match kind {
            FieldType::String | FieldType::Data => format!("text{n}"),
            FieldType::Char => "c".into(),
            FieldType::Boolean => "Y".into(),
            FieldType::Int => format!("-{n}"),
            FieldType::Count | FieldType::TagNum | FieldType::DayOfMonth => format!("{n}"),
            FieldType::Decimal => format!("-{n}.{n}"),
            FieldType::MultipleStringValue => format!("A{n} B"),
            FieldType::MultipleCharValue => "A B C".into(),
            FieldType::UtcTimestamp => format!("202402{n:02}-{:02}:59:60.{n:03}", n % 24),
            FieldType::TimeOnly => format!("{:02}:00:{n:02}", n % 24),
            FieldType::DateOnly => format!("202402{n:02}"),
            FieldType::MonthYear => format!("2024{:02}w{}", n % 12 + 1, n % 5 + 1),
            FieldType::TzTimeOnly => format!("{:02}:{n:02}+05:30", n % 24),
            FieldType::TzTimestamp => format!("202402{n:02}-07:39Z"),
            FieldType::Country | FieldType::Language => "CH".into(),
            FieldType::Currency => "CHF".into(),
            FieldType::Exchange => "XSWX".into(),
        }
    }
}
