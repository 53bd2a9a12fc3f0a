//! Rules as they are written: the form that code and XML share, before they are compiled.

use std::string::String;
use std::vec::Vec;

use super::compile;
use super::compiled::Dictionary;
use super::error::DictionaryError;
use super::field_type::FieldType;
use super::version::Version;

/// Whether a field, group or component is required.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Presence {
    /// It is. A required member of a group must be in each entry; a required group must have its count field.
    Required,
    /// It is not. What an optional component requires is not required where the component is used.
    Optional,
}

/// Builds a dictionary; from [`Dictionary::define`].
///
/// Definitions may come in any order; [`build`](Definition::build) checks them together.
///
/// ```
/// use sansfix::dictionary::{Dictionary, FieldType, Members, Presence, Version};
///
/// let dictionary = Dictionary::define(Version::Fix44)
///     .field(35, "MsgType", FieldType::String)
///     .field(11, "ClOrdID", FieldType::String)
///     .field_with_values(54, "Side", FieldType::Char, ["1", "2"])
///     .field(78, "NoAllocs", FieldType::Count)
///     .field(79, "AllocAccount", FieldType::String)
///     .header(Members::new().required("MsgType"))
///     .message(
///         "D",
///         "NewOrderSingle",
///         Members::new().required("ClOrdID").required("Side").group(
///             "NoAllocs",
///             Presence::Optional,
///             Members::new().optional("AllocAccount"),
///         ),
///     )
///     .build()?;
/// assert_eq!(dictionary.field_name(54), Some("Side"));
/// # Ok::<(), sansfix::dictionary::DictionaryError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Definition {
    pub(super) version: Version,
    pub(super) fields: Vec<FieldDefinition>,
    pub(super) components: Vec<ComponentDefinition>,
    pub(super) messages: Vec<MessageDefinition>,
    pub(super) header: Members,
    pub(super) trailer: Members,
}

/// The members of a message, component, group, header or trailer, in order.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Members(pub(super) Vec<Member>);

/// Offset in the XML text; 0 for rules written in code.
pub(super) type Offset = usize;

#[derive(Clone, Debug)]
pub(super) struct FieldDefinition {
    pub(super) tag: u32,
    pub(super) name: String,
    pub(super) kind: FieldType,
    pub(super) values: Vec<String>,
    pub(super) at: Offset,
}

#[derive(Clone, Debug)]
pub(super) struct ComponentDefinition {
    pub(super) name: String,
    pub(super) members: Members,
    pub(super) at: Offset,
}

#[derive(Clone, Debug)]
pub(super) struct MessageDefinition {
    pub(super) msg_type: String,
    pub(super) name: String,
    pub(super) members: Members,
    pub(super) at: Offset,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) presence: Presence,
    pub(super) kind: MemberKind,
    pub(super) at: Offset,
}

#[derive(Clone, Debug)]
pub(super) enum MemberKind {
    Field,
    Component,
    Group(Members),
}

impl Dictionary {
    /// Starts a dictionary for `version`, defined in code.
    pub fn define(version: Version) -> Definition {
        Definition {
            version,
            fields: Vec::new(),
            components: Vec::new(),
            messages: Vec::new(),
            header: Members::new(),
            trailer: Members::new(),
        }
    }
}

impl Definition {
    /// Defines a field.
    pub fn field(self, tag: u32, name: &str, kind: FieldType) -> Self {
        self.field_with_values(tag, name, kind, [])
    }

    /// Defines a field that may have only these values.
    pub fn field_with_values<'v>(
        mut self,
        tag: u32,
        name: &str,
        kind: FieldType,
        values: impl IntoIterator<Item = &'v str>,
    ) -> Self {
        let values = values.into_iter().map(String::from).collect();
        self.fields.push(FieldDefinition { tag, name: name.into(), kind, values, at: 0 });
        self
    }

    /// Defines a component: members that messages and groups can use by its name.
    pub fn component(mut self, name: &str, members: Members) -> Self {
        self.components.push(ComponentDefinition { name: name.into(), members, at: 0 });
        self
    }

    /// Defines the message with this MsgType(35). `members` are those of its body.
    pub fn message(mut self, msg_type: &str, name: &str, members: Members) -> Self {
        self.messages.push(MessageDefinition {
            msg_type: msg_type.into(),
            name: name.into(),
            members,
            at: 0,
        });
        self
    }

    /// Sets the members of every message's header. Dictionaries from FIX 5.0 on have none.
    pub fn header(mut self, members: Members) -> Self {
        self.header = members;
        self
    }

    /// Sets the members of every message's trailer.
    pub fn trailer(mut self, members: Members) -> Self {
        self.trailer = members;
        self
    }

    /// Checks the definitions together and compiles them.
    ///
    /// # Errors
    /// The first contradiction: something is used but not defined, or defined twice, a component contains
    /// itself, a group has no members, or there is more than the tables can hold.
    pub fn build(self) -> Result<Dictionary, DictionaryError> {
        compile::compile(&self).map_err(|refusal| DictionaryError { at: None, fault: refusal.fault })
    }
}

impl Members {
    /// No members yet.
    pub fn new() -> Self {
        Members::default()
    }

    /// Adds a field that must be there.
    pub fn required(self, field: &str) -> Self {
        self.and(field, Presence::Required, MemberKind::Field)
    }

    /// Adds a field that may be there.
    pub fn optional(self, field: &str) -> Self {
        self.and(field, Presence::Optional, MemberKind::Field)
    }

    /// Adds a repeating group by the name of its count field. The first of `members` begins each entry.
    pub fn group(self, count: &str, presence: Presence, members: Members) -> Self {
        self.and(count, presence, MemberKind::Group(members))
    }

    /// Adds the members of a component.
    pub fn component(self, name: &str, presence: Presence) -> Self {
        self.and(name, presence, MemberKind::Component)
    }

    fn and(mut self, name: &str, presence: Presence, kind: MemberKind) -> Self {
        self.0.push(Member { name: name.into(), presence, kind, at: 0 });
        self
    }
}
