//! Whose Logon is it? For acceptors that serve many sessions on one port.

use crate::wire::{BeginString, DataFields, Framing, Header, MsgType, Scan, Value, frame};

/// What the first bytes of a connection are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Peek<'i> {
    /// Too few bytes to tell.
    Incomplete,
    /// A frame longer than the limit: close the link without a word.
    TooLong,
    /// Not a Logon: close the link without a word (FIX session layer 4.3.1, test case 2S).
    NotALogon,
    /// A Logon. Only its framing has been checked.
    Logon(LogonId<'i>),
    /// A Logon whose CheckSum(10) is wrong: close the link without a word, unless its session's
    /// [`checksum`](crate::session::CheckPolicy::checksum) check is off.
    BadCheckSum(LogonId<'i>),
}

/// Whom a Logon claims to be from, and whom it is for. Its sender is our session's target, and the other way
/// round.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogonId<'i> {
    /// BeginString(8).
    pub begin_string: BeginString,
    /// SenderCompID(49): the counterparty.
    pub sender_comp_id: &'i [u8],
    /// TargetCompID(56): us.
    pub target_comp_id: &'i [u8],
    /// SenderSubID(50); empty for none.
    pub sender_sub_id: &'i [u8],
    /// TargetSubID(57); empty for none.
    pub target_sub_id: &'i [u8],
    /// SenderLocationID(142); empty for none.
    pub sender_location_id: &'i [u8],
    /// TargetLocationID(143); empty for none.
    pub target_location_id: &'i [u8],
}

/// Looks at the first bytes of a connection, before a session is chosen. A frame longer than `limit` bytes is
/// refused.
///
/// It consumes nothing: put the same bytes into the session's inbox after
/// [`Session::connected`](crate::Session::connected). Garbled frames before the Logon are not skipped: a peer
/// whose first frame is garbled gets no session.
///
/// ```
/// use sansfix::{Peek, peek};
/// let bytes = b"8=FIX.4.4\x019=54\x0135=A\x0134=1\x0149=BUYSIDE\x0152=20260101-12:00:00\x0156=SELLSIDE\x0110=113\x01";
/// let Peek::Logon(id) = peek(bytes, 4096) else { panic!("no Logon") };
/// assert_eq!(id.sender_comp_id, b"BUYSIDE");
/// ```
pub fn peek(bytes: &[u8], limit: usize) -> Peek<'_> {
    let (span, good) = match frame(bytes, limit, &mut Scan::default()) {
        Framing::Frame(span) => (span, true),
        Framing::Garbled { span: Some(span), .. } => (span, false),
        Framing::Incomplete => return Peek::Incomplete,
        Framing::TooLong { .. } => return Peek::TooLong,
        Framing::Garbled { span: None, .. } => return Peek::NotALogon,
    };
    let header = Header::read(bytes, &span, &DataFields::STANDARD);
    if header.msg_type != MsgType::LOGON {
        return Peek::NotALogon;
    }
    let id = LogonId {
        begin_string: span.begin_string,
        sender_comp_id: text(header.sender_comp_id),
        target_comp_id: text(header.target_comp_id),
        sender_sub_id: text(header.sender_sub_id),
        target_sub_id: text(header.target_sub_id),
        sender_location_id: text(header.sender_location_id),
        target_location_id: text(header.target_location_id),
    };
    if good { Peek::Logon(id) } else { Peek::BadCheckSum(id) }
}

fn text(value: Option<Value<'_>>) -> &[u8] {
    value.map_or(&[], Value::as_bytes)
}
