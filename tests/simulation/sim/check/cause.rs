//! No frame without a cause: so many admin frames for what came in, what was asked, and what was due.

use super::{Check, broken};
use crate::sim::reader::Seen;

pub struct Cause {
    /// What may still go out without another cause.
    credit: i64,
    resends: i64,
}

/// More than this does not save up.
const CREDIT_MAX: i64 = 9;

impl Default for Cause {
    fn default() -> Self {
        Cause { credit: CREDIT_MAX, resends: 0 }
    }
}

impl Cause {
    /// A frame came in, the application asked for something, or time passed a deadline: an answer, a request
    /// for what is missing, and a word why it ends.
    pub fn given(&mut self) {
        self.credit = (self.credit + 3).min(CREDIT_MAX);
    }

    /// So many numbers were asked for again.
    pub fn asked_again(&mut self, numbers: u64) {
        self.resends =
            self.resends.saturating_add(i64::try_from(numbers).unwrap_or(i64::MAX)).saturating_add(1);
    }

    pub fn frame(&mut self, seen: &Seen<'_>) -> Check {
        let left = if seen.poss_dup && (seen.gap_fill || !seen.is_admin()) {
            &mut self.resends
        } else if seen.is_admin() {
            // Messages that wait behind a replay bring with them a fill for what did not.
            self.resends += 1;
            &mut self.credit
        } else {
            return Ok(());
        };
        *left -= 1;
        if *left < 0 {
            let what = seen.msg_type.escape_ascii();
            return broken("no frame without a cause", format!("a {what} under {} has none", seen.number));
        }
        Ok(())
    }
}
