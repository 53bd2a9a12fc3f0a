//! Splitting a byte stream into frames, for an observer.

use sansfix::wire::{Framing, Scan, frame};

/// Finds the frames in the bytes of a link, whatever pieces they arrive in.
///
/// Bytes that are not a frame are passed on too, in the pieces that the session drops: a log without them
/// would hide the fault.
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

    /// Calls `each` with every frame that is now complete.
    ///
    /// # Errors
    /// The first error of `each`, which has then had that frame and all before it.
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

    /// Forgets an incomplete frame. Call it when the link is gone.
    pub fn clear(&mut self) {
        self.unread.clear();
        self.scan = Scan::default();
    }
}
