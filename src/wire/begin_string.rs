//! BeginString(8): the version of FIX that a session speaks.

use core::fmt;

/// BeginString(8), in the order in which the versions appeared.
///
/// FIX 5.0 and its service packs have no BeginString of their own: they run under `FIXT.1.1`, which separates
/// the version of the session from that of the application (FIX session layer 4.2.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum BeginString {
    /// `FIX.4.0`
    Fix40,
    /// `FIX.4.1`
    Fix41,
    /// `FIX.4.2`
    Fix42,
    /// `FIX.4.3`
    Fix43,
    /// `FIX.4.4`
    Fix44,
    /// `FIXT.1.1`
    Fixt11,
}

impl BeginString {
    /// Every version, oldest first.
    pub const ALL: [BeginString; 6] = [
        BeginString::Fix40,
        BeginString::Fix41,
        BeginString::Fix42,
        BeginString::Fix43,
        BeginString::Fix44,
        BeginString::Fixt11,
    ];

    /// The value of field 8.
    pub const fn as_str(self) -> &'static str {
        match self {
            BeginString::Fix40 => "FIX.4.0",
            BeginString::Fix41 => "FIX.4.1",
            BeginString::Fix42 => "FIX.4.2",
            BeginString::Fix43 => "FIX.4.3",
            BeginString::Fix44 => "FIX.4.4",
            BeginString::Fixt11 => "FIXT.1.1",
        }
    }

    /// The version for a value of field 8; `None` if it is unknown.
    pub const fn from_bytes(value: &[u8]) -> Option<Self> {
        match value {
            b"FIX.4.0" => Some(BeginString::Fix40),
            b"FIX.4.1" => Some(BeginString::Fix41),
            b"FIX.4.2" => Some(BeginString::Fix42),
            b"FIX.4.3" => Some(BeginString::Fix43),
            b"FIX.4.4" => Some(BeginString::Fix44),
            b"FIXT.1.1" => Some(BeginString::Fixt11),
            _ => None,
        }
    }
}

impl fmt::Display for BeginString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_read_as_it_is_written_and_nothing_else_is() {
        let texts = ["FIX.4.0", "FIX.4.1", "FIX.4.2", "FIX.4.3", "FIX.4.4", "FIXT.1.1"];
        assert_eq!(BeginString::ALL.map(BeginString::as_str), texts);
        for version in BeginString::ALL {
            assert_eq!(BeginString::from_bytes(version.as_str().as_bytes()), Some(version));
        }
        assert!(
            ["", "FIX.4.5", "FIX.5.0", "FIX.4.4 ", "fix.4.4"]
                .iter()
                .all(|text| BeginString::from_bytes(text.as_bytes()).is_none())
        );
    }
}
