//! A field from any value that implements `Display`.

use core::fmt::{self, Write};

use super::{Body, BodyFault, Name, SOH, holds_soh};

impl Body<'_> {
    /// A field from any value that implements `Display`: a price of a decimal type, a text made of pieces.
    /// Nothing is allocated. A value whose `Display` returns an error [cancels](Body::cancel) the message.
    /// For a number held as an integer with a fixed number of decimal places use [`scaled`](Body::scaled).
    ///
    /// ```
    /// # use sansfix::Body;
    /// fn client_id(body: &mut Body<'_>, day: u32, count: u64) {
    ///     body.display(11, format_args!("{day}-{count}"));
    /// }
    /// ```
    pub fn display(&mut self, tag: u32, value: impl fmt::Display) -> &mut Self {
        let name = Name::of(tag);
        self.raw(name.text.get(..name.len).unwrap_or_default());
        let value_at = self.len();
        if write!(Pieces { body: self, tag }, "{value}").is_err() {
            self.cancel();
        }
        let len = self.len().saturating_sub(value_at);
        self.raw(&[SOH]).check(tag, len)
    }
}

/// Takes a value that comes in pieces.
struct Pieces<'p, 'b> {
    body: &'p mut Body<'b>,
    tag: u32,
}

impl Write for Pieces<'_, '_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if holds_soh(piece.as_bytes()) {
            self.body.fail(BodyFault::HoldsSoh { tag: self.tag });
        }
        self.body.raw(piece.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Guard;
    use super::*;
    use std::vec::Vec;

    fn displayed(room: usize, tag: u32, value: impl fmt::Display) -> (usize, Result<Vec<u8>, BodyFault>) {
        let mut out = std::vec![0; room];
        let mut body = Body::new(&mut out, Guard::Session);
        body.display(tag, value);
        (body.len(), body.finish().map(|_| out))
    }

    struct Unable;

    impl fmt::Display for Unable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }

    #[test]
    fn pieces_are_one_value() {
        let (len, text) = displayed(10, 44, format_args!("{}.{:02}", 102, 5));
        assert_eq!((len, text.unwrap()), (10, b"44=102.05\x01".to_vec()));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        assert_eq!(displayed(64, 58, "").1, Err(BodyFault::Empty { tag: 58 }));
        assert_eq!(displayed(64, 58, "a\u{1}b").1, Err(BodyFault::HoldsSoh { tag: 58 }));
        assert_eq!(displayed(64, 58, Unable).1, Err(BodyFault::Cancelled));
    }

    #[test]
    fn where_room_is_short_it_says_how_much_it_takes() {
        for room in 0..10 {
            assert_eq!(displayed(room, 44, format_args!("{}.{:02}", 102, 5)).0, 10);
        }
    }
}
