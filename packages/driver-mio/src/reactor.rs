//! All sessions of a thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant as StdInstant, SystemTime};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use sansfix::dictionary::DictionaryRules;
use sansfix::journal::Journal;
use sansfix::schedule::Timekeeper;
use sansfix::{Body, Compose, Config, Directory, Event, Frame, Message, Now, Session, SessionName, State};

use crate::deadlines::Deadlines;
use crate::judge::{Answer, Asker, Question, Verdict};
use crate::link::Link;
use crate::newcomers::{Limits, Port, Seen};
use crate::turn::{Buffers, Slot, Wish};

/// The application of one session.
pub trait Application {
    /// Judges a Logon (FIX session layer 4.3.10), at once or later. Since the one thread cannot wait, to
    /// decide later keep `question`, return `None`, and answer from wherever the verdict is found. The
    /// session reads nothing until then, and `LogonPolicy::timeout` limits the wait.
    fn judge(&mut self, logon: &Message<'_>, question: Question) -> Option<Verdict>;

    /// Something happened.
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now);

    /// The next message to send; called while the session is logged on and has nothing else to do.
    fn next<'o>(&mut self, session: &mut Session, now: Now, out: &'o mut [u8]) -> Option<Frame<'o>> {
        let _ = (session, now, out);
        None
    }

    /// What [`next`](Application::next) returned is recorded.
    fn sent(&mut self) {}

    /// An admin message selected by `Config::compose` is about to go out: write the fields to add, for
    /// instance Username(553) and Password(554) on a Logon. A field that cannot be written ends the link,
    /// because without it the message is not what the counterparty expects. May be called again for the same
    /// message.
    fn compose(&mut self, asked: &Compose, body: &mut Body<'_>) {
        let _ = (asked, body);
    }

    /// The counterparty asks for our `message`, as it was recorded. Return `false` not to send it again, for
    /// instance because the order is stale; a gap fill takes its place (FIX session layer 4.8.5). This is
    /// also called for a message that waited for its turn or for a link: it was recorded but never sent.
    fn resends(&mut self, message: &Message<'_>, now: Now) -> bool {
        let _ = (message, now);
        true
    }
}

/// Sessions on one thread; call [`turn`](Reactor::turn) in a loop.
#[derive(Debug)]
pub struct Reactor<A, J> {
    poll: Poll,
    events: Events,
    slots: Vec<Slot<A, J>>,
    /// Those of the sessions, by index, and after them those of the port's newcomers.
    deadlines: Deadlines,
    buffers: Buffers,
    port: Option<Port>,
    answers: Receiver<Answer>,
    /// Where initiators connect to.
    peer: Option<SocketAddr>,
    origin: StdInstant,
}

const LISTENER: Token = Token(usize::MAX);
/// An answer to a question has come.
const ANSWERS: Token = Token(usize::MAX - 1);
/// Newcomers have tokens from here on; sessions have their index.
const NEWCOMERS: usize = usize::MAX / 2;

impl<A: Application, J: Journal> Reactor<A, J> {
    /// Sessions that connect to `peer`.
    ///
    /// # Errors
    /// An error from the operating system.
    pub fn initiators(sessions: Vec<(Session, A, J)>, peer: SocketAddr) -> io::Result<Self> {
        let mut reactor = Reactor::new(sessions)?;
        reactor.peer = Some(peer);
        Ok(reactor)
    }

    /// Sessions that wait for links on `listener`.
    ///
    /// # Errors
    /// An error from the operating system.
    pub fn acceptors(
        sessions: Vec<(Session, A, J)>,
        mut listener: TcpListener,
        limits: Limits,
    ) -> io::Result<Self> {
        let mut reactor = Reactor::new(sessions)?;
        let mut directory = Directory::new();
        for (index, slot) in reactor.slots.iter().enumerate() {
            directory.add(SessionName::of_session(slot.session.config()), index);
        }
        reactor.poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        reactor.port = Some(Port::new(listener, limits, directory));
        Ok(reactor)
    }

    #[expect(clippy::disallowed_methods, reason = "a driver owns the clock")]
    fn new(sessions: Vec<(Session, A, J)>) -> io::Result<Self> {
        let configs = sessions.iter().map(|(session, _, _)| session.config());
        let longest = configs.map(|config: &Config| config.frame_max).max().unwrap_or_default();
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), ANSWERS)?);
        let (sender, answers) = channel();
        let slot = |(index, (session, application, journal))| {
            let asker = Asker { session: index, link: 0, answers: sender.clone(), waker: waker.clone() };
            Slot { session, application, journal, link: None, timekeeper: None, rules: None, asker }
        };
        let mut reactor = Reactor {
            poll,
            events: Events::with_capacity(1024),
            slots: sessions.into_iter().enumerate().map(slot).collect(),
            deadlines: Deadlines::new(),
            buffers: Buffers {
                inbound: vec![0; 2 * longest],
                frame: vec![0; longest],
                outbound: vec![0; 4 * longest],
            },
            port: None,
            answers,
            peer: None,
            origin: StdInstant::now(),
        };
        for index in 0..reactor.slots.len() {
            reactor.deadlines.set(index, Some(sansfix::Instant::ZERO));
        }
        Ok(reactor)
    }

    /// The time of the reactor's clock.
    #[expect(clippy::disallowed_methods, reason = "a driver owns the clock")]
    pub fn now(&self) -> Now {
        Now::new(self.origin.elapsed(), SystemTime::now())
    }

    /// The sessions and their applications, in the order given.
    pub fn sessions(&self) -> impl Iterator<Item = (&Session, &A)> {
        self.slots.iter().map(|slot| (&slot.session, &slot.application))
    }

    /// Keeps a session to a calendar: it logs out when its hours end, accepts no link outside them, and
    /// begins a new series when one is due.
    pub fn keep(&mut self, index: usize, timekeeper: Timekeeper) {
        if let Some(slot) = self.slots.get_mut(index) {
            slot.timekeeper = Some(Box::new(timekeeper));
            let now = self.now();
            self.serve(index, now);
        }
    }

    /// Checks the messages of a session against a dictionary: one that breaks its rules is answered and never
    /// reaches the application.
    pub fn check(&mut self, index: usize, rules: DictionaryRules) {
        if let Some(slot) = self.slots.get_mut(index) {
            slot.rules = Some(rules);
        }
    }

    /// Acts on a session from outside, and gives it a turn.
    pub fn with(&mut self, index: usize, act: impl FnOnce(&mut Session, Now)) {
        let now = self.now();
        if let Some(slot) = self.slots.get_mut(index) {
            act(&mut slot.session, now);
            self.serve(index, now);
        }
    }

    /// Waits for bytes or for a deadline, at most `limit`, and gives a turn to each session that has
    /// something to do.
    ///
    /// # Errors
    /// An error from the operating system: the reactor cannot continue.
    pub fn turn(&mut self, limit: Duration) -> io::Result<()> {
        let now = self.now();
        let wait = self.deadlines.next().map_or(limit, |until| now.until(until).min(limit));
        let mut events = std::mem::replace(&mut self.events, Events::with_capacity(0));
        match self.poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            polled => polled?,
        }
        // One clock reading serves the whole turn.
        let now = self.now();
        for event in &events {
            match event.token() {
                LISTENER => self.welcome(now)?,
                ANSWERS => self.pronounce(now),
                Token(token) if token >= NEWCOMERS => self.look(token - NEWCOMERS, now),
                Token(index) => self.ready(index, now),
            }
        }
        self.events = events;
        while let Some(index) = self.deadlines.due(now.monotonic) {
            match index.checked_sub(self.slots.len()) {
                None => self.serve(index, now),
                // It took too long to show a Logon.
                Some(place) => drop(self.port.as_mut().and_then(|port| port.leave(place))),
            }
        }
        Ok(())
    }

    /// Passes the verdicts on Logons to their sessions.
    fn pronounce(&mut self, now: Now) {
        while let Ok(Answer { session: index, link, verdict }) = self.answers.try_recv() {
            if let Some(slot) = self.slots.get_mut(index)
                && slot.asker.link == link
            {
                verdict.pronounce(&mut slot.session, now);
                self.serve(index, now);
            }
        }
    }

    /// A session's link can be read or written, or its connection is made.
    fn ready(&mut self, index: usize, now: Now) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        let Some(link) = &mut slot.link else { return };
        let failed = link.write(&[]).is_err() || matches!(link.stream.take_error(), Ok(Some(_)) | Err(_));
        if failed {
            slot.link = None;
            slot.session.disconnected(now);
        } else if slot.session.state() == State::Connecting {
            // The connection may not be made yet: only one that is made has a peer.
            if link.stream.peer_addr().is_err() {
                return;
            }
            let _ = slot.connected(now);
        }
        self.serve(index, now);
    }

    /// Gives a session its turn, and does what it wants afterwards.
    fn serve(&mut self, index: usize, now: Now) {
        loop {
            let Some(slot) = self.slots.get_mut(index) else { return };
            match slot.turn(now, &mut self.buffers) {
                Wish::Wait(until) => return self.deadlines.set(index, until),
                Wish::Close => {
                    // Dropping a link closes it; what it had not taken is recorded, and will be asked for
                    // again.
                    slot.link = None;
                    slot.session.disconnected(now);
                }
                Wish::Connect => {
                    let registry = self.poll.registry();
                    let link = self.peer.ok_or(io::ErrorKind::NotFound.into()).and_then(TcpStream::connect);
                    let link = link.and_then(|mut stream| {
                        registry.register(
                            &mut stream,
                            Token(index),
                            Interest::READABLE | Interest::WRITABLE,
                        )?;
                        Ok(Link::new(stream, Vec::new()))
                    });
                    match link {
                        Ok(link) => slot.link = Some(link),
                        Err(_) => slot.session.disconnected(now),
                    }
                }
            }
        }
    }

    /// Takes all connections that are waiting at the port.
    fn welcome(&mut self, now: Now) -> io::Result<()> {
        let Some(port) = &mut self.port else { return Ok(()) };
        while let Some((mut stream, place)) = port.accept()? {
            let Some(place) = place else { continue };
            // Small frames must not wait for acknowledgements.
            let _ = stream.set_nodelay(true);
            let token = Token(NEWCOMERS + place);
            self.poll.registry().register(&mut stream, token, Interest::READABLE)?;
            port.seat(place, stream);
            let until = now.monotonic.saturating_add(port.limits.logon_within);
            self.deadlines.set(self.slots.len() + place, Some(until));
        }
        Ok(())
    }

    /// A newcomer sent something.
    fn look(&mut self, place: usize, now: Now) {
        let Some(port) = &mut self.port else { return };
        match port.look(place, &mut self.buffers.inbound) {
            Seen::NotYet => return,
            Seen::Dropped => {}
            Seen::Session(index, mut link) => {
                let registry = self.poll.registry();
                let all = Interest::READABLE | Interest::WRITABLE;
                let Some(slot) = self.slots.get_mut(index) else { return };
                // A session that has a link refuses, and tests the link it has (test case 1Sb).
                if slot.connected(now).is_ok() {
                    match registry.reregister(&mut link.stream, Token(index), all) {
                        Ok(()) => slot.link = Some(link),
                        Err(_) => slot.session.disconnected(now),
                    }
                }
                self.serve(index, now);
            }
        }
        self.deadlines.set(self.slots.len() + place, None);
    }
}
