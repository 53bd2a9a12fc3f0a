//! The process that is killed: it books each order, once, and reports on it.

use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use sansfix::journal::Journal as _;
use sansfix::{BeginString, Checkpoint, Config, Event, MsgType, Role, Session};
use sansfix_sqlite_journal::SqliteJournal;

use crate::driver::{Application, Desk, Fault, converse, now};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS booking (cl_ord_id INTEGER NOT NULL)";

/// Connects to the counterparty at `port`, and works until it logs out.
pub(crate) fn keep(port: &str, database: &Path) -> Result<(), Fault> {
    let mut journal = SqliteJournal::open(database, "BOOK-VENUE")?;
    journal.transaction()?.execute_batch(TABLE)?;
    let resume = journal.resume().unwrap_or(Checkpoint::begin(now().utc));
    journal.checkpoint(&resume)?;
    journal.sync()?;
    let config = Config::new(Role::Initiator, BeginString::Fix44, "BOOK", "VENUE")?;
    let mut session = Session::new(config, resume)?;
    let mut stream = TcpStream::connect(port)?;
    converse(&mut session, &mut journal, &mut Book, &mut stream, Duration::from_secs(1))
}

struct Book;

impl Application<SqliteJournal> for Book {
    /// The booking, the report, and the word that the order is finished are one transaction: all of it is
    /// done, or nothing.
    fn on(&mut self, event: &Event<'_>, desk: &mut Desk<'_, '_, SqliteJournal>) -> Result<(), Fault> {
        let Event::Message(order) = event else { return Ok(()) };
        let id = order.int(11).ok_or("an order without ClOrdID(11)")?;
        // On purpose without a unique key: a second booking would show.
        desk.journal.transaction()?.execute("INSERT INTO booking VALUES (?1)", [id])?;
        let report = desk.session.send(desk.now, MsgType::EXECUTION_REPORT, desk.out, |body| {
            body.int(11, id);
        })?;
        desk.outbox.push(report, desk.session, desk.journal).map_err(|error| error.to_string())?;
        // `checkpoint` counts the order in hand as finished.
        desk.journal.checkpoint(&desk.session.checkpoint())?;
        desk.journal.sync()?;
        Ok(())
    }

    fn idle(&mut self, _: &mut Desk<'_, '_, SqliteJournal>) -> Result<(), Fault> {
        Ok(())
    }
}
