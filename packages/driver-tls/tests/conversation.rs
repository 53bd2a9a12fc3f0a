//! Over TLS, across a cut link; and a certificate that names somebody else.

#[expect(dead_code, reason = "the example's main")]
#[path = "../examples/conversation.rs"]
mod conversation;

use sansfix_conversation::Tally;

#[tokio::test]
async fn nothing_is_lost_or_doubled_when_the_link_is_cut() {
    assert_eq!(conversation::converse("BUYSIDE", 200).await.unwrap(), Tally::default());
}

#[tokio::test]
async fn a_certificate_that_names_another_party_logs_nobody_on() {
    let nothing_came = Tally { lost: 2 * 10, ..Tally::default() };
    assert_eq!(conversation::converse("MALLORY", 10).await.unwrap(), nothing_came);
}
