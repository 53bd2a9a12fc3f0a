//! What the example programs share. Read in this order: `driver` (drives a session), `application` and `link`
//! (what it works for, and over), `book` and `orders` (applications that process everything exactly once),
//! `setup` (a side's configuration), `restore` (from files to a running side).
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

/// Whatever ends a program; its text is for people.
pub(crate) type Error = Box<dyn std::error::Error + Send + Sync>;

/// The exit code of a program, by whether it succeeded.
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
