//! From a folder of files to a side that continues where its last process stopped, wherever that died.

use sansfix::journal::{Durability, FileJournal, FileJournalOptions, Stored};
use sansfix::schedule::Timekeeper;
use sansfix::wire::{DataFields, find};
use sansfix::{Checkpoint, Journal, Session};

use super::Error;
use super::book::Book;
use super::clock::Clock;
use super::driver::Engine;
use super::orders::{Desk, Exchange};
use super::setup::Setup;

/// The initiator, restored from its folder.
pub(crate) fn desk(setup: Setup, orders: u64, window: u64) -> Result<(Engine, Desk), Error> {
    let (mut engine, book) = restore(setup)?;
    let sent = last_sent(&mut engine, Desk::COUNTED_BY)?;
    Ok((engine, Desk { book, orders, window, sent }))
}

/// The acceptor, restored from its folder.
pub(crate) fn exchange(setup: Setup) -> Result<(Engine, Exchange), Error> {
    let (mut engine, book) = restore(setup)?;
    let answered = last_sent(&mut engine, Exchange::COUNTED_BY)?;
    Ok((engine, Exchange { book, answered }))
}

/// The session, its journal, and the book.
fn restore(setup: Setup) -> Result<(Engine, Book), Error> {
    let Setup { config, rules, logon_fields, schedule, folder, .. } = setup;
    std::fs::create_dir_all(&folder)?;
    let clock = Clock::start();
    // Enough for `kill -9`, and fast; a session that has to outlive its machine waits for the disk:
    // Durability::PowerLoss.
    let options =
        FileJournalOptions { durability: Durability::ProcessDeath, ..FileJournalOptions::default() };
    let (journal, recovered) = FileJournal::open(folder.join("journal"), options)?;
    let mut book = Book::open(&folder.join("book"))?;
    let resume = match (recovered.resume, book.checkpoint()) {
        // The journal knows what was sent, the book what was finished.
        (Some(sent), Some(finished)) => sent.with_finished(finished),
        (Some(sent), None) => sent,
        (None, Some(_)) => return Err("there is a book and no journal: numbers would be used twice".into()),
        (None, None) => Checkpoint::begin(clock.now().utc),
    };
    if book.checkpoint().is_some_and(|last| last.series < resume.series) {
        book.begin_series();
    }
    let session = Session::new(config, resume)?;
    let timekeeper = Timekeeper::new(schedule);
    Ok((Engine { session, journal, clock, rules, logon_fields, timekeeper }, book))
}

/// The number in field `tag` of the last message of the series in the journal that has the field: how far the
/// application had come with sending.
fn last_sent(engine: &mut Engine, tag: u32) -> Result<u64, Error> {
    let series = engine.session.checkpoint().series;
    let mut number = engine.session.next_out();
    while let Some(previous) = number.previous() {
        number = previous;
        if let Some(Stored::Message { frame, .. }) = engine.journal.first_in(series, number, number)?
            && let Some(value) = find(frame, tag, &DataFields::STANDARD)
        {
            return Ok(value.uint()?);
        }
    }
    Ok(0)
}
