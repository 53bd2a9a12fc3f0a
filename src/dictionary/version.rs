//! The versions of FIX that have a dictionary.

use core::fmt;

use crate::wire::BeginString;

/// The version of FIX whose messages a dictionary describes, in the order in which they appeared.
///
/// FIX 4.x covers both session and application. From FIX 5.0 on, application messages travel under FIXT.1.1,
/// which has a dictionary of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Version {
    /// FIX 4.0
    Fix40,
    /// FIX 4.1
    Fix41,
    /// FIX 4.2
    Fix42,
    /// FIX 4.3
    Fix43,
    /// FIX 4.4
    Fix44,
    /// FIXT.1.1: the session layer alone.
    Fixt11,
    /// FIX 5.0
    Fix50,
    /// FIX 5.0 SP1
    Fix50Sp1,
    /// FIX 5.0 SP2
    Fix50Sp2,
    /// FIX Latest: FIX 5.0 SP2 with its extension packs.
    FixLatest,
}

impl Version {
    /// The BeginString(8) under which messages of this version travel.
    pub const fn begin_string(self) -> BeginString {
        match self {
            Version::Fix40 => BeginString::Fix40,
            Version::Fix41 => BeginString::Fix41,
            Version::Fix42 => BeginString::Fix42,
            Version::Fix43 => BeginString::Fix43,
            Version::Fix44 => BeginString::Fix44,
            Version::Fixt11 | Version::Fix50 | Version::Fix50Sp1 | Version::Fix50Sp2 | Version::FixLatest => {
                BeginString::Fixt11
            }
        }
    }

    /// The value of ApplVerID(1128) and DefaultApplVerID(1137) for this version; `None` for FIXT.1.1.
    pub const fn appl_ver_id(self) -> Option<&'static str> {
        match self {
            Version::Fixt11 => None,
            Version::Fix40 => Some("2"),
            Version::Fix41 => Some("3"),
            Version::Fix42 => Some("4"),
            Version::Fix43 => Some("5"),
            Version::Fix44 => Some("6"),
            Version::Fix50 => Some("7"),
            Version::Fix50Sp1 => Some("8"),
            Version::Fix50Sp2 => Some("9"),
            Version::FixLatest => Some("10"),
        }
    }

    /// The version's name, for a person.
    pub const fn as_str(self) -> &'static str {
        match self {
            Version::Fix40 => "FIX.4.0",
            Version::Fix41 => "FIX.4.1",
            Version::Fix42 => "FIX.4.2",
            Version::Fix43 => "FIX.4.3",
            Version::Fix44 => "FIX.4.4",
            Version::Fixt11 => "FIXT.1.1",
            Version::Fix50 => "FIX.5.0",
            Version::Fix50Sp1 => "FIX.5.0SP1",
            Version::Fix50Sp2 => "FIX.5.0SP2",
            Version::FixLatest => "FIX.Latest",
        }
    }

    /// The version that the root element of a QuickFIX dictionary names.
    pub(super) fn from_parts(kind: &str, major: &str, minor: &str, service_pack: &str) -> Option<Self> {
        match (kind, major, minor, service_pack) {
            ("FIX", "4", "0", _) => Some(Version::Fix40),
            ("FIX", "4", "1", _) => Some(Version::Fix41),
            ("FIX", "4", "2", _) => Some(Version::Fix42),
            ("FIX", "4", "3", _) => Some(Version::Fix43),
            ("FIX", "4", "4", _) => Some(Version::Fix44),
            ("FIXT", "1", "1", _) => Some(Version::Fixt11),
            ("FIX", "5", "0", "" | "0") => Some(Version::Fix50),
            ("FIX", "5", "0", "1") => Some(Version::Fix50Sp1),
            ("FIX", "5", "0", "2") => Some(Version::Fix50Sp2),
            ("FIX", latest, _, _) if latest.eq_ignore_ascii_case("latest") => Some(Version::FixLatest),
            _ => None,
        }
    }

    /// Whether the standard has the message type in this version, or it is user-defined (starts with "U").
    ///
    /// A type that exists but has no rules is unsupported, not invalid (FIX session test cases 2q and 2r).
    pub(super) fn has_msg_type(self, msg_type: &[u8]) -> bool {
        match *msg_type {
            [b'U', _, ..] => true,
            [one] => one.is_ascii_alphanumeric() && one <= self.last_of_one() && !b"IOU".contains(&one),
            [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => self.last_of_two().is_some_and(|last| [a, b] <= last),
            _ => false,
        }
    }

    /// The last message type of one character, digits before capitals before small letters.
    fn last_of_one(self) -> u8 {
        match self {
            Version::Fixt11 => b'A',
            Version::Fix40 => b'S',
            Version::Fix41 => b'T',
            Version::Fix42 => b'm',
            _ => b'z',
        }
    }

    /// The last message type of two characters.
    fn last_of_two(self) -> Option<[u8; 2]> {
        match self {
            Version::Fix40 | Version::Fix41 | Version::Fix42 | Version::Fixt11 => None,
            Version::Fix43 => Some(*b"AI"),
            Version::Fix44 => Some(*b"BH"),
            Version::Fix50 => Some(*b"BP"),
            Version::Fix50Sp1 => Some(*b"CB"),
            Version::Fix50Sp2 => Some(*b"EB"),
            Version::FixLatest => Some(*b"EZ"),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
