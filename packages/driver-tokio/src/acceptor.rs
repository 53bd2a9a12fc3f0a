//! Many sessions on one port.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sansfix::{Directory, LogonId, Peek, peek};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Limits on links that have not logged on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many there may be; more are closed at once.
    pub waiting: usize,
    /// How many of these may come from one address.
    pub waiting_per_host: usize,
    /// How long one may take to send its whole Logon, a TLS handshake included.
    pub logon_within: Duration,
    /// How long a Logon may be, in bytes.
    pub logon_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            waiting: 256,
            waiting_per_host: 16,
            logon_within: Duration::from_secs(10),
            logon_bytes: 8 * 1024,
        }
    }
}

/// A link for a session: the stream, what has already been read from it, and its place among those that have
/// not logged on.
#[derive(Debug)]
pub struct Arrival<S> {
    pub(crate) stream: S,
    pub(crate) bytes: Vec<u8>,
    pub(crate) seat: Option<Seat>,
}

impl<S> Arrival<S> {
    /// A link from which nothing has been read: one that we made, or that did not come through an
    /// [`Acceptor`].
    pub fn new(stream: S) -> Self {
        Arrival { stream, bytes: Vec::new(), seat: None }
    }
}

/// Finds the session for each new link by its Logon and hands the link to it. A link that sends anything
/// else, is unknown, is too slow or exceeds a limit is dropped silently (FIX session layer 4.3.1, 4.6.4): a
/// stranger learns nothing.
pub struct Acceptor<S> {
    shared: Arc<Shared<S>>,
    seats: Arc<Seats>,
}

/// What the task of every new link uses.
struct Shared<S> {
    directory: Mutex<Directory<mpsc::Sender<Arrival<S>>>>,
    vouches: Box<Vouches<S>>,
    limits: Limits,
}

type Vouches<S> = dyn Fn(&S, &LogonId<'_>) -> bool + Send + Sync;

impl<S> Acceptor<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    /// An acceptor for the sessions of `directory`, each reached by the channel that
    /// [`Driver::accept`](crate::Driver::accept) reads.
    pub fn new(directory: Directory<mpsc::Sender<Arrival<S>>>, limits: Limits) -> Self {
        Acceptor::vouched(directory, limits, |_, _| true)
    }

    /// The same; `vouches` says whether the stream may belong to the party that its Logon names. Over TLS,
    /// the certificate says who it is; without this check any counterparty could log on as any other.
    pub fn vouched(
        directory: Directory<mpsc::Sender<Arrival<S>>>,
        limits: Limits,
        vouches: impl Fn(&S, &LogonId<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let directory = Mutex::new(directory);
        Acceptor {
            shared: Arc::new(Shared { directory, vouches: Box::new(vouches), limits }),
            seats: Arc::new(Seats { taken: Mutex::new(HashMap::new()), limits }),
        }
    }

    /// Takes links from `listener` until this future is dropped. `handshake` turns a connection into a
    /// stream: itself, or one over TLS.
    ///
    /// # Errors
    /// An error from the listener.
    pub async fn serve<F>(self, listener: TcpListener, handshake: impl Fn(TcpStream) -> F) -> io::Result<()>
    where
        F: Future<Output = io::Result<S>> + Send + 'static,
    {
        loop {
            let (connection, from) = listener.accept().await?;
            let Some(seat) = self.seats.take(from.ip()) else { continue };
            // Small frames must not wait for acknowledgements.
            if connection.set_nodelay(true).is_err() {
                continue;
            }
            let stream = handshake(connection);
            let shared = self.shared.clone();
            tokio::spawn(async move {
                let greeted = async { read_logon(stream.await?, shared.limits.logon_bytes).await };
                if let Ok(Ok(Some((stream, bytes)))) = timeout(shared.limits.logon_within, greeted).await {
                    introduce(&shared, Arrival { stream, bytes, seat: Some(seat) });
                }
            });
        }
    }
}

/// Reads until a whole Logon is there; `None` if it is anything else.
async fn read_logon<S: AsyncRead + Unpin>(mut stream: S, limit: usize) -> io::Result<Option<(S, Vec<u8>)>> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        match peek(&bytes, limit) {
            Peek::Incomplete => {}
            Peek::Logon(_) => return Ok(Some((stream, bytes))),
            Peek::TooLong | Peek::NotALogon | Peek::BadCheckSum(_) => return Ok(None),
        }
    }
}

fn introduce<S>(shared: &Shared<S>, arrival: Arrival<S>) {
    let Peek::Logon(logon) = peek(&arrival.bytes, shared.limits.logon_bytes) else { return };
    if !(shared.vouches)(&arrival.stream, &logon) {
        return;
    }
    let mut directory = shared.directory.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(session) = directory.find(&logon, |session| !session.is_closed()) {
        // A session that has ended, or is busy with another newcomer, does not take it: the link is dropped.
        let _ = session.try_send(arrival);
    }
}

#[derive(Debug)]
struct Seats {
    taken: Mutex<HashMap<IpAddr, usize>>,
    limits: Limits,
}

/// A place among the links that have not logged on; freed when dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    host: IpAddr,
}

impl Seats {
    fn take(self: &Arc<Self>, host: IpAddr) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.limits.waiting {
            return None;
        }
        let of_host = taken.entry(host).or_default();
        if *of_host >= self.limits.waiting_per_host {
            return None;
        }
        *of_host += 1;
        Some(Seat { seats: self.clone(), host })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_host) = taken.get_mut(&self.host) {
            *of_host = of_host.saturating_sub(1);
            if *of_host == 0 {
                taken.remove(&self.host);
            }
        }
    }
}

impl<S> fmt::Debug for Acceptor<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").field("limits", &self.shared.limits).finish_non_exhaustive()
    }
}
