//! The hook for message rules: what a dictionary demands of a message beyond the session layer's own rules.

use core::fmt;

use crate::message::Message;
use crate::reject_reason::SessionRejectReason;
use crate::wire::write_uint;

/// Rules for the content of messages, checked for each message in sequence before it takes effect. Pass them
/// to [`Session::step_with`](crate::Session::step_with).
///
/// The session needs none. `sansfix::dictionary` provides one implementation; an application may write its
/// own.
pub trait MessageRules {
    /// Checks a message.
    ///
    /// # Errors
    /// The first violation. The session answers it with a Reject or BusinessMessageReject and counts the
    /// number (FIX session layer 4.5.4). The application gets [`Event::Refused`](crate::Event::Refused),
    /// not the message.
    fn check(&self, message: &Message<'_>) -> Result<(), Violation>;
}

/// No rules beyond the session's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct NoRules;

impl MessageRules for NoRules {
    #[inline]
    fn check(&self, _: &Message<'_>) -> Result<(), Violation> {
        Ok(())
    }
}

/// Rules that may be absent.
impl<R: MessageRules> MessageRules for Option<R> {
    #[inline]
    fn check(&self, message: &Message<'_>) -> Result<(), Violation> {
        match self {
            Some(rules) => rules.check(message),
            None => Ok(()),
        }
    }
}

/// A rule that a message breaks, and the answer to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Violation {
    /// How it is answered.
    pub reply: Reply,
    /// RefTagID(371): the field at fault, if a single one is.
    pub tag: Option<RefTag>,
}

/// How a violation is answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reply {
    /// Reject(3) with this SessionRejectReason(373).
    Reject(SessionRejectReason),
    /// BusinessMessageReject(j) with this BusinessRejectReason(380) and Text(58); a Reject(3) with the text
    /// before FIX 4.2.
    BusinessReject(u16, &'static str),
}

/// RefTagID(371): a tag or, if what came is not one, its first 12 characters.
// The text, padded with zero bytes, which it never contains.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefTag([u8; 12]);

impl RefTag {
    /// A tag.
    pub fn new(tag: u32) -> Self {
        let mut text = [0; 12];
        // Ten digits fit.
        let len = write_uint(&mut text, tag.into());
        text.iter_mut().skip(len).for_each(|behind| *behind = 0);
        RefTag(text)
    }

    /// What stands where a tag should, up to the first byte that is not printable ASCII; `None` if that is
    /// empty.
    pub fn malformed(text: &[u8]) -> Option<Self> {
        let mut quoted = [0; 12];
        let printable = text.iter().take_while(|byte| byte.is_ascii_graphic());
        quoted.iter_mut().zip(printable).for_each(|(to, &byte)| *to = byte);
        (quoted != [0; 12]).then_some(RefTag(quoted))
    }

    /// The tag; `None` if it is malformed.
    pub fn number(self) -> Option<u32> {
        self.as_str().parse().ok().filter(|&tag| tag > 0)
    }

    /// The value of field 371.
    pub fn as_str(&self) -> &str {
        let text = self.0.split(|&byte| byte == 0).next().unwrap_or_default();
        core::str::from_utf8(text).unwrap_or_default()
    }
}

impl fmt::Debug for RefTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl From<u32> for RefTag {
    fn from(tag: u32) -> Self {
        RefTag::new(tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Layout;
    use crate::wire::DataFields;

    struct NothingIsGood;

    impl MessageRules for NothingIsGood {
        fn check(&self, _: &Message<'_>) -> Result<(), Violation> {
            Err(Violation { reply: Reply::Reject(SessionRejectReason::Other), tag: None })
        }
    }

    #[test]
    fn rules_that_may_be_there_count_when_they_are() {
        let message = Message::new(b"", &DataFields::STANDARD, Layout::NOTHING);
        assert!(Some(NothingIsGood).check(&message).is_err());
        assert!(None::<NothingIsGood>.check(&message).is_ok());
    }

    #[test]
    fn a_malformed_tag_is_quoted_and_is_no_number() {
        assert_eq!((RefTag::new(7).number(), RefTag::new(7).as_str()), (Some(7), "7"));
        let quoted = |text: &[u8]| RefTag::malformed(text).unwrap();
        assert_eq!((quoted(b"0").number(), quoted(b"0").as_str()), (None, "0"));
        assert_eq!((quoted(b"-5").number(), quoted(b"5x\x01").as_str()), (None, "5x"));
        assert!(RefTag::malformed(b"\x01").is_none());
    }
}
