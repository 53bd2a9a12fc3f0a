//! Buyers and sellers on one port, across cut links.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[expect(dead_code, reason = "the example's main")]
#[path = "../examples/conversation.rs"]
mod conversation;

use sansfix_conversation::Tally;

#[test]
fn nothing_is_lost_or_doubled_when_links_are_cut() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(runtime.block_on(conversation::converse(6, 200)).unwrap(), Tally::default());
}
