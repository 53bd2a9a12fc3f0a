//! Who talks to whom: the identifiers of a configuration, stored as the header fields they become.

use core::fmt;

use super::config::ConfigError;
use super::stamp::Stamp;
use crate::wire::{Body, Guard, SOH, put, tag};

/// How many bytes the identifiers of a session may take in total, each with its tag, `=` and SOH.
pub const IDS_MAX: usize = 134;

/// An identifier that the configuration fixes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Id {
    /// Our CompID: SenderCompID(49) of what we send, TargetCompID(56) of what we receive.
    SenderCompId,
    /// SenderSubID(50) of what we send.
    SenderSubId,
    /// The counterparty's CompID: TargetCompID(56) of what we send, SenderCompID(49) of what we receive.
    TargetCompId,
    /// TargetSubID(57) of what we send.
    TargetSubId,
    /// SenderLocationID(142) of what we send.
    SenderLocationId,
    /// TargetLocationID(143) of what we send.
    TargetLocationId,
    /// DefaultApplVerID(1137) under FIXT.1.1: 7 is FIX 5.0, 8 SP1, 9 SP2.
    DefaultApplVerId,
}

impl Id {
    /// All of them, in the order of a header.
    pub const ALL: [Id; 7] = [
        Id::SenderCompId,
        Id::SenderSubId,
        Id::TargetCompId,
        Id::TargetSubId,
        Id::SenderLocationId,
        Id::TargetLocationId,
        Id::DefaultApplVerId,
    ];

    /// The field's name and tag.
    pub const fn field(self) -> &'static str {
        match self {
            Id::SenderCompId => "SenderCompID(49)",
            Id::SenderSubId => "SenderSubID(50)",
            Id::TargetCompId => "TargetCompID(56)",
            Id::TargetSubId => "TargetSubID(57)",
            Id::SenderLocationId => "SenderLocationID(142)",
            Id::TargetLocationId => "TargetLocationID(143)",
            Id::DefaultApplVerId => "DefaultApplVerID(1137)",
        }
    }
}

/// In the order written: those of a header by rising tag, then the Logon's.
const FIELDS: [(Id, u32); 7] = [
    (Id::SenderCompId, tag::SENDER_COMP_ID),
    (Id::SenderSubId, tag::SENDER_SUB_ID),
    (Id::TargetCompId, tag::TARGET_COMP_ID),
    (Id::TargetSubId, tag::TARGET_SUB_ID),
    (Id::SenderLocationId, tag::SENDER_LOCATION_ID),
    (Id::TargetLocationId, tag::TARGET_LOCATION_ID),
    (Id::DefaultApplVerId, tag::DEFAULT_APPL_VER_ID),
];

/// The first one after SendingTime(52).
const BEHIND: usize = Id::TargetCompId as usize;
/// The first one after OrigSendingTime(122).
const LOCATIONS: usize = Id::SenderLocationId as usize;
/// The first one that is not in a header.
const HEADER_END: usize = Id::DefaultApplVerId as usize;

/// Who talks to whom: CompIDs, SubIDs, LocationIDs, and the application version under FIXT.1.1.
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
    /// The [`FIELDS`], then zeros: equal texts are equal bytes.
    text: [u8; IDS_MAX],
    /// Where each begins, and where the last one ends.
    at: [u8; FIELDS.len() + 1],
}

impl Ids {
    pub(crate) const NONE: Ids = Ids { text: [0; IDS_MAX], at: [0; FIELDS.len() + 1] };

    #[inline]
    pub(crate) fn bytes(&self, id: Id) -> &[u8] {
        self.delimited(id).and_then(<[u8]>::split_last).map_or(&[], |(_, value)| value)
    }

    /// The value with its delimiter; `None` if the identifier is not set.
    #[inline]
    pub(super) fn delimited(&self, id: Id) -> Option<&[u8]> {
        let name_len = match id {
            Id::SenderCompId | Id::SenderSubId | Id::TargetCompId | Id::TargetSubId => "49=".len(),
            Id::SenderLocationId | Id::TargetLocationId => "142=".len(),
            Id::DefaultApplVerId => "1137=".len(),
        };
        // If the field is not there, the value would end before it begins.
        self.text.get(..self.at(id as usize + 1))?.get(self.at(id as usize) + name_len..)
    }

    #[inline]
    fn at(&self, index: usize) -> usize {
        self.at.get(index).copied().map_or(0, usize::from)
    }

    /// Whether any SubID or LocationID is set.
    pub(super) fn has_more_than_comp_ids(&self) -> bool {
        use Id::{SenderLocationId, SenderSubId, TargetLocationId, TargetSubId};
        let more = [SenderSubId, TargetSubId, SenderLocationId, TargetLocationId];
        more.into_iter().any(|id| !self.bytes(id).is_empty())
    }

    /// The fields before SendingTime(52): 49 and 50.
    #[inline]
    pub(super) fn before_sending_time(&self) -> &[u8] {
        self.text.get(..self.at(BEHIND)).unwrap_or_default()
    }

    /// The fields after SendingTime(52): 56, 57, 142 and 143.
    #[inline]
    pub(super) fn behind_sending_time(&self) -> &[u8] {
        self.text.get(self.at(BEHIND)..self.at(HEADER_END)).unwrap_or_default()
    }

    /// The fields after OrigSendingTime(122): 142 and 143.
    #[inline]
    pub(super) fn locations(&self) -> &[u8] {
        self.text.get(self.at(LOCATIONS)..self.at(HEADER_END)).unwrap_or_default()
    }

    /// How much space [`write`](Ids::write) needs from the place where it begins.
    pub(super) const ROOM: usize = 2 * SHORT + Stamp::ROOM;

    /// Writes the header from SenderCompID(49) to TargetLocationID(143), with SendingTime(52) in between;
    /// returns where it ends. `None` if identifiers are long.
    #[inline(always)]
    pub(super) fn write(&self, stamp: &Stamp, place: &mut [u8], at: usize) -> Option<usize> {
        self.write_up_to(HEADER_END, stamp, place, at)
    }

    /// The same, up to TargetSubID(57).
    #[inline(always)]
    pub(super) fn write_before_locations(&self, stamp: &Stamp, place: &mut [u8], at: usize) -> Option<usize> {
        self.write_up_to(LOCATIONS, stamp, place, at)
    }

    /// The fields before `end`. They are usually short, so more is copied than they take: a copy of known
    /// length is a few moves.
    #[inline(always)]
    fn write_up_to(&self, end: usize, stamp: &Stamp, place: &mut [u8], at: usize) -> Option<usize> {
        let [behind, end] = [BEHIND, end].map(|index| self.at(index));
        if behind > SHORT || end.wrapping_sub(behind) > SHORT {
            return None;
        }
        let (time, time_len) = stamp.front();
        put(place, at, *self.text.first_chunk::<SHORT>()?);
        put(place, at + behind, *time);
        put(place, at + behind + time_len, *self.text.get(behind..)?.first_chunk::<SHORT>()?);
        Some(at + end + time_len)
    }

    /// An identifier; empty if it is not set.
    pub fn get(&self, id: Id) -> &str {
        core::str::from_utf8(self.bytes(id)).unwrap_or_default()
    }

    /// Sets an identifier, or removes it if `text` is empty.
    ///
    /// # Errors
    /// It contains SOH, or does not fit: all together take at most [`IDS_MAX`] bytes. Nothing changes then.
    pub fn set(&mut self, id: Id, text: &str) -> Result<(), ConfigError> {
        let (field, got) = (id.field(), text.len());
        if text.as_bytes().contains(&SOH) {
            return Err(ConfigError::HoldsSoh { field });
        }
        let mut ids = Ids::NONE;
        let mut to = Body::new(&mut ids.text, Guard::Session);
        for ((other, tag), end) in FIELDS.into_iter().zip(ids.at.iter_mut().skip(1)) {
            let value = if other == id { text.as_bytes() } else { self.bytes(other) };
            if !value.is_empty() {
                to.put(tag, value);
            }
            *end = to.len() as u8;
        }
        let beyond = to.len().saturating_sub(IDS_MAX);
        if beyond > 0 {
            return Err(ConfigError::TooLong { field, got, room: got.saturating_sub(beyond) });
        }
        *self = ids;
        Ok(())
    }
}

/// The fixed length that is copied, if the fields are not longer.
const SHORT: usize = 32;

/// Those that are set: `SenderCompID(49)=BUYSIDE TargetCompID(56)=SELLSIDE`.
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
            ids.set(id, id.field().get(..8).unwrap()).unwrap();
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
        let room = IDS_MAX - "50=|56=THEM|".len();
        let long = "X".repeat(room + 1);
        let refused = ConfigError::TooLong { field: "SenderSubID(50)", got: room + 1, room };
        assert_eq!(ids.set(Id::SenderSubId, &long), Err(refused));
        assert_eq!(ids, before);
        assert_eq!(ids.set(Id::SenderSubId, &long[1..]), Ok(()));
        let none_left = ConfigError::TooLong { field: "TargetLocationID(143)", got: 1, room: 0 };
        assert_eq!(ids.set(Id::TargetLocationId, "X"), Err(none_left));
        assert_eq!(ids.set(Id::TargetCompId, "US"), Ok(()));
        assert_eq!((ids.get(Id::TargetCompId), ids.get(Id::SenderSubId)), ("US", &long[1..]));
    }
}
