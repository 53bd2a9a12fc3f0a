//! ResendRequest(2) received, and the replay that answers it (FIX session layer 4.8.3 to 4.8.5).

use super::classify::Classified;
use super::header::{Extra, HeaderFacts};
use super::news::News;
use super::owed::Rejection;
use super::replay::{Input, Replaying};
use super::stored::StoredMessage;
use super::{Outbound, Session, Span};
use crate::frame::{Effect, Frame};
use crate::inbox::Inbox;
use crate::journal::Stored;
use crate::number::MsgSeqNum;
use crate::output::Replay;
use crate::planted::{Bug, planted};
use crate::reject_reason::SessionRejectReason;
use crate::time::Now;
use crate::wire::{BeginString, EncodeError, Guard, MsgType, Value, ValueError, encode, tag};

/// Why the answer to an [`Output::Replay`](crate::Output::Replay) was not accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReplayError {
    /// The question is no longer open: the link changed, a new series began, or it was already answered.
    #[error("the answer is too late: the question is no longer open")]
    Late,
    /// The message is outside the range asked for: the journal is faulty.
    #[error("the journal answered with number {got}, outside {from} to {to}")]
    OutOfRange {
        /// The number it answered with.
        got: MsgSeqNum,
        /// The first that was asked for.
        from: MsgSeqNum,
        /// The last.
        to: MsgSeqNum,
    },
    /// `out` is too small: this many bytes are enough.
    #[error("the message needs {0} bytes of space")]
    NeedSpace(usize),
}

/// BeginSeqNo(7) and EndSeqNo(16) as the counterparty wrote them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    from: MsgSeqNum,
    /// `None` for everything.
    to: Option<MsgSeqNum>,
}

impl Session {
    /// Answers [`Output::Replay`](crate::Output::Replay) with what the journal has: the first message in the
    /// range, or `None`.
    ///
    /// The frame returned is a retransmission, with PossDupFlag(43) and OrigSendingTime(122), or a single gap
    /// fill for all the numbers before it; the session then asks for the rest. `Ok(None)` means that the
    /// answer is noted, and a later gap fill will cover it.
    ///
    /// # Errors
    /// See [`ReplayError`]; the session is unchanged then.
    // Inlined, and the parts passed on: question and answer were just written part by part, and to copy them
    // as a whole would wait for that.
    #[inline(always)]
    pub fn replay<'o>(
        &mut self,
        now: Now,
        asked: Replay,
        stored: Option<Stored<'_>>,
        out: &'o mut [u8],
    ) -> Result<Option<Frame<'o>>, ReplayError> {
        let now = self.observe(now);
        let open = asked.link == self.link && asked.series == self.numbers.series;
        if !open && !planted(Bug::LateAnswerTaken) {
            return Err(ReplayError::Late);
        }
        let asked = Span { from: asked.from, to: asked.to };
        match stored {
            None => self.cover(now, asked, out),
            Some(Stored::Message { number, frame }) => self.send_again(now, asked, number, frame, out),
            Some(Stored::Lost { up_to }) => self.leave_out(now, asked, up_to, Gone::Lost, out),
            Some(Stored::Withheld { up_to }) => self.leave_out(now, asked, up_to, Gone::Withheld, out),
        }
    }

    /// The replay that asked, if this is still what it waits for.
    #[inline(always)]
    fn open_replay(&mut self, now: Now, asked: Span) -> Result<Replaying, ReplayError> {
        match self.outbound() {
            Outbound::Replaying(replay)
                if (asked.from == replay.scanned || planted(Bug::LateAnswerTaken)) && self.is_logged_on() =>
            {
                self.stamp.date(now.utc);
                Ok(replay)
            }
            Outbound::Replaying(_) | Outbound::Live => Err(ReplayError::Late),
        }
    }

    /// FIX session layer 4.8.3: the range is covered to its end, including trailing admin messages.
    fn cover<'o>(
        &mut self,
        now: Now,
        asked: Span,
        out: &'o mut [u8],
    ) -> Result<Option<Frame<'o>>, ReplayError> {
        let replay = self.open_replay(now, asked)?;
        let below = if planted(Bug::ResendCutShort) { asked.to } else { asked.to.next() };
        self.fill(now, replay, below, out).map(Some)
    }

    /// Nothing of the range up to `up_to` is sent.
    fn leave_out<'o>(
        &mut self,
        now: Now,
        asked: Span,
        up_to: MsgSeqNum,
        gone: Gone,
        out: &'o mut [u8],
    ) -> Result<Option<Frame<'o>>, ReplayError> {
        let replay = self.open_replay(now, asked)?;
        in_range(up_to, asked)?;
        self.pass_over(now, replay, asked, up_to, gone, out)
    }

    /// Sends the first message of the range.
    fn send_again<'o>(
        &mut self,
        now: Now,
        asked: Span,
        number: MsgSeqNum,
        frame: &[u8],
        out: &'o mut [u8],
    ) -> Result<Option<Frame<'o>>, ReplayError> {
        let replay = self.open_replay(now, asked)?;
        in_range(number, asked)?;
        let Some(stored) = self.read_stored(number, frame) else {
            return self.pass_over(now, replay, asked, number, Gone::Lost, out);
        };
        if stored.msg_type.is_admin() && stored.msg_type != MsgType::REJECT {
            // FIX session layer 4.8.5: an imported store may hold admin messages; they are never sent again.
            return self.pass_over(now, replay, asked, number, Gone::Withheld, out);
        }
        if self.is_too_long(frame.len(), stored.sending_time.len()) {
            return self.pass_over(now, replay, asked, number, Gone::Lost, out);
        }
        if number > replay.next {
            return self.fill(now, replay, number, out).map(Some);
        }
        self.retransmit(now, replay, number, &stored, out).map(Some)
    }

    /// FIX session layer 4.3.6: whether a stored message, with PossDupFlag and OrigSendingTime added, is
    /// longer than the counterparty accepts.
    fn is_too_long(&self, stored: usize, sending_time: usize) -> bool {
        let added = "43=Y|122=|".len() + sending_time;
        self.peer_max.is_some_and(|max| stored.saturating_add(added) > max.get() as usize)
    }

    /// Passes over a part of the range, which joins the next gap fill.
    fn pass_over<'o>(
        &mut self,
        now: Now,
        replay: Replaying,
        asked: Span,
        up_to: MsgSeqNum,
        gone: Gone,
        out: &'o mut [u8],
    ) -> Result<Option<Frame<'o>>, ReplayError> {
        let at_end = up_to >= asked.to;
        let needed = if at_end { Some(self.fill(now, replay, up_to.next(), out)?) } else { None };
        self.out(Input::Nothing(up_to.next()));
        if gone == Gone::Lost && self.owed.has_room() {
            self.owe(super::owed::Owed::Event(News::Lost(Span { to: up_to, ..asked })));
        }
        Ok(needed)
    }

    /// One gap fill from the next number of the replay to the one before `below` (FIX session layer 4.8.5).
    fn fill<'o>(
        &self,
        now: Now,
        replay: Replaying,
        below: MsgSeqNum,
        out: &'o mut [u8],
    ) -> Result<Frame<'o>, ReplayError> {
        let config = &self.config;
        let number = replay.next;
        // FIX session layer 4.8.4: PossDupFlag on all that answers a ResendRequest; OrigSendingTime equals
        // SendingTime where there is no other.
        let facts = HeaderFacts {
            msg_type: MsgType::SEQUENCE_RESET,
            number,
            original: Some(self.stamp.sending_time()),
            extra: Extra::None,
        };
        let header = |out: &mut [u8]| self.write_header(facts, out);
        let bytes = encode(out, config.begin_string, header, Guard::Session, |body| {
            body.uint(tag::NEW_SEQ_NO, below.get()).bool(tag::GAP_FILL_FLAG, true);
        });
        self.resent(bytes, number, below, now)
    }

    /// FIX session layer 4.8.4: the same number and content, PossDupFlag, and the first SendingTime as
    /// OrigSendingTime.
    #[inline(always)]
    fn retransmit<'o>(
        &self,
        now: Now,
        replay: Replaying,
        number: MsgSeqNum,
        stored: &StoredMessage<'_>,
        out: &'o mut [u8],
    ) -> Result<Frame<'o>, ReplayError> {
        let config = &self.config;
        let first = replay.is_first_transmission(number);
        let extra = match stored.header {
            [] => Extra::None,
            header => Extra::Stored(header, config.data_fields),
        };
        let facts = HeaderFacts {
            msg_type: stored.msg_type,
            number,
            original: (!first && !planted(Bug::ResentWithoutPossDupFlag)).then_some(stored.sending_time),
            extra,
        };
        let header = |out: &mut [u8]| self.write_header(facts, out);
        let bytes = encode(out, config.begin_string, header, Guard::Session, |body| {
            body.raw(stored.body);
        });
        self.resent(bytes, number, number.next(), now)
    }

    #[inline(always)]
    fn resent<'o>(
        &self,
        bytes: Result<&'o [u8], EncodeError>,
        number: MsgSeqNum,
        below: MsgSeqNum,
        now: Now,
    ) -> Result<Frame<'o>, ReplayError> {
        match bytes {
            Ok(bytes) => Ok(self.own_frame(bytes, number, Effect::Resent { below }, now.monotonic)),
            Err(EncodeError::NeedSpace(space)) => Err(ReplayError::NeedSpace(space)),
            // Cannot happen: what was stored was written by this encoder, or read field by field.
            Err(EncodeError::Body(_)) => Err(ReplayError::Late),
        }
    }

    /// FIX session layer 4.8.2: reads the range asked for, which must start at 1 or above and not be
    /// reversed.
    pub(super) fn requested(&self, inbox: &Inbox<'_>, message: &Classified) -> Result<Asked, Rejection> {
        let view = self.message(inbox, message.layout);
        let reject = |reason, tag: u32| Rejection::new(message.layout.number, reason, Some(tag.into()));
        let read = |tag| match view.get(tag).map(Value::uint) {
            None => Err(reject(SessionRejectReason::RequiredTagMissing, tag)),
            Some(Ok(number)) => Ok(number),
            // Larger than any number: as EndSeqNo it means everything; as BeginSeqNo it is invalid.
            Some(Err(ValueError::Range)) => Ok(u64::MAX),
            Some(Err(ValueError::Empty)) => Err(reject(SessionRejectReason::TagSpecifiedWithoutValue, tag)),
            Some(Err(ValueError::Form)) => Err(reject(SessionRejectReason::IncorrectDataFormat, tag)),
        };
        let (begin, end) = (read(tag::BEGIN_SEQ_NO)?, read(tag::END_SEQ_NO)?);
        let wrong = || reject(SessionRejectReason::ValueIncorrect, tag::BEGIN_SEQ_NO);
        let from = MsgSeqNum::new(begin).ok_or_else(wrong)?;
        // Up to FIX 4.1, 999999 is the open end; later it is a number like any other.
        let open = end == 0 || (end == 999_999 && self.config.begin_string <= BeginString::Fix41);
        if open {
            return Ok(Asked { from, to: None });
        }
        if end < begin {
            return Err(wrong());
        }
        Ok(Asked { from, to: Some(MsgSeqNum::new(end).unwrap_or(MsgSeqNum::MAX)) })
    }

    /// FIX session layer 4.8.3: from the first number asked for to the last, or the last sent.
    pub(super) fn serve(&mut self, now: Now, asked: Asked) -> News {
        let next_out = self.numbers.next_out;
        let last = next_out.previous().filter(|&last| asked.from <= last);
        let Some(last) = last else {
            // Nothing was sent under these numbers; a gap fill would lower the counterparty's expected
            // number.
            return News::ResendBeyond { from: asked.from, next_out };
        };
        let span = Span { from: asked.from, to: asked.to.map_or(last, |to| to.min(last)) };
        self.memory.last_request = Some(span);
        let waited = self.course.detour().waiting_since.map(|since| now.monotonic.saturating_since(since));
        let late = waited.is_some_and(|waited| waited > self.config.policies.gaps.live_wait.into());
        self.out(if late { Input::RequestedLate(span) } else { Input::Requested(span) });
        News::ResendRequested(span)
    }
}

fn in_range(got: MsgSeqNum, Span { from, to }: Span) -> Result<(), ReplayError> {
    if got < from || got > to { Err(ReplayError::OutOfRange { got, from, to }) } else { Ok(()) }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gone {
    Lost,
    Withheld,
}
