//! A message of the journal, read so that it can be sent again.

use super::Session;
use super::expected::begins_body;
use crate::number::MsgSeqNum;
use crate::wire::{Framing, Header, MsgType, SOH, Scan, TRAILER_LEN, frame, leading_uint, unseal};

/// The parts of a stored message that go into its retransmission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct StoredMessage<'j> {
    pub(super) msg_type: MsgType<'j>,
    /// FIX session layer 4.8.4: of the first transmission, over repeated retransmissions.
    pub(super) sending_time: &'j [u8],
    /// The header from MsgType(35) on; empty where it has no fields that are taken over.
    pub(super) header: &'j [u8],
    pub(super) body: &'j [u8],
}

impl Session {
    /// A stored frame, if it is one, and of this number.
    #[inline]
    pub(super) fn read_stored<'j>(&self, number: MsgSeqNum, bytes: &'j [u8]) -> Option<StoredMessage<'j>> {
        self.read_own(number, bytes).or_else(|| self.read_any(number, bytes))
    }

    /// One whose header is the session's own text, and nothing else. Any other is read field by field.
    #[inline]
    fn read_own<'j>(&self, number: MsgSeqNum, bytes: &'j [u8]) -> Option<StoredMessage<'j>> {
        let rest = unseal(bytes, self.config.begin_string)?.strip_prefix(b"35=")?;
        let (msg_type, rest) = rest.split_at_checked(rest.iter().position(|&byte| byte == SOH)?)?;
        let (stored_number, rest) = leading_uint(rest.strip_prefix(b"\x0134=")?)?;
        let (sending_time, body) = self.letterhead.read(rest.strip_prefix(&[SOH])?)?;
        let own = !msg_type.is_empty() && stored_number == number.get() && begins_body(body, &self.config);
        own.then_some(StoredMessage { msg_type: MsgType::new(msg_type), sending_time, header: b"", body })
    }

    #[inline(never)]
    fn read_any<'j>(&self, number: MsgSeqNum, bytes: &'j [u8]) -> Option<StoredMessage<'j>> {
        let Framing::Frame(span) = frame(bytes, usize::MAX, &mut Scan::default()) else { return None };
        let header = Header::read(bytes, &span, self.config.data_fields);
        if header.msg_seq_num?.seq_num() != Ok(number) {
            return None;
        }
        Some(StoredMessage {
            msg_type: header.msg_type,
            sending_time: header.orig_sending_time.or(header.sending_time)?.as_bytes(),
            header: match header.has_others {
                true => bytes.get(span.body_at..header.body_at)?,
                false => b"",
            },
            body: bytes.get(header.body_at..span.len.checked_sub(TRAILER_LEN)?)?,
        })
    }
}
