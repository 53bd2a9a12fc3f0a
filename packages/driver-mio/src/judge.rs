//! Who may log on, decided at once or later.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use mio::Waker;
use sansfix::{Farewell, Now, Session};

/// The answer to a Logon.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Accepts it.
    Accept,
    /// Accepts it, and under FIXT.1.1 the answer says more: see [`Session::accept_with`].
    AcceptWith {
        /// SessionStatus(1409): 1 if NewPassword(925) was accepted, 2 if the password expires soon.
        session_status: u16,
    },
    /// Refuses it with a Logout that says why.
    Refuse {
        /// Text(58).
        text: String,
        /// SessionStatus(1409), if the version has it.
        session_status: Option<u16>,
    },
    /// Closes the link silently.
    Drop,
}

impl Verdict {
    /// A verdict is too late once the session's own time limit has passed: the session is then closing.
    pub(crate) fn pronounce(&self, session: &mut Session, now: Now) {
        let _ = match self {
            Verdict::Accept => session.accept(now),
            Verdict::AcceptWith { session_status } => session.accept_with(now, *session_status),
            Verdict::Refuse { text, session_status } => {
                session.refuse(now, Farewell::Logout { text, session_status: *session_status })
            }
            Verdict::Drop => session.refuse(now, Farewell::Silent),
        };
    }
}

/// A Logon that waits for a verdict. It may go to another thread. If it is dropped, the Logon is never
/// answered, and the session gives up after `LogonPolicy::timeout`.
pub struct Question(Asker);

impl Question {
    /// Answers it. If the link has ended meanwhile, this does nothing: the next Logon is another question.
    pub fn answer(self, verdict: Verdict) {
        let Asker { session, link, answers, waker } = self.0;
        // Without a reactor nobody is there to hear it.
        let _ = answers.send(Answer { session, link, verdict });
        let _ = waker.wake();
    }
}

/// An answer to a [`Question`] on its way.
pub(crate) struct Answer {
    pub(crate) session: usize,
    pub(crate) link: u64,
    pub(crate) verdict: Verdict,
}

/// Makes the questions of one session.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) session: usize,
    /// Counts the session's links: an answer applies only to the Logon of its own.
    pub(crate) link: u64,
    pub(crate) answers: Sender<Answer>,
    pub(crate) waker: Arc<Waker>,
}

impl Asker {
    pub(crate) fn question(&self) -> Question {
        Question(self.clone())
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("session", &self.0.session).finish_non_exhaustive()
    }
}

impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker")
            .field("session", &self.session)
            .field("link", &self.link)
            .finish_non_exhaustive()
    }
}
