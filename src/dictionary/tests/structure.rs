//! The structure of a body, and the two dictionaries of FIXT.1.1.

use std::format;
use std::string::String;
use std::sync::Arc;

use super::{small, soh, verdict};
use crate::dictionary::{
    Dictionary, DictionaryRules, FieldType, Item, Items, Members, Presence, RulesError, SMALL, Version,
};

/// What an application sees of a body: `tag=value`, and groups as `tag=count[entry; entry]`.
fn shown(items: Items<'_, '_>) -> String {
    let mut text = String::new();
    for item in items {
        let field = match &item {
            Item::Field(field) => *field,
            Item::Group(group) => group.count(),
        };
        text += &format!("{}={} ", field.tag, field.value.as_bytes().escape_ascii());
        if let Item::Group(group) = item {
            let entries: std::vec::Vec<_> = group.entries().map(shown).collect();
            text += &format!("[{}] ", entries.join("; "));
        }
    }
    String::from(text.trim_end())
}

const PARTIES: &str =
    "453=2|448=A|447=D|802=2|523=a|803=1|523=b|448=B|452=3|802=1|523=c|21=1|386=1|336=X|58=end|";

#[test]
fn a_body_is_fields_and_whole_groups() {
    let rules = small();
    let frame = soh(&format!("8=FIX.4.4|9=1|35=D|49=A|56=B|34=1|11=id|{PARTIES}93=1|89=s|10=000|"));
    assert_eq!(
        shown(rules.body(&frame)),
        "11=id 453=2 [448=A 447=D 802=2 [523=a 803=1; 523=b]; 448=B 452=3 802=1 [523=c]] 21=1 386=1 [336=X] 58=end"
    );
    let groups = rules.body(&frame).filter_map(|item| match item {
        Item::Group(group) => Some(group.as_bytes()),
        Item::Field(_) => None,
    });
    let expected = ["448=A|447=D|802=2|523=a|803=1|523=b|448=B|452=3|802=1|523=c|", "336=X|"];
    assert!(groups.eq(expected.iter().map(|text| soh(text))));
}

#[test]
fn a_group_and_a_field_of_an_entry_are_found_by_tag() {
    let rules = small();
    let frame = soh(&format!("8=FIX.4.4|9=1|35=D|49=A|56=B|34=1|11=id|{PARTIES}10=000|"));
    let body = rules.body(&frame);
    let roles: std::vec::Vec<_> = body.group(453).unwrap().entries().map(|entry| entry.get(452)).collect();
    assert_eq!(
        roles.iter().map(|role| role.map(|role| role.as_bytes())).collect::<std::vec::Vec<_>>(),
        [None, Some(&b"3"[..])]
    );
    let second = body.group(453).unwrap().entries().nth(1).unwrap();
    assert_eq!(second.group(802).unwrap().entries().count(), 1);
    assert_eq!(body.get(448), None, "it is the group's, not the body's");
    assert_eq!(body.get(58).map(|text| text.as_bytes()), Some(&b"end"[..]));
    assert!(body.group(555).is_none());
}

#[test]
fn a_group_that_ends_the_body_is_whole() {
    let frame = soh("8=FIX.4.4|9=1|35=D|49=A|386=2|336=X|625=y|336=Z|10=000|");
    assert_eq!(shown(small().body(&frame)), "386=2 [336=X 625=y; 336=Z]");
}

#[test]
fn an_empty_group_has_no_entries() {
    let frame = soh("8=FIX.4.4|9=1|35=D|49=A|386=0|58=x|10=000|");
    assert_eq!(shown(small().body(&frame)), "386=0 [] 58=x");
}

#[test]
fn the_body_of_an_unknown_message_is_fields() {
    let frame = soh("8=FIX.4.4|9=1|35=AE|49=A|386=1|336=X|10=000|");
    assert_eq!(shown(small().body(&frame)), "386=1 336=X");
}

fn transport() -> Arc<Dictionary> {
    let definition = Dictionary::define(Version::Fixt11)
        .field(8, "BeginString", FieldType::String)
        .field(9, "BodyLength", FieldType::Count)
        .field(35, "MsgType", FieldType::String)
        .field(49, "SenderCompID", FieldType::String)
        .field(1128, "ApplVerID", FieldType::String)
        .field(112, "TestReqID", FieldType::String)
        .field(10, "CheckSum", FieldType::String)
        .header(
            Members::new()
                .required("BeginString")
                .required("BodyLength")
                .required("MsgType")
                .required("SenderCompID")
                .optional("ApplVerID"),
        )
        .trailer(Members::new().required("CheckSum"))
        .message("0", "Heartbeat", Members::new().optional("TestReqID"));
    Arc::new(definition.build().unwrap())
}

/// Email with one required field.
fn application(version: Version, tag: u32) -> Arc<Dictionary> {
    let definition = Dictionary::define(version)
        .field(tag, "Subject", FieldType::String)
        .field(33, "LinesOfText", FieldType::Count)
        .field(58, "Text", FieldType::String)
        .message(
            "C",
            "Email",
            Members::new().required("Subject").group(
                "LinesOfText",
                Presence::Optional,
                Members::new().required("Text"),
            ),
        );
    Arc::new(definition.build().unwrap())
}

fn fixt() -> DictionaryRules {
    DictionaryRules::fixt(transport(), application(Version::Fix50, 147))
        .and_then(|rules| rules.with_application(application(Version::Fix50Sp2, 148)))
        .unwrap()
}

#[test]
fn under_fixt_the_transport_has_the_header_and_the_application_the_body() {
    let rules = fixt();
    let check = |rest: &str| {
        let frame = soh(&format!("8=FIXT.1.1|9=1|35={rest}10=000|"));
        verdict(rules.validate(&frame))
    };
    assert_eq!(check("0|49=A|112=x|"), "Ok");
    assert_eq!(check("C|49=A|147=x|33=1|58=y|"), "Ok");
    assert_eq!(check("C|147=x|"), "373=1 371=49");
    assert_eq!(check("C|49=A|"), "373=1 371=147");
    assert_eq!(check("C|147=x|49=A|"), "373=14 371=49");
    assert_eq!(check("C|49=A|147=x|33=2|58=y|"), "373=16 371=33");
    assert_eq!(check("C|49=A|147=x|112=y|"), "373=2 371=112");
    assert_eq!(check("C|49=A|147=x|999=y|"), "373=0 371=999");
    // Test case 14c, for an admin message: the tag is one of the session's application version. Test case
    // 14a: it is one of another.
    assert_eq!(check("0|49=A|147=x|"), "373=2 371=147");
    assert_eq!(check("0|49=A|148=x|"), "373=0 371=148");
    assert_eq!(check("D|49=A|"), "380=3");
    assert_eq!(check("*|49=A|"), "373=11 371=35");
}

#[test]
fn appl_ver_id_chooses_the_application_s_version_for_one_message() {
    let rules = fixt();
    let check = |rest: &str| {
        let frame = soh(&format!("8=FIXT.1.1|9=1|35=C|49=A|{rest}10=000|"));
        verdict(rules.validate(&frame))
    };
    assert_eq!(check("1128=7|147=x|"), "Ok");
    assert_eq!(check("1128=9|148=x|"), "Ok");
    assert_eq!(check("1128=9|147=x|"), "373=0 371=147");
    assert_eq!(check("1128=6|147=x|"), "373=18 371=1128");
}

#[test]
fn dictionaries_that_make_no_session_are_refused() {
    let fix50 = application(Version::Fix50, 147);
    let fix44 = Arc::new(Dictionary::from_xml(SMALL).unwrap());
    assert_eq!(DictionaryRules::new(fix50.clone()).err(), Some(RulesError::NeedsTransport(Version::Fix50)));
    assert_eq!(DictionaryRules::new(transport()).err(), Some(RulesError::NeedsTransport(Version::Fixt11)));
    assert_eq!(DictionaryRules::fixt(fix44, fix50).err(), Some(RulesError::NotTransport(Version::Fix44)));
    assert_eq!(DictionaryRules::fixt(transport(), transport()).err(), Some(RulesError::NotApplication));
    let bare = Arc::new(Dictionary::define(Version::Fix42).build().unwrap());
    assert_eq!(DictionaryRules::new(bare).err(), Some(RulesError::NoEnvelope(Version::Fix42, 8)));
}
