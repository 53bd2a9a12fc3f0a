//! Why a dictionary is refused.

use core::fmt;
use std::string::String;

/// Why a dictionary is refused; nothing is loaded then.
///
/// The text says where, what was found and what was expected.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct DictionaryError {
    /// Where in the XML; `None` for a dictionary defined in code.
    pub at: Option<Position>,
    /// What is wrong.
    pub fault: DictionaryFault,
}

impl fmt::Display for DictionaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at {
            write!(f, "{at}: ")?;
        }
        self.fault.fmt(f)
    }
}

/// A place in a text; both numbers count from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What is wrong with a dictionary.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryFault {
    /// The text is not well-formed XML.
    #[error("not well-formed XML: {0}")]
    Xml(String),
    /// An unexpected element.
    #[error("expected {expected}, got <{found}>")]
    Element {
        /// The element's name.
        found: String,
        /// What was expected there.
        expected: &'static str,
    },
    /// An attribute is missing or has an impossible value.
    #[error("expected {attribute} to be {expected}, got {found}")]
    Attribute {
        /// The attribute's name.
        attribute: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What the text has; "none" if the attribute is missing.
        found: String,
    },
    /// The root element names an unknown version.
    #[error("expected FIX 4.0 to 4.4, FIXT 1.1, FIX 5.0 with service pack 0 to 2 or FIX Latest, got {0}")]
    Version(String),
    /// Something is defined twice.
    #[error("{what} {name} is defined twice")]
    DefinedTwice {
        /// "field", "tag", "component", "message", "message type" or a section.
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// A field is used but not defined.
    #[error("field {0} is not defined")]
    UnknownField(String),
    /// A component is used but not defined.
    #[error("component {0} is not defined")]
    UnknownComponent(String),
    /// A component contains itself, directly or through others.
    #[error("component {0} contains itself")]
    CyclicComponent(String),
    /// A group has no members, so nothing could begin an entry.
    #[error("group {0} has no members")]
    EmptyGroup(String),
    /// A group whose count field is also another member beside it, or a member of its own entries.
    #[error("the count field {0} of a group is used a second time beside or within it")]
    GroupTwice(String),
    /// More of something than a dictionary may have.
    #[error("more than {limit} {what}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The most that is allowed.
        limit: usize,
    },
}

impl DictionaryFault {
    pub(super) fn twice(what: &'static str, name: impl fmt::Display) -> Self {
        DictionaryFault::DefinedTwice { what, name: std::format!("{name}") }
    }
}
