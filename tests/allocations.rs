//! No work done for a message allocates.

#[path = "../benches/common/mod.rs"]
mod common;

use common::works::{CASES, IDLE};

#[test]
fn no_work_allocates() {
    for case in CASES.iter().chain([&IDLE]) {
        let mut work = case.prepare(64);
        let mut digest = 0;
        let counted = allocation_counter::measure(|| digest = work.run(64));
        assert_eq!(digest, work.expected(64), "{}", case.name);
        assert_eq!(counted.count_total, 0, "{} allocates", case.name);
    }
}

/// The counter does count: otherwise the other tests could not fail.
#[test]
fn an_allocation_is_counted() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![0_u8; 64])));
    assert_eq!(counted.count_total, 1);
}
