//! Frames out of a stream of bytes, for those who look on.

use sansfix::wire::{Framing, Scan, frame};

/// Finds the frames in what goes over a link, in whatever pieces it comes.
///
/// Bytes that are no frame are handed over too, as the session drops them: a log that leaves them out hides
/// the fault.
#[derive(Clone, Debug)]
pub struct Tap {
    unread: Vec<u8>,
    scan: Scan,
    limit: usize,
}

impl Tap {
    /// A tap for a link whose frames are at most `limit` bytes long: `Config::frame_max`.
    pub fn new(limit: usize) -> Self {
        Tap { unread: Vec::new(), scan: Scan::default(), limit }
    }

    /// Hands each frame that is whole now to `each`.
    ///
    /// # Errors
    /// The first of `each`; it has had all the frames before.
    pub fn bytes<E>(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        self.unread.extend_from_slice(bytes);
        let mut told = Ok(());
        let mut done = 0;
        while told.is_ok() {
            let unread = self.unread.get(done..).unwrap_or_default();
            let len = match frame(unread, self.limit, &mut self.scan) {
                Framing::Incomplete => break,
                Framing::Frame(span) => span.len,
                Framing::Garbled { len, .. } => len,
                Framing::TooLong { .. } => unread.len(),
            };
            told = each(unread.get(..len).unwrap_or_default());
            done += len;
        }
        self.unread.drain(..done);
        told
    }

    /// The link is gone, and with it the frame that did not come whole.
    pub fn clear(&mut self) {
        self.unread.clear();
        self.scan = Scan::default();
    }
}
