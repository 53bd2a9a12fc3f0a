//! Two threads with many sessions each, across cut links.

#[expect(dead_code, reason = "the example's main")]
#[path = "../examples/conversation.rs"]
mod conversation;

use sansfix_conversation::Tally;

#[test]
fn nothing_is_lost_or_doubled_when_links_are_cut() {
    assert_eq!(conversation::converse(20, 200).unwrap(), Tally::default());
}
