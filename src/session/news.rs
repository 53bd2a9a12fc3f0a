//! Events that wait for their turn: those without a message.

use core::time::Duration;

use super::Span;
use crate::checkpoint::Checkpoint;
use crate::event::Event;
use crate::number::MsgSeqNum;
use crate::reason::Reason;

/// An [`Event`] of the same name, in half the space: every session has room for a few.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum News {
    Gap { missing: MsgSeqNum, received: MsgSeqNum },
    Recovered,
    ResendRejected,
    NewSeries { resume: Checkpoint },
    ResendRequested(Span),
    ResendBeyond { from: MsgSeqNum, next_out: MsgSeqNum },
    Lost(Span),
    NumbersSet { next_in: MsgSeqNum, next_out: MsgSeqNum, was: MsgSeqNum },
    RoundTrip { took: Duration },
    DuplicateConnection,
    Stopped { why: Reason },
    CancelOrders { why: Reason },
}

impl From<News> for Event<'_> {
    fn from(news: News) -> Self {
        match news {
            News::Gap { missing, received } => Event::Gap { missing, received },
            News::Recovered => Event::Recovered,
            News::ResendRejected => Event::ResendRejected,
            News::NewSeries { resume } => Event::NewSeries { resume },
            News::ResendRequested(Span { from, to }) => Event::ResendRequested { from, to },
            News::ResendBeyond { from, next_out } => Event::ResendBeyond { from, next_out },
            News::Lost(Span { from, to }) => Event::Lost { from, to },
            News::NumbersSet { next_in, next_out, was } => Event::NumbersSet { next_in, next_out, was },
            News::RoundTrip { took } => Event::RoundTrip { took },
            News::DuplicateConnection => Event::DuplicateConnection,
            News::Stopped { why } => Event::Stopped { why },
            News::CancelOrders { why } => Event::CancelOrders { why },
        }
    }
}
