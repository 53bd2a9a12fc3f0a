//! The stored inbound number never leads what the application finished.

use sansfix::Checkpoint;

use super::{Check, broken};

#[derive(Default)]
pub struct Finished {
    /// Messages handed out and not finished, the oldest first, of this series.
    in_hand: Vec<u64>,
    series: u64,
}

impl Finished {
    pub fn handed_out(&mut self, series: u64, number: u64) {
        if series != self.series {
            self.in_hand.clear();
            self.series = series;
        }
        self.in_hand.push(number);
    }

    pub fn all(&mut self) {
        self.in_hand.clear();
    }

    pub fn up_to(&mut self, number: u64) {
        self.in_hand.retain(|&held| held > number);
    }

    pub fn oldest(&self) -> Option<u64> {
        self.in_hand.first().copied()
    }

    /// This is about to be stored.
    pub fn stored(&self, resume: Checkpoint) -> Check {
        match self.in_hand.first() {
            Some(&oldest) if resume.series.get() == self.series && resume.next_in.get() > oldest => broken(
                "finished before stored",
                format!("{} is stored, message {oldest} is not finished", resume.next_in),
            ),
            Some(_) | None => Ok(()),
        }
    }
}
