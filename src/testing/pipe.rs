//! One direction of a link: bytes in flight.

use core::time::Duration;
use std::collections::VecDeque;

use crate::time::Instant;

/// Bytes in flight from one side to the other, in order, as a TCP connection carries them: late, in pieces of
/// any size, and cut off anywhere.
///
/// ```
/// use core::time::Duration;
/// use sansfix::Instant;
/// use sansfix::testing::Pipe;
///
/// let mut pipe = Pipe::new(8, Duration::from_millis(5));
/// assert_eq!(pipe.write(Instant::ZERO, b"8=FIX.4.4"), 8);
/// let mut piece = [0; 3];
/// assert_eq!(pipe.read(Instant::ZERO, &mut piece), 0);
/// assert_eq!(pipe.read(Instant::from_nanos(5_000_000), &mut piece), 3);
/// assert_eq!(&piece, b"8=F");
/// pipe.cut(2);
/// assert_eq!(pipe.in_flight(), 2);
/// assert!(!pipe.is_ended());
/// ```
#[derive(Clone, Debug)]
pub struct Pipe {
    bytes: VecDeque<u8>,
    /// When bytes arrive, and how many, the oldest first.
    arrivals: VecDeque<(Instant, usize)>,
    capacity: usize,
    delay: Duration,
    closed: bool,
}

impl Pipe {
    /// A pipe that holds up to `capacity` bytes and delivers each of them after `delay`.
    pub fn new(capacity: usize, delay: Duration) -> Self {
        Pipe { bytes: VecDeque::new(), arrivals: VecDeque::new(), capacity, delay, closed: false }
    }

    /// Accepts as many of `bytes` as fit, and returns how many. A closed pipe accepts none.
    pub fn write(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let room = if self.closed { 0 } else { self.capacity.saturating_sub(self.bytes.len()) };
        let taken = bytes.len().min(room);
        self.bytes.extend(bytes.iter().take(taken));
        if taken > 0 {
            self.arrivals.push_back((now.saturating_add(self.delay), taken));
        }
        taken
    }

    /// Moves the bytes that have arrived into `buf`, as far as they fit, and returns how many.
    pub fn read(&mut self, now: Instant, buf: &mut [u8]) -> usize {
        let mut read = 0;
        while let Some((at, len)) = self.arrivals.front_mut() {
            let part = (*len).min(buf.len().saturating_sub(read));
            if *at > now || part == 0 {
                break;
            }
            for (slot, byte) in buf.iter_mut().skip(read).zip(self.bytes.drain(..part)) {
                *slot = byte;
            }
            read += part;
            *len -= part;
            if *len == 0 {
                self.arrivals.pop_front();
            }
        }
        read
    }

    /// How many bytes are in flight.
    pub fn in_flight(&self) -> usize {
        self.bytes.len()
    }

    /// How many more bytes fit.
    pub fn room(&self) -> usize {
        self.capacity.saturating_sub(self.bytes.len())
    }

    /// When the next bytes arrive.
    pub fn next_arrival(&self) -> Option<Instant> {
        self.arrivals.front().map(|&(at, _)| at)
    }

    /// The link breaks: the first `keep` of the bytes in flight still arrive, and nothing after them.
    pub fn cut(&mut self, keep: usize) {
        self.closed = true;
        self.bytes.truncate(keep);
        let mut left = self.bytes.len();
        self.arrivals.retain_mut(|(_, len)| {
            *len = (*len).min(left);
            left -= *len;
            *len > 0
        });
    }

    /// The writer closes its end: the bytes in flight still arrive.
    pub fn close(&mut self) {
        self.cut(usize::MAX);
    }

    /// Whether the pipe is closed and has been read to its end.
    pub fn is_ended(&self) -> bool {
        self.closed && self.bytes.is_empty()
    }

    /// Noise on the line: adds `by` to the byte `at` places after the next one to arrive. Returns whether
    /// there is such a byte.
    pub fn garble(&mut self, at: usize, by: u8) -> bool {
        self.bytes.get_mut(at).map(|byte| *byte = byte.wrapping_add(by)).is_some()
    }
}
