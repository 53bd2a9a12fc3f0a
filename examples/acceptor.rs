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
use common::given::Given;
use common::link::Tcp;
use common::{Error, programs};

const USAGE: &str = "\
acceptor: books the orders of an initiator and fills them

  --config FILE a settings file of QuickFIX: its first acceptor, SocketAcceptPort, FileStorePath
  --port P      listens on 127.0.0.1:P; 0 chooses a port (9878)
  --folder DIR  where journal and book are; delete it to begin anew (sansfix-acceptor among the temporary files)";

fn main() -> Result<(), Error> {
    let Some(arguments) = arguments()? else { return Ok(()) };
    let given = Given::by(arguments.config.as_deref(), Role::Acceptor)?;
    let port = arguments.port.or(given.port).unwrap_or(9878);
    let folder =
        arguments.folder.or(given.folder).unwrap_or_else(|| std::env::temp_dir().join("sansfix-acceptor"));
    std::fs::create_dir_all(&folder)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    println!("listening on {}, files in {}", listener.local_addr()?, folder.display());
    let (mut engine, mut exchange) = programs::exchange(given.config, &folder)?;
    engine.rules = given.rules;
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
    config: Option<PathBuf>,
    port: Option<u16>,
    folder: Option<PathBuf>,
}

fn arguments() -> Result<Option<Arguments>, Error> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { config: None, port: None, folder: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("config") => arguments.config = Some(parser.value()?.into()),
            Long("port") => arguments.port = Some(parser.value()?.parse()?),
            Long("folder") => arguments.folder = Some(parser.value()?.into()),
            Long("help") | Short('h') => {
                println!("{USAGE}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}
