//! Message rules: what a message of a FIX version must and may contain.
//!
//! A [`Dictionary`] has the rules of one version. Load it once at startup from the XML that QuickFIX uses, or
//! define it in code. [`DictionaryRules`] combines the dictionaries of a session (FIX 4.x has one; FIXT.1.1
//! has one for the transport and one for the application) and checks messages: undefined, misplaced, missing,
//! empty and repeated tags, values, repeating groups. Each check has its own switch in [`Checks`]. A message
//! that breaks a rule gives a [`Violation`], which says how to answer it:
//!
//! ```
//! use std::sync::Arc;
//! use sansfix::SessionRejectReason;
//! use sansfix::dictionary::{Checks, Dictionary, DictionaryRules, OnFault, RefTagId, SMALL, Violation};
//!
//! let rules = DictionaryRules::new(Arc::new(Dictionary::from_xml(SMALL)?))?;
//! let heartbeat = b"8=FIX.4.4\x019=54\x0135=0\x0134=2\x0149=A\x0156=B\x0152=20240101-12:00:00\x01999=HI\x0110=000\x01";
//! let violation = Violation::Session { reason: SessionRejectReason::InvalidTagNumber, tag: RefTagId::Tag(999) };
//! assert_eq!(rules.validate(heartbeat), Err(violation));
//!
//! let lenient = rules.with_checks(Checks { undefined_tag: OnFault::Allow, ..Checks::ALL });
//! assert_eq!(lenient.validate(heartbeat), Ok(()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The session itself needs no dictionary; it checks the header fields it relies on. Pass the rules to
//! [`Session::step_with`](crate::Session::step_with), and a message that breaks them is answered and never
//! reaches the application.
//!
//! What rules cannot express is left to the application: conditionally required fields
//! (BusinessRejectReason(380)=5), and values that are valid but not supported.

mod checks;
mod compile;
mod compiled;
mod define;
mod error;
mod field_type;
mod format;
mod group;
mod plain;
mod rules;
mod session;
mod table;
#[cfg(test)]
mod tests;
mod validate;
mod values;
mod version;
mod violation;
mod walk;
mod xml;

pub use checks::{Checks, FaultOrder, OnFault};
pub use compiled::Dictionary;
pub use define::{Definition, Members, Presence};
pub use error::{DictionaryError, DictionaryFault, Position};
pub use field_type::FieldType;
pub use rules::{DictionaryRules, RulesError};
pub use version::Version;
pub use violation::{RefTagId, Violation};
pub use walk::{Entries, Group, Item, Items};

/// A small dictionary in the style of FIX 4.4, for tests, for examples and as a template: header, trailer,
/// the session's messages, NewOrderSingle, ExecutionReport, News and BusinessMessageReject.
pub const SMALL: &str = include_str!("small.xml");
