//! The rules of a dictionary as a session asks for them.

use super::rules::DictionaryRules;
use super::violation::{RefTagId, Violation};
use crate::message::Message;
use crate::session;
use crate::session::{RefTag, Reply};

/// BusinessRejectReason(380): unsupported message type.
const UNSUPPORTED_MESSAGE_TYPE: u16 = 3;

/// Hand it to [`Session::step_with`](crate::Session::step_with): what breaks the rules is answered and
/// counted, and the application never sees it.
impl session::MessageRules for DictionaryRules {
    fn check(&self, message: &Message<'_>) -> Result<(), session::Violation> {
        self.validate(message.as_bytes()).map_err(session::Violation::from)
    }
}

impl From<Violation<'_>> for session::Violation {
    fn from(violation: Violation<'_>) -> Self {
        match violation {
            Violation::Session { reason, tag } => session::Violation {
                reply: Reply::Reject(reason),
                tag: match tag {
                    RefTagId::Tag(tag) => Some(RefTag::new(tag)),
                    RefTagId::Text(text) => RefTag::malformed(text),
                },
            },
            Violation::UnsupportedMsgType => session::Violation {
                reply: Reply::BusinessReject(UNSUPPORTED_MESSAGE_TYPE, "Unsupported Message Type"),
                tag: None,
            },
        }
    }
}
