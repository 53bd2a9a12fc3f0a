//! What to do with a message, by its kind and how its number compares with the expected one: the table of FIX
//! session layer 4.8.7 and 4.8.8.

use super::classify::{Class, Kind};
use crate::planted::{Bug, planted};

/// What follows from a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Reaction {
    /// It is the expected one: do what its kind asks for, and count it.
    Act,
    /// It is the expected one, but an admin message sent before: only count it.
    CountOnly,
    /// It is above a gap: ask for what is missing, and hold it.
    Gap,
    /// The same, but serve the request now: if both sides put it off, both would wait for ever.
    GapAndServe,
    /// A Reject above a gap: it may refuse the very ResendRequest that is to close the gap.
    GapAndHeed,
    /// The counterparty's Logout above a gap.
    GapAndLogout,
    /// It was already processed, and is marked as a possible duplicate.
    Duplicate,
    /// It was already processed, but is not marked as a possible duplicate.
    TooLow,
    /// The same, for a ResendRequest.
    StaleRequest,
    /// The same, for a Logout.
    StaleLogout,
    /// A SequenceReset-Reset: its number does not matter.
    Reset,
}

/// `duplicate`: PossDupFlag(43) is Y.
#[inline]
pub(crate) fn react(kind: Kind, class: Class, duplicate: bool) -> Reaction {
    match (kind, class) {
        // FIX session layer 4.8.6, test cases 11a to 11c: MsgSeqNum is ignored.
        (Kind::Reset, Class::Next | Class::High | Class::Low | Class::LowDuplicate) => Reaction::Reset,

        (Kind::Application | Kind::GapFill | Kind::Reject, Class::Next) => Reaction::Act,
        // FIX session layer 4.8.7: of an admin message that comes again only the number matters. Exceptions
        // are a gap fill, which is all about numbers, and a Reject, which may be sent again (4.8.5).
        (
            Kind::Heartbeat | Kind::TestRequest | Kind::ResendRequest | Kind::Logout | Kind::Logon,
            Class::Next,
        ) => {
            if duplicate {
                Reaction::CountOnly
            } else {
                Reaction::Act
            }
        }

        (Kind::GapFill, Class::High) if planted(Bug::GapFillAppliedAboveGap) => Reaction::Act,
        // FIX session layer 4.8.7: of one that comes again only the number matters, above a gap too.
        (Kind::ResendRequest | Kind::Logout, Class::High) if duplicate => Reaction::Gap,
        // FIX session layer 4.8.8: a number above the expected one, type by type. A gap fill is not applied:
        // it would skip what is missing below it (test case 10a).
        (Kind::ResendRequest, Class::High) => Reaction::GapAndServe,
        (Kind::Logout, Class::High) => Reaction::GapAndLogout,
        (Kind::Reject, Class::High) => Reaction::GapAndHeed,
        (
            Kind::Application | Kind::Heartbeat | Kind::TestRequest | Kind::GapFill | Kind::Logon,
            Class::High,
        ) => Reaction::Gap,

        // FIX session layer 4.10, state 10: a request that was processed before is not served again, unless
        // policy says so.
        (Kind::ResendRequest, Class::Low) => Reaction::StaleRequest,
        (Kind::Logout, Class::Low) => Reaction::StaleLogout,
        // FIX session layer 4.8.1, test cases 2c and 10d.
        (
            Kind::Application
            | Kind::Heartbeat
            | Kind::TestRequest
            | Kind::Reject
            | Kind::GapFill
            | Kind::Logon,
            Class::Low,
        ) => Reaction::TooLow,

        // FIX session layer 4.8.7, test cases 2e and 10c.
        (
            Kind::Application
            | Kind::Heartbeat
            | Kind::TestRequest
            | Kind::ResendRequest
            | Kind::Reject
            | Kind::GapFill
            | Kind::Logout
            | Kind::Logon,
            Class::LowDuplicate,
        ) => Reaction::Duplicate,
    }
}
