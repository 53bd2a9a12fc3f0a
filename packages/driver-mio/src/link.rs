//! A session's link, and what is kept of it between turns.

use std::io::{self, Read as _, Write as _};

use mio::net::TcpStream;

/// A connection, being made or up.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) stream: TcpStream,
    /// The beginning of an incomplete frame, or a Logon that waits for its verdict.
    pub(crate) unread: Vec<u8>,
    /// How many of these bytes are the Logon.
    pub(crate) in_hand: usize,
    /// What the transport has not taken yet.
    unwritten: Vec<u8>,
}

/// What a read brought.
pub(crate) enum Came {
    Bytes(usize),
    NothingNow,
    End,
}

impl Link {
    pub(crate) fn new(stream: TcpStream, unread: Vec<u8>) -> Self {
        Link { stream, unread, in_hand: 0, unwritten: Vec::new() }
    }

    pub(crate) fn read(&mut self, space: &mut [u8]) -> Came {
        loop {
            match self.stream.read(space) {
                Ok(0) => return Came::End,
                Ok(bytes) => return Came::Bytes(bytes),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Came::NothingNow,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Came::End,
            }
        }
    }

    /// Whether the transport takes no more at present.
    pub(crate) fn is_choked(&self) -> bool {
        !self.unwritten.is_empty()
    }

    /// Writes what the transport takes and keeps the rest.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.unwritten.is_empty() {
            let written = self.offer(bytes)?;
            self.unwritten.extend_from_slice(bytes.get(written..).unwrap_or_default());
            return Ok(());
        }
        self.unwritten.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.unwritten);
        let written = self.offer(&all)?;
        self.unwritten = all;
        self.unwritten.drain(..written);
        if self.unwritten.is_empty() {
            self.unwritten = Vec::new();
        }
        Ok(())
    }

    fn offer(&mut self, mut bytes: &[u8]) -> io::Result<usize> {
        let len = bytes.len();
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(len - bytes.len())
    }
}
