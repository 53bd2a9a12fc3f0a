//! Which faults are rejected.

/// What happens to a message with a particular fault.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OnFault {
    /// It is a violation.
    Reject,
    /// The fault is ignored.
    Allow,
}

/// One switch for each kind of fault.
///
/// [`Checks::ALL`] rejects them all, as the FIX session test cases 14a to 14k, 2q and 2r require. Switch some
/// off by struct update:
///
/// ```
/// use sansfix::dictionary::{Checks, OnFault};
///
/// let checks = Checks { empty_value: OnFault::Allow, ..Checks::ALL };
/// assert_eq!(checks.bad_format, OnFault::Reject);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Checks {
    /// A MsgType(35) without rules: test cases 2q and 2r. If that is allowed, only the header is checked.
    pub unknown_msg_type: OnFault,
    /// A required field of the message, or of a group's entry, is missing: 373=1.
    pub required_tag_missing: OnFault,
    /// A tag below 5000 that the dictionary does not define: 373=0. QuickFIX's AllowUnknownMsgFields.
    pub undefined_tag: OnFault,
    /// A tag below 5000 that is defined, but not for this message: 373=2. QuickFIX's AllowUnknownMsgFields.
    pub tag_not_in_message: OnFault,
    /// Either of these with a user-defined tag, from 5000 on: 373=0 or 2. QuickFIX's
    /// ValidateUserDefinedFields.
    pub user_defined_tag: OnFault,
    /// A tag without a value: 373=4. QuickFIX's ValidateFieldsHaveValues.
    pub empty_value: OnFault,
    /// A value that is not listed, or is out of its type's range: 373=5.
    pub incorrect_value: OnFault,
    /// A value that cannot be read as its type: 373=6.
    pub bad_format: OnFault,
    /// A country, currency, exchange or language without the length of its ISO standard's codes: 373=6.
    /// QuickFIX accepts any text, and some venues send it.
    pub bad_code: OnFault,
    /// A tag more than once outside groups, or within one entry of a group: 373=13.
    pub repeated_tag: OnFault,
    /// Fields of header, body and trailer interleaved: 373=14. QuickFIX's ValidateFieldsOutOfOrder.
    pub section_order: OnFault,
    /// Fields in a group's entry in another order than the dictionary's, or an entry that does not begin
    /// with the group's first field: 373=15, or 1 if that field is missing. If that is allowed, an entry
    /// ends when one of its tags comes again.
    pub group_order: OnFault,
    /// A group with more or fewer entries than its count field says: 373=16.
    pub group_count: OnFault,
    /// Which of several faults is reported.
    pub order: FaultOrder,
}

/// Which of several faults in one message is reported. FIX leaves it open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultOrder {
    /// The first in the message; a missing tag is noticed only at its end.
    AsSent,
    /// A missing tag before any other fault except an unknown type and fields out of order, as in QuickFIX
    /// and QuickFIX/J.
    MissingFirst,
}

impl Checks {
    /// Every fault is rejected.
    pub const ALL: Checks = Checks {
        unknown_msg_type: OnFault::Reject,
        required_tag_missing: OnFault::Reject,
        undefined_tag: OnFault::Reject,
        tag_not_in_message: OnFault::Reject,
        user_defined_tag: OnFault::Reject,
        empty_value: OnFault::Reject,
        incorrect_value: OnFault::Reject,
        bad_format: OnFault::Reject,
        bad_code: OnFault::Reject,
        repeated_tag: OnFault::Reject,
        section_order: OnFault::Reject,
        group_order: OnFault::Reject,
        group_count: OnFault::Reject,
        order: FaultOrder::AsSent,
    };

    /// What QuickFIX checks with its default settings: everything but the order within groups and the ISO
    /// codes.
    pub const QUICKFIX: Checks = Checks {
        bad_code: OnFault::Allow,
        group_order: OnFault::Allow,
        order: FaultOrder::MissingFirst,
        ..Checks::ALL
    };

    /// Missing tags and nothing else.
    pub(super) const MISSING: Checks = Checks {
        unknown_msg_type: OnFault::Allow,
        required_tag_missing: OnFault::Reject,
        undefined_tag: OnFault::Allow,
        tag_not_in_message: OnFault::Allow,
        user_defined_tag: OnFault::Allow,
        empty_value: OnFault::Allow,
        incorrect_value: OnFault::Allow,
        bad_format: OnFault::Allow,
        bad_code: OnFault::Allow,
        repeated_tag: OnFault::Allow,
        section_order: OnFault::Allow,
        group_order: OnFault::Allow,
        group_count: OnFault::Allow,
        order: FaultOrder::AsSent,
    };
}

impl Default for Checks {
    fn default() -> Self {
        Checks::ALL
    }
}
