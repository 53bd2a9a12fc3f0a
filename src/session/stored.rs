//! Reading a message from the journal, to send it again.

use super::Session;
use super::usual::begins_body;
use crate::number::MsgSeqNum;
use crate::wire::{
    Framing, Header, MsgType, SOH, Scan, TRAILER_LEN, frame, holds_soh, leading_uint, same, unseal,
};

/// The parts of a stored message that go into its retransmission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct StoredMessage<'j> {
    pub(super) msg_type: MsgType<'j>,
    /// FIX session layer 4.8.4: that of the first transmission, even if the stored frame is a
    /// retransmission.
    pub(super) sending_time: &'j [u8],
    /// The header from MsgType(35) on; empty if it has no fields to be copied.
    pub(super) header: &'j [u8],
    pub(super) body: &'j [u8],
}

impl Session {
    /// Reads a stored frame; `None` if it is damaged, or has another number.
    #[inline(always)]
    pub(super) fn read_stored<'j>(&self, number: MsgSeqNum, bytes: &'j [u8]) -> Option<StoredMessage<'j>> {
        self.read_own(number, bytes).or_else(|| self.read_any(number, bytes))
    }

    /// Reads a frame whose header is exactly what this session writes. Any other is read field by field.
    #[inline(always)]
    fn read_own<'j>(&self, number: MsgSeqNum, bytes: &'j [u8]) -> Option<StoredMessage<'j>> {
        let rest = unseal(bytes, self.config.begin_string)?.strip_prefix(b"35=")?;
        let (msg_type, rest) = rest.split_at_checked(rest.iter().position(|&byte| byte == SOH)?)?;
        let (stored_number, rest) = leading_uint(rest.strip_prefix(b"\x0134=")?)?;
        let ids = &self.config.ids;
        let rest = behind(rest.strip_prefix(&[SOH])?, ids.before_sending_time())?;
        let (stamp, rest) = rest.split_at_checked(self.stamp.field().len())?;
        let sending_time = stamp.strip_prefix(b"52=")?.strip_suffix(&[SOH])?;
        let body = behind(rest, ids.behind_sending_time())?;
        let own = !holds_soh(sending_time)
            && !msg_type.is_empty()
            && stored_number == number.get()
            && begins_body(body, &self.config);
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

/// What follows `start`; `None` if `bytes` does not begin with it.
#[inline(always)]
fn behind<'b>(bytes: &'b [u8], start: &[u8]) -> Option<&'b [u8]> {
    let (front, rest) = bytes.split_at_checked(start.len())?;
    same(front, start).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::header::{Extra, HeaderFacts};
    use crate::session::{Config, WhileDisconnected};
    use crate::time::{Now, Utc};
    use crate::wire::{BeginString, HEADER_AT};
    use crate::{Checkpoint, Role};
    use proptest::prelude::*;
    use std::vec::Vec;

    fn session(sub_id: bool) -> Session {
        let mut config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
        config.policies.logon.while_disconnected = WhileDisconnected::Store;
        if sub_id {
            config.ids.set(crate::Id::SenderSubId, "DESK").unwrap();
        }
        Session::new(config, Checkpoint::begin(Utc::EPOCH)).unwrap()
    }

    fn stored(session: &mut Session) -> Vec<u8> {
        let mut out = [0; 1024];
        let now = Now { utc: Utc::from_nanos(1_700_000_000_123_456_789), ..Now::default() };
        let frame = session.send(now, MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
            body.text(11, "A1").text(58, "five bytes more");
        });
        frame.unwrap().record().unwrap().sent.unwrap().frame.unwrap().to_vec()
    }

    /// With BodyLength and CheckSum made right again.
    fn framed(body: &[u8]) -> Vec<u8> {
        let mut frame = std::format!("8=FIX.4.4\u{1}9={}\u{1}", body.len()).into_bytes();
        frame.extend_from_slice(body);
        frame.extend_from_slice(&crate::wire::trailer(crate::wire::checksum(&frame)));
        frame
    }

    /// What goes out again of it, from MsgType(35) on.
    fn again(session: &Session, stored: StoredMessage<'_>) -> Vec<u8> {
        let extra = match stored.header {
            [] => Extra::None,
            header => Extra::Stored(header, session.config.data_fields),
        };
        let facts = HeaderFacts {
            msg_type: stored.msg_type,
            number: MsgSeqNum::FIRST,
            original: Some(stored.sending_time),
            extra,
        };
        let mut out = [0; 1024];
        let end = session.write_header(facts, &mut out);
        [&out[HEADER_AT..end], stored.body].concat()
    }

    #[test]
    fn what_was_just_sent_is_known_by_its_text() {
        for sub_id in [false, true] {
            let mut session = session(sub_id);
            let frame = stored(&mut session);
            session.stamp.date(Utc::from_secs(1_800_000_000));
            let own = session.read_own(MsgSeqNum::FIRST, &frame).unwrap();
            assert_eq!(own.sending_time, b"20231114-22:13:20.123");
            assert_eq!(own.body, b"11=A1\x0158=five bytes more\x01");
            assert_eq!(session.read_own(MsgSeqNum::FIRST.next(), &frame), None);
        }
    }

    proptest! {
        #[test]
        fn what_is_known_by_its_text_reads_field_by_field_as_well(
            sub_id in any::<bool>(),
            cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..3, "(\u{1}|[0-9=A-D]|97=|43=|122=|5001=|34=|95=|50=){0,3}"), 0..3),
            damaged in proptest::option::weighted(0.2, (any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut session = session(sub_id);
            let frame = stored(&mut session);
            let at = frame.windows(3).position(|bytes| bytes == b"35=").unwrap();
            let mut body = frame[at..frame.len() - TRAILER_LEN].to_vec();
            for (at, removed, put) in cuts {
                let at = at.index(body.len());
                let end = (at + removed).min(body.len());
                body.splice(at..end, put.bytes());
            }
            let mut frame = framed(&body);
            if let Some((at, byte)) = damaged {
                let at = at.index(frame.len());
                frame[at] = byte;
            }
            if let Some(own) = session.read_own(MsgSeqNum::FIRST, &frame) {
                let any = session.read_any(MsgSeqNum::FIRST, &frame).unwrap();
                prop_assert_eq!(again(&session, own), again(&session, any));
            }
        }
    }
}
