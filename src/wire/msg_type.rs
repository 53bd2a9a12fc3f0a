//! MsgType(35).

use core::fmt;

/// MsgType(35), as text: one or two characters in the standard, any length for user-defined types.
///
/// The session's own types are constants, so a `match` reads in FIX's words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MsgType<'a>(&'a [u8]);

impl<'a> MsgType<'a> {
    /// Heartbeat (0).
    pub const HEARTBEAT: MsgType<'static> = MsgType(b"0");
    /// TestRequest (1).
    pub const TEST_REQUEST: MsgType<'static> = MsgType(b"1");
    /// ResendRequest (2).
    pub const RESEND_REQUEST: MsgType<'static> = MsgType(b"2");
    /// Reject (3).
    pub const REJECT: MsgType<'static> = MsgType(b"3");
    /// SequenceReset (4).
    pub const SEQUENCE_RESET: MsgType<'static> = MsgType(b"4");
    /// Logout (5).
    pub const LOGOUT: MsgType<'static> = MsgType(b"5");
    /// Logon (A).
    pub const LOGON: MsgType<'static> = MsgType(b"A");
    /// ExecutionReport (8).
    pub const EXECUTION_REPORT: MsgType<'static> = MsgType(b"8");
    /// NewOrderSingle (D).
    pub const NEW_ORDER_SINGLE: MsgType<'static> = MsgType(b"D");
    /// BusinessMessageReject (j): an application message.
    pub const BUSINESS_MESSAGE_REJECT: MsgType<'static> = MsgType(b"j");

    /// The type with this text, which is not checked until a message is sent.
    pub const fn new(text: &'a [u8]) -> Self {
        MsgType(text)
    }

    /// The text.
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether it is one of the session layer's seven types (FIX session layer 3, "session layer message").
    pub const fn is_admin(self) -> bool {
        matches!(self.0, [b'0'..=b'5' | b'A'])
    }
}

impl fmt::Display for MsgType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.escape_ascii().fmt(f)
    }
}

impl fmt::Debug for MsgType<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn the_session_layer_has_seven_types() {
        let admin = |text: &str| MsgType::new(text.as_bytes()).is_admin();
        assert!(["0", "1", "2", "3", "4", "5", "A"].into_iter().all(admin));
        assert!(!["", "6", "B", "j", "a", "00", "AA", "A0"].into_iter().any(admin));
    }

    #[test]
    fn a_type_is_shown_as_it_is_written_and_bytes_beyond_ascii_escaped() {
        let msg_type = MsgType::new(b"AE");
        assert_eq!(format!("{msg_type} {msg_type:?} {}", MsgType::new(b"\xff")), "AE AE \\xff");
    }
}
