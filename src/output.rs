//! What a session wants from its driver.

use crate::event::Event;
use crate::frame::Frame;
use crate::number::{MsgSeqNum, Series};
use crate::reason::Reason;
use crate::time::{Instant, Utc};
use crate::wire::MsgType;

/// What `Session::step` asks for. Match it in one loop; bind events by `ref`, they are large.
#[must_use = "an output that is dropped is offered again: a loop that ignores it does not end"]
#[derive(Debug)]
pub enum Output<'i, 'o> {
    /// Something for the application.
    Event(Event<'i>),
    /// A frame to commit and write.
    Transmit(Frame<'o>),
    /// The next message to send again: look it up and answer by `Session::replay`.
    Replay(Replay),
    /// An admin message that the application adds fields to: answer by `Session::compose`.
    Compose(Compose),
    /// `out` is too small for the next output: so many bytes are enough. Nothing has moved.
    NeedSpace(usize),
    /// Open a link to the counterparty, then call `Session::connected`, or `Session::disconnected` when it
    /// cannot be had.
    Connect(Connect),
    /// Close the link, then call `Session::disconnected`.
    Disconnect(Reason),
    /// Nothing to do until bytes come, the time is there, or the application wants something: after `send`,
    /// `logout`, `accept` and the like, step again before you wait, since they may leave something owed.
    Wait(Wait),
}

/// The end of a round: wait for this.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Call `step` at this time at the latest; `None` when no timer runs.
    pub until: Option<Instant>,
    /// Read from the link meanwhile? Not while a Logon is judged, nor without a link.
    pub read: bool,
}

impl Wait {
    /// The same, but until `then` at the latest: when a calendar is to be looked at again, for instance.
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

/// A wish to be connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connect {
    /// Which attempt in a row this is, from 1. The driver picks the host.
    pub attempt: u32,
}

/// A question to the journal: what is the first message in this range?
///
/// A token: it is answered once, by `Session::replay`. It may stay unanswered while the session is stepped
/// on; it is offered again then, and an answer to a question that is not open any more is told as late. Like
/// [`Wait`] it carries the next deadline.
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

    /// Call `step` at this time at the latest, answered or not.
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

    /// MsgSeqNum(34) that it will bear.
    pub fn msg_seq_num(&self) -> MsgSeqNum {
        self.number
    }

    /// SendingTime(52) that it will bear, as it will stand in the message: signatures are made over it.
    pub fn sending_time(&self) -> &str {
        self.text.get(..self.text_len).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}
