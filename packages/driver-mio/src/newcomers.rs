//! Links whose Logon has not arrived yet.

use std::io;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use sansfix::{Directory, Peek, peek};

use crate::link::{Came, Link};

/// Limits on links that have not shown a Logon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many there may be; more are closed at once.
    pub waiting: usize,
    /// How long one may take to send its whole Logon.
    pub logon_within: Duration,
    /// How long a Logon may be, in bytes.
    pub logon_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { waiting: 1024, logon_within: Duration::from_secs(10), logon_bytes: 8 * 1024 }
    }
}

/// An acceptor's port: its sessions by name, and a fixed number of places for links that have not shown a
/// Logon.
#[derive(Debug)]
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) limits: Limits,
    directory: Directory<usize>,
    places: Vec<Option<Link>>,
    free: Vec<usize>,
}

/// What became of a newcomer.
pub(crate) enum Seen {
    /// Its Logon is not complete.
    NotYet,
    /// It was dropped silently (FIX session layer 4.3.1, 4.6.4).
    Dropped,
    /// Its link belongs to this session.
    Session(usize, Link),
}

impl Port {
    pub(crate) fn new(listener: TcpListener, limits: Limits, directory: Directory<usize>) -> Self {
        let places = (0..limits.waiting).map(|_| None).collect();
        Port { listener, limits, directory, places, free: (0..limits.waiting).rev().collect() }
    }

    /// The next connection, if one is waiting; without a place if all are taken, and it is then dropped.
    pub(crate) fn accept(&mut self) -> io::Result<Option<(TcpStream, Option<usize>)>> {
        match self.listener.accept() {
            Ok((stream, _)) => Ok(Some((stream, self.free.pop()))),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            // The connection was gone before it was taken.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => self.accept(),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn seat(&mut self, place: usize, stream: TcpStream) {
        if let Some(seat) = self.places.get_mut(place) {
            *seat = Some(Link::new(stream, Vec::new()));
        }
    }

    /// Drops a newcomer.
    pub(crate) fn leave(&mut self, place: usize) -> Option<Link> {
        let link = self.places.get_mut(place)?.take()?;
        self.free.push(place);
        Some(link)
    }

    /// Reads what came, and looks up whose Logon it is.
    pub(crate) fn look(&mut self, place: usize, buffer: &mut [u8]) -> Seen {
        let Some(link) = self.places.get_mut(place).and_then(Option::as_mut) else { return Seen::Dropped };
        loop {
            let came = match link.read(buffer) {
                Came::Bytes(bytes) => bytes,
                Came::NothingNow => return Seen::NotYet,
                Came::End => break,
            };
            link.unread.extend_from_slice(buffer.get(..came).unwrap_or_default());
            let session = match peek(&link.unread, self.limits.logon_bytes) {
                Peek::Incomplete => continue,
                Peek::Logon(logon) => self.directory.find(&logon, |_| true).copied(),
                Peek::TooLong | Peek::NotALogon | Peek::BadCheckSum(_) => None,
            };
            return match (session, self.leave(place)) {
                (Some(session), Some(link)) => Seen::Session(session, link),
                (_, _) => Seen::Dropped,
            };
        }
        self.leave(place);
        Seen::Dropped
    }
}
