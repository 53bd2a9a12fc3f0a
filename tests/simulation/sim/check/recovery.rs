//! A gap counts as closed when it is.

use super::{Check, broken};

#[derive(Default)]
pub struct Recovery {
    /// The highest number that came above the open gap.
    above: Option<u64>,
}

impl Recovery {
    pub fn gap(&mut self, received: u64) {
        self.above = self.above.max(Some(received));
    }

    pub fn over(&mut self) {
        self.above = None;
    }

    /// The application is told that nothing is missing.
    pub fn recovered(&mut self, next_in: u64) -> Check {
        match self.above.take() {
            Some(above) if next_in < above => {
                broken("gap closed when filled", format!("told at {next_in}, {above} came above the gap"))
            }
            Some(_) | None => Ok(()),
        }
    }
}
