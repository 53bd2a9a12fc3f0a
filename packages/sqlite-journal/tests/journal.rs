//! The SQLite journal keeps the rules of every journal, and its one transaction holds.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use sansfix::journal::{Journal, Record, Stored};
use sansfix::testing::persistent_journal_suite;
use sansfix::{Checkpoint, MsgSeqNum, Series, Utc};
use sansfix_sqlite_journal::{SqliteJournal, SqliteJournalError};

/// A folder of its own for a test, removed with all that is in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sansfix-sqlite-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn database(&self) -> PathBuf {
        self.0.join("book.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// No waiting for the medium: the process is what dies here.
fn open(folder: &Folder, session: &str) -> SqliteJournal {
    let connection = Connection::open(folder.database()).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.pragma_update(None, "synchronous", "off").unwrap();
    SqliteJournal::with_connection(connection, session).unwrap()
}

fn resume(next_in: u64, next_out: u64) -> Checkpoint {
    let begin = Checkpoint::begin(Utc::from_secs(1_700_000_000));
    let seq = |n| MsgSeqNum::new(n).unwrap();
    Checkpoint { next_in: seq(next_in), next_out: seq(next_out), ..begin }
}

fn put(journal: &mut SqliteJournal, number: u64, frame: &[u8]) -> Result<(), SqliteJournalError> {
    let resume = resume(1, number + 1);
    let number = MsgSeqNum::new(number).unwrap();
    journal.record(&Record::sent(number, Some(frame), resume))
}

fn first(journal: &mut SqliteJournal) -> Option<Vec<u8>> {
    let series = resume(1, 1).series;
    match journal.first_in(series, MsgSeqNum::FIRST, MsgSeqNum::MAX).unwrap() {
        Some(Stored::Message { frame, .. }) => Some(frame.to_vec()),
        _ => None,
    }
}

fn fills(folder: &Folder) -> i64 {
    let connection = Connection::open(folder.database()).unwrap();
    connection.query_row("SELECT count(*) FROM fill", (), |row| row.get(0)).unwrap()
}

fn with_fills(folder: &Folder) -> SqliteJournal {
    let mut journal = open(folder, "A-B");
    journal.transaction().unwrap().execute_batch("CREATE TABLE fill (exec_id TEXT PRIMARY KEY)").unwrap();
    journal.sync().unwrap();
    journal
}

#[test]
fn it_keeps_the_rules_of_every_journal() {
    let folder = Folder::new();
    let mut sessions = 0;
    let fresh = || {
        sessions += 1;
        open(&folder, &format!("session {sessions}"))
    };
    let mut reopened = 0;
    let reopen = |journal: SqliteJournal| {
        // The name is not public; Debug shows it.
        let shown = format!("{journal:?}");
        let session =
            shown.split("session: \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        drop(journal);
        reopened += 1;
        let journal = open(&folder, &session);
        let resume = journal.resume();
        (journal, resume)
    };
    assert_eq!(persistent_journal_suite(fresh, reopen), Ok(()));
    assert!(reopened > 10);
}

#[test]
fn an_effect_and_its_checkpoint_commit_together_or_not_at_all() {
    let folder = Folder::new();
    let mut journal = with_fills(&folder);
    journal.transaction().unwrap().execute("INSERT INTO fill VALUES ('E-1')", ()).unwrap();
    put(&mut journal, 1, b"report").unwrap();
    journal.checkpoint(&resume(2, 2)).unwrap();
    // The process dies before the sync.
    drop(journal);
    assert_eq!(fills(&folder), 0);
    let mut journal = open(&folder, "A-B");
    assert_eq!((journal.resume(), first(&mut journal)), (None, None));

    journal.transaction().unwrap().execute("INSERT INTO fill VALUES ('E-1')", ()).unwrap();
    put(&mut journal, 1, b"report").unwrap();
    journal.checkpoint(&resume(2, 2)).unwrap();
    journal.sync().unwrap();
    drop(journal);
    assert_eq!(fills(&folder), 1);
    let mut journal = open(&folder, "A-B");
    assert_eq!((journal.resume(), first(&mut journal)), (Some(resume(2, 2)), Some(b"report".to_vec())));
}

#[test]
fn a_rollback_undoes_effects_and_records_and_the_journal_goes_on() {
    let folder = Folder::new();
    let mut journal = with_fills(&folder);
    put(&mut journal, 1, b"kept").unwrap();
    journal.sync().unwrap();
    journal.transaction().unwrap().execute("INSERT INTO fill VALUES ('E-1')", ()).unwrap();
    put(&mut journal, 1, b"undone").unwrap();
    journal.rollback().unwrap();
    assert_eq!(first(&mut journal), Some(b"kept".to_vec()));
    assert_eq!(journal.resume(), Some(resume(1, 2)));
    put(&mut journal, 2, b"next").unwrap();
    journal.sync().unwrap();
    assert_eq!(fills(&folder), 0);
}

#[test]
fn after_a_lost_transaction_no_checkpoint_is_committed_without_its_effect() {
    let folder = Folder::new();
    let mut journal = with_fills(&folder);
    let connection = journal.transaction().unwrap();
    connection.execute("INSERT INTO fill VALUES ('E-1')", ()).unwrap();
    // A statement may end the whole transaction, as SQLite does when the disk is full.
    assert!(connection.execute("INSERT OR ROLLBACK INTO fill VALUES ('E-1')", ()).is_err());
    assert!(matches!(journal.checkpoint(&resume(2, 1)), Err(SqliteJournalError::InDoubt)));
    assert!(matches!(journal.sync(), Err(SqliteJournalError::InDoubt)));
    journal.rollback().unwrap();
    assert_eq!(journal.resume(), None);
    journal.checkpoint(&resume(1, 1)).unwrap();
    journal.sync().unwrap();
}

#[test]
fn a_full_disk_is_an_error_and_nothing_of_the_batch_stays() {
    let folder = Folder::new();
    let mut journal = open(&folder, "A-B");
    put(&mut journal, 1, b"kept").unwrap();
    journal.sync().unwrap();
    let pages: i64 =
        journal.transaction().unwrap().query_row("PRAGMA page_count", (), |row| row.get(0)).unwrap();
    let limit = |journal: &mut SqliteJournal, pages: i64| {
        let connection = journal.transaction().unwrap();
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), (), |_| Ok(())).unwrap();
        journal.sync().unwrap();
    };
    limit(&mut journal, pages + 2);
    let large = vec![b'x'; 100_000];
    let refused = put(&mut journal, 2, &large).and_then(|()| journal.sync()).unwrap_err();
    assert!(refused.to_string().contains("full"), "{refused}");
    assert!(matches!(put(&mut journal, 2, b"small"), Err(SqliteJournalError::InDoubt)));
    journal.rollback().unwrap();
    assert_eq!(journal.resume(), Some(resume(1, 2)));
    limit(&mut journal, 1_000_000);
    put(&mut journal, 2, &large).unwrap();
    journal.sync().unwrap();
}

#[test]
fn files_that_cannot_be_used_are_refused() {
    let folder = Folder::new();
    std::fs::write(folder.database(), "8=FIX.4.4 is no database, however long the text is made").unwrap();
    let refused = SqliteJournal::open(folder.database(), "A-B").unwrap_err();
    assert!(refused.to_string().contains("not a database"), "{refused}");
    assert!(SqliteJournal::open(folder.0.join("missing/book.sqlite"), "A-B").is_err());
}

#[test]
fn sessions_in_one_database_do_not_meet() {
    let folder = Folder::new();
    let (mut a, mut b) = (open(&folder, "A"), open(&folder, "B"));
    put(&mut a, 1, b"of a").unwrap();
    a.sync().unwrap();
    put(&mut b, 1, b"of b").unwrap();
    b.sync().unwrap();
    let later = Checkpoint { series: Series::from_raw(u64::MAX), ..resume(1, 1) };
    b.checkpoint(&later).unwrap();
    b.sync().unwrap();
    assert_eq!(first(&mut a), Some(b"of a".to_vec()));
    assert_eq!(first(&mut b), None);
}
