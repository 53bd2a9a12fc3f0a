//! The initiating side as a process of its own: it sends orders and books the reports.
//!
//! `cargo run --release --example initiator -- --connect 127.0.0.1:9878 --orders 1000`
//!
//! Kill it at any moment and start it again on the same folder: it goes on with the first order that was not sent.

mod common;

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::ExitCode;

use sansfix::{Reason, Role};

use common::conversation::{Conversation, Shown};
use common::given::Given;
use common::link::Tcp;
use common::orders::{WINDOW, count_faults};
use common::{Error, programs};

const USAGE: &str = "\
initiator: sends orders to an acceptor until all are filled, then logs out

  --config FILE        a settings file of QuickFIX: its first initiator, SocketConnectHost and Port, FileStorePath
  --connect HOST:PORT  where the acceptor listens (127.0.0.1:9878)
  --orders N           how many orders there are in all, over every start on the same folder (1000)
  --window W           how many may be unanswered at a time (4096)
  --folder DIR         where journal and book are; delete it to begin anew (sansfix-initiator among the temporary files)";

fn main() -> Result<ExitCode, Error> {
    let Some(Arguments { config, connect, orders, window, folder }) = arguments()? else {
        return Ok(ExitCode::SUCCESS);
    };
    let given = Given::by(config.as_deref(), Role::Initiator)?;
    let connect = connect.or(given.connect).unwrap_or_else(|| "127.0.0.1:9878".to_owned());
    let folder = folder.or(given.folder).unwrap_or_else(|| std::env::temp_dir().join("sansfix-initiator"));
    std::fs::create_dir_all(&folder)?;
    println!("files in {}", folder.display());
    let (mut engine, mut desk) = programs::desk(given.config, &folder, orders, window)?;
    engine.rules = given.rules;
    engine.logon_fields = given.logon_fields;
    let conversation = Conversation::begin(|line| println!("{line}"));
    loop {
        let why = engine.initiate(&mut desk, |wish| {
            let stream = TcpStream::connect(&connect).inspect_err(|error| {
                if wish.attempt == 1 {
                    eprintln!("cannot connect to {connect} yet: {error}");
                }
            })?;
            Ok(Shown::both(Tcp::new(stream)?, Role::Initiator, conversation.clone()))
        })?;
        conversation.note(&format!("{why}; {} of {orders} orders filled", desk.book.len()));
        if why == Reason::LoggedOut {
            break;
        }
    }
    let faults = count_faults(&desk.book, orders);
    println!("lost {}, duplicated {}", faults.lost, faults.duplicated);
    Ok(if faults == Default::default() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Arguments {
    config: Option<PathBuf>,
    connect: Option<String>,
    orders: u64,
    window: u64,
    folder: Option<PathBuf>,
}

fn arguments() -> Result<Option<Arguments>, Error> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { config: None, connect: None, orders: 1000, window: WINDOW, folder: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("config") => arguments.config = Some(parser.value()?.into()),
            Long("connect") => arguments.connect = Some(parser.value()?.parse()?),
            Long("orders") => arguments.orders = parser.value()?.parse()?,
            Long("window") => arguments.window = parser.value()?.parse()?,
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
