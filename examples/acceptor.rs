//! The accepting side as a process of its own: it books orders and fills them.
//!
//! `cargo run --release --example acceptor -- --port 9878`
//!
//! Kill it at any moment and start it again on the same folder: no order is lost, and none is booked twice.

mod common;

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;

use sansfix::Role;

use common::conversation::{Conversation, Shown};
use common::link::Tcp;
use common::{Error, programs};

const USAGE: &str = "\
acceptor: books the orders of an initiator and fills them

  --port P      listens on 127.0.0.1:P; 0 chooses a port (9878)
  --folder DIR  where journal and book are; delete it to begin anew (sansfix-acceptor among the temporary files)";

fn main() -> Result<(), Error> {
    let Some(Arguments { port, folder }) = arguments()? else { return Ok(()) };
    std::fs::create_dir_all(&folder)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    println!("listening on {}, files in {}", listener.local_addr()?, folder.display());
    let (mut engine, mut exchange) = programs::exchange(programs::config(Role::Acceptor)?, &folder)?;
    let conversation = Conversation::begin(|line| println!("{line}"));
    // One session, so one link at a time; others wait. `sansfix::peek` tells the sessions of many apart.
    for stream in listener.incoming() {
        let Ok(link) = stream.and_then(Tcp::new) else { continue };
        let mut link = Shown::both(link, Role::Acceptor, conversation.clone());
        let why = engine.converse(&mut exchange, &mut link)?;
        conversation.note(&format!("{why}; {} orders in the book", exchange.book.len()));
    }
    Ok(())
}

struct Arguments {
    port: u16,
    folder: PathBuf,
}

fn arguments() -> Result<Option<Arguments>, Error> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { port: 9878, folder: std::env::temp_dir().join("sansfix-acceptor") };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => arguments.port = parser.value()?.parse()?,
            Long("folder") => arguments.folder = parser.value()?.into(),
            Long("help") | Short('h') => {
                println!("{USAGE}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}
