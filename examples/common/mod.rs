//! What the programs share. Read in this order: `driver` (a session at work), `application` and `link` (what
//! it works for, and on), `book` and `orders` (applications that do everything once), `setup` (what a side is
//! told), `restore` (from files to a running side).
#![allow(dead_code, reason = "each program uses its part")]

pub(crate) mod application;
pub(crate) mod book;
pub(crate) mod clock;
pub(crate) mod conversation;
pub(crate) mod driver;
pub(crate) mod link;
pub(crate) mod orders;
pub(crate) mod restore;
pub(crate) mod setup;

use std::process::ExitCode;

/// Whatever ends a program: what it says is for a person.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// The end of a program: did it come to what it should?
pub(crate) fn exit(result: Result<bool, Error>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
