//! Our side: a session over a blocking socket, driven in short rounds.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, SystemTime};

use sansfix::journal::{Durability, FileJournal, FileJournalOptions};
use sansfix::{
    Checkpoint, Config, Event, Inbox, Instant, Journal, MsgType, Now, Output, Reason, Session, State,
};

use crate::Error;

const CL_ORD_ID: u32 = 11;
const BUFFER: usize = 64 * 1024;
/// How long a round waits for bytes.
const PATIENCE: Duration = Duration::from_millis(10);

/// Where the link comes from.
#[derive(Debug)]
pub enum Way {
    /// We connect to it.
    To(SocketAddr),
    /// It connects to us.
    From(TcpListener),
}

/// A sansfix session that talks to QuickFIX.
#[derive(Debug)]
pub struct Side {
    session: Session,
    journal: FileJournal,
    way: Way,
    stream: Option<TcpStream>,
    inbox: Inbox<'static>,
    out: Vec<u8>,
    start: std::time::Instant,
    /// ClOrdID(11) of every order that arrived, in order.
    pub got: Vec<u64>,
    /// How often it logged on, resets in session included.
    pub logons: u32,
    /// How often a new series began.
    pub resets: u32,
    /// Why each link ended.
    pub ends: Vec<Reason>,
}

impl Side {
    /// A session with `config` and a journal in `folder`.
    ///
    /// # Errors
    /// The journal's, and the configuration's.
    #[allow(clippy::disallowed_methods, reason = "a driver owns the clocks that the session is told of")]
    pub fn new(config: Config, way: Way, folder: &Path) -> Result<Side, Error> {
        let options = FileJournalOptions { durability: Durability::ProcessDeath, ..Default::default() };
        let (journal, _) = FileJournal::open(folder.join("sansfix.journal"), options)?;
        Side::resume(config, way, journal, Checkpoint::begin(SystemTime::now().into()))
    }

    /// A session with `config` that continues where `resume` and `journal` left off.
    ///
    /// # Errors
    /// The configuration's, and the listener's.
    #[allow(clippy::disallowed_methods, reason = "a driver owns the clocks that the session is told of")]
    pub fn resume(config: Config, way: Way, journal: FileJournal, resume: Checkpoint) -> Result<Side, Error> {
        // The buffers live as long as the test process.
        let buffer = || Box::leak(vec![0; BUFFER].into_boxed_slice());
        if let Way::From(listener) = &way {
            listener.set_nonblocking(true)?;
        }
        Ok(Side {
            session: Session::new(config, resume)?,
            journal,
            way,
            stream: None,
            inbox: Inbox::new(buffer()).holding(buffer()),
            out: vec![0; BUFFER],
            start: std::time::Instant::now(),
            got: Vec::new(),
            logons: 0,
            resets: 0,
            ends: Vec::new(),
        })
    }

    /// The session, for any other call.
    pub fn session(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Commits orders with these ClOrdIDs and writes them. Without a link, they stay in the journal until the
    /// counterparty asks for them.
    ///
    /// # Errors
    /// The session's, and the journal's.
    pub fn send(&mut self, ids: std::ops::RangeInclusive<u64>) -> Result<(), Error> {
        for id in ids {
            let bytes = self.commit(id)?;
            if let Some(stream) = &mut self.stream {
                stream.write_all(&bytes)?;
            }
        }
        Ok(())
    }

    /// Commits orders, then drops the link without writing their bytes.
    ///
    /// # Errors
    /// The session's, and the journal's.
    pub fn send_and_cut(&mut self, ids: std::ops::RangeInclusive<u64>) -> Result<(), Error> {
        for id in ids {
            self.commit(id)?;
        }
        self.lose_link();
        Ok(())
    }

    fn commit(&mut self, id: u64) -> Result<Vec<u8>, Error> {
        let now = self.now();
        let frame = self.session.send(now, MsgType::NEW_ORDER_SINGLE, &mut self.out, |body| {
            body.uint(CL_ORD_ID, id);
        })?;
        Ok(frame.commit(&mut self.session, &mut self.journal)?.to_vec())
    }

    /// One round: gets a link if the session wants one, does everything else that it wants, and reads what
    /// arrives within a short time.
    ///
    /// # Errors
    /// The session's, and the journal's. A lost link is not an error.
    pub fn round(&mut self) -> Result<(), Error> {
        if self.stream.is_none() {
            self.accept()?;
        }
        if self.step()? == Next::Close {
            self.lose_link();
        }
        let Some(stream) = &mut self.stream else {
            std::thread::park_timeout(PATIENCE);
            return Ok(());
        };
        match stream.read(self.inbox.space()) {
            Ok(0) => self.lose_link(),
            Ok(bytes) => self.inbox.filled(bytes),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => self.lose_link(),
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Next, Error> {
        loop {
            let now = self.now();
            let bytes = match self.session.step(now, &mut self.inbox, &mut self.out) {
                Output::Event(ref event) => {
                    match event {
                        Event::Logon(_) => self.session.accept(now)?,
                        Event::LoggedOn(_) => self.logons += 1,
                        Event::NewSeries { .. } => self.resets += 1,
                        Event::Message(message) => {
                            let id = message.get(CL_ORD_ID).ok_or("an order without ClOrdID")?;
                            self.got.push(id.uint()?);
                        }
                        _ => {}
                    }
                    continue;
                }
                Output::Transmit(frame) => frame.commit(&mut self.session, &mut self.journal)?,
                Output::Replay(asked) => {
                    let stored = self.journal.first_in(asked.series(), asked.from(), asked.to())?;
                    match self.session.replay(now, asked, stored, &mut self.out)? {
                        Some(frame) => frame.commit(&mut self.session, &mut self.journal)?,
                        None => continue,
                    }
                }
                Output::Connect(_) => {
                    self.connect()?;
                    continue;
                }
                Output::Disconnect(_) => return Ok(Next::Close),
                Output::Wait(_) => return Ok(Next::Wait),
                Output::NeedSpace(bytes) => return Err(format!("a frame of {bytes} bytes").into()),
                Output::Compose(_) => return Err("nothing is composed here".into()),
            };
            if let Some(stream) = &mut self.stream
                && stream.write_all(&bytes).is_err()
            {
                return Ok(Next::Close);
            }
        }
    }

    fn connect(&mut self) -> Result<(), Error> {
        let Way::To(address) = &self.way else { return Err("an acceptor wants to connect".into()) };
        match TcpStream::connect(address) {
            Ok(stream) => self.begin(stream),
            Err(_) => {
                let now = self.now();
                self.session.disconnected(now);
                Ok(())
            }
        }
    }

    fn accept(&mut self) -> Result<(), Error> {
        let Way::From(listener) = &self.way else { return Ok(()) };
        match listener.accept() {
            Ok((stream, _)) => self.begin(stream),
            Err(_) => Ok(()),
        }
    }

    fn begin(&mut self, stream: TcpStream) -> Result<(), Error> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let now = self.now();
        self.session.connected(now, &mut self.inbox)?;
        self.stream = Some(stream);
        Ok(())
    }

    /// Drops the link without a Logout, as a broken cable would.
    pub fn lose_link(&mut self) {
        self.stream = None;
        let now = self.now();
        if self.session.state() != State::Disconnected {
            self.session.disconnected(now);
            self.ends.extend(self.session.status().last_close.map(|close| close.why));
        }
    }

    /// Both clocks.
    #[allow(clippy::disallowed_methods, reason = "a driver owns the clocks that the session is told of")]
    pub fn now(&self) -> Now {
        let nanos = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Now { monotonic: Instant::from_nanos(nanos), utc: SystemTime::now().into() }
    }
}

#[derive(PartialEq, Eq)]
enum Next {
    Wait,
    Close,
}
