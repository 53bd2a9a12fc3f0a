//! Any sequence of steps on two sessions and what surrounds them, against every checker of the simulation.

use crate::sim::draw::Draw;
use crate::sim::op::Op;
use crate::sim::plan::Plan;
use crate::sim::{Memory, Story, World};

/// Decisions from the fuzzer's bytes; the last is 0 for ever.
struct Bytes<'b>(&'b [u8]);

impl Draw for Bytes<'_> {
    fn below(&mut self, end: u64) -> u64 {
        let len = if end <= 256 { 1 } else { 4 };
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte)) % end
    }
}

pub fn run(input: &[u8]) {
    // A story takes longer to be told than what it tells.
    if play(input, Story::default()).is_err()
        && let Err(why) = play(input, Story::told())
    {
        panic!("{why}");
    }
}

/// The same input is the same play each time.
fn play(input: &[u8], story: Story) -> Result<(), String> {
    let mut bytes = Bytes(input);
    let plan = Plan::draw(&mut bytes);
    let mut memory = Memory::of(&plan);
    let mut world = World::new(plan.clone(), &mut memory, story);
    let mut play = || {
        world.start(0)?;
        world.start(1)?;
        while !bytes.0.is_empty() {
            world.apply(Op::draw(&mut bytes, &plan))?;
        }
        world.settle()
    };
    play().map_err(|broken| format!("{}: {}\n{}", broken.checker, broken.what, world.story))
}
