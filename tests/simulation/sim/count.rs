//! What a run amounted to.

use std::collections::BTreeMap;

#[derive(Default)]
pub struct Counts {
    pub faults: BTreeMap<&'static str, u64>,
    pub sent: u64,
    pub delivered: u64,
    pub skipped: u64,
    pub frames: u64,
    pub retransmitted: u64,
    pub connections: u64,
    pub resets: u64,
    pub settled: u64,
}

impl Counts {
    pub fn fault(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub fn add(&mut self, other: &Counts) {
        for (&name, count) in &other.faults {
            *self.faults.entry(name).or_default() += count;
        }
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.skipped += other.skipped;
        self.frames += other.frames;
        self.retransmitted += other.retransmitted;
        self.connections += other.connections;
        self.resets += other.resets;
        self.settled += other.settled;
    }
}
