//! Which session does a Logon belong to?

use std::boxed::Box;
use std::collections::HashMap;
use std::fmt;
use std::vec::Vec;

use crate::peek::LogonId;
use crate::session::{Config, Id};
use crate::wire::BeginString;

/// The name of a session: its BeginString, and the identifiers of both sides.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SessionName {
    begin_string: BeginString,
    ours: Party,
    theirs: Party,
}

/// CompID, SubID, LocationID.
type Party = [Box<[u8]>; 3];

impl SessionName {
    /// The name of our session with this configuration.
    pub fn of_session(config: &Config) -> Self {
        let party = |ids: [Id; 3]| ids.map(|id| config.ids.get(id).as_bytes().into());
        SessionName {
            begin_string: config.begin_string,
            ours: party([Id::SenderCompId, Id::SenderSubId, Id::SenderLocationId]),
            theirs: party([Id::TargetCompId, Id::TargetSubId, Id::TargetLocationId]),
        }
    }

    /// The name of the session that a counterparty's Logon is for; its sender is our target.
    pub fn of_logon(logon: &LogonId<'_>) -> Self {
        SessionName {
            begin_string: logon.begin_string,
            ours: [logon.target_comp_id, logon.target_sub_id, logon.target_location_id].map(Into::into),
            theirs: [logon.sender_comp_id, logon.sender_sub_id, logon.sender_location_id].map(Into::into),
        }
    }

    /// The same without SubIDs and LocationIDs: a session that configures none accepts any (FIX session layer
    /// 4.2.4).
    fn by_comp_ids(self) -> Self {
        let bare = |[comp, ..]: Party| [comp, Box::default(), Box::default()];
        SessionName { ours: bare(self.ours), theirs: bare(self.theirs), ..self }
    }
}

/// The sessions served on one port, each with a value of yours by which to reach it, and optionally a
/// template for counterparties not known beforehand.
///
/// ```
/// use sansfix::{BeginString, Config, Directory, SessionName, Peek, Role, peek};
/// let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE")?;
/// let mut directory = Directory::new();
/// directory.add(SessionName::of_session(&config), "the way to its session");
///
/// let bytes = b"8=FIX.4.4\x019=54\x0135=A\x0134=1\x0149=BUYSIDE\x0152=20260101-12:00:00\x0156=SELLSIDE\x0110=113\x01";
/// let Peek::Logon(logon) = peek(bytes, 4096) else { panic!("no Logon") };
/// assert_eq!(directory.find(&logon, |_| true), Some(&"the way to its session"));
/// # Ok::<(), sansfix::ConfigError>(())
/// ```
pub struct Directory<T> {
    known: HashMap<SessionName, T>,
    template: Option<Template<T>>,
}

type Make<T> = dyn FnMut(&LogonId<'_>) -> Option<T> + Send;

struct Template<T> {
    make: Box<Make<T>>,
    made: HashMap<SessionName, T>,
    most: usize,
}

impl<T> Directory<T> {
    /// An empty directory.
    pub fn new() -> Self {
        Directory { known: HashMap::new(), template: None }
    }

    /// Adds a session, in place of any other of the same name.
    pub fn add(&mut self, name: SessionName, session: T) {
        self.known.insert(name, session);
    }

    /// Lets `make` create sessions for unknown counterparties, at most `most` at a time; if it returns
    /// `None`, the counterparty stays a stranger. The new session must still judge the Logon: so far only
    /// a name is known, which anybody can claim.
    pub fn with_template(
        &mut self,
        most: usize,
        make: impl FnMut(&LogonId<'_>) -> Option<T> + Send + 'static,
    ) {
        self.template = Some(Template { make: Box::new(make), made: HashMap::new(), most });
    }

    /// The session a Logon is for; `None` for a stranger. Sessions made by the template are dropped once they
    /// are no longer `alive`.
    pub fn find(&mut self, logon: &LogonId<'_>, alive: impl Fn(&T) -> bool) -> Option<&T> {
        let name = SessionName::of_logon(logon);
        let bare = name.clone().by_comp_ids();
        if let Some(session) = self.known.get(&name).or_else(|| self.known.get(&bare)) {
            return Some(session);
        }
        let Template { make, made, most } = self.template.as_mut()?;
        made.retain(|_, session| alive(session));
        if !made.contains_key(&name) {
            if made.len() >= *most {
                return None;
            }
            made.insert(name.clone(), make(logon)?);
        }
        made.get(&name)
    }
}

impl<T> Default for Directory<T> {
    fn default() -> Self {
        Directory::new()
    }
}

impl<T> fmt::Debug for Directory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&SessionName> = self.known.keys().collect();
        f.debug_struct("Directory").field("known", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Role;

    fn logon<'i>(sender: &'i [u8], sub: &'i [u8]) -> LogonId<'i> {
        LogonId {
            begin_string: BeginString::Fix44,
            sender_comp_id: sender,
            target_comp_id: b"US",
            sender_sub_id: sub,
            target_sub_id: b"",
            sender_location_id: b"",
            target_location_id: b"",
        }
    }

    fn name(target: &str, sub: &str) -> SessionName {
        let mut config = Config::new(Role::Acceptor, BeginString::Fix44, "US", target).unwrap();
        config.ids.set(Id::TargetSubId, sub).unwrap();
        SessionName::of_session(&config)
    }

    #[test]
    fn a_session_with_a_sub_id_is_found_before_one_without() {
        let mut directory = Directory::new();
        directory.add(name("A", ""), 1);
        directory.add(name("A", "DESK"), 2);
        assert_eq!(directory.find(&logon(b"A", b"DESK"), |_| true), Some(&2));
        assert_eq!(directory.find(&logon(b"A", b"OTHER"), |_| true), Some(&1));
        assert_eq!(directory.find(&logon(b"B", b""), |_| true), None);
    }

    #[test]
    fn a_template_makes_as_many_sessions_as_it_may_and_dead_ones_make_room() {
        let mut directory = Directory::new();
        let mut count = 0;
        directory.with_template(2, move |logon| {
            count += 1;
            logon.sender_comp_id.starts_with(b"T").then_some(count)
        });
        assert_eq!(directory.find(&logon(b"stranger", b""), |_| true), None);
        assert_eq!(directory.find(&logon(b"T1", b""), |_| true), Some(&2));
        assert_eq!(directory.find(&logon(b"T2", b""), |_| true), Some(&3));
        assert_eq!(directory.find(&logon(b"T1", b""), |_| true), Some(&2));
        assert_eq!(directory.find(&logon(b"T3", b""), |_| true), None);
        assert_eq!(directory.find(&logon(b"T3", b""), |&session| session != 2), Some(&4));
    }
}
