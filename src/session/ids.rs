//! Who talks to whom: the identifiers of a configuration, in one place and one behind the other.

use core::fmt;

use super::config::ConfigError;
use crate::wire::SOH;

/// How many bytes the identifiers of a session may have together.
pub const IDS_MAX: usize = 80;

/// An identifier that a configuration fixes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Id {
    /// SenderCompID(49) of what we send, TargetCompID(56) of what we receive.
    SenderCompId,
    /// TargetCompID(56) of what we send, SenderCompID(49) of what we receive.
    TargetCompId,
    /// SenderSubID(50) of what we send.
    SenderSubId,
    /// SenderLocationID(142) of what we send.
    SenderLocationId,
    /// TargetSubID(57) of what we send.
    TargetSubId,
    /// TargetLocationID(143) of what we send.
    TargetLocationId,
    /// DefaultApplVerID(1137) under FIXT.1.1: 7 is FIX 5.0, 8 SP1, 9 SP2.
    DefaultApplVerId,
}

impl Id {
    /// All of them.
    pub const ALL: [Id; 7] = [
        Id::SenderCompId,
        Id::TargetCompId,
        Id::SenderSubId,
        Id::SenderLocationId,
        Id::TargetSubId,
        Id::TargetLocationId,
        Id::DefaultApplVerId,
    ];

    /// The field's name and tag.
    pub const fn field(self) -> &'static str {
        match self {
            Id::SenderCompId => "SenderCompID(49)",
            Id::TargetCompId => "TargetCompID(56)",
            Id::SenderSubId => "SenderSubID(50)",
            Id::SenderLocationId => "SenderLocationID(142)",
            Id::TargetSubId => "TargetSubID(57)",
            Id::TargetLocationId => "TargetLocationID(143)",
            Id::DefaultApplVerId => "DefaultApplVerID(1137)",
        }
    }
}

const COUNT: usize = Id::ALL.len();

/// Who talks to whom: CompIDs, SubIDs, LocationIDs, and the version of the messages.
///
/// ```
/// # use sansfix::{BeginString, Config, Id, Role};
/// # let mut config = Config::new(Role::Initiator, BeginString::Fix44, "BUYSIDE", "SELLSIDE")?;
/// config.ids.set(Id::SenderSubId, "DESK")?;
/// assert_eq!(config.ids.get(Id::SenderSubId), "DESK");
/// # Ok::<(), sansfix::ConfigError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ids {
    /// One text behind the other, then zeros: equal texts are equal bytes.
    bytes: [u8; IDS_MAX],
    /// Where each begins, in the order of [`Id::ALL`], and where the last one ends.
    at: [u8; COUNT + 1],
}

impl Ids {
    pub(crate) const NONE: Ids = Ids { bytes: [0; IDS_MAX], at: [0; COUNT + 1] };

    #[inline]
    pub(crate) fn bytes(&self, id: Id) -> &[u8] {
        let at = |index: usize| self.at.get(index).copied().map_or(0, usize::from);
        self.bytes.get(at(id as usize)..at(id as usize + 1)).unwrap_or_default()
    }

    /// An identifier; empty for none.
    pub fn get(&self, id: Id) -> &str {
        core::str::from_utf8(self.bytes(id)).unwrap_or_default()
    }

    /// Sets an identifier: a SubID, a LocationID, another DefaultApplVerID. Empty for none.
    ///
    /// # Errors
    /// It holds SOH, or all identifiers together have more than [`IDS_MAX`] bytes. Nothing has changed then.
    pub fn set(&mut self, id: Id, text: &str) -> Result<(), ConfigError> {
        let (field, text) = (id.field(), text.as_bytes());
        if text.contains(&SOH) {
            return Err(ConfigError::HoldsSoh { field });
        }
        let others: usize =
            Id::ALL.into_iter().filter(|&other| other != id).map(|id| self.bytes(id).len()).sum();
        let room = IDS_MAX - others;
        if text.len() > room {
            return Err(ConfigError::TooLong { field, got: text.len(), room });
        }
        let (mut ids, mut end) = (Ids::NONE, 0);
        for (other, at) in Id::ALL.into_iter().zip(ids.at.iter_mut().skip(1)) {
            let text = if other == id { text } else { self.bytes(other) };
            for (byte, &given) in ids.bytes.iter_mut().skip(end).zip(text) {
                *byte = given;
            }
            end += text.len();
            *at = end as u8;
        }
        *self = ids;
        Ok(())
    }
}

/// Those that there are: `SenderCompID(49)=BUYSIDE TargetCompID(56)=SELLSIDE`.
impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = Id::ALL.into_iter().filter(|&id| !self.bytes(id).is_empty());
        for (index, id) in given.enumerate() {
            write!(f, "{}{}={}", if index == 0 { "" } else { " " }, id.field(), self.get(id))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_changes_leaves_the_others_as_they_are() {
        let mut ids = Ids::NONE;
        for id in Id::ALL {
            ids.set(id, id.field()).unwrap_or_else(|_| ids.set(id, "9").unwrap());
        }
        let mut shorter = ids;
        shorter.set(Id::SenderSubId, "").unwrap();
        for id in Id::ALL.into_iter().filter(|&id| id != Id::SenderSubId) {
            assert_eq!(shorter.get(id), ids.get(id));
        }
        assert_eq!(shorter.get(Id::SenderSubId), "");
        shorter.set(Id::SenderSubId, ids.get(Id::SenderSubId)).unwrap();
        assert_eq!(shorter, ids);
    }

    #[test]
    fn those_that_are_given_are_shown_by_name() {
        let mut ids = Ids::NONE;
        ids.set(Id::TargetCompId, "THEM").unwrap();
        ids.set(Id::SenderCompId, "US").unwrap();
        assert_eq!(std::format!("{ids:?}"), "SenderCompID(49)=US TargetCompID(56)=THEM");
    }

    #[test]
    fn one_that_does_not_fit_beside_the_others_is_refused_and_nothing_changes() {
        let mut ids = Ids::NONE;
        ids.set(Id::TargetCompId, "THEM").unwrap();
        let before = ids;
        let long = "X".repeat(IDS_MAX - 3);
        let refused = ConfigError::TooLong { field: "SenderSubID(50)", got: IDS_MAX - 3, room: IDS_MAX - 4 };
        assert_eq!(ids.set(Id::SenderSubId, &long), Err(refused));
        assert_eq!(ids, before);
        assert_eq!(ids.set(Id::SenderSubId, &long[1..]), Ok(()));
        assert_eq!(ids.set(Id::TargetCompId, "US"), Ok(()));
        assert_eq!((ids.get(Id::TargetCompId), ids.get(Id::SenderSubId)), ("US", &long[1..]));
    }
}
