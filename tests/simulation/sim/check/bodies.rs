//! No number carries two bodies, and what goes out again says so.

use std::collections::HashMap;

use super::{Check, broken};
use crate::sim::reader::Seen;

/// What one side has written.
#[derive(Default)]
pub struct Bodies {
    /// By series and number: the content that the number carries.
    written: HashMap<(u64, u64), u64>,
    /// The highest number of a message of the application written for the first time in the latest series.
    top: (u64, u64),
}

const NAME: &str = "one body a number";

impl Bodies {
    pub fn frame(&mut self, series: u64, seen: &Seen<'_>) -> Check {
        let key = (series, seen.number);
        let is_fill = seen.gap_fill && seen.poss_dup;
        match (self.written.get(&key), seen.poss_dup) {
            _ if is_fill => return Ok(()),
            (Some(_), false) => {
                return broken(NAME, format!("number {} goes out twice without PossDupFlag", seen.number));
            }
            (Some(&content), true) if content != seen.content => {
                return broken(NAME, format!("number {} goes out again with another body", seen.number));
            }
            (Some(_), true) => return Ok(()),
            (None, false) if !seen.is_admin() && self.top.0 == series && seen.number < self.top.1 => {
                return broken(NAME, format!("number {} goes out after {}", seen.number, self.top.1));
            }
            (None, _) => {}
        }
        if seen.poss_dup && !seen.has_orig_sending_time {
            return broken(NAME, format!("number {} goes out again without OrigSendingTime", seen.number));
        }
        self.written.insert(key, seen.content);
        // What the session says itself does not wait behind a replay; messages do.
        if !seen.poss_dup && !seen.is_admin() {
            self.top = key;
        }
        Ok(())
    }
}
