//! Nobody is asked for a sign of life, or called silent, who has just been heard.

use std::time::Duration;

use sansfix::Instant;

use super::{Check, broken};

#[derive(Default)]
pub struct Silence {
    heard: Option<Instant>,
    asked: bool,
}

const NAME: &str = "silence is real";

impl Silence {
    /// A good frame was taken.
    pub fn heard(&mut self, at: Instant) {
        self.heard = Some(at);
    }

    /// A new link.
    pub fn begin(&mut self) {
        *self = Silence::default();
    }

    /// On this link a TestRequest may go out for another reason, and its echo is demanded.
    pub fn asked(&mut self) {
        self.asked = true;
    }

    pub fn test_request(&self, now: Instant, heart_bt_int: u32) -> Check {
        if self.asked {
            return Ok(());
        }
        self.was_silent(now, heart_bt_int, "a TestRequest goes out")
    }

    pub fn ended(&self, now: Instant, heart_bt_int: u32) -> Check {
        if self.asked {
            return Ok(());
        }
        self.was_silent(now, heart_bt_int, "the link is called silent")
    }

    fn was_silent(&self, now: Instant, heart_bt_int: u32, what: &str) -> Check {
        let interval = Duration::from_secs(u64::from(heart_bt_int));
        match self.heard {
            Some(heard) if now.saturating_since(heard) < interval => {
                broken(NAME, format!("{what} {:?} after a frame came", now.saturating_since(heard)))
            }
            Some(_) | None => Ok(()),
        }
    }
}
