//! Dictionaries that must be refused, with the place and the reason.

use std::format;
use std::string::{String, ToString};

use proptest::prelude::*;

use crate::dictionary::{Dictionary, FieldType, Members, Presence, SMALL, Version};

/// A small XML dictionary with the given sections; each section begins a line.
fn xml(messages: &str, components: &str, fields: &str) -> String {
    format!(
        "<fix type='FIX' major='4' minor='4' servicepack='0'>\n<messages>{messages}</messages>\n\
         <components>{components}</components>\n<fields>{fields}</fields>\n</fix>"
    )
}

const A: &str = "<field number='1' name='A' type='STRING'/>";

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = Dictionary::from_xml(text).expect_err(expected);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_is_not_xml_is_refused() {
    assert!(Dictionary::from_xml("").is_err());
    let cut = SMALL.split_at(SMALL.len() / 2).0;
    let error = Dictionary::from_xml(cut).unwrap_err().to_string();
    assert!(error.starts_with("line ") && error.contains("not well-formed XML"), "{error}");
    let dtd = "<!DOCTYPE fix [<!ENTITY a 'b'>]><fix/>";
    assert!(Dictionary::from_xml(dtd).unwrap_err().to_string().contains("not well-formed XML"));
}

#[test]
fn an_unknown_version_is_refused() {
    refused(
        "<fix type='FIX' major='6' minor='0'/>",
        "line 1, column 1: expected FIX 4.0 to 4.4, FIXT 1.1, FIX 5.0 with service pack 0 to 2 or FIX Latest, \
         got type='FIX' major='6' minor='0' servicepack=''",
    );
}

#[test]
fn elements_and_attributes_that_are_not_expected_are_refused() {
    refused("<foo/>", "line 1, column 1: expected <fix>, got <foo>");
    refused(
        "<fix type='FIX' major='4' minor='4'><messages/></fix>",
        "line 1, column 1: expected <fields>, got </fix>",
    );
    refused(&xml("<foo/>", "", A), "line 2, column 11: expected <message>, got <foo>");
    let member = |member: &str| format!("\n<message name='M' msgtype='M'>{member}</message>");
    refused(
        &xml(&member("<value/>"), "", A),
        "line 3, column 31: expected <field>, <group> or <component>, got <value>",
    );
    refused(
        &xml(&member("<field name='A'/>"), "", A),
        "line 3, column 31: expected required to be 'Y' or 'N', got none",
    );
    refused(
        &xml("", "", "<field number='x' name='A' type='STRING'/>"),
        "line 4, column 9: expected number to be a tag from 1 to 999999, got 'x'",
    );
    refused(
        &xml("", "", "<field number='0' name='A' type='STRING'/>"),
        "line 4, column 9: expected number to be a tag from 1 to 999999, got '0'",
    );
    refused(
        &xml("", "", "<field number='1' name='A' type='STRNG'/>"),
        "line 4, column 9: expected type to be a type of FIX, got 'STRNG'",
    );
    refused(
        &xml("<message name='M'/>", "", A),
        "line 2, column 11: expected msgtype to be a message type, got none",
    );
}

#[test]
fn contradictions_are_refused() {
    let message = |members: &str| format!("<message name='M' msgtype='M'>{members}</message>");
    let field = "<field name='A' required='N'/>";
    refused(&xml("", "", &A.repeat(2)), "line 4, column 51: tag 1 is defined twice");
    refused(
        &xml("", "", &format!("{A}<field number='2' name='A' type='STRING'/>")),
        "line 4, column 51: field A is defined twice",
    );
    refused(&xml(&message(field), "", ""), "line 2, column 41: field A is not defined");
    refused(
        &xml(&message("<component name='C' required='N'/>"), "", A),
        "line 2, column 41: component C is not defined",
    );
    refused(
        &xml(&message("<group name='B' required='N'><field name='A' required='N'/></group>"), "", A),
        "line 2, column 41: field B is not defined",
    );
    refused(
        &xml(&message("<group name='A' required='N'/>"), "", A),
        "line 2, column 41: group A has no members",
    );
    let in_itself = format!("<group name='A' required='N'>{field}</group>");
    refused(
        &xml(&message(&in_itself), "", A),
        "line 2, column 41: the count field A of a group is used a second time beside or within it",
    );
    let two = format!("{}<message name='N' msgtype='M'/>", message(field));
    refused(&xml(&two, "", A), "line 2, column 81: message type M is defined twice");
    let two = format!("{}<message name='M' msgtype='N'/>", message(field));
    refused(&xml(&two, "", A), "line 2, column 81: message M is defined twice");
    let component = "<component name='C'/>";
    refused(&xml("", &component.repeat(2), A), "line 3, column 34: component C is defined twice");
    let sections = "<fix type='FIX' major='4' minor='4'><fields/>\n<fields/></fix>";
    refused(sections, "line 2, column 1: section fields is defined twice");
}

#[test]
fn a_component_within_itself_is_refused() {
    let components = "<component name='C'><component name='D' required='Y'/></component>\
                      <component name='D'><component name='C' required='Y'/></component>";
    refused(&xml("", components, A), "line 3, column 99: component C contains itself");
}

#[test]
fn components_that_grow_without_bound_are_refused_or_harmless() {
    // Each holds the one before it twice: two to the 30th fields if they were spread out one by one.
    let mut components = String::from("<component name='C0'><field name='A' required='N'/></component>");
    for i in 1..=30 {
        let before = i - 1;
        components += &format!(
            "<component name='C{i}'><component name='C{before}' required='Y'/><component name='C{before}' required='Y'/></component>"
        );
    }
    assert!(Dictionary::from_xml(&xml("", &components, A)).is_ok());
}

#[test]
fn depth_is_bounded() {
    let nested = |levels: usize| {
        let open: String = (0..levels).map(|level| format!("<group name='G{level}' required='N'>")).collect();
        let body = format!("{open}<field name='A' required='N'/>{}", "</group>".repeat(levels));
        let fields: String =
            (0..levels).map(|i| format!("<field number='{}' name='G{i}' type='INT'/>", i + 2)).collect();
        xml(&format!("<message name='M' msgtype='M'>{body}</message>"), "", &format!("{A}{fields}"))
    };
    assert!(Dictionary::from_xml(&nested(30)).is_ok());
    let error = Dictionary::from_xml(&nested(40)).unwrap_err().to_string();
    assert!(error.ends_with("more than 32 levels of groups and components"), "{error}");
    assert!(Dictionary::from_xml(&nested(50_000)).is_err());
    let chain: String = (0..50_000)
        .map(|i| format!("<component name='C{i}'><component name='C{}' required='Y'/></component>", i + 1))
        .collect();
    let error = Dictionary::from_xml(&xml("", &chain, A)).unwrap_err().to_string();
    assert!(error.ends_with("more than 32 levels of groups and components"), "{error}");
}

#[test]
fn size_is_bounded() {
    let fields: String =
        (1..=1025).map(|i| format!("<field number='{i}' name='F{i}' type='INT'/>")).collect();
    let members: String = (1..=1025).map(|i| format!("<field name='F{i}' required='N'/>")).collect();
    let message = |members: &str| format!("<message name='M' msgtype='M'>{members}</message>");
    let error = Dictionary::from_xml(&xml(&message(&members), "", &fields)).unwrap_err().to_string();
    assert!(error.ends_with("more than 1024 members in one message or group"), "{error}");

    let component = format!(
        "<component name='C'>{}</component>",
        members.replacen("<field name='F1' required='N'/>", "", 1)
    );
    let messages: String = (0..1000)
        .map(|i| format!("<message name='M{i}' msgtype='U{i}'><component name='C' required='N'/></message>"))
        .collect();
    let error = Dictionary::from_xml(&xml(&messages, &component, &fields)).unwrap_err().to_string();
    assert!(error.ends_with("more than 1000000 members in all messages"), "{error}");
}

#[test]
fn a_field_listed_twice_in_a_message_is_one_field() {
    let definition = Dictionary::define(Version::Fix44)
        .field(1, "A", FieldType::String)
        .component("C", Members::new().optional("A"))
        .message("M", "M", Members::new().required("A").component("C", Presence::Required));
    assert!(definition.build().is_ok());
}

#[test]
fn rules_in_code_are_refused_without_a_place() {
    let error = Dictionary::define(Version::Fix44)
        .message("M", "M", Members::new().required("A"))
        .build()
        .unwrap_err();
    assert_eq!(error.at, None);
    assert_eq!(error.to_string(), "field A is not defined");
}

#[test]
fn char_is_text_before_fix_4_2() {
    assert_eq!(FieldType::from_name("CHAR", Version::Fix41), Some(FieldType::String));
    assert_eq!(FieldType::from_name("CHAR", Version::Fix42), Some(FieldType::Char));
}

#[test]
fn exec_inst_holds_several_instructions_before_fix_4_2_too() {
    let exec_inst = "<field number='18' name='ExecInst' type='CHAR'><value enum='1'/></field>";
    let text = xml("", "", exec_inst).replace("minor='4'", "minor='0'");
    let dictionary = Dictionary::from_xml(&text).unwrap();
    assert_eq!(dictionary.field_type(18), Some(FieldType::MultipleStringValue));
}

#[test]
fn names_are_kept() {
    let dictionary = Dictionary::from_xml(SMALL).unwrap();
    assert_eq!(dictionary.field_name(1), Some("Account"));
    assert_eq!(dictionary.field_name(803), Some("PartySubIDType"));
    assert_eq!(dictionary.field_name(2), None);
    assert_eq!(dictionary.field_type(38), Some(FieldType::Decimal));
    assert_eq!(dictionary.message_name(b"D"), Some("NewOrderSingle"));
    assert_eq!(dictionary.message_name(b"AE"), None);
}

proptest! {
    #[test]
    fn a_damaged_dictionary_is_refused_or_loaded_without_a_panic(
        from in 0..SMALL.len(),
        length in 0..200usize,
        instead in "[<>/='A-Zafgmpu 0-9\"]{0,20}",
    ) {
        let until = (from + length).min(SMALL.len());
        let damaged = format!("{}{instead}{}", &SMALL[..from], &SMALL[until..]);
        if let Err(error) = Dictionary::from_xml(&damaged) {
            prop_assert!(error.at.is_some(), "{error}");
        }
    }
}
