//! What a session wants from its driver.

use crate::event::Event;
use crate::frame::Frame;
use crate::number::{MsgSeqNum, Series};
use crate::reason::Reason;
use crate::time::{Instant, Utc};
use crate::wire::MsgType;

/// What [`Session::step`](crate::Session::step) asks for. Match it in one loop; bind events by `ref`, because
/// they are large.
#[must_use = "a dropped output is offered again: a loop that ignores it never ends"]
#[derive(Debug)]
pub enum Output<'i, 'o> {
    /// Something for the application.
    Event(Event<'i>),
    /// A frame to commit and write.
    Transmit(Frame<'o>),
    /// The counterparty asked for messages again: look up the next one and answer with
    /// [`Session::replay`](crate::Session::replay).
    Replay(Replay),
    /// An admin message that the application adds fields to: answer with
    /// [`Session::compose`](crate::Session::compose).
    Compose(Compose),
    /// `out` is too small for the next output: call again with this many bytes. Nothing has changed.
    NeedSpace(usize),
    /// Open a link to the counterparty, then call [`Session::connected`](crate::Session::connected), or
    /// [`Session::disconnected`](crate::Session::disconnected) if that fails.
    Connect(Connect),
    /// Close the link, then call [`Session::disconnected`](crate::Session::disconnected).
    Disconnect(Reason),
    /// Nothing to do until bytes arrive, the time comes, or the application wants something. After `send`,
    /// `logout`, `accept` and the like, step again before you wait: they may leave output owed.
    Wait(Wait),
}

/// The end of a round: what to wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Call `step` no later than this, on the monotonic clock; `None` when no timer runs.
    pub until: Option<Instant>,
    /// Whether to read from the link meanwhile: not while a Logon awaits its verdict, nor without a link.
    pub read: bool,
}

impl Wait {
    /// The same wait, but until `then` at the latest: when a calendar has to be consulted again, say.
    ///
    /// ```
    /// # use sansfix::{Instant, Wait};
    /// let wait = Wait { until: Some(Instant::from_nanos(9)), read: true };
    /// assert_eq!(wait.no_later_than(Some(Instant::from_nanos(5))).until, Some(Instant::from_nanos(5)));
    /// assert_eq!(wait.no_later_than(None), wait);
    /// ```
    #[must_use]
    pub fn no_later_than(self, then: Option<Instant>) -> Self {
        Wait { until: self.until.into_iter().chain(then).min(), ..self }
    }
}

/// A request for a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connect {
    /// Which attempt this is since the last logon, from 1. The driver picks the host.
    pub attempt: u32,
}

/// A question to the journal: what is the first message in this range?
///
/// It is a token, answered once, by [`Session::replay`](crate::Session::replay). You may leave it unanswered
/// and keep stepping: the question is asked again, and an answer to one that is no longer open is refused as
/// late. Like [`Wait`] it carries the next deadline.
#[derive(PartialEq, Eq, Debug)]
pub struct Replay {
    pub(crate) series: Series,
    pub(crate) from: MsgSeqNum,
    pub(crate) to: MsgSeqNum,
    pub(crate) until: Option<Instant>,
    pub(crate) link: u32,
}

impl Replay {
    /// The series whose messages are wanted.
    pub fn series(&self) -> Series {
        self.series
    }

    /// The first number of the range.
    pub fn from(&self) -> MsgSeqNum {
        self.from
    }

    /// The last number of the range.
    pub fn to(&self) -> MsgSeqNum {
        self.to
    }

    /// Call `step` no later than this, answered or not.
    pub fn until(&self) -> Option<Instant> {
        self.until
    }
}

/// An admin message that is about to go out, for the application to add fields to. It is answered once, by
/// `Session::compose`; a copy that is answered later is late.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compose {
    pub(crate) msg_type: MsgType<'static>,
    pub(crate) number: MsgSeqNum,
    pub(crate) sending_time: Utc,
    pub(crate) text: [u8; crate::wire::UTC_TIMESTAMP_MAX],
    pub(crate) text_len: usize,
    pub(crate) ticket: u32,
}

impl Compose {
    /// MsgType(35).
    pub fn msg_type(&self) -> MsgType<'static> {
        self.msg_type
    }

    /// Its MsgSeqNum(34).
    pub fn msg_seq_num(&self) -> MsgSeqNum {
        self.number
    }

    /// Its SendingTime(52), exactly as it will stand in the message: signatures are made over it.
    pub fn sending_time(&self) -> &str {
        self.text.get(..self.text_len).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}
