//! Events without a message, which can wait in the queue.

use core::time::Duration;

use super::{Session, Span};
use crate::event::Event;
use crate::number::MsgSeqNum;
use crate::reason::Reason;

/// An [`Event`] of the same name, in half the space, because every session has room for a few.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum News {
    Gap { missing: MsgSeqNum, received: MsgSeqNum },
    Recovered,
    ResendRejected,
    NewSeries,
    ResendRequested(Span),
    ResendBeyond { from: MsgSeqNum, next_out: MsgSeqNum },
    Lost(Span),
    NextInSet { was: MsgSeqNum, to: MsgSeqNum },
    NextOutSet { was: MsgSeqNum, to: MsgSeqNum },
    RoundTrip { took: Duration },
    DuplicateConnection,
    Stopped,
    CancelOrders { why: Reason },
}

impl Session {
    /// The event, as it is reported now: a new series with its present numbers, after what was sent
    /// meanwhile.
    pub(super) fn tell(&self, news: News) -> Event<'static> {
        match news {
            News::Gap { missing, received } => Event::Gap { missing, received },
            News::Recovered => Event::Recovered,
            News::ResendRejected => Event::ResendRejected,
            News::NewSeries => Event::NewSeries { resume: self.numbers.checkpoint() },
            News::ResendRequested(Span { from, to }) => Event::ResendRequested { from, to },
            News::ResendBeyond { from, next_out } => Event::ResendBeyond { from, next_out },
            News::Lost(Span { from, to }) => Event::Lost { from, to },
            News::NextInSet { was, to } => Event::NextInSet { was, to },
            News::NextOutSet { was, to } => Event::NextOutSet { was, to },
            News::RoundTrip { took } => Event::RoundTrip { took },
            News::DuplicateConnection => Event::DuplicateConnection,
            News::Stopped => Event::Stopped { why: self.memory.why_closed() },
            News::CancelOrders { why } => Event::CancelOrders { why },
        }
    }
}
