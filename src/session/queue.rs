//! The queue of what is owed: one byte for each entry, and the details elsewhere in the session.

use arrayvec::ArrayVec;

use super::Session;
use super::course::Detour;
use super::owed::Owed;
use super::state::{Opening, State};

/// What is owed, in order. A call of the application or an inbound frame adds a handful at most, and no frame
/// is read while anything is owed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Queue {
    notices: ArrayVec<Notice, { Queue::CAPACITY }>,
    /// Where the body of the TestRequest in hand begins, while its echo is owed.
    echo_at: u32,
}

/// The tag of an [`Owed`]. Its details are stored once in the session: the frame in hand, the reason for
/// closing and the open request are there anyway, and the [`Detour`] holds the rest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Notice {
    LogonResumed,
    LogonReset,
    LogonAnswer,
    LogonAnswerReset,
    Heartbeat,
    Echo,
    TestRequest,
    ResendRequest,
    RepeatResendRequest,
    Reject,
    BusinessReject,
    Logout,
    LogoutAnswer,
    LogoutFor,
    SequenceReset,
    LoggedOn,
    News,
    Connect,
    Disconnect,
}

impl Queue {
    const CAPACITY: usize = 8;
    /// Kept free for what the session itself owes.
    const RESERVE: usize = 4;

    pub(super) fn new() -> Self {
        Queue { notices: ArrayVec::new(), echo_at: 0 }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.notices.is_empty()
    }

    /// What is owed first.
    #[inline]
    pub(super) fn first(&self) -> Option<Notice> {
        self.notices.first().copied()
    }

    /// Whether there is room for a request of the application.
    pub(super) fn has_room(&self) -> bool {
        let news = self.notices.iter().filter(|&&notice| notice == Notice::News).count();
        self.notices.len() < Self::CAPACITY - Self::RESERVE && news < Detour::NEWS
    }

    /// Whether our answer to a Logon is owed.
    #[inline]
    pub(super) fn has_logon(&self) -> bool {
        !self.is_empty() && self.has_logon_answer()
    }

    fn has_logon_answer(&self) -> bool {
        self.has(Notice::LogonAnswer) || self.has(Notice::LogonAnswerReset)
    }

    pub(super) fn has(&self, notice: Notice) -> bool {
        self.notices.contains(&notice)
    }
}

impl Session {
    /// What is owed first, with its details.
    #[inline]
    pub(super) fn first_owed(&mut self) -> Option<Owed> {
        if self.owed.is_empty() { None } else { self.first_in_full() }
    }

    fn first_in_full(&mut self) -> Option<Owed> {
        let owed = self.in_full(self.owed.first()?);
        if owed.is_none() { self.first_behind() } else { owed }
    }

    /// The details of the first notice are gone: drop it, and try the next.
    #[cold]
    fn first_behind(&mut self) -> Option<Owed> {
        self.settle_first();
        self.first_owed()
    }

    /// A notice with its details; `None` if these are gone.
    #[inline]
    fn in_full(&self, notice: Notice) -> Option<Owed> {
        let detour = self.course.detour();
        let closing = || if let State::Closing(why) = self.state { Some(why) } else { None };
        Some(match notice {
            Notice::LogonResumed => Owed::Logon(Opening::Resumed),
            Notice::LogonReset => Owed::Logon(Opening::Reset),
            Notice::LogonAnswer => Owed::LogonAnswer { reset: false },
            Notice::LogonAnswerReset => Owed::LogonAnswer { reset: true },
            Notice::Heartbeat => Owed::Heartbeat,
            Notice::Echo => Owed::Echo { body_at: self.owed.echo_at },
            Notice::TestRequest => Owed::TestRequest,
            Notice::ResendRequest => Owed::ResendRequest(self.request?),
            Notice::RepeatResendRequest => Owed::RepeatResendRequest(self.request?, self.request?.number?),
            Notice::Reject => Owed::Reject(detour.rejection?),
            Notice::BusinessReject => Owed::BusinessReject(detour.rejection?),
            Notice::Logout => Owed::Logout,
            Notice::LogoutAnswer => Owed::LogoutAnswer,
            Notice::LogoutFor => Owed::LogoutFor(closing()?),
            Notice::SequenceReset => Owed::SequenceReset { next_out: detour.next_out? },
            Notice::LoggedOn => Owed::LoggedOn,
            Notice::News => Owed::Event(*detour.news.first()?),
            Notice::Connect => Owed::Connect,
            Notice::Disconnect => Owed::Disconnect(closing()?),
        })
    }

    /// Owes one more thing. A caller that opens and closes links without ever stepping can fill the queue;
    /// then the oldest news is dropped.
    pub(super) fn owe(&mut self, owed: Owed) {
        if self.owed.notices.is_full() {
            self.drop_oldest_news();
        }
        // What one input causes always fits: the application's requests are let in only while there is room.
        if self.owed.notices.is_full() {
            return;
        }
        let notice = match owed {
            Owed::Logon(Opening::Resumed) => Notice::LogonResumed,
            Owed::Logon(Opening::Reset) => Notice::LogonReset,
            Owed::LogonAnswer { reset: false } => Notice::LogonAnswer,
            Owed::LogonAnswer { reset: true } => Notice::LogonAnswerReset,
            Owed::Heartbeat => Notice::Heartbeat,
            Owed::Echo { body_at } => {
                self.owed.echo_at = body_at;
                Notice::Echo
            }
            Owed::TestRequest => Notice::TestRequest,
            Owed::ResendRequest(_) => Notice::ResendRequest,
            Owed::RepeatResendRequest(..) => Notice::RepeatResendRequest,
            Owed::Reject(rejection) => {
                self.course.change(|detour| detour.rejection = Some(rejection));
                Notice::Reject
            }
            Owed::BusinessReject(rejection) => {
                self.course.change(|detour| detour.rejection = Some(rejection));
                Notice::BusinessReject
            }
            Owed::Logout => Notice::Logout,
            Owed::LogoutAnswer => Notice::LogoutAnswer,
            Owed::LogoutFor(_) => Notice::LogoutFor,
            Owed::SequenceReset { next_out } => {
                self.course.change(|detour| detour.next_out = Some(next_out));
                Notice::SequenceReset
            }
            Owed::LoggedOn => Notice::LoggedOn,
            Owed::Event(news) => {
                if self.course.detour().news.is_full() {
                    self.drop_oldest_news();
                }
                self.course.change(|detour| {
                    let _ = detour.news.try_push(news);
                });
                Notice::News
            }
            Owed::Connect => Notice::Connect,
            Owed::Disconnect(_) => Notice::Disconnect,
        };
        let _ = self.owed.notices.try_push(notice);
    }

    /// The first thing owed is done.
    pub(super) fn settle_first(&mut self) {
        let Some(notice) = self.owed.notices.pop_at(0) else { return };
        match notice {
            Notice::Reject | Notice::BusinessReject => self.course.change(|detour| detour.rejection = None),
            Notice::SequenceReset => self.course.change(|detour| detour.next_out = None),
            Notice::News => self.course.change(Detour::told),
            Notice::LogonResumed
            | Notice::LogonReset
            | Notice::LogonAnswer
            | Notice::LogonAnswerReset
            | Notice::Heartbeat
            | Notice::Echo
            | Notice::TestRequest
            | Notice::ResendRequest
            | Notice::RepeatResendRequest
            | Notice::Logout
            | Notice::LogoutAnswer
            | Notice::LogoutFor
            | Notice::LoggedOn
            | Notice::Connect
            | Notice::Disconnect => {}
        }
    }

    /// The link is gone: only what needs none is still owed.
    pub(super) fn owe_no_frames(&mut self) {
        self.owed.notices.retain(|notice| *notice == Notice::News);
        self.course.change(|detour| (detour.rejection, detour.next_out) = (None, None));
    }

    fn drop_oldest_news(&mut self) {
        if let Some(oldest) = self.owed.notices.iter().position(|&notice| notice == Notice::News) {
            self.owed.notices.remove(oldest);
            self.course.change(Detour::told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::MsgSeqNum;
    use crate::reason::Reason;
    use crate::session::news::News;
    use crate::session::owed::Request;
    use crate::{BeginString, Checkpoint, Config, Role, Utc};
    use std::vec::Vec;

    fn session() -> Session {
        let config = Config::new(Role::Acceptor, BeginString::Fix44, "US", "THEM").unwrap();
        Session::new(config, Checkpoint::begin(Utc::EPOCH)).unwrap()
    }

    fn settle_all(session: &mut Session) -> Vec<Owed> {
        let first = |_| {
            let owed = session.first_owed()?;
            session.settle_first();
            Some(owed)
        };
        (0..).map_while(first).collect()
    }

    #[test]
    fn wishes_leave_room_for_what_the_session_itself_owes() {
        let mut session = session();
        let mut wishes = 0;
        while session.owed.has_room() {
            session.owe(Owed::TestRequest);
            wishes += 1;
        }
        for _ in 0..Queue::RESERVE {
            session.owe(Owed::Heartbeat);
        }
        assert_eq!((wishes, settle_all(&mut session).len()), (4, 8));
    }

    #[test]
    fn a_wish_that_brings_news_waits_until_some_have_been_told() {
        let mut session = session();
        for _ in 0..Detour::NEWS {
            assert!(session.owed.has_room());
            session.owe(Owed::Event(News::Recovered));
        }
        assert!(!session.owed.has_room());
        session.settle_first();
        assert!(session.owed.has_room());
    }

    #[test]
    fn the_oldest_news_gives_way_and_never_a_frame() {
        let mut session = session();
        session.state = State::Closing(Reason::Closed);
        session.owe(Owed::Heartbeat);
        session.owe(Owed::Event(News::Recovered));
        for _ in 0..Detour::NEWS {
            session.owe(Owed::Event(News::DuplicateConnection));
        }
        session.owe(Owed::Disconnect(Reason::Closed));
        let news = [Owed::Event(News::DuplicateConnection); Detour::NEWS];
        let mut owed = std::vec![Owed::Heartbeat];
        owed.extend(news);
        owed.push(Owed::Disconnect(Reason::Closed));
        assert_eq!(settle_all(&mut session.clone()), owed);
        session.owe_no_frames();
        assert_eq!(settle_all(&mut session), news);
    }

    #[test]
    fn a_notice_whose_matter_is_over_gives_way_to_the_next() {
        let mut session = session();
        session.owe(Owed::ResendRequest(Request { from: MsgSeqNum::FIRST, to: None, number: None }));
        session.owe(Owed::Heartbeat);
        session.request = None;
        assert_eq!(settle_all(&mut session), [Owed::Heartbeat]);
    }

    #[test]
    fn a_full_queue_takes_no_more_and_keeps_its_order() {
        let mut session = session();
        session.owe(Owed::Event(News::Recovered));
        for _ in 1..Queue::CAPACITY {
            session.owe(Owed::Heartbeat);
        }
        session.owe(Owed::Event(News::ResendRejected));
        session.owe(Owed::Heartbeat);
        session.owe(Owed::Heartbeat);
        assert_eq!(settle_all(&mut session), [Owed::Heartbeat; Queue::CAPACITY]);
        assert!(session.course.is_usual());
    }
}
