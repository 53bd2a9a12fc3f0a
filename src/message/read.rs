//! A message that does not come from a session: from a journal, a log or a test.

use super::{Flags, Layout, Message};
use crate::wire::{BadField, BadFieldKind, DataFields, Framing, Garbled, Header, Scan, Value, frame};

/// Why bytes are not a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The bytes end before the frame does.
    #[error("the frame is incomplete, got {len} bytes of it")]
    Incomplete {
        /// How many bytes there are.
        len: usize,
    },
    /// The frame ends before the bytes do.
    #[error("the frame ends after {frame} bytes, got {len}")]
    Trailing {
        /// The length of the frame, in bytes.
        frame: usize,
        /// How many bytes there are.
        len: usize,
    },
    /// The frame is garbled (FIX session layer 4.5.2).
    #[error(transparent)]
    Garbled(#[from] Garbled),
    /// MsgSeqNum(34) is missing from the header, or is not a number of 1 or more.
    #[error("MsgSeqNum(34) is missing from the header, or is not a number of 1 or more")]
    MsgSeqNum,
}

impl<'i> Message<'i> {
    /// Reads a whole frame, from `8=` to the SOH after CheckSum(10), as a message: one from a journal or a
    /// log, or one that a test makes for a handler. `data` says which fields hold data:
    /// [`DataFields::STANDARD`], or [`Config::data_fields`](crate::Config::data_fields).
    ///
    /// ```
    /// use sansfix::Message;
    /// use sansfix::wire::DataFields;
    ///
    /// let stored = b"8=FIX.4.4\x019=52\x0135=D\x0134=7\x0149=BUY\x0152=20260101-12:00:00\x0156=SELL\x0111=A1\x0110=064\x01";
    /// let order = Message::read(stored, &DataFields::STANDARD)?;
    /// assert_eq!((order.msg_seq_num().get(), order.text(11)), (7, Some("A1")));
    /// # Ok::<(), sansfix::MessageError>(())
    /// ```
    ///
    /// Nothing else in the header is checked: who sent it, and when, is for a session to judge.
    ///
    /// # Errors
    /// The bytes are not exactly one good frame, or it has no MsgSeqNum(34).
    pub fn read(frame: &'i [u8], data: &'static DataFields) -> Result<Self, MessageError> {
        let len = frame.len();
        let span = match self::frame(frame, u32::MAX as usize, &mut Scan::default()) {
            Framing::Frame(span) if span.len == len => span,
            Framing::Frame(span) => return Err(MessageError::Trailing { frame: span.len, len }),
            Framing::Garbled { why, .. } => return Err(why.into()),
            Framing::Incomplete | Framing::TooLong { .. } => return Err(MessageError::Incomplete { len }),
        };
        let header = Header::read(frame, &span, data);
        // Test case 17g: with a wrong SecureDataLen(90), nothing else in the frame can be trusted.
        if let Some(BadField { text: b"91", why: BadFieldKind::DataLength }) = header.malformed {
            return Err(Garbled::SecureDataLen.into());
        }
        let is_yes = |value: Option<Value<'_>>| value.is_some_and(|value| value.as_bytes() == b"Y");
        let number = header.msg_seq_num.and_then(|value| value.seq_num().ok());
        let layout = Layout {
            number: number.ok_or(MessageError::MsgSeqNum)?,
            kind_at: u8::try_from(span.body_at + 3).unwrap_or(u8::MAX),
            kind_len: u16::try_from(header.msg_type.as_bytes().len()).unwrap_or(u16::MAX),
            body_at: u32::try_from(header.body_at).unwrap_or(u32::MAX),
            flags: Flags::NONE
                .with(Flags::POSS_DUP, is_yes(header.poss_dup))
                .with(Flags::POSS_RESEND, is_yes(header.poss_resend)),
        };
        Ok(Message::new(frame, data, layout))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::MsgSeqNum;
    use crate::testing::{Pair, Who, frame};
    use crate::{BeginString, Event, MsgType};

    const ORDER: &str = "8=FIX.4.4|35=D|34=3|49=SELLSIDE|56=BUYSIDE|52=20260105-09:00:00|43=Y|122=20260105-09:00:00|97=Y|11=a|";

    #[test]
    fn a_message_reads_as_the_session_hands_it_over() {
        let mut pair = Pair::new(BeginString::Fix44).unwrap();
        pair.connect();
        pair.initiator.application(|event, _| {
            let Event::Message(message) = event else { return };
            assert_eq!(Message::read(message.as_bytes(), &DataFields::STANDARD), Ok(*message));
        });
        pair.say_to(Who::Initiator, &frame(&ORDER.replace("34=3", "34=2")));
        let now = pair.clock.now();
        pair.acceptor.session.set_next_out(now, MsgSeqNum::FIRST.next().next()).unwrap();
        pair.acceptor
            .send(now, MsgType::new(b"B"), |body| {
                body.data(95, 96, b"a\x01b");
            })
            .unwrap();
        pair.drive();
        pair.expect_told(
            "initiator Message 34=2 97=Y 11=a
             initiator Message 34=3 95=3",
        );
    }

    #[test]
    fn what_is_not_one_whole_frame_with_a_number_is_none() {
        let read = |bytes: &[u8]| {
            Message::read(bytes, &DataFields::STANDARD).map(|message| message.msg_seq_num().get())
        };
        let order = frame(ORDER);
        let len = order.len();
        assert_eq!(read(&order), Ok(3));
        assert_eq!(read(&order[..len - 1]), Err(MessageError::Incomplete { len: len - 1 }));
        let twice: Vec<u8> = [&order[..], &order].concat();
        assert_eq!(read(&twice), Err(MessageError::Trailing { frame: len, len: 2 * len }));
        let mut garbled = order.clone();
        garbled[len - 9] = b'b'; // of 11=a
        assert_eq!(read(&garbled), Err(Garbled::CheckSum.into()));
        for number in ["", "34=0|", "34=x|"] {
            assert_eq!(read(&frame(&ORDER.replace("34=3|", number))), Err(MessageError::MsgSeqNum));
        }
        let secure = frame(&ORDER.replace("97=Y|", "90=9|91=x|"));
        assert_eq!(read(&secure), Err(Garbled::SecureDataLen.into()));
    }
}
