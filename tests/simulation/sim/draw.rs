//! Where every decision of a run comes from.

/// A source of decisions: a seed's random numbers, or the bytes of a fuzzer.
pub trait Draw {
    /// A number below `end`, which is not 0.
    fn below(&mut self, end: u64) -> u64;

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// SplitMix64: small, good enough, and ours, so that a seed means the same for ever.
pub struct Random(pub u64);

impl Draw for Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}
