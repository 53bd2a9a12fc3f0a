//! A standby goes on in the middle of a session whose process is killed.

#![allow(clippy::unwrap_used, reason = "a test")]

#[expect(dead_code, reason = "the example's main")]
#[path = "../examples/standby.rs"]
mod standby;

use std::process::{Command, Stdio};

#[test]
fn nothing_is_lost_or_doubled_when_the_standby_takes_over() {
    let program = std::env::current_exe().unwrap();
    let outcome = standby::failover(400, |arguments| {
        // This test program again, as the processes of the buyer and its standby.
        let mut command = Command::new(&program);
        command.args(["one_of_the_processes", "--exact", "--ignored"]);
        command.env("SANSFIX_STANDBY", arguments.join("\n")).stdout(Stdio::null());
        command
    });
    assert_eq!(outcome.unwrap(), (0, 0));
}

#[test]
#[ignore = "it is a part of the test above"]
fn one_of_the_processes() {
    let told = std::env::var("SANSFIX_STANDBY").unwrap_or_default();
    if !told.is_empty() {
        standby::play(&told.split('\n').collect::<Vec<_>>()).unwrap();
    }
}
