//! The first frame on a link is a Logon, or the refusal of one.

use super::{Check, broken};
use crate::sim::reader::Seen;

#[derive(Default)]
pub struct Greeting {
    greeted: bool,
}

impl Greeting {
    /// A new link.
    pub fn begin(&mut self) {
        self.greeted = false;
    }

    pub fn frame(&mut self, seen: &Seen<'_>) -> Check {
        let greets = matches!(seen.msg_type, b"A" | b"5" | b"3");
        if !std::mem::replace(&mut self.greeted, true) && !greets {
            return broken("a Logon comes first", format!("{} goes out first", seen.msg_type.escape_ascii()));
        }
        Ok(())
    }
}
