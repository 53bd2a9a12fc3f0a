//! Effects are applied once across `kill -9`.

#[path = "../examples/exactly_once/book.rs"]
mod book;
#[path = "../examples/exactly_once/driver.rs"]
mod driver;
#[path = "../examples/exactly_once/torment.rs"]
mod torment;

use std::process::{Command, Stdio};

use sansfix_conversation::Tally;

#[test]
fn no_effect_is_lost_or_applied_twice_when_the_process_is_killed() {
    let program = std::env::current_exe().unwrap();
    let outcome = torment::torment(8, 20_260_101, |port, database| {
        // This test program again, as the process that is killed.
        let mut command = Command::new(&program);
        command.args(["the_process_that_is_killed", "--exact", "--ignored", "--nocapture"]);
        command.env("SANSFIX_PORT", port).env("SANSFIX_DATABASE", database).stdout(Stdio::null());
        command
    });
    let outcome = outcome.unwrap();
    assert_eq!(outcome.kills, 8);
    assert_eq!((outcome.bookings, outcome.reports), (Tally::default(), Tally::default()));
}

#[test]
#[ignore = "it is a part of the test above"]
fn the_process_that_is_killed() {
    let told = |name| std::env::var(name).unwrap_or_default();
    if told("SANSFIX_PORT").is_empty() {
        return;
    }
    book::keep(&told("SANSFIX_PORT"), told("SANSFIX_DATABASE").as_ref()).unwrap();
}
