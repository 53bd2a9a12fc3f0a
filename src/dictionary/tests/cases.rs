//! The FIX session test cases 14a to 14k, 15, 2q and 2r, one by one.

use super::{small, soh, verdict};
use crate::dictionary::{
    Checks, Dictionary, DictionaryRules, FaultOrder, FieldType, Members, OnFault, Presence, Version,
};
use std::format;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

const HEADER: &str = "34=2|49=TW|52=20240529-13:30:00|56=ISLD|";
const ORDER: &str = "11=ID|21=1|55=INTC|54=1|60=20240529-13:30:00|38=002000.00|40=1|";

fn frame(msg_type: &str, header: &str, body: &str) -> Vec<u8> {
    soh(&format!("8=FIX.4.4|9=100|35={msg_type}|{header}{body}10=000|"))
}

#[track_caller]
fn expect(rules: &DictionaryRules, msg_type: &str, body: &str, expected: &str) {
    let frame = frame(msg_type, HEADER, body);
    assert_eq!(verdict(rules.validate(&frame)), expected, "35={msg_type} {body}");
}

/// An order with `from` replaced.
fn order(from: &str, to: &str) -> String {
    assert!(ORDER.contains(from));
    ORDER.replace(from, to)
}

fn allowing(change: impl FnOnce(&mut Checks)) -> DictionaryRules {
    let mut checks = Checks::ALL;
    change(&mut checks);
    small().with_checks(checks)
}

#[test]
fn good_messages_pass() {
    let rules = small();
    expect(&rules, "0", "", "Ok");
    expect(&rules, "0", "112=HELLO|", "Ok");
    expect(&rules, "D", ORDER, "Ok");
    expect(&rules, "D", &order("55=INTC|", "55=INTC|167=CS|200=202404|18=1 G 2|15=USD|"), "Ok");
}

#[test]
fn case_14a_a_tag_outside_the_specification_is_invalid() {
    let rules = small();
    expect(&rules, "0", "999=HI|", "373=0 371=999");
    expect(&rules, "0", "0=HI|", "373=0 371=0");
    expect(&rules, "0", "-1=HI|", "373=0 371=-1");
    expect(&rules, "0", "abc=HI|", "373=0 371=abc");
    expect(&rules, "0", "5000=HI|", "373=0 371=5000");
    expect(&rules, "0", "99999999999=HI|", "373=0 371=99999999999");
    let users = allowing(|checks| checks.user_defined_tag = OnFault::Allow);
    expect(&users, "0", "5000=HI|", "Ok");
    expect(&users, "0", "4999=HI|", "373=0 371=4999");
    let undefined = allowing(|checks| checks.undefined_tag = OnFault::Allow);
    expect(&undefined, "0", "999=HI|", "Ok");
    expect(&undefined, "0", "0=HI|", "373=0 371=0");
    expect(&undefined, "0", "999=|", "373=4 371=999");
}

#[test]
fn an_undefined_tag_where_it_is_allowed_does_not_end_the_header() {
    let rules = allowing(|checks| checks.user_defined_tag = OnFault::Allow);
    let heartbeat = frame("0", "34=2|5001=a|49=TW|52=20240529-13:30:00|56=ISLD|", "");
    assert_eq!(verdict(rules.validate(&heartbeat)), "Ok");
}

#[test]
fn case_14b_a_required_tag_is_missing() {
    let rules = small();
    let heartbeat = frame("0", "34=2|49=TW|52=20240529-13:30:00|", "");
    assert_eq!(verdict(rules.validate(&heartbeat)), "373=1 371=56");
    expect(&rules, "D", &order("11=ID|", ""), "373=1 371=11");
    expect(&rules, "1", "", "373=1 371=112");
    let neither = frame("D", "34=2|52=20240529-13:30:00|", &order("11=ID|", ""));
    assert_eq!(
        verdict(rules.validate(&neither)),
        "373=1 371=49",
        "the header's come first, the lowest of them"
    );
    let lenient = allowing(|checks| checks.required_tag_missing = OnFault::Allow);
    expect(&lenient, "D", "", "Ok");
}

#[test]
fn of_several_missing_tags_the_lowest_is_named() {
    expect(&small(), "D", "11=ID|21=1|", "373=1 371=40");
}

#[test]
fn what_an_optional_component_requires_is_not_required() {
    let report = "37=O|17=E|150=0|39=0|55=INTC|54=1|151=0|14=0|6=0|";
    expect(&small(), "8", report, "Ok");
    expect(&small(), "8", &report.replace("55=INTC|", ""), "373=1 371=55");
}

#[test]
fn case_14c_a_tag_is_not_of_this_message() {
    let rules = small();
    expect(&rules, "0", "55=MSFT|", "373=2 371=55");
    let lenient = allowing(|checks| checks.tag_not_in_message = OnFault::Allow);
    expect(&lenient, "0", "55=MSFT|", "Ok");
    expect(&lenient, "0", "54=9|", "373=5 371=54");
    expect(&lenient, "0", "999=a|", "373=0 371=999");
}

#[test]
fn case_14d_a_tag_has_no_value() {
    let rules = small();
    let heartbeat = frame("0", "34=2|49=TW|52=20240529-13:30:00|56=|", "");
    assert_eq!(verdict(rules.validate(&heartbeat)), "373=4 371=56");
    expect(&rules, "D", &format!("115=|{ORDER}"), "373=4 371=115");
    expect(&rules, "D", &order("55=INTC|", "55=|"), "373=4 371=55");
    let lenient = allowing(|checks| checks.empty_value = OnFault::Allow);
    expect(&lenient, "D", &order("55=INTC|", "55=|"), "Ok");
    expect(&lenient, "D", &order("38=002000.00|", "38=|"), "Ok");
    expect(&lenient, "D", &order("54=1|", "54=|"), "Ok");
}

#[test]
fn case_14e_a_value_is_not_listed() {
    let rules = small();
    expect(&rules, "D", &order("21=1|", "21=4|"), "373=5 371=21");
    expect(&rules, "D", &order("21=1|", "21=1|167=BOO|"), "373=5 371=167");
    expect(&rules, "D", &order("21=1|", "18=1 9|"), "373=5 371=18");
    expect(&rules, "D", &order("40=1|", "40=w|"), "373=5 371=40");
    let lenient = allowing(|checks| checks.incorrect_value = OnFault::Allow);
    expect(&lenient, "D", &order("21=1|", "21=4|"), "Ok");
    expect(&lenient, "D", &order("21=1|", "21=44|"), "373=6 371=21");
}

#[test]
fn an_int_may_have_leading_zeros_in_a_listed_value() {
    expect(&small(), "A", "98=00|108=030|", "Ok");
    expect(&small(), "A", "98=10|108=030|", "373=5 371=98");
}

#[test]
fn case_14f_a_value_has_the_wrong_form() {
    let rules = small();
    expect(&rules, "D", &order("38=002000.00|", "38=+200.00|"), "373=6 371=38");
    expect(&rules, "D", &order("60=20240529-13:30:00|", "60=20240529|"), "373=6 371=60");
    expect(&rules, "D", &format!("43=X|{ORDER}"), "373=6 371=43");
    expect(&rules, "D", &order("21=1|", "15=USDT|"), "373=6 371=15");
    expect(&allowing(|checks| checks.bad_code = OnFault::Allow), "D", &order("21=1|", "15=USDT|"), "Ok");
    let lenient = allowing(|checks| checks.bad_format = OnFault::Allow);
    expect(&lenient, "D", &order("38=002000.00|", "38=+200.00|"), "Ok");
}

#[test]
fn case_14g_header_body_and_trailer_are_interleaved() {
    let rules = small();
    let all_behind = frame("D", "", &format!("{ORDER}{HEADER}"));
    assert_eq!(verdict(rules.validate(&all_behind)), "373=14 371=34");
    let one_before = frame("D", "", &format!("55=INTC|{HEADER}{}", order("55=INTC|", "")));
    assert_eq!(verdict(rules.validate(&one_before)), "373=14 371=34");
    let signature_early = frame("D", HEADER, &format!("93=1|89=x|{ORDER}"));
    assert_eq!(verdict(rules.validate(&signature_early)), "373=14 371=11");
    let lenient = allowing(|checks| checks.section_order = OnFault::Allow);
    for frame in [all_behind, one_before, signature_early] {
        assert_eq!(verdict(lenient.validate(&frame)), "Ok");
    }
}

#[test]
fn case_14h_a_tag_is_repeated_outside_groups() {
    let rules = small();
    expect(&rules, "D", &order("40=1|", "40=1|40=2|"), "373=13 371=40");
    let twice = frame("0", &format!("{HEADER}49=TW|"), "");
    assert_eq!(verdict(rules.validate(&twice)), "373=13 371=49");
    let lenient = allowing(|checks| checks.repeated_tag = OnFault::Allow);
    expect(&lenient, "D", &order("40=1|", "40=1|40=2|"), "Ok");
}

#[test]
fn case_14i_a_group_has_more_or_fewer_entries_than_it_says() {
    let rules = small();
    let sessions = |group: &str| format!("{ORDER}{group}58=end|");
    expect(&rules, "D", &sessions("386=2|336=A|336=B|"), "Ok");
    expect(&rules, "D", &sessions("386=3|336=A|336=B|"), "373=16 371=386");
    expect(&rules, "D", &sessions("386=1|336=A|336=B|"), "373=16 371=386");
    expect(&rules, "D", &sessions("386=2|"), "373=16 371=386");
    expect(&rules, "D", &sessions("386=0|336=A|"), "373=16 371=386");
    expect(&rules, "D", &sessions("386=x|336=A|"), "373=6 371=386");
    expect(&rules, "D", &sessions("386=-1|336=A|"), "373=5 371=386");
    let lenient = allowing(|checks| checks.group_count = OnFault::Allow);
    expect(&lenient, "D", &sessions("386=3|336=A|336=B|"), "Ok");
}

/// The count stands before what it counts.
#[test]
fn of_a_wrong_count_and_a_bad_value_behind_it_the_count_is_named() {
    let group = |count| format!("{ORDER}386={count}|336=|58=end|");
    expect(&small(), "D", &group(2), "373=16 371=386");
    expect(&small(), "D", &group(1), "373=4 371=336");
}

#[test]
fn a_missing_tag_may_come_before_other_faults() {
    let two_faults = order("11=ID|", "999=x|");
    expect(&small(), "D", &two_faults, "373=0 371=999");
    let missing_first = allowing(|checks| checks.order = FaultOrder::MissingFirst);
    expect(&missing_first, "D", &two_faults, "373=1 371=11");
    expect(&missing_first, "D", &order("11=ID|", "11=ID|999=x|"), "373=0 371=999");
}

#[test]
fn a_count_of_zero_is_a_group_without_entries() {
    expect(&small(), "D", &format!("{ORDER}386=0|58=end|"), "Ok");
}

#[test]
fn case_14j_the_fields_of_an_entry_are_out_of_order() {
    let rules = small();
    let parties = |group: &str| format!("11=ID|{group}{}", order("11=ID|", ""));
    expect(&rules, "D", &parties("453=2|448=A|447=D|452=1|448=B|452=3|"), "Ok");
    expect(&rules, "D", &parties("453=1|448=A|452=1|447=D|"), "373=15 371=447");
    expect(&rules, "D", &parties("453=1|447=D|448=A|"), "373=15 371=447");
    expect(&rules, "D", &parties("453=1|447=D|452=1|"), "373=1 371=448");
    expect(&rules, "D", &parties("453=1|448=A|447=D|447=E|"), "373=13 371=447");
    let quickfix = small().with_checks(Checks::QUICKFIX);
    expect(&quickfix, "D", &parties("453=1|448=A|452=1|447=D|"), "Ok");
    expect(&quickfix, "D", &parties("453=2|448=A|452=1|447=D|448=B|"), "Ok");
    expect(&quickfix, "D", &parties("453=2|448=A|452=1|447=D|"), "373=16 371=453");
}

#[test]
fn groups_stand_within_groups() {
    let rules = small();
    let parties = |group: &str| format!("11=ID|{group}{}", order("11=ID|", ""));
    let nested = "453=2|448=A|802=2|523=a|803=1|523=b|448=B|802=1|523=c|";
    expect(&rules, "D", &parties(nested), "Ok");
    expect(&rules, "D", &parties(&nested.replace("802=2", "802=3")), "373=16 371=802");
    expect(&rules, "D", &parties(&nested.replace("453=2", "453=1")), "373=16 371=453");
    expect(&rules, "D", &parties(&nested.replace("803=1", "803=x")), "373=6 371=803");
    expect(&rules, "D", &parties(&nested.replace("523=c", "803=1|523=c")), "373=15 371=803");
}

#[test]
fn an_entry_must_have_what_it_requires() {
    let allocs = |group: &str| format!("{ORDER}{group}58=end|");
    expect(&small(), "D", &allocs("78=2|79=a|80=1|79=b|"), "Ok");
    expect(&small(), "D", &allocs("78=1|80=1|"), "373=1 371=79");
}

#[test]
fn an_undefined_tag_where_it_is_allowed_is_part_of_its_entry() {
    let rules = allowing(|checks| checks.user_defined_tag = OnFault::Allow);
    expect(&rules, "D", &format!("{ORDER}386=2|336=A|9001=x|336=B|"), "Ok");
    let strict = small();
    expect(&strict, "D", &format!("{ORDER}386=2|336=A|9001=x|336=B|"), "373=0 371=9001");
    expect(&strict, "D", &format!("{ORDER}386=2|336=A|112=x|336=B|"), "373=2 371=112");
}

#[test]
fn a_group_of_the_header_is_checked_too() {
    let rules = small();
    let hops = |hops: &str| frame("0", &format!("{HEADER}{hops}50=sub|"), "");
    assert_eq!(verdict(rules.validate(&hops("627=1|628=hop|630=4|"))), "Ok");
    assert_eq!(verdict(rules.validate(&hops("627=2|628=hop|630=4|"))), "373=16 371=627");
}

#[test]
fn case_14k_a_value_holds_soh() {
    let rules = small();
    expect(&rules, "D", &order("55=INTC|", "55=IN|TC|"), "373=17 371=55");
}

#[test]
fn data_may_hold_soh() {
    let rules = small();
    expect(&rules, "B", "148=head|33=1|58=line|95=7|96=a|999=b|", "Ok");
    expect(&rules, "A", "98=0|108=30|95=3|96=||||", "Ok");
}

#[test]
fn case_15_fields_of_a_section_come_in_any_order() {
    let header = "49=TW|34=3|56=ISLD|52=20240529-13:30:00|";
    let order = frame("D", header, "40=1|55=MSFT|60=20240529-13:30:00|54=1|21=3|11=id|");
    assert_eq!(verdict(small().validate(&order)), "Ok");
}

#[test]
fn case_2q_a_message_type_does_not_exist() {
    let rules = small();
    expect(&rules, "*", "", "373=11 371=35");
    expect(&rules, "ZZ", "", "373=11 371=35");
    let bad_header_too = frame("*", "34=2|49=TW|52=x|56=ISLD|", "");
    assert_eq!(verdict(rules.validate(&bad_header_too)), "373=11 371=35");
    let lenient = allowing(|checks| checks.unknown_msg_type = OnFault::Allow);
    expect(&lenient, "*", "55=INTC|", "Ok");
}

#[test]
fn case_2r_a_message_type_exists_and_has_no_rules() {
    let rules = small();
    for msg_type in ["AE", "F", "z", "BH", "U1", "UXYZ"] {
        expect(&rules, msg_type, "", "380=3");
    }
    for not_in_fix44 in ["BI", "EB", "I", "O", "u1", "U"] {
        expect(&rules, not_in_fix44, "", "373=11 371=35");
    }
}

#[test]
fn with_several_faults_the_first_in_the_message_is_named() {
    let rules = small();
    expect(&rules, "D", &format!("145=|{}", order("40=1|", "40=w|")), "373=4 371=145");
    expect(&rules, "D", &order("40=1|", "40=w|999=a|"), "373=5 371=40");
}

#[test]
fn a_field_of_the_group_that_the_body_has_too_belongs_where_it_fits() {
    let definition = Dictionary::define(Version::Fix42)
        .field(8, "BeginString", FieldType::String)
        .field(9, "BodyLength", FieldType::Count)
        .field(35, "MsgType", FieldType::String)
        .field(10, "CheckSum", FieldType::String)
        .field(33, "LinesOfText", FieldType::Count)
        .field(58, "Text", FieldType::String)
        .field(59, "More", FieldType::String)
        .header(Members::new().required("BeginString").required("BodyLength").required("MsgType"))
        .trailer(Members::new().required("CheckSum"))
        .message(
            "B",
            "News",
            Members::new()
                .group("LinesOfText", Presence::Required, Members::new().required("Text").optional("More"))
                .optional("Text")
                .optional("More"),
        );
    let rules = DictionaryRules::new(Arc::new(definition.build().unwrap())).unwrap();
    let check = |body: &str| {
        let frame = soh(&format!("8=FIX.4.2|9=1|35=B|{body}10=000|"));
        verdict(rules.validate(&frame))
    };
    assert_eq!(check("33=1|58=line|58=body|"), "Ok");
    assert_eq!(check("33=1|58=line|59=of the line|59=of the body|58=body|"), "Ok");
    assert_eq!(check("33=0|58=body|"), "Ok");
    assert_eq!(check("33=2|58=line|58=line|58=body|"), "Ok");
    assert_eq!(check("33=1|58=line|58=body|58=again|"), "373=13 371=58");
}
