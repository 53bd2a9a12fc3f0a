//! Keeps a session to its calendar: logs it out at the end, enables it at the opening, resets it in between.

use core::time::Duration;

use super::{Period, Schedule};
use crate::session::{Role, Session, State};
use crate::time::{Instant, Now, Utc};

/// The wall clock may be set, and a machine may sleep, so the calendar is consulted at least this often.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How far two wall clocks may be apart. An initiator that connects before the counterparty's clock shows the
/// opening is refused; if one window follows directly on another, it would log on to the previous series.
const SKEW: Duration = Duration::from_secs(2);
/// Text(58) of the Logout at the end of a window.
const OVER: &str = "the session is over by its schedule";

/// Keeps one session to its [`Schedule`], for a driver that asks it in each round.
///
/// * **At the end of the window** it [disables](Session::disable) the session. If logged on, the session
///   recovers what is missing and logs out (FIX session layer 4.6.1); an initiator asks for no further link;
///   and for an acceptor [`Session::connected`] refuses new ones, which you drop without a word.
/// * **When a reset is due**, or was while the process was down, it waits for the end of the link, logging
///   out if necessary, and begins the new series [silently](Session::reset_silently), since both sides know
///   the hour. The series says when it began, so no state is needed but the checkpoint, and a restarted
///   process resets neither twice nor too late.
/// * **At the opening** it [enables](Session::enable) the session, once. If it is stopped later, by you or by
///   a refused Logon, it stays so until the next opening.
///
/// Two wall clocks never agree exactly, so an initiator connects no earlier than two seconds after an opening
/// or a reset, and not in the last two seconds of a window.
///
/// ```
/// use sansfix::schedule::Timekeeper;
/// use sansfix::{Inbox, Now, Output, Session, Wait};
///
/// /// One round of a driver: it waits for the session or for the calendar, whichever comes first.
/// fn round(timekeeper: &mut Timekeeper, session: &mut Session, now: Now, inbox: &mut Inbox, out: &mut [u8]) -> Wait {
///     let look_again = timekeeper.keep(session, now);
///     loop {
///         match session.step(now, inbox, out) {
///             Output::Wait(wait) => return wait.no_later_than(look_again),
///             output => drop(output), // as in any driver
///         }
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timekeeper {
    schedule: Schedule,
    standing: Standing,
    /// Whether the session had a link when we last looked.
    had_link: bool,
    /// When to consult the calendar again, unless a link comes or goes before; `None` for never.
    look_again: Option<Instant>,
}

/// What the session was last told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    /// Nothing yet.
    New,
    /// It is enabled, for this window.
    Open(Period),
    /// It is disabled; its link may not have ended.
    Closed,
}

impl Timekeeper {
    /// A timekeeper for a session that is new, or already running.
    pub fn new(schedule: Schedule) -> Self {
        Timekeeper { schedule, standing: Standing::New, had_link: false, look_again: None }
    }

    /// The calendar.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Whether the session was last told that it may have a link. If not, it is outside its hours, or about
    /// to be reset.
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Open(_))
    }

    /// Tells the session what the calendar requires now, and returns when to call again, at the latest a
    /// minute from now; `None` if this calendar neither closes nor resets.
    ///
    /// Call it before you hand over a link, and in each round before you step the session: the following
    /// steps carry out what it tells the session. It consults the calendar only when necessary.
    pub fn keep(&mut self, session: &mut Session, now: Now) -> Option<Instant> {
        let is_time = self.look_again.is_some_and(|then| then <= now.monotonic);
        if is_time || self.standing == Standing::New || self.had_link != has_link(session) {
            let next = self.look(session, now);
            let left = next.map(|then| then.distance(now.utc).min(LOOK_AGAIN));
            self.look_again = left.map(|left| now.monotonic.saturating_add(left));
            self.had_link = has_link(session);
        }
        self.look_again
    }

    /// Does what is due, and returns when something may be due next.
    fn look(&mut self, session: &mut Session, now: Now) -> Option<Utc> {
        let window = self.schedule.logon_at(now.utc);
        let began = session.checkpoint().series.began();
        let reset = self.schedule.due_reset(began, now.utc);
        if has_link(session) {
            self.look_at_link(session, now, window, reset);
        }
        let skew = if session.config().role == Role::Initiator { SKEW } else { Duration::ZERO };
        let begins = window.map(|window| window.opens).max(reset).map(|begins| begins.saturating_add(skew));
        let ends = window.map(|window| earlier(window.closes, skew));
        if !has_link(session) {
            let has_begun = begins.is_none_or(|begins| begins <= now.utc);
            let window = window.filter(|_| has_begun && ends.is_some_and(|ends| now.utc < ends));
            let reset = reset.filter(|_| has_begun);
            self.look_without_link(session, now, window, reset);
        }
        let (closes, opens) = (self.schedule.next_logout(now.utc), self.schedule.next_logon(now.utc));
        let resets = self.schedule.next_reset(now.utc);
        let bounds = [begins, ends.filter(|_| closes.is_some()), closes, opens, resets];
        bounds.into_iter().flatten().filter(|&then| then > now.utc).min()
    }

    /// A link stays until the window in which it came closes, or a reset is due.
    fn look_at_link(&mut self, session: &mut Session, now: Now, window: Option<Period>, reset: Option<Utc>) {
        let stays = match (self.standing, window) {
            (Standing::New, _) => window.is_some(),
            (Standing::Open(since), _) => window == Some(since),
            (Standing::Closed, _) => return,
        };
        if !stays || reset.is_some() {
            session.disable(now, OVER);
            self.standing = Standing::Closed;
        } else if let Some(window) = window {
            self.standing = Standing::Open(window);
        }
    }

    /// `window` is the one to connect in.
    fn look_without_link(
        &mut self,
        session: &mut Session,
        now: Now,
        window: Option<Period>,
        reset: Option<Utc>,
    ) {
        if reset.is_some() {
            // It has no link, the one thing that the session asks for.
            let _ = session.reset_silently(now);
        }
        match window {
            Some(window) if self.standing == Standing::Open(window) && reset.is_none() => {}
            Some(window) => {
                session.enable(now);
                self.standing = Standing::Open(window);
            }
            None if self.standing == Standing::Closed => {}
            None => {
                session.disable(now, OVER);
                self.standing = Standing::Closed;
            }
        }
    }
}

fn has_link(session: &Session) -> bool {
    !matches!(session.state(), State::Disconnected | State::Connecting)
}

fn earlier(at: Utc, by: Duration) -> Utc {
    let nanos = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
    Utc::from_nanos(at.as_nanos().saturating_sub(nanos))
}
