//! The versions of FIX that scenarios run on: FIXT.1.1 once for each application version.

use std::fmt;

use sansfix::BeginString;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Version(usize);

const NAMES: [(&str, BeginString, &str); 8] = [
    ("FIX.4.0", BeginString::Fix40, ""),
    ("FIX.4.1", BeginString::Fix41, ""),
    ("FIX.4.2", BeginString::Fix42, ""),
    ("FIX.4.3", BeginString::Fix43, ""),
    ("FIX.4.4", BeginString::Fix44, ""),
    ("FIXT.1.1/5.0", BeginString::Fixt11, "7"),
    ("FIXT.1.1/5.0SP1", BeginString::Fixt11, "8"),
    ("FIXT.1.1/5.0SP2", BeginString::Fixt11, "9"),
];

impl Version {
    pub(crate) fn index(self) -> usize {
        self.0
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES[self.0].0
    }

    pub(crate) fn begin_string(self) -> BeginString {
        NAMES[self.0].1
    }

    /// DefaultApplVerID(1137); empty before FIXT.1.1.
    pub(crate) fn appl_ver_id(self) -> &'static str {
        NAMES[self.0].2
    }

    /// Does this version's session layer have the field, with this value, in this message type?
    pub(crate) fn has(self, msg_type: &str, tag: u32, value: &str) -> bool {
        use BeginString as V;
        let begin = self.begin_string();
        match tag {
            373 => match value.parse().unwrap_or(0) {
                0..=11 => begin >= V::Fix42,
                12..=17 => begin >= V::Fix43,
                18 => begin >= V::Fixt11,
                99 => begin >= V::Fix44,
                _ => begin >= V::Fix42,
            },
            369 | 371 | 372 | 380 | 383 => begin >= V::Fix42,
            464 => begin >= V::Fix43,
            789 if msg_type == "5" => begin >= V::Fixt11,
            789 => begin >= V::Fix44,
            1137 | 1409 => begin >= V::Fixt11,
            _ => true,
        }
    }

    /// `all`, `4.2..`, `..4.1`, `4.2..4.4`, or names like `4.3` and `FIXT` with commas between.
    pub(crate) fn parse_list(text: &str) -> Result<Vec<Version>, String> {
        let mut versions = Vec::new();
        for part in text.split(',').map(str::trim) {
            let range = match part.split_once("..") {
                _ if part == "all" => 0..NAMES.len(),
                Some((from, to)) => {
                    let from = if from.is_empty() { 0 } else { bounds(from)?.start };
                    let to = if to.is_empty() { NAMES.len() } else { bounds(to)?.end };
                    from..to
                }
                None => bounds(part)?,
            };
            versions.extend(range.map(Version));
        }
        Ok(versions)
    }
}

fn bounds(name: &str) -> Result<std::ops::Range<usize>, String> {
    if name == "FIXT" {
        return Ok(5..8);
    }
    let found = NAMES.iter().position(|(full, ..)| full.strip_prefix("FIX.") == Some(name));
    found.map(|index| index..index + 1).ok_or_else(|| format!("no version {name:?}: 4.0 to 4.4, or FIXT"))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
