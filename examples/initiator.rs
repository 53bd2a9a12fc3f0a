//! The initiator as a separate process: it sends orders and books the reports.
//!
//! `cargo run --release --example initiator -- --connect 127.0.0.1:9878 --orders 1000`
//!
//! Kill it at any time and restart it in the same folder: it continues with the first order that was not
//! sent.

mod common;

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::ExitCode;

use sansfix::Role;

use common::conversation::{Conversation, Shown};
use common::link::Tcp;
use common::orders::{Faults, WINDOW, count_faults};
use common::setup::Setup;
use common::{Error, exit, restore};

const USAGE: &str = "\
initiator: sends orders to an acceptor until all are filled, then logs out; outside the session's hours it waits

  --config FILE        a QuickFIX settings file; the other options stand above it
  --connect HOST:PORT  where the acceptor listens (127.0.0.1:9878)
  --orders N           how many orders there are in all, over every start on the same folder (1000)
  --window W           how many may be unanswered at a time (4096)
  --folder DIR         where journal and book are; delete it to begin anew (sansfix-initiator among the temporary files)";

fn main() -> ExitCode {
    exit(run())
}

/// Returns true if nothing was lost and nothing came twice.
fn run() -> Result<bool, Error> {
    let Some(Arguments { setup, orders, window }) = arguments()? else { return Ok(true) };
    println!("files in {}", setup.folder.display());
    let addresses = setup.addresses.clone();
    let (mut engine, mut desk) = restore::desk(setup, orders, window)?;
    let conversation = Conversation::begin(|line| println!("{line}"));
    loop {
        let why = engine.initiate(&mut desk, |wish| {
            // The first address, then the others in turn.
            let address = &addresses[(wish.attempt as usize - 1) % addresses.len()];
            let stream = TcpStream::connect(address).inspect_err(|error| {
                if wish.attempt == 1 {
                    eprintln!("cannot connect to {address} yet: {error}");
                }
            })?;
            Ok(Shown::both(Tcp::new(stream)?, Role::Initiator, conversation.clone()))
        })?;
        conversation.note(&format!("{why}; {} of {orders} orders filled", desk.book.len()));
        // The session's hours may be over before its orders are filled: a new day is a new series.
        if why.is_orderly() && desk.book.len() >= orders {
            break;
        }
    }
    let faults = count_faults(&desk.book, orders);
    println!("lost {}, duplicated {}", faults.lost, faults.duplicated);
    Ok(faults == Faults::default())
}

struct Arguments {
    setup: Setup,
    orders: u64,
    window: u64,
}

fn arguments() -> Result<Option<Arguments>, Error> {
    use lexopt::prelude::*;
    let (mut config, mut connect, mut folder) = (None, None, None);
    let (mut orders, mut window) = (1000, WINDOW);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("config") => config = Some(PathBuf::from(parser.value()?)),
            Long("connect") => connect = Some(parser.value()?.string()?),
            Long("orders") => orders = parser.value()?.parse()?,
            Long("window") => window = parser.value()?.parse()?,
            Long("folder") => folder = Some(PathBuf::from(parser.value()?)),
            Long("help") | Short('h') => {
                println!("{USAGE}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let mut setup = Setup::of(Role::Initiator, config.as_deref())?;
    if let Some(address) = connect {
        setup.addresses = vec![address];
    }
    if let Some(folder) = folder {
        setup.folder = folder;
    }
    Ok(Some(Arguments { setup, orders, window }))
}
