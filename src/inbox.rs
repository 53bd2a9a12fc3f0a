//! Bytes that have arrived but not been read yet, in memory that the caller lends.

use core::fmt;

use crate::planted::{Bug, planted};
use crate::ring::Ring;
use crate::wire::{FrameSpan, Framing, Scan, good_frame};

/// A read buffer over lent memory, one per connection.
///
/// Read from the transport into [`space`](Inbox::space), report how much arrived with
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
    /// The bytes from `start` to `end` are unread. Those before `next` are the frame in hand, which stays
    /// where it is until the next one is read, because events and owed answers refer to it.
    buf: &'b mut [u8],
    start: usize,
    next: usize,
    end: usize,
    scan: Scan,
    held: Ring<'b>,
    /// Whether the frame in hand is the first of the held messages, rather than among the unread bytes.
    holds_current: bool,
}

impl<'b> Inbox<'b> {
    /// An empty inbox over `buf`, which must have room for the longest frame; a longer one ends the
    /// connection. Without [`holding`](Inbox::holding), messages above a gap are dropped and have to be
    /// sent again.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Inbox {
            buf,
            start: 0,
            next: 0,
            end: 0,
            scan: Scan::default(),
            held: Ring::new(&mut []),
            holds_current: false,
        }
    }

    /// Lends memory for messages above a gap, so that they need not be sent again. When it is full, further
    /// ones are dropped.
    #[must_use]
    pub fn holding(self, memory: &'b mut [u8]) -> Self {
        Inbox { held: Ring::new(memory), ..self }
    }

    /// An inbox over `buf` that continues where another one stopped; `unread` and `in_hand` are what that one
    /// returned. For a driver whose sessions share one buffer and hold nothing above a gap. Bytes that do not
    /// fit in `buf` are left out.
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
    /// do once `step` has returned `Wait`. (A read into an empty slice returns 0, which does not mean the end
    /// of the stream.)
    pub fn space(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.next, self.end) = (0, 0, 0);
        } else if self.start > 0 && self.buf.len() - self.end < self.buf.len() / 2 {
            // Once half the buffer has been read, move the rest to the front: each byte moves a bounded
            // number of times.
            self.buf.copy_within(self.start..self.end, 0);
            self.next -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        self.buf.get_mut(self.end..).unwrap_or_default()
    }

    /// Records that `bytes` bytes were read into [`space`](Inbox::space); capped at its length.
    pub fn filled(&mut self, bytes: usize) {
        self.end = self.end.saturating_add(bytes).min(self.buf.len());
    }

    /// Appends as much of `bytes` as fits, for callers that already have them, and returns how many bytes
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
    #[inline]
    pub fn unread(&self) -> &[u8] {
        part(self.buf, self.start, self.end)
    }

    /// How many of the unread bytes, from the front, are the message of the last event. 0 once `step` has
    /// returned `Wait`, unless a Logon awaits its verdict.
    pub fn in_hand(&self) -> usize {
        self.next - self.start
    }

    /// How many messages are held above a gap.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Whether nothing is unread and nothing is held.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end && self.held.is_empty()
    }

    /// Looks for a frame at the front of the unread bytes; the one in hand must have been released.
    pub(crate) fn frame(&mut self, limit: usize) -> Framing {
        match self.take_frame(limit) {
            Ok((_, span)) => Framing::Frame(span),
            Err(other) => other,
        }
    }

    /// Makes the good frame at the front the one in hand, and says where its parts are; otherwise returns
    /// what is there.
    #[inline(always)]
    pub(crate) fn take_frame(&mut self, limit: usize) -> Result<(&[u8], FrameSpan), Framing> {
        let unread = part(self.buf, self.start, self.end);
        match good_frame(unread, limit) {
            Ok(span) => {
                (self.scan, self.next) = (Scan::default(), self.start + span.len);
                Ok((unread.get(..span.len).unwrap_or_default(), span))
            }
            Err(other) => Err(other.framing(unread, limit.min(self.buf.len()), &mut self.scan)),
        }
    }

    /// Makes the first `len` unread bytes the frame in hand; there are at least that many.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) {
        self.scan = Scan::default();
        self.next = self.start + len;
    }

    /// Makes the frame in hand unread again.
    pub(crate) fn put_back(&mut self) {
        self.next = self.start;
    }

    /// The frame in hand.
    #[inline]
    pub(crate) fn current(&self) -> &[u8] {
        if self.holds_current {
            return self.held.front().map_or(&[], |entry| entry.bytes);
        }
        self.current_read()
    }

    /// The frame in hand, if it is not a held one.
    #[inline]
    pub(crate) fn current_read(&self) -> &[u8] {
        part(self.buf, self.start, self.next)
    }

    /// Releases the frame in hand, if it is not a held one.
    #[inline]
    pub(crate) fn release_read(&mut self) {
        self.start = self.next;
    }

    /// Releases the frame in hand.
    #[inline]
    pub(crate) fn release(&mut self) {
        self.release_read();
        if self.holds_current {
            let _ = self.held.pop_front();
            self.holds_current = false;
        }
    }

    /// Keeps a copy of the frame in hand for later, and returns whether it is kept. Held messages have
    /// ascending numbers: one that arrives below the highest, or finds no room, is dropped and has to be
    /// sent again.
    pub(crate) fn hold(&mut self, number: u64) -> bool {
        if self.in_hand() == 0 {
            return false;
        }
        match self.held.back().map(|last| last.key.cmp(&number)) {
            Some(core::cmp::Ordering::Equal) => return true,
            Some(core::cmp::Ordering::Greater) => return false,
            Some(core::cmp::Ordering::Less) | None => {}
        }
        self.held.push(number, 0, [part(self.buf, self.start, self.next)]).is_ok()
    }

    /// The lowest held number.
    #[inline]
    pub(crate) fn first_held(&self) -> Option<u64> {
        self.held.front().map(|entry| entry.key)
    }

    /// Makes the held message with the lowest number the frame in hand.
    pub(crate) fn take_held(&mut self) {
        self.holds_current = true;
    }

    /// Forgets held messages below `number`, because a gap fill or a reset skipped them.
    pub(crate) fn forget_below(&mut self, number: u64) {
        while !self.holds_current && self.held.front().is_some_and(|entry| entry.key < number) {
            let _ = self.held.pop_front();
        }
    }

    /// Begins a new connection: forgets everything from the old one, such as the first half of a frame.
    pub(crate) fn clear(&mut self) {
        (self.start, self.next, self.end) = (0, 0, 0);
        self.scan = Scan::default();
        self.holds_current = false;
        if !planted(Bug::HeldKeptOverReset) {
            self.held.clear();
        }
    }

    /// Begins a new series: the held messages of the old one are void.
    pub(crate) fn forget_all(&mut self) {
        if !self.holds_current && !planted(Bug::HeldKeptOverReset) {
            self.held.clear();
        }
    }
}

/// The bytes from `from` to `to`, which must exist.
#[inline]
fn part(bytes: &[u8], from: usize, to: usize) -> &[u8] {
    #[cold]
    fn nothing<'n>() -> &'n [u8] {
        &[]
    }
    bytes.get(..to).and_then(|bytes| bytes.get(from..)).unwrap_or_else(nothing)
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
