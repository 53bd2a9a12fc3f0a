//! The expected header on the usual course, and the state of everything off it.

use arrayvec::ArrayVec;

use super::acted::Acted;
use super::news::News;
use super::owed::Rejection;
use super::usual::Expected;
use super::{Inbound, Outbound, Session};
use crate::number::MsgSeqNum;
use crate::time::Instant;

/// Whether the session is on its usual course: nothing is missing, no replay is running, and no news or
/// Reject is owed.
///
/// The two variants share memory. The expected header is only an optimisation, so it may be forgotten
/// whenever the session leaves its course; off it, every message takes the generic path.
#[derive(Clone, Debug)]
pub(super) enum Course {
    /// Yes. The header that the next message is expected to have.
    Usual(Expected),
    /// No.
    Detour(Detour),
}

/// The state that exists only off the usual course.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Detour {
    pub(super) outbound: Outbound,
    pub(super) inbound: Inbound,
    /// The numbers of messages above a gap that were acted on at once: they are counted when they are
    /// reached.
    pub(super) acted: Acted,
    /// When the application's first message began to wait for a replay.
    pub(super) waiting_since: Option<Instant>,
    /// Why the message in hand is rejected, while that is owed.
    pub(super) rejection: Option<Rejection>,
    /// NewSeqNo(36) of the SequenceReset-Reset that is owed.
    pub(super) next_out: Option<MsgSeqNum>,
    /// Events that the application has not been given yet, oldest first.
    pub(super) news: ArrayVec<News, { Detour::NEWS }>,
}

/// The state on the usual course.
static NONE: Detour = Detour {
    inbound: Inbound::InSequence,
    outbound: Outbound::Live,
    acted: Acted::NONE,
    waiting_since: None,
    rejection: None,
    next_out: None,
    news: ArrayVec::new_const(),
};

impl Detour {
    /// The end of a link can cause three: a new series, orders to cancel, no more attempts.
    pub(super) const NEWS: usize = 3;

    /// The oldest event has been given to the application.
    pub(super) fn told(&mut self) {
        self.news.pop_at(0);
    }
}

impl Course {
    pub(super) const BEGUN: Course = Course::Usual(Expected::nothing());

    #[inline]
    pub(super) fn is_usual(&self) -> bool {
        matches!(self, Course::Usual(_))
    }

    /// The expected header, on the usual course.
    #[inline]
    pub(super) fn expected(&mut self) -> Option<&mut Expected> {
        match self {
            Course::Usual(expected) => Some(expected),
            Course::Detour(_) => None,
        }
    }

    #[inline]
    pub(super) fn detour(&self) -> &Detour {
        match self {
            Course::Usual(_) => &NONE,
            Course::Detour(detour) => detour,
        }
    }

    /// Changes the state; this may leave the usual course, or return to it.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Detour)) {
        match self {
            Course::Usual(_) => {
                let mut detour = NONE.clone();
                change(&mut detour);
                if detour != NONE {
                    *self = Course::Detour(detour);
                }
            }
            Course::Detour(detour) => {
                change(detour);
                if *detour == NONE {
                    *self = Course::BEGUN;
                }
            }
        }
    }
}

impl Session {
    /// The state of the inbound machine.
    #[inline]
    pub(super) fn inbound(&self) -> Inbound {
        self.course.detour().inbound
    }

    /// The state of the outbound machine.
    #[inline]
    pub(super) fn outbound(&self) -> Outbound {
        self.course.detour().outbound
    }
}

/// The expected header does not count: it is not part of the session's state.
impl PartialEq for Course {
    fn eq(&self, other: &Self) -> bool {
        self.detour() == other.detour()
    }
}

impl Eq for Course {}

impl core::hash::Hash for Course {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.detour().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::MsgSeqNum;

    #[test]
    fn what_is_known_off_the_usual_course_is_a_part_of_what_a_session_is() {
        let off = |waiting_since| {
            let mut course = Course::BEGUN;
            course.change(|detour| detour.next_out = Some(MsgSeqNum::FIRST));
            course.change(|detour| detour.waiting_since = waiting_since);
            course
        };
        assert_eq!(off(None), off(None));
        assert_ne!(off(None), off(Some(Instant::ZERO)));
        assert_ne!(off(None), Course::BEGUN);
    }
}
