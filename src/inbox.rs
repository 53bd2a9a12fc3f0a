//! Bytes that arrived and have not been read yet, in memory that the caller lends.

use core::fmt;

use crate::planted::{Bug, planted};
use crate::ring::Ring;
use crate::wire::{Framing, Scan};

/// A read buffer over lent memory, one for each connection.
///
/// Read from the transport into [`space`](Inbox::space), report how much arrived by
/// [`filled`](Inbox::filled), and pass the inbox to [`Session::step`](crate::Session::step). The message of
/// the last event stays in place until `step` reads the next one.
///
/// ```
/// let mut memory = [0; 4096];
/// let mut inbox = sansfix::Inbox::new(&mut memory);
/// let came = b"8=FIX.4.4\x01";
/// inbox.space()[..came.len()].copy_from_slice(came);
/// inbox.filled(came.len());
/// assert_eq!(inbox.unread(), came);
/// ```
pub struct Inbox<'b> {
    buf: &'b mut [u8],
    start: usize,
    end: usize,
    scan: Scan,
    current: Current,
    held: Ring<'b>,
}

/// The frame in hand. It stays in place until the next one is read, because events and owed answers refer to
/// it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Current {
    None,
    /// The first bytes of the unread part.
    Read(usize),
    /// The front of the held messages.
    Held,
}

impl<'b> Inbox<'b> {
    /// An empty inbox over `buf`, which must have room for the longest frame; a longer one ends the
    /// connection. Without [`holding`](Inbox::holding), messages above a gap are dropped and have to be
    /// sent again.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Inbox {
            buf,
            start: 0,
            end: 0,
            scan: Scan::default(),
            current: Current::None,
            held: Ring::new(&mut []),
        }
    }

    /// Lends memory for messages above a gap, so that they need not be sent again. When it is full, further
    /// ones are dropped.
    #[must_use]
    pub fn holding(self, memory: &'b mut [u8]) -> Self {
        Inbox { held: Ring::new(memory), ..self }
    }

    /// An inbox over `buf` that continues where another one stopped: `unread` and `in_hand` are what that one
    /// returned. For a driver whose sessions share one buffer and hold nothing above a gap. Bytes that do not
    /// fit into `buf` are left out.
    ///
    /// ```
    /// # use sansfix::Inbox;
    /// let (mut memory, mut other) = ([0; 64], [0; 64]);
    /// let mut inbox = Inbox::new(&mut memory);
    /// inbox.extend(b"8=FIX.4.4\x019=");
    /// // Other sessions use the buffer, and later:
    /// let inbox = Inbox::resume(&mut other, inbox.unread(), inbox.in_hand());
    /// assert_eq!(inbox.unread(), b"8=FIX.4.4\x019=");
    /// ```
    #[must_use]
    pub fn resume(buf: &'b mut [u8], unread: &[u8], in_hand: usize) -> Self {
        let mut inbox = Inbox::new(buf);
        let len = inbox.extend(unread);
        if in_hand > 0 {
            inbox.take(in_hand.min(len));
        }
        inbox
    }

    /// The free memory, to read into. It is empty only while unread bytes fill the buffer, which they cannot
    /// once `step` has returned `Wait`. (A read into an empty slice returns 0, which is not the end of the
    /// stream.)
    pub fn space(&mut self) -> &mut [u8] {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        } else if self.start > 0 && self.buf.len() - self.end < self.buf.len() / 2 {
            // Move what is left to the front once half the buffer has been read: each byte moves a bounded
            // number of times.
            self.buf.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        self.buf.get_mut(self.end..).unwrap_or_default()
    }

    /// Records that `bytes` bytes were read into [`space`](Inbox::space); capped at its length.
    pub fn filled(&mut self, bytes: usize) {
        self.end = self.end.saturating_add(bytes).min(self.buf.len());
    }

    /// Appends as much of `bytes` as fits, for callers that have them already, and returns how many bytes
    /// that was.
    pub fn extend(&mut self, bytes: &[u8]) -> usize {
        let space = self.space();
        let len = bytes.len().min(space.len());
        if let (Some(room), Some(bytes)) = (space.get_mut(..len), bytes.get(..len)) {
            room.copy_from_slice(bytes);
        }
        self.filled(len);
        len
    }

    /// The bytes not read yet; the message of the last event is among them until the next `step`.
    pub fn unread(&self) -> &[u8] {
        self.buf.get(self.start..self.end).unwrap_or_default()
    }

    /// How many of the unread bytes, from the front, are the message of the last event. 0 once `step` has
    /// returned `Wait`, unless a Logon awaits its verdict.
    pub fn in_hand(&self) -> usize {
        match self.current {
            Current::Read(len) => len,
            Current::None | Current::Held => 0,
        }
    }

    /// How many messages are held above a gap.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether nothing is unread and nothing held.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end && self.held.is_empty()
    }

    /// Looks for a frame at the front of the unread bytes; the one in hand must have been released.
    #[inline]
    pub(crate) fn frame(&mut self, limit: usize) -> Framing {
        let limit = limit.min(self.buf.len());
        let unread = self.buf.get(self.start..self.end).unwrap_or_default();
        crate::wire::frame(unread, limit, &mut self.scan)
    }

    /// Makes the first `len` unread bytes the frame in hand.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) {
        self.scan = Scan::default();
        self.current = Current::Read(len);
    }

    /// Drops the first `len` unread bytes.
    #[inline]
    pub(crate) fn skip(&mut self, len: usize) {
        self.start = self.end.min(self.start.saturating_add(len));
    }

    /// The frame in hand.
    #[inline]
    pub(crate) fn current(&self) -> &[u8] {
        match self.current {
            Current::None => &[],
            Current::Read(len) => self.buf.get(self.start..self.start + len).unwrap_or_default(),
            Current::Held => self.held.front().map_or(&[], |entry| entry.bytes),
        }
    }

    /// Done with the frame in hand.
    #[inline]
    pub(crate) fn release(&mut self) {
        match self.current {
            Current::None => {}
            Current::Read(len) => self.skip(len),
            Current::Held => drop(self.held.pop_front()),
        }
        self.current = Current::None;
    }

    /// Keeps a copy of the frame in hand for later, and returns whether it is kept. Held messages have
    /// ascending numbers: one that arrives below the highest, or finds no room, is dropped and has to be
    /// sent again.
    pub(crate) fn hold(&mut self, number: u64) -> bool {
        let Current::Read(len) = self.current else { return false };
        match self.held.back().map(|last| last.key.cmp(&number)) {
            Some(core::cmp::Ordering::Equal) => return true,
            Some(core::cmp::Ordering::Greater) => return false,
            Some(core::cmp::Ordering::Less) | None => {}
        }
        let frame = self.buf.get(self.start..self.start + len).unwrap_or_default();
        self.held.push(number, 0, [frame]).is_ok()
    }

    /// The lowest held number.
    #[inline]
    pub(crate) fn first_held(&self) -> Option<u64> {
        self.held.front().map(|entry| entry.key)
    }

    /// Makes the held message with the lowest number the frame in hand.
    pub(crate) fn take_held(&mut self) {
        self.current = Current::Held;
    }

    /// Forgets held messages below `number`, because a gap fill or a reset skipped them.
    pub(crate) fn forget_below(&mut self, number: u64) {
        while self.current != Current::Held && self.held.front().is_some_and(|entry| entry.key < number) {
            let _ = self.held.pop_front();
        }
    }

    /// A new connection: forgets everything from the old one, such as the first half of a frame.
    pub(crate) fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
        self.scan = Scan::default();
        self.current = Current::None;
        if !planted(Bug::HeldKeptOverReset) {
            self.held.clear();
        }
    }

    /// A new series: held messages of the old one are void.
    pub(crate) fn forget_all(&mut self) {
        if self.current != Current::Held && !planted(Bug::HeldKeptOverReset) {
            self.held.clear();
        }
    }
}

impl fmt::Debug for Inbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").field("unread", &self.unread().len()).field("held", &self.held()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_connection_begins_with_no_bytes_of_the_old_one() {
        let mut memory = [0; 64];
        let mut inbox = Inbox::new(&mut memory);
        inbox.extend(b"8=FIX.4.4\x019=1");
        inbox.clear();
        assert_eq!(inbox.unread(), b"");
        inbox.extend(b"8=FIX");
        assert_eq!(inbox.unread(), b"8=FIX");
    }

    #[test]
    fn the_message_in_hand_stays_in_hand_in_other_memory() {
        let (mut memory, mut other, mut small) = ([0; 8], [0; 8], [0; 2]);
        let mut inbox = Inbox::new(&mut memory);
        inbox.extend(b"logon8=");
        inbox.take(5);
        let mut moved = Inbox::resume(&mut other, inbox.unread(), inbox.in_hand());
        assert_eq!((moved.current(), moved.in_hand()), (&b"logon"[..], 5));
        moved.release();
        assert_eq!((moved.unread(), moved.in_hand()), (&b"8="[..], 0));
        assert_eq!(Inbox::resume(&mut small, inbox.unread(), 5).current(), b"lo");
    }
}
