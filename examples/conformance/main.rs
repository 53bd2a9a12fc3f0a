//! The acceptor that QuickFIX's acceptance scenarios expect: many sessions on one port, an application that
//! echoes.
//!
//! ```text
//! conformance --port 5001 --spec path/to/dictionaries [--set KEY=VALUE]...
//! ```

mod application;
mod arguments;
mod connection;
mod served;

use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use arguments::Arguments;
use served::Table;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::from_command_line()?;
    let table = Arc::new(Table::new(&arguments)?);
    let listener = TcpListener::bind(("127.0.0.1", arguments.port))?;
    for stream in listener.incoming() {
        let (stream, table) = (stream?, Arc::clone(&table));
        thread::spawn(move || {
            if let Err(error) = connection::serve(stream, &table) {
                eprintln!("conformance: {error}");
            }
        });
    }
    Ok(())
}
