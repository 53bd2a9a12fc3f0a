//! Rules from QuickFIX's XML.

use std::string::String;
use std::vec::Vec;

use roxmltree::{Document, Node, ParsingOptions};

use super::compile::{self, DEPTH_MAX, Refusal};
use super::compiled::Dictionary;
use super::define::{
    ComponentDefinition, Definition, FieldDefinition, Member, MemberKind, Members, MessageDefinition,
    Presence,
};
use super::error::{DictionaryError, DictionaryFault, Position};
use super::field_type::FieldType;
use super::version::Version;

/// The longest text that is read, in bytes.
const TEXT_MAX: usize = 32 << 20;
/// The most XML nodes that are read.
const NODES_MAX: u32 = 2_000_000;

const EXEC_INST: u32 = 18;

impl Dictionary {
    /// Loads the rules of one version from the text of a QuickFIX data dictionary, such as `FIX44.xml` or
    /// `FIXT11.xml`.
    ///
    /// For a field with `allowOtherValues='true'` the list of values is ignored, and only the format is
    /// checked.
    ///
    /// # Errors
    /// The first fault, with its line and column: XML that is not well-formed or has a DOCTYPE, an unexpected
    /// element or attribute, an unknown version or type, contradictory definitions, or a text beyond the
    /// limits (32 MiB, and those of [`Definition::build`]). Nothing is loaded then.
    pub fn from_xml(text: &str) -> Result<Dictionary, DictionaryError> {
        if text.len() > TEXT_MAX {
            let fault = DictionaryFault::TooMuch { what: "bytes", limit: TEXT_MAX };
            return Err(DictionaryError { at: None, fault });
        }
        let options =
            ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|error| DictionaryError {
            at: Some(position(error.pos())),
            fault: DictionaryFault::Xml(std::format!("{error}")),
        })?;
        let placed = |refusal: Refusal| DictionaryError {
            at: Some(position(document.text_pos_at(refusal.at))),
            fault: refusal.fault,
        };
        let definition = definition(document.root_element()).map_err(placed)?;
        compile::compile(&definition).map_err(placed)
    }
}

fn position(at: roxmltree::TextPos) -> Position {
    Position { line: at.row, column: at.col }
}

fn definition(root: Node<'_, '_>) -> Result<Definition, Refusal> {
    if root.tag_name().name() != "fix" {
        return Err(unexpected(root, "<fix>"));
    }
    let mut definition = Dictionary::define(version(root)?);
    let mut sections: Vec<&str> = Vec::new();
    for section in root.children().filter(Node::is_element) {
        let name = section.tag_name().name();
        if sections.contains(&name) {
            return Err(refuse(section, DictionaryFault::twice("section", name)));
        }
        sections.push(name);
        match name {
            "header" => definition.header = members(section, 0)?,
            "trailer" => definition.trailer = members(section, 0)?,
            "messages" => {
                for node in elements(section, "<message>") {
                    let node = node?;
                    definition.messages.push(MessageDefinition {
                        msg_type: attribute(node, "msgtype", "a message type")?.into(),
                        name: attribute(node, "name", "a name")?.into(),
                        members: members(node, 0)?,
                        at: node.range().start,
                    });
                }
            }
            "components" => {
                for node in elements(section, "<component>") {
                    let node = node?;
                    definition.components.push(ComponentDefinition {
                        name: attribute(node, "name", "a name")?.into(),
                        members: members(node, 0)?,
                        at: node.range().start,
                    });
                }
            }
            "fields" => {
                for node in elements(section, "<field>") {
                    definition.fields.push(field(node?, definition.version)?);
                }
            }
            _ => {
                return Err(unexpected(section, "<header>, <messages>, <trailer>, <components> or <fields>"));
            }
        }
    }
    for expected in ["<messages>", "<fields>"] {
        if !sections.iter().any(|name| expected.contains(name)) {
            return Err(refuse(root, DictionaryFault::Element { found: "/fix".into(), expected }));
        }
    }
    Ok(definition)
}

fn version(root: Node<'_, '_>) -> Result<Version, Refusal> {
    let part = |name| root.attribute(name).unwrap_or_default();
    let (kind, major, minor, pack) = (part("type"), part("major"), part("minor"), part("servicepack"));
    Version::from_parts(if kind.is_empty() { "FIX" } else { kind }, major, minor, pack).ok_or_else(|| {
        let found = std::format!("type='{kind}' major='{major}' minor='{minor}' servicepack='{pack}'");
        refuse(root, DictionaryFault::Version(found))
    })
}

fn field(node: Node<'_, '_>, version: Version) -> Result<FieldDefinition, Refusal> {
    let number = attribute(node, "number", "a tag from 1 to 999999")?;
    let tag =
        number.parse().map_err(|_| bad_attribute(node, "number", "a tag from 1 to 999999", Some(number)))?;
    let kind = attribute(node, "type", "a type of FIX")?;
    let kind = FieldType::from_name(kind, version)
        .ok_or_else(|| bad_attribute(node, "type", "a type of FIX", Some(kind)))?;
    // FIX 4.0 and 4.1 call ExecInst "char", and let it hold several instructions separated by spaces.
    let is_exec_inst = tag == EXEC_INST && version < Version::Fix42;
    let kind = if is_exec_inst { FieldType::MultipleStringValue } else { kind };
    let mut values = Vec::new();
    for value in elements(node, "<value>") {
        values.push(String::from(attribute(value?, "enum", "a value")?));
    }
    if matches!(node.attribute("allowOtherValues"), Some("true" | "Y" | "y")) {
        values.clear();
    }
    let name = attribute(node, "name", "a name")?.into();
    Ok(FieldDefinition { tag, name, kind, values, at: node.range().start })
}

fn members(node: Node<'_, '_>, depth: usize) -> Result<Members, Refusal> {
    if depth > DEPTH_MAX {
        let what = "levels of groups and components";
        return Err(refuse(node, DictionaryFault::TooMuch { what, limit: DEPTH_MAX }));
    }
    let mut list = Vec::new();
    for child in node.children().filter(Node::is_element) {
        let kind = match child.tag_name().name() {
            "field" => MemberKind::Field,
            "component" => MemberKind::Component,
            "group" => MemberKind::Group(members(child, depth + 1)?),
            _ => return Err(unexpected(child, "<field>, <group> or <component>")),
        };
        let presence = match child.attribute("required") {
            Some("Y" | "y") => Presence::Required,
            Some("N" | "n") => Presence::Optional,
            other => return Err(bad_attribute(child, "required", "'Y' or 'N'", other)),
        };
        let name = attribute(child, "name", "a name")?.into();
        list.push(Member { name, presence, kind, at: child.range().start });
    }
    Ok(Members(list))
}

/// The children of `node`, all of which must be `expected`, as "<field>".
fn elements<'a, 'i>(
    node: Node<'a, 'i>,
    expected: &'static str,
) -> impl Iterator<Item = Result<Node<'a, 'i>, Refusal>> {
    node.children().filter(Node::is_element).map(move |child| {
        let is_expected = child.tag_name().name() == expected.trim_matches(['<', '>']);
        if is_expected { Ok(child) } else { Err(unexpected(child, expected)) }
    })
}

fn attribute<'a>(node: Node<'a, '_>, name: &'static str, expected: &'static str) -> Result<&'a str, Refusal> {
    match node.attribute(name) {
        Some(value) if !value.is_empty() => Ok(value),
        other => Err(bad_attribute(node, name, expected, other)),
    }
}

fn bad_attribute(
    node: Node<'_, '_>,
    attribute: &'static str,
    expected: &'static str,
    found: Option<&str>,
) -> Refusal {
    let found = found.map_or(String::from("none"), |found| std::format!("'{found}'"));
    refuse(node, DictionaryFault::Attribute { attribute, expected, found })
}

fn unexpected(node: Node<'_, '_>, expected: &'static str) -> Refusal {
    refuse(node, DictionaryFault::Element { found: node.tag_name().name().into(), expected })
}

fn refuse(node: Node<'_, '_>, fault: DictionaryFault) -> Refusal {
    Refusal { at: node.range().start, fault }
}
