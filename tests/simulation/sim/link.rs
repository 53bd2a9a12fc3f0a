//! The link between the two: a pipe each way, and who still holds an end.

use std::time::Duration;

use sansfix::testing::Pipe;

use super::op::Side;

pub struct Link {
    /// What is on its way to each side.
    pub to: [Pipe; 2],
    /// Does each side still hold its end?
    pub open: [bool; 2],
    /// Broken so that nobody is told: only silence shows it.
    pub silent: bool,
}

impl Link {
    pub fn new(capacity: usize) -> Self {
        let pipe = || Pipe::new(capacity, Duration::ZERO);
        Link { to: [pipe(), pipe()], open: [true, true], silent: false }
    }

    /// A side lets go. What it wrote still arrives; what was for it is gone.
    pub fn leave(&mut self, side: Side) {
        self.open[side] = false;
        self.to[1 - side].close();
        self.to[side].cut(0);
    }

    /// The link breaks: so many bytes still arrive at one side.
    pub fn cut(&mut self, side: Side, keep: usize, silent: bool) {
        self.silent |= silent;
        self.to[side].cut(keep);
        self.to[1 - side].cut(if silent { 0 } else { usize::MAX });
    }
}
