//! What a message is rejected for.

use core::fmt;

use crate::reject_reason::SessionRejectReason;

/// Which rule a message breaks, and so how to answer it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Violation<'a> {
    /// Answer with Reject (FIX session layer 4.5.4).
    Session {
        /// SessionRejectReason(373). Versions older than the code leave the field out:
        /// [`code_in`](SessionRejectReason::code_in).
        reason: SessionRejectReason,
        /// RefTagID(371).
        tag: RefTagId<'a>,
    },
    /// The message type exists in the standard, or is user-defined, but has no rules here. Answer with
    /// BusinessMessageReject, BusinessRejectReason(380)=3 (FIX session test case 2r); before FIX 4.2, which
    /// does not have that message, with Reject.
    UnsupportedMsgType,
}

/// The tag at fault, for RefTagID(371).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefTagId<'a> {
    /// A tag.
    Tag(u32),
    /// What stands where a tag should, such as `0`, `-1` or `abc`.
    Text(&'a [u8]),
}

impl<'a> Violation<'a> {
    pub(super) fn tag(reason: SessionRejectReason, tag: u32) -> Self {
        Violation::Session { reason, tag: RefTagId::Tag(tag) }
    }
}

impl fmt::Display for Violation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Session { reason, tag } => write!(f, "{} (tag {tag})", reason.text()),
            Violation::UnsupportedMsgType => f.write_str("Unsupported Message Type"),
        }
    }
}

impl core::error::Error for Violation<'_> {}

impl fmt::Display for RefTagId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RefTagId::Tag(tag) => tag.fmt(f),
            RefTagId::Text(text) => text.escape_ascii().fmt(f),
        }
    }
}
