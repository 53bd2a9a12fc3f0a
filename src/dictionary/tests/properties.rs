//! Random messages pass; with one fault planted they fail for that fault and its tag.

use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;

use super::generate::{Generated, Random, Role, Token, frame, message};
use super::{small, verdict};
use crate::dictionary::DictionaryRules;
use crate::dictionary::field_type::FieldType;
use crate::dictionary::plain;
use crate::dictionary::validate::Pass;

/// Generates a message from `seed`, checks that it passes and that each fault which can be planted in it is
/// found. Answers how many faults were planted.
pub(super) fn check(rules: &DictionaryRules, seed: u64) -> Result<usize, TestCaseError> {
    let random = &mut Random::new(seed);
    let Some(generated) = message(rules, random) else { return Ok(0) };
    let good = frame(&generated.tokens);
    prop_assert_eq!(verdict(rules.validate(&good)), "Ok", "{}", good.escape_ascii());
    let mut planted = 0;
    for fault in FAULTS {
        let mut site = Site { rules, generated: &generated, tokens: generated.tokens.clone(), random };
        let Some(expected) = fault(&mut site) else { continue };
        let bad = frame(&site.tokens);
        prop_assert_eq!(verdict(rules.validate(&bad)), expected, "{}", bad.escape_ascii());
        planted += 1;
        let mut damaged = bad;
        let (at, other) = (random.below(damaged.len()), random.below(good.len()));
        damaged[at] = good[other];
        prop_assert_eq!(
            verdict(rules.validate(&damaged)),
            verdict(Pass::judge(rules, &damaged)),
            "{}",
            damaged.escape_ascii()
        );
    }
    Ok(planted)
}

/// Plants a fault and says the verdict; `None` where the message offers no place for it.
type Fault = fn(&mut Site<'_>) -> Option<String>;

/// Where a fault is planted: a good message, whose tokens change.
struct Site<'s> {
    rules: &'s DictionaryRules,
    generated: &'s Generated<'s>,
    tokens: Vec<Token>,
    random: &'s mut Random,
}

impl Site<'_> {
    /// One of the tokens that fit; those of the frame itself never do.
    fn choose(&mut self, fits: impl Fn(&Token) -> bool) -> Option<usize> {
        let is_of_frame = |token: &Token| matches!(token.tag, 8 | 9 | 10 | 35);
        let fitting: Vec<usize> = (0..self.tokens.len())
            .filter(|&at| !is_of_frame(&self.tokens[at]) && fits(&self.tokens[at]))
            .collect();
        self.random.pick(&fitting).copied()
    }

    /// Where the body begins, or would.
    fn body_start(&self) -> usize {
        self.tokens.iter().position(|token| !matches!(token.role, Role::Header | Role::HeaderEntry)).unwrap()
    }

    fn body_end(&self) -> usize {
        self.tokens.iter().position(|token| token.role == Role::Trailer).unwrap()
    }
}

const FAULTS: [Fault; 11] = [
    missing,
    undefined,
    not_a_tag,
    not_in_message,
    empty,
    not_listed,
    bad_format,
    repeated,
    wrong_count,
    misplaced,
    swapped,
];

fn plain(tag: u32, value: &[u8]) -> Token {
    Token {
        tag,
        value: value.to_vec(),
        role: Role::Body,
        kind: FieldType::String,
        required: false,
        is_listed: false,
        entries: None,
        is_data: false,
    }
}

fn missing(site: &mut Site<'_>) -> Option<String> {
    let at = site.choose(|token| {
        token.required
            && token.entries.is_none()
            && matches!(token.role, Role::Header | Role::Body)
            && !token.is_data
    })?;
    Some(format!("373=1 371={}", site.tokens.remove(at).tag))
}

fn undefined(site: &mut Site<'_>) -> Option<String> {
    let tag = 4000 + site.random.below(900) as u32;
    let known = [site.generated.dictionary, &*site.rules.transport].iter().any(|d| d.tags.get(tag).is_some());
    site.tokens.insert(site.body_end(), plain(tag, b"x"));
    (!known).then(|| format!("373=0 371={tag}"))
}

fn not_a_tag(site: &mut Site<'_>) -> Option<String> {
    site.tokens.insert(site.body_end(), plain(0, b"x"));
    Some("373=0 371=0".into())
}

fn not_in_message(site: &mut Site<'_>) -> Option<String> {
    let dictionary = site.generated.dictionary;
    let field = site.random.below(dictionary.fields.len()) as u16;
    let tag = dictionary.tag(field);
    let transport = &site.rules.transport;
    let known = transport.tags.get(tag);
    let of_header = known.is_some_and(|known| {
        let mut groups =
            transport.envelope.groups.iter().map(|group| &transport.groups[usize::from(group.1)]);
        transport.envelope.fields.contains(&known) || groups.any(|group| group.entry.place(known).is_some())
    });
    if of_header || site.generated.message.body.place(field).is_some() {
        return None;
    }
    site.tokens.insert(site.body_start(), plain(tag, b"x"));
    Some(format!("373=2 371={tag}"))
}

fn empty(site: &mut Site<'_>) -> Option<String> {
    let at = site.choose(|token| !token.is_data)?;
    site.tokens[at].value.clear();
    Some(format!("373=4 371={}", site.tokens[at].tag))
}

fn not_listed(site: &mut Site<'_>) -> Option<String> {
    let at =
        site.choose(|token| token.is_listed && !matches!(token.kind, FieldType::Boolean | FieldType::Data))?;
    let token = &mut site.tokens[at];
    token.value = match token.kind {
        FieldType::Int | FieldType::Count | FieldType::Decimal => b"987654".to_vec(),
        FieldType::String
        | FieldType::Char
        | FieldType::MultipleStringValue
        | FieldType::MultipleCharValue => b"~".to_vec(),
        _ => return None,
    };
    Some(format!("373=5 371={}", token.tag))
}

fn bad_format(site: &mut Site<'_>) -> Option<String> {
    let at =
        site.choose(|token| !matches!(token.kind, FieldType::String | FieldType::Data) && !token.is_data)?;
    site.tokens[at].value = b" +".to_vec();
    Some(format!("373=6 371={}", site.tokens[at].tag))
}

fn repeated(site: &mut Site<'_>) -> Option<String> {
    let at = site.choose(|token| token.role == Role::Body && token.entries.is_none() && !token.is_data)?;
    let copy = site.tokens[at].clone();
    let tag = copy.tag;
    site.tokens.insert(site.body_start(), copy);
    Some(format!("373=13 371={tag}"))
}

fn wrong_count(site: &mut Site<'_>) -> Option<String> {
    let at = site.choose(|token| token.entries.is_some_and(|entries| entries > 0) && !token.is_listed)?;
    let entries = site.tokens[at].entries?;
    site.tokens[at].value = format!("{}", entries + 1).into_bytes();
    Some(format!("373=16 371={}", site.tokens[at].tag))
}

fn misplaced(site: &mut Site<'_>) -> Option<String> {
    if site.body_start() == site.body_end() {
        return None;
    }
    let at = site.choose(|token| token.role == Role::Header && token.entries.is_none() && !token.is_data)?;
    let token = site.tokens.remove(at);
    let tag = token.tag;
    site.tokens.insert(site.body_end(), token);
    Some(format!("373=14 371={tag}"))
}

/// The first two fields of a group's first entry change places.
fn swapped(site: &mut Site<'_>) -> Option<String> {
    let at =
        site.choose(|token| token.role == Role::Body && token.entries.is_some_and(|entries| entries > 0))?;
    let dictionary = site.generated.dictionary;
    let place = site.generated.message.body.place(dictionary.tags.get(site.tokens[at].tag)?)?;
    let entry = &dictionary.groups[site.generated.message.body.group(place)?].entry;
    let [first, second] = [at + 1, at + 2].map(|at| site.tokens.get(at).filter(|t| t.role == Role::Entry));
    let (first, second) = (first?, second?);
    let field = dictionary.tags.get(second.tag)?;
    let stays = entry.place(field).is_some_and(|place| place.position() > 0)
        && site.generated.message.body.place(field).is_none();
    if !stays || first.entries.is_some() || second.entries.is_some() || first.is_data || second.is_data {
        return None;
    }
    let tag = second.tag;
    site.tokens.swap(at + 1, at + 2);
    Some(format!("373=15 371={tag}"))
}

#[test]
fn a_good_message_without_groups_goes_the_short_way() {
    let rules = small();
    let order = super::soh(
        "8=FIX.4.4|9=1|35=D|49=A|56=B|34=1|52=20260101-12:00:00|11=a|55=IBM|54=1|60=20260101-12:00:00.000|40=1|10=000|",
    );
    assert!(plain::is_good(&rules, &order));
    let planted = (0..200).filter_map(|seed| message(&rules, &mut Random::new(seed)));
    let short = planted.filter(|generated| plain::is_good(&rules, &frame(&generated.tokens))).count();
    assert!(short > 20, "{short}");
}

#[test]
fn every_fault_can_be_planted() {
    let rules = small();
    for (index, fault) in FAULTS.iter().enumerate() {
        let planted = (0..1000).filter(|&seed| {
            let random = &mut Random::new(seed);
            let Some(generated) = message(&rules, random) else { return false };
            let tokens = generated.tokens.clone();
            fault(&mut Site { rules: &rules, generated: &generated, tokens, random }).is_some()
        });
        assert!(planted.count() > 5, "fault {index}");
    }
}

proptest! {
    #[test]
    fn messages_of_the_small_dictionary_pass_and_faults_are_found(seed in any::<u64>()) {
        check(&small(), seed)?;
    }

    #[test]
    fn no_bytes_panic_and_the_body_ends(text in "(8|35|11|453|448|802|523|78|79|386|336|95|96|10|9999|0)(=[A-Z0-9]{0,3})?\u{1}") {
        let _ = small().validate(text.as_bytes());
    }

    #[test]
    fn fields_in_any_order_do_not_panic(
        fields in prop::collection::vec(
            (prop::sample::select(&[8u32, 35, 11, 453, 448, 447, 802, 523, 803, 78, 79, 80, 386, 336, 95, 96, 627, 628, 10, 9999]), "[A-D1-3]{0,2}"),
            0..40,
        ),
    ) {
        let rules = small();
        let text: String = fields.iter().map(|(tag, value)| format!("{tag}={value}\u{1}")).collect();
        let frame = format!("8=FIX.4.4\u{1}9=1\u{1}35=D\u{1}{text}");
        let _ = rules.validate(frame.as_bytes());
        for item in rules.body(frame.as_bytes()) {
            if let crate::dictionary::Item::Group(group) = item {
                let bytes: usize = group.as_bytes().len();
                prop_assert!(group.entries().count() <= bytes);
            }
        }
    }
}
