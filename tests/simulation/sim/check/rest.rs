//! A session comes to rest: it does not go on by itself for ever, and `step` after `Wait` is the same `Wait`.

use sansfix::Wait;

use super::{Check, broken};

#[derive(Default)]
pub struct Rest {
    /// Outputs since anything came in, was asked, or was due.
    outputs: u32,
}

const OUTPUTS_MAX: u32 = 3000;

impl Rest {
    pub fn disturbed(&mut self) {
        self.outputs = 0;
    }

    pub fn output(&mut self) -> Check {
        self.outputs += 1;
        if self.outputs > OUTPUTS_MAX {
            return broken("comes to rest", format!("{OUTPUTS_MAX} outputs and no end"));
        }
        Ok(())
    }

    pub fn waits(first: Wait, then: Option<Wait>) -> Check {
        if then != Some(first) {
            return broken("wait is wait again", format!("{first:?}, then {then:?}"));
        }
        Ok(())
    }
}
