//! A session's task, with a link or waiting for one.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};

use sansfix::dictionary::DictionaryRules;
use sansfix::journal::Record;
use sansfix::schedule::Timekeeper;
use sansfix::wire::tag;
use sansfix::{Connect, Event, Inbox, Instant, Now, Output, Replay, Session, State, Wait};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep_until;

use crate::acceptor::Arrival;
use crate::application::{Application, Verdict};
use crate::clock::Clock;
use crate::line::{Batch, Line};
use crate::link::HIGH_WATER;
use crate::store::{Store, StoreError};

/// A session, its application and its journal, as one task. A [`Timekeeper`] also keeps it to the session's
/// hours, and [`DictionaryRules`] check inbound messages.
pub struct Driver<A> {
    pub(crate) session: Session,
    pub(crate) application: A,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    rules: Option<DictionaryRules>,
    timekeeper: Option<Timekeeper>,
    /// When to look at the calendar again.
    look_again: Option<Instant>,
    pub(crate) out: Vec<u8>,
    pub(crate) batch: Batch,
    pub(crate) calls: mpsc::Receiver<Call>,
    /// The verdict on a Logon, while it is pending.
    pub(crate) judging: Option<Pin<Box<dyn Future<Output = Verdict> + Send>>>,
    pub(crate) stopping: bool,
    pub(crate) tap: Option<Tap>,
}

/// Observes what goes over the link.
type Tap = Box<dyn FnMut(Now, Traffic<'_>) + Send>;

/// What goes over a link, for [`Driver::tapped_by`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Traffic<'b> {
    /// A new link: a frame read in part on the previous one will never be complete.
    Link,
    /// Bytes that were read, in the pieces in which they came.
    In(&'b [u8]),
    /// Whole frames that are safe in the journal and will be written next.
    Out(&'b [u8]),
}

pub(crate) enum Call {
    Run(Box<dyn FnOnce(&mut Line<'_>) + Send>),
    Stop(String),
}

/// Reaches a driver from elsewhere.
#[derive(Clone, Debug)]
pub struct Handle(mpsc::Sender<Call>);

/// The driver has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the session's driver has ended")]
pub struct Stopped;

/// Why a round ended.
pub(crate) enum Pause {
    Wait(Wait),
    Replay(Replay),
    Connect(Connect),
    Disconnect,
}

impl<A: Application> Driver<A> {
    /// A driver for `session`, and the handle to reach it. `clock` must be the same for all links of the
    /// session.
    pub fn new(session: Session, application: A, store: Store, clock: Clock) -> (Self, Handle) {
        let (calls, todo) = mpsc::channel(64);
        let driver = Driver {
            session,
            application,
            store,
            clock,
            rules: None,
            timekeeper: None,
            look_again: None,
            out: vec![0; sansfix::session::OUT_MIN],
            batch: Batch::default(),
            calls: todo,
            judging: None,
            stopping: false,
            tap: None,
        };
        (driver, Handle(calls))
    }

    /// Keeps the session to a calendar: it logs out when its hours end, accepts no link outside them, and
    /// begins a new series when one is due.
    #[must_use]
    pub fn kept_by(mut self, timekeeper: Timekeeper) -> Self {
        self.timekeeper = Some(timekeeper);
        self
    }

    /// Checks messages against a dictionary: one that breaks its rules is answered and never reaches the
    /// application.
    #[must_use]
    pub fn checked_by(mut self, rules: DictionaryRules) -> Self {
        self.rules = Some(rules);
        self
    }

    /// Shows `tap` all bytes of the session's links, for a counter or a message log; `packages/observe` has
    /// one of these. It runs on the session's task, which waits for it.
    #[must_use]
    pub fn tapped_by(mut self, tap: impl FnMut(Now, Traffic<'_>) + Send + 'static) -> Self {
        self.tap = Some(Box::new(tap));
        self
    }

    /// Runs an initiator: `connect` opens a link whenever the session wants one. Returns when the driver is
    /// stopped, by [`Handle::stop`] or [`Line::stop`]. A session that wants no more links, because it is
    /// disabled or its Logon was refused, waits until a handle enables it. Without handles, and without a
    /// calendar that opens again, nothing could enable it, and this returns.
    ///
    /// # Errors
    /// An error from the journal: nothing more can be sent.
    pub async fn initiate<S, F>(
        mut self,
        mut connect: impl FnMut(Connect) -> F,
    ) -> Result<(Session, A), StoreError>
    where
        S: AsyncRead + AsyncWrite,
        F: Future<Output = io::Result<S>>,
    {
        let (_no_links, mut links) = mpsc::channel::<Arrival<S>>(1);
        loop {
            let pause = self.round(&mut Inbox::new(&mut []), false);
            self.flush().await?;
            if self.stopping {
                return Ok((self.session, self.application));
            }
            let until = match pause {
                Pause::Connect(asked) => {
                    match self.open(connect(asked)).await {
                        Some(stream) => self.serve(Arrival::new(stream), &mut links).await?,
                        None => self.session.disconnected(self.clock.now()),
                    }
                    continue;
                }
                Pause::Wait(wait) => self.wake(wait.until),
                Pause::Replay(_) | Pause::Disconnect => None,
            };
            if until.is_some() {
                tokio::select! {
                    () = sleep_or_forever(self.clock, until) => {}
                    Some(call) = self.calls.recv() => self.run(call),
                }
                continue;
            }
            match self.calls.recv().await {
                Some(call) => self.run(call),
                // It wants no more links, and nobody is left to enable it.
                None => return Ok((self.session, self.application)),
            }
        }
    }

    /// Runs an acceptor: links come from an [`Acceptor`](crate::Acceptor). Returns when the driver is
    /// stopped, by [`Handle::stop`] or [`Line::stop`], or when no more links can come.
    ///
    /// # Errors
    /// An error from the journal: nothing more can be sent.
    pub async fn accept<S>(
        mut self,
        mut links: mpsc::Receiver<Arrival<S>>,
    ) -> Result<(Session, A), StoreError>
    where
        S: AsyncRead + AsyncWrite,
    {
        loop {
            let _ = self.round(&mut Inbox::new(&mut []), false);
            self.flush().await?;
            if self.stopping {
                return Ok((self.session, self.application));
            }
            tokio::select! {
                link = links.recv() => match link {
                    Some(link) => self.serve(link, &mut links).await?,
                    None => self.stopping = true,
                },
                () = sleep_or_forever(self.clock, self.look_again) => {}
                Some(call) = self.calls.recv() => self.run(call),
            }
        }
    }

    /// Waits for a link, and meanwhile serves calls and the calendar; `None` if the link cannot be opened or
    /// is no longer wanted.
    async fn open<S>(&mut self, link: impl Future<Output = io::Result<S>>) -> Option<S> {
        let mut link = pin!(link);
        while self.session.state() == State::Connecting {
            tokio::select! {
                stream = &mut link => return stream.ok(),
                () = sleep_or_forever(self.clock, self.look_again) => self.keep(),
                Some(call) = self.calls.recv() => self.run(call),
            }
        }
        None
    }

    /// Tells the session what the calendar wants.
    pub(crate) fn keep(&mut self) {
        if let Some(timekeeper) = &mut self.timekeeper {
            self.look_again = timekeeper.keep(&mut self.session, self.clock.now());
        }
    }

    /// When to continue at the latest: for the session, or for the calendar.
    pub(crate) fn wake(&self, until: Option<Instant>) -> Option<Instant> {
        until.into_iter().chain(self.look_again).min()
    }

    /// Steps until the session waits for something. While the link is `choked`, the application is not asked
    /// for more.
    pub(crate) fn round(&mut self, inbox: &mut Inbox<'_>, choked: bool) -> Pause {
        self.keep();
        loop {
            let now = self.clock.now();
            match self.session.step_with(now, inbox, &mut self.out, &self.rules) {
                Output::Event(ref event) => {
                    match event {
                        Event::Logon(logon) => {
                            self.judging = Some(Box::pin(self.application.authenticate(logon)));
                        }
                        // FIX session layer 4.3.7: the Logon says which version its sender's messages use.
                        Event::LoggedOn(logon) => {
                            if let (Some(rules), Some(id)) =
                                (&mut self.rules, logon.get(tag::DEFAULT_APPL_VER_ID))
                            {
                                rules.set_default_appl_ver_id(id.as_bytes());
                            }
                        }
                        // Until this is stored, a restart would continue the previous series.
                        Event::NewSeries { resume } => {
                            self.batch.entries.push(Record::checkpoint(*resume).into());
                        }
                        _ => {}
                    }
                    let Driver { session, application, out, batch, stopping, .. } = self;
                    application.on(event, &mut Line { now, session, out, batch, stopping });
                }
                Output::Transmit(frame) => {
                    // Nothing changes between the two calls, so the frame is never out of date.
                    let _ = self.batch.push(frame, &mut self.session);
                }
                Output::Compose(asked) => self.compose(now, asked, inbox),
                Output::NeedSpace(space) => self.out.resize(space, 0),
                Output::Replay(asked) => return Pause::Replay(asked),
                Output::Connect(asked) => return Pause::Connect(asked),
                Output::Disconnect(_) => return Pause::Disconnect,
                Output::Wait(wait) => {
                    // If the application always has more to send, pause so that it can be written.
                    let full = choked || self.batch.bytes.len() >= HIGH_WATER;
                    if self.session.state() == State::Active && !full {
                        let taken = self.batch.bytes.len();
                        let Driver { session, application, out, batch, stopping, .. } = self;
                        application.idle(&mut Line { now, session, out, batch, stopping });
                        // Sending moves the heartbeat: ask for the deadline again.
                        if self.batch.bytes.len() > taken {
                            continue;
                        }
                    }
                    return Pause::Wait(wait);
                }
            }
        }
    }

    /// Waits until the batch's records are safe; only then may its bytes be written.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.batch.entries.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.batch.entries);
        self.store.save(entries).await
    }

    pub(crate) fn show(&mut self, traffic: Traffic<'_>) {
        if let Some(tap) = &mut self.tap {
            tap(self.clock.now(), traffic);
        }
    }

    pub(crate) fn run(&mut self, call: Call) {
        let now = self.clock.now();
        let Driver { session, out, batch, stopping, .. } = self;
        let mut line = Line { now, session, out, batch, stopping };
        match call {
            Call::Run(call) => call(&mut line),
            Call::Stop(text) => line.stop(&text),
        }
    }
}

impl Handle {
    /// Runs `call` on the session, between two rounds, and returns its answer.
    ///
    /// # Errors
    /// The driver has ended.
    pub async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Line<'_>) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (answer, called) = oneshot::channel();
        let run = Call::Run(Box::new(move |line| drop(answer.send(call(line)))));
        self.0.send(run).await.map_err(|_| Stopped)?;
        called.await.map_err(|_| Stopped)
    }

    /// Logs out with `text` as the reason and ends the driver, which first waits for the counterparty's
    /// answer for as long as `LogoutPolicy` allows.
    ///
    /// # Errors
    /// The driver has ended.
    pub async fn stop(&self, text: &str) -> Result<(), Stopped> {
        self.0.send(Call::Stop(text.into())).await.map_err(|_| Stopped)
    }
}

pub(crate) async fn sleep_or_forever(clock: Clock, until: Option<sansfix::Instant>) {
    match until {
        Some(until) => sleep_until(clock.deadline(until)).await,
        None => std::future::pending().await,
    }
}

impl<A> std::fmt::Debug for Driver<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("session", &self.session).finish_non_exhaustive()
    }
}
