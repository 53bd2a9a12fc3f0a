//! The acceptor as a separate process: it books orders and fills them.
//!
//! `cargo run --release --example acceptor -- --port 9878`
//!
//! Kill it at any time and restart it in the same folder: no order is lost, and none is booked twice.

mod common;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use sansfix::Role;

use common::conversation::{Conversation, Shown};
use common::link::Tcp;
use common::setup::Setup;
use common::{Error, exit, restore};

const USAGE: &str = "\
acceptor: books the orders of an initiator and fills them

  --config FILE  a QuickFIX settings file; the other options stand above it
  --port P       listens on 127.0.0.1:P; 0 chooses a port (9878)
  --folder DIR   where journal and book are; delete it to begin anew (sansfix-acceptor among the temporary files)";

fn main() -> ExitCode {
    exit(run().map(|()| true))
}

fn run() -> Result<(), Error> {
    let Some(setup) = arguments()? else { return Ok(()) };
    let listener = TcpListener::bind(setup.addresses.first().ok_or("nowhere to listen")?)?;
    println!("listening on {}, files in {}", listener.local_addr()?, setup.folder.display());
    let (mut engine, mut exchange) = restore::exchange(setup)?;
    let conversation = Conversation::begin(|line| println!("{line}"));
    // One session, so one link at a time; others wait. `sansfix::peek` tells the sessions of many apart.
    for stream in listener.incoming() {
        let Ok(link) = stream.and_then(Tcp::new) else { continue };
        let mut link = Shown::both(link, Role::Acceptor, conversation.clone());
        let why = engine.converse(&mut exchange, &mut link)?;
        let hours = if engine.timekeeper.is_open() { "" } else { "outside the session's hours, " };
        conversation.note(&format!("{hours}{why}; {} orders in the book", exchange.book.len()));
    }
    Ok(())
}

fn arguments() -> Result<Option<Setup>, Error> {
    use lexopt::prelude::*;
    let (mut config, mut port, mut folder) = (None, None, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("config") => config = Some(PathBuf::from(parser.value()?)),
            Long("port") => port = Some(parser.value()?.parse::<u16>()?),
            Long("folder") => folder = Some(PathBuf::from(parser.value()?)),
            Long("help") | Short('h') => {
                println!("{USAGE}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let mut setup = Setup::of(Role::Acceptor, config.as_deref())?;
    if let Some(port) = port {
        setup.addresses = vec![format!("127.0.0.1:{port}")];
    }
    if let Some(folder) = folder {
        setup.folder = folder;
    }
    Ok(Some(setup))
}
