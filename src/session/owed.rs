//! What the session owes: frames to send, events to tell, a link to close, in order.

use arrayvec::ArrayVec;

use super::rules::RefTag;
use super::state::Opening;
use crate::event::Event;
use crate::message::Layout;
use crate::number::MsgSeqNum;
use crate::reason::Reason;
use crate::reject_reason::SessionRejectReason;
use crate::wire::Garbled;

/// One thing owed. It stays until it has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Owed {
    /// Our first Logon on this link, or the one that resets in session.
    Logon(Opening),
    /// The answer to the Logon in hand.
    LogonAnswer {
        reset: bool,
    },
    Heartbeat,
    /// The answer to the TestRequest in hand.
    Echo(Layout),
    TestRequest,
    ResendRequest(Request),
    /// The same request once more, under its own number.
    RepeatResendRequest(Request, MsgSeqNum),
    /// An answer to the message in hand.
    Reject(Rejection),
    /// An answer to the message in hand, as an application message.
    BusinessReject(Rejection),
    /// A Logout that asks.
    Logout,
    /// A Logout that answers.
    LogoutAnswer,
    /// A Logout that says why.
    LogoutFor(Reason),
    /// SequenceReset-Reset.
    SequenceReset {
        next_out: MsgSeqNum,
    },
    /// The counterparty's Logon is in hand.
    LoggedOn,
    Event(Event<'static>),
    Connect,
    Disconnect(Reason),
}

/// A ResendRequest(2): from BeginSeqNo(7) to EndSeqNo(16), or without end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Request {
    pub(crate) from: MsgSeqNum,
    pub(crate) to: Option<MsgSeqNum>,
    /// The number that it went out under.
    pub(crate) number: Option<MsgSeqNum>,
}

/// Why the message in hand is rejected.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Rejection {
    /// RefSeqNum(45); 0 where the message says so.
    pub(crate) number: u64,
    pub(crate) tag: Option<RefTag>,
    pub(crate) why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Why {
    Session(SessionRejectReason),
    /// A SequenceReset that would lower the number to this.
    LowersTo(u64),
    /// MsgSeqNum is below the expected one, where policy rejects it.
    TooLow {
        expected: MsgSeqNum,
        received: MsgSeqNum,
    },
    /// The message is garbled, where policy rejects it.
    Garbled(Garbled),
    /// BusinessRejectReason(380), and what Text(58) says.
    Business(u16, &'static str),
}

impl Rejection {
    pub(crate) fn new(number: MsgSeqNum, reason: SessionRejectReason, tag: Option<RefTag>) -> Self {
        Rejection { number: number.get(), tag, why: Why::Session(reason) }
    }

    /// SessionRejectReason(373).
    pub(crate) fn reason(&self) -> SessionRejectReason {
        match self.why {
            Why::Session(reason) => reason,
            Why::LowersTo(_) | Why::TooLow { .. } | Why::Garbled(_) => SessionRejectReason::ValueIncorrect,
            Why::Business(..) => SessionRejectReason::InvalidMsgType,
        }
    }
}

/// The queue. One call of the application or one inbound frame adds a handful at most, and no frame is read
/// while anything is owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Queue(ArrayVec<Owed, { Queue::CAPACITY }>);

impl Queue {
    const CAPACITY: usize = 12;
    /// Left free for what the session itself owes.
    const RESERVE: usize = 8;

    pub(crate) fn new() -> Self {
        Queue(ArrayVec::new())
    }

    #[inline]
    pub(crate) fn first(&self) -> Option<Owed> {
        self.0.first().copied()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds at the end. A caller that opens and closes links without ever stepping can fill the queue: the
    /// oldest news gives way then.
    pub(crate) fn push(&mut self, owed: Owed) {
        if self.0.is_full()
            && let Some(oldest) = self.0.iter().position(|owed| matches!(owed, Owed::Event(_)))
        {
            self.0.remove(oldest);
        }
        // What one input causes fits beside the wishes of the application, which are let in only while there
        // is room.
        let _ = self.0.try_push(owed);
    }

    /// Is there room for a wish of the application beside what the session owes?
    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < Self::CAPACITY - Self::RESERVE
    }

    /// Is our answer to a Logon among it?
    pub(crate) fn has_logon(&self) -> bool {
        self.0.iter().any(|owed| matches!(owed, Owed::LogonAnswer { .. }))
    }

    pub(crate) fn pop(&mut self) {
        if !self.0.is_empty() {
            self.0.remove(0);
        }
    }

    /// The link is gone: only what does not need one stays.
    pub(crate) fn clear_frames(&mut self) {
        self.0.retain(|owed| matches!(owed, Owed::Event(_)));
    }
}

impl core::hash::Hash for Queue {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        for owed in &self.0 {
            core::mem::discriminant(owed).hash(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_leave_room_for_what_the_session_itself_owes() {
        let mut queue = Queue::new();
        let mut wishes = 0;
        while queue.has_room() {
            queue.push(Owed::TestRequest);
            wishes += 1;
        }
        for _ in 0..Queue::RESERVE {
            queue.push(Owed::Heartbeat);
        }
        let mut owed = 0;
        while queue.first().is_some() {
            queue.pop();
            owed += 1;
        }
        assert_eq!((wishes, owed), (4, 12));
    }

    #[test]
    fn the_oldest_news_gives_way_and_never_a_frame() {
        let mut queue = Queue::new();
        queue.push(Owed::Heartbeat);
        queue.push(Owed::Event(Event::Recovered));
        for _ in 2..Queue::CAPACITY {
            queue.push(Owed::Event(Event::DuplicateConnection));
        }
        queue.push(Owed::Disconnect(Reason::Closed));
        assert_eq!(queue.first(), Some(Owed::Heartbeat));
        assert!(!queue.0.contains(&Owed::Event(Event::Recovered)));
        assert_eq!(queue.0.last(), Some(&Owed::Disconnect(Reason::Closed)));
        queue.clear_frames();
        assert_eq!(queue.0.len(), Queue::CAPACITY - 2);
    }
}
