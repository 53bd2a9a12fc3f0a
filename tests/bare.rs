//! The example that drives a session without an operating system.

#[allow(dead_code, reason = "the example's main")]
#[path = "../examples/bare.rs"]
mod bare;

#[test]
fn nothing_is_lost_or_doubled_over_a_line_that_breaks() {
    let told = bare::converse().unwrap();
    assert_eq!((told.lost, told.duplicated), (0, 0));
}
