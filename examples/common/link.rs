//! A connection as the driver sees it, and TCP as one.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// How long a write may wait for the counterparty to take bytes before we read again. Two sides that only
/// write, each of them waiting for the other to read, would wait for ever.
const WRITE_PATIENCE: Duration = Duration::from_millis(1);
/// How long a closed link is read on, so that the counterparty gets what we wrote last.
const LINGER: Duration = Duration::from_secs(1);

/// Bytes in, bytes out, and an end.
pub(crate) trait Link {
    /// Reads what is there, waiting for at most `patience` (`None`: as long as it takes). Returns `None` if
    /// nothing came, and `Some(0)` if the counterparty has closed.
    fn read(&mut self, space: &mut [u8], patience: Option<Duration>) -> io::Result<Option<usize>>;

    /// Writes as much as the link accepts without a long wait, maybe nothing, and returns how much that was.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Closes the link in such a way that what was written arrives.
    fn close(&mut self);
}

/// One thread, one blocking socket; its timeouts do the waiting.
pub(crate) struct Tcp {
    stream: TcpStream,
    /// What the socket's read timeout is set to.
    patience: Option<Duration>,
}

impl Tcp {
    pub(crate) fn new(stream: TcpStream) -> io::Result<Self> {
        // The driver gathers frames itself; the last one of a batch must not wait for more.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(WRITE_PATIENCE))?;
        stream.set_read_timeout(None)?;
        Ok(Tcp { stream, patience: None })
    }

    fn read_within(&mut self, space: &mut [u8], patience: Option<Duration>) -> io::Result<usize> {
        // To a socket, a timeout of zero means none.
        if patience == Some(Duration::ZERO) {
            self.stream.set_nonblocking(true)?;
            let read = self.stream.read(space);
            self.stream.set_nonblocking(false)?;
            return read;
        }
        if patience != self.patience {
            self.stream.set_read_timeout(patience)?;
            self.patience = patience;
        }
        self.stream.read(space)
    }
}

impl Link for Tcp {
    fn read(&mut self, space: &mut [u8], patience: Option<Duration>) -> io::Result<Option<usize>> {
        unless_late(self.read_within(space, patience))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(unless_late(self.stream.write(bytes))?.unwrap_or(0))
    }

    /// A socket that is dropped with bytes unread answers the counterparty with a TCP reset, which destroys
    /// what is still on its way there: our Logout. So we say that we are done writing, and read until the
    /// counterparty is done too.
    fn close(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let mut rest = [0; 4096];
        while let Ok(Some(1..)) = self.read(&mut rest, Some(LINGER)) {}
    }
}

/// A wait that was over before anything happened is no failure.
fn unless_late(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(len) => Ok(Some(len)),
        Err(late)
            if matches!(
                late.kind(),
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
            ) =>
        {
            Ok(None)
        }
        Err(broken) => Err(broken),
    }
}
