//! Numbers go back only by a reset that both sides know.

use std::collections::BTreeMap;

use sansfix::{Checkpoint, State};

use super::{Check, broken};

#[derive(Default)]
pub struct Numbers {
    last: Option<Checkpoint>,
    /// We asked for a reset, or said one, since the series last changed.
    agreed: bool,
    /// How many the counterparty said.
    offered: u32,
    /// The highest number written in each series.
    written: BTreeMap<u64, u64>,
}

const NAME: &str = "numbers go back by reset only";

impl Numbers {
    pub fn agreed(&mut self) {
        self.agreed = true;
    }

    pub fn offered(&mut self) {
        self.offered += 1;
    }

    pub fn wrote(&mut self, series: u64, number: u64) {
        let top = self.written.entry(series).or_default();
        *top = number.max(*top);
    }

    /// Where the session stands after a call.
    pub fn stands(&mut self, now: Checkpoint, state: State) -> Check {
        let Some(last) = self.last.replace(now) else { return Ok(()) };
        if now.series < last.series {
            return broken(NAME, format!("series {} follows {}", now.series.get(), last.series.get()));
        }
        if now.series > last.series {
            // What the counterparty says counts once its Logon is accepted.
            let logged_on = matches!(state, State::Active | State::LogoutSent | State::LogoutReceived(_));
            let known = std::mem::take(&mut self.agreed) || self.offered > 0 && logged_on;
            self.offered = self.offered.saturating_sub(1);
            if !known {
                return broken(NAME, format!("a new series began that nobody agreed on, in {state:?}"));
            }
            return Ok(());
        }
        if now.next_out < last.next_out {
            return broken(NAME, format!("next_out went from {} to {}", last.next_out, now.next_out));
        }
        if now.next_in < last.next_in {
            return broken(NAME, format!("next_in went from {} to {}", last.next_in, now.next_in));
        }
        Ok(())
    }

    /// The process begins again, from here: behind where it was, but not behind what it wrote.
    pub fn restart(&mut self, resume: Checkpoint) -> Check {
        self.last = Some(resume);
        let written = self.written.get(&resume.series.get()).copied().unwrap_or_default();
        if resume.next_out.get() <= written {
            return broken(NAME, format!("a restart sends {}, {written} was written", resume.next_out));
        }
        Ok(())
    }
}
