//! The rules of a session: one dictionary, or one for the transport and others for the application.

use std::sync::Arc;
use std::vec::Vec;

use super::checks::{Checks, OnFault};
use super::compiled::{Dictionary, MessageRule};
use super::plain;
use super::validate::Pass;
use super::version::Version;
use super::violation::Violation;
use super::walk::Items;
use crate::reject_reason::SessionRejectReason as Reason;
use crate::wire::DataFields;
use crate::wire::tag::{APPL_VER_ID, MSG_TYPE};

/// The rules for the messages of a session. Dictionaries are shared, so cloning is cheap.
#[derive(Clone, Debug)]
pub struct DictionaryRules {
    pub(super) transport: Arc<Dictionary>,
    /// None under FIX 4.x, where the transport's dictionary is the application's too; the first is the
    /// session's.
    applications: Vec<Arc<Dictionary>>,
    pub(super) checks: Checks,
    pub(super) data: &'static DataFields,
}

/// Why dictionaries do not fit together as the rules of a session.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RulesError {
    /// FIX 5.0 and later travel under FIXT.1.1.
    #[error("the dictionary for {0} does not describe a session by itself: it needs one for FIXT.1.1 too")]
    NeedsTransport(Version),
    /// The transport dictionary must be for FIXT.1.1.
    #[error("expected a transport dictionary for FIXT.1.1, got {0}")]
    NotTransport(Version),
    /// FIXT.1.1 has no application messages.
    #[error("expected an application dictionary, got FIXT.1.1")]
    NotApplication,
    /// The header must have BeginString(8), BodyLength(9) and MsgType(35), the trailer CheckSum(10).
    #[error("the dictionary for {0} has no tag {1} in its header or trailer")]
    NoEnvelope(Version, u32),
}

impl DictionaryRules {
    /// The rules of a FIX 4.x session: one dictionary for session and application.
    ///
    /// # Errors
    /// The dictionary is for FIXT.1.1 or for FIX 5.0 or later, or has no header and trailer.
    pub fn new(dictionary: Arc<Dictionary>) -> Result<Self, RulesError> {
        if dictionary.version() >= Version::Fixt11 {
            return Err(RulesError::NeedsTransport(dictionary.version()));
        }
        DictionaryRules::over(dictionary)
    }

    /// The rules of a FIXT.1.1 session: `transport` for header, trailer and admin messages; `application` for
    /// all other messages that do not name another version in ApplVerID(1128). It should be the one that
    /// DefaultApplVerID(1137) names.
    ///
    /// # Errors
    /// `transport` is not for FIXT.1.1 or has no header and trailer, or `application` is for FIXT.1.1.
    pub fn fixt(transport: Arc<Dictionary>, application: Arc<Dictionary>) -> Result<Self, RulesError> {
        if transport.version() != Version::Fixt11 {
            return Err(RulesError::NotTransport(transport.version()));
        }
        DictionaryRules::over(transport)?.with_application(application)
    }

    /// Adds an application dictionary for messages that name its version in ApplVerID(1128). FIX 4.x sessions
    /// never use it.
    ///
    /// # Errors
    /// The dictionary is for FIXT.1.1.
    pub fn with_application(mut self, application: Arc<Dictionary>) -> Result<Self, RulesError> {
        if application.version() == Version::Fixt11 {
            return Err(RulesError::NotApplication);
        }
        self.applications.push(application);
        Ok(self)
    }

    /// Makes `id`, a DefaultApplVerID(1137), the version of messages that name none. Returns false, and
    /// changes nothing, if there is no dictionary for that version. Call it with what the counterparty's
    /// Logon says.
    pub fn set_default_appl_ver_id(&mut self, id: &[u8]) -> bool {
        let is_meant = |known: &Arc<Dictionary>| {
            known.version().appl_ver_id().is_some_and(|known| known.as_bytes() == id)
        };
        let Some(at) = self.applications.iter().position(is_meant) else { return false };
        self.applications.swap(0, at);
        true
    }

    /// Sets which faults are rejected. By default all are.
    #[must_use]
    pub fn with_checks(self, checks: Checks) -> Self {
        DictionaryRules { checks, ..self }
    }

    /// Sets the data fields, which may contain SOH. By default they are the standard's.
    #[must_use]
    pub fn with_data_fields(self, data: &'static DataFields) -> Self {
        DictionaryRules { data, ..self }
    }

    /// Checks a whole frame, from BeginString(8) to the SOH after CheckSum(10), whose length and checksum
    /// have been verified.
    ///
    /// It allocates nothing, and its time grows with the number of fields.
    ///
    /// # Errors
    /// The first fault in the message, unless [`Checks::order`] says otherwise. A missing tag is noticed only
    /// at the end of the message (or of the group's entry); of several, the lowest is reported, those of
    /// the header first.
    pub fn validate<'a>(&self, frame: &'a [u8]) -> Result<(), Violation<'a>> {
        if plain::is_good(self, frame) { Ok(()) } else { Pass::judge(self, frame) }
    }

    /// The body of a message, with each group as a single item. It is meant for messages that
    /// [`validate`](DictionaryRules::validate) accepts; for others the result is unspecified, but nothing
    /// panics.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use sansfix::Message;
    /// use sansfix::dictionary::DictionaryRules;
    ///
    /// /// AllocAccount(79) of each entry of NoAllocs(78).
    /// fn accounts<'i>(rules: &DictionaryRules, order: &Message<'i>) -> Vec<&'i str> {
    ///     let allocs = rules.body(order.as_bytes()).group(78);
    ///     let entries = allocs.iter().flat_map(|allocs| allocs.entries());
    ///     entries.filter_map(|entry| entry.get(79)?.as_str().ok()).collect()
    /// }
    ///
    /// # use sansfix::{BeginString, Event, MsgType, dictionary::{Dictionary, SMALL}, testing::Pair};
    /// # let rules = DictionaryRules::new(Arc::new(Dictionary::from_xml(SMALL)?))?;
    /// # let mut pair = Pair::new(BeginString::Fix44)?;
    /// # pair.acceptor.application(move |event, _| {
    /// #     let Event::Message(order) = event else { return };
    /// #     assert_eq!(accounts(&rules, order), ["one", "two"]);
    /// # });
    /// # pair.connect();
    /// # let now = pair.clock.now();
    /// # pair.initiator.send(now, MsgType::NEW_ORDER_SINGLE, |body| {
    /// #     body.text(11, "a").uint(78, 2).text(79, "one").uint(80, 1).text(79, "two").text(55, "VOD.L");
    /// # })?;
    /// # pair.drive();
    /// # pair.expect_told("acceptor Message 11=a");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn body<'r, 'a>(&'r self, frame: &'a [u8]) -> Items<'r, 'a> {
        Items::of_body(self, frame)
    }

    fn over(transport: Arc<Dictionary>) -> Result<Self, RulesError> {
        let header = usize::from(transport.envelope.header_len);
        let has = |tag, trailer| {
            let at = transport.envelope.fields.iter().position(|&field| transport.tag(field) == tag);
            at.is_some_and(|at| (at >= header) == trailer)
        };
        for (tag, trailer) in [(8, false), (9, false), (35, false), (10, true)] {
            if !has(tag, trailer) {
                return Err(RulesError::NoEnvelope(transport.version(), tag));
            }
        }
        Ok(DictionaryRules {
            transport,
            applications: Vec::new(),
            checks: Checks::ALL,
            data: &DataFields::STANDARD,
        })
    }

    /// The rules for a message type, and the dictionary that has them; `None` when there are none and that is
    /// allowed.
    pub(super) fn message<'a>(
        &self,
        msg_type: &'a [u8],
        appl_ver_id: Option<&'a [u8]>,
    ) -> Result<Option<(&Dictionary, &MessageRule)>, Violation<'a>> {
        if let Some(message) = self.transport.messages.get(msg_type) {
            return Ok(Some((&self.transport, message)));
        }
        let Ok(application) = self.application(appl_ver_id) else {
            return Err(Violation::tag(Reason::InvalidApplicationVersion, APPL_VER_ID));
        };
        if let Some(message) = application.messages.get(msg_type) {
            return Ok(Some((application, message)));
        }
        if self.checks.unknown_msg_type == OnFault::Allow {
            return Ok(None);
        }
        // FIX session test case 2r: valid, but not supported; 2q: not valid.
        if application.version().has_msg_type(msg_type) {
            return Err(Violation::UnsupportedMsgType);
        }
        Err(Violation::tag(Reason::InvalidMsgType, MSG_TYPE))
    }

    /// Whether the tag is defined for some application: if the transport does not know it, the header has
    /// ended.
    pub(super) fn an_application_knows(&self, tag: u32) -> bool {
        self.applications.iter().any(|application| application.tags.get(tag).is_some())
    }

    /// The dictionary that ApplVerID(1128) names, or the session's without it.
    pub(super) fn application(&self, appl_ver_id: Option<&[u8]>) -> Result<&Dictionary, NoSuchVersion> {
        let Some(session) = self.applications.first() else { return Ok(&self.transport) };
        match appl_ver_id {
            None | Some([]) => Ok(session),
            Some(id) => self
                .applications
                .iter()
                .find(|known| known.version().appl_ver_id().is_some_and(|known| known.as_bytes() == id))
                .map(|known| &**known)
                .ok_or(NoSuchVersion),
        }
    }
}

/// ApplVerID(1128) names a version without rules.
pub(super) struct NoSuchVersion;
