//! A [`Journal`] in SQLite, whose transaction the application shares.
//!
//! A message that moves money must count once, also when the process dies while it is handled. So its effect
//! and the checkpoint that says "this one is finished" must be one step. Here both go through one connection,
//! and [`sync`](Journal::sync) commits them together with the messages that were recorded:
//!
//! ```
//! use sansfix::journal::{Journal, Record};
//! use sansfix::{Checkpoint, MsgSeqNum, Utc};
//! use sansfix_sqlite_journal::SqliteJournal;
//!
//! # let folder = std::env::temp_dir().join(format!("sansfix-sqlite-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("book.sqlite");
//! let mut journal = SqliteJournal::open(&path, "US-BROKER")?;
//! journal.transaction()?.execute_batch("CREATE TABLE IF NOT EXISTS fill (exec_id TEXT PRIMARY KEY, quantity INTEGER)")?;
//! let resume = journal.resume().unwrap_or(Checkpoint::begin(Utc::from_secs(1_700_000_000)));
//!
//! // An execution report is in hand: its effect, what is sent about it, and that it is finished.
//! journal.transaction()?.execute("INSERT INTO fill VALUES ('E-1', 100)", ())?;
//! let number = resume.next_out;
//! let finished = Checkpoint { next_in: resume.next_in.next(), next_out: number.next(), ..resume };
//! journal.record(&Record::sent(number, Some(b"8=FIX.4.4.."), finished))?;
//! journal.sync()?;
//! # drop(journal);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};
use sansfix::journal::{Journal, Record, Stored};
use sansfix::{Checkpoint, CheckpointError, MsgSeqNum, Series};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sansfix_session (
        session TEXT PRIMARY KEY,
        resume BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sansfix_message (
        session TEXT NOT NULL,
        number INTEGER NOT NULL,
        frame BLOB NOT NULL,
        PRIMARY KEY (session, number)
    ) WITHOUT ROWID;
";

/// The journal of one session, in a database that other sessions and the application use too.
///
/// A database may hold many sessions, each under its own name and through its own `SqliteJournal`; one
/// session must not be open twice. After any error everything since the last sync is in doubt: call
/// [`rollback`](SqliteJournal::rollback), which undoes it, or open the journal again. Until then nothing more
/// is taken.
pub struct SqliteJournal {
    connection: Connection,
    session: String,
    transaction: Transaction,
    resume: Option<Checkpoint>,
    /// The highest number with a message.
    last: Option<MsgSeqNum>,
    /// The message that was answered last.
    frame: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Transaction {
    None,
    Open,
    /// An error may have undone a part of it.
    InDoubt,
}

/// Why a [`SqliteJournal`] failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteJournalError {
    /// SQLite's own: disk full, read-only, locked, corrupt.
    #[error("the SQLite journal failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The stored checkpoint cannot be read.
    #[error("the checkpoint of session {session} in the SQLite journal cannot be read: {source}")]
    Checkpoint {
        /// The session's name.
        session: String,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// A stored message has a number that no message can have.
    #[error("the SQLite journal of session {session} holds a message with number {number}")]
    Number {
        /// The session's name.
        session: String,
        /// The number.
        number: i64,
    },
    /// The record or checkpoint belongs to a series before the one that the journal holds, which is never
    /// given up for it.
    #[error("series {got} began before series {held}, which the SQLite journal holds")]
    EarlierSeries {
        /// The series of the record.
        got: u64,
        /// The series held.
        held: u64,
    },
    /// An earlier call failed, and a part of what it belongs to may be missing.
    #[error("an earlier call failed: roll back, or open the SQLite journal again")]
    InDoubt,
}

impl SqliteJournal {
    /// Opens the database at `path`, or makes one, for the session named `session`.
    ///
    /// It uses a write-ahead log and waits for the medium at each sync, so that what is synced survives a
    /// loss of power.
    ///
    /// # Errors
    /// SQLite's own, and a stored checkpoint that cannot be read.
    pub fn open(path: impl AsRef<Path>, session: &str) -> Result<Self, SqliteJournalError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.busy_timeout(Duration::from_secs(5))?;
        SqliteJournal::with_connection(connection, session)
    }

    /// Uses a database that the application has opened with settings of its own, among them how much a commit
    /// survives. No transaction may be open on it.
    ///
    /// # Errors
    /// SQLite's own, and a stored checkpoint that cannot be read.
    pub fn with_connection(connection: Connection, session: &str) -> Result<Self, SqliteJournalError> {
        connection.execute_batch(SCHEMA)?;
        let mut journal = SqliteJournal {
            connection,
            session: session.into(),
            transaction: Transaction::None,
            resume: None,
            last: None,
            frame: Vec::new(),
        };
        journal.load()?;
        Ok(journal)
    }

    /// The name that the session has in the database.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The last checkpoint that came with a record or by itself: where the session goes on.
    pub fn resume(&self) -> Option<Checkpoint> {
        self.resume
    }

    /// The connection, within the transaction that the next [`sync`](Journal::sync) commits: for the
    /// application's own statements. It must not begin, commit or roll back there.
    ///
    /// When one of its statements fails, call [`rollback`](SqliteJournal::rollback): SQLite may have undone
    /// more than that statement.
    ///
    /// # Errors
    /// SQLite's own, when the transaction cannot begin.
    pub fn transaction(&mut self) -> Result<&Connection, SqliteJournalError> {
        self.begin()?;
        Ok(&self.connection)
    }

    /// Undoes everything since the last sync: records, checkpoints, and the application's own statements.
    ///
    /// # Errors
    /// SQLite's own; the journal must be opened again then.
    pub fn rollback(&mut self) -> Result<(), SqliteJournalError> {
        self.transaction = Transaction::InDoubt;
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.load()?;
        self.transaction = Transaction::None;
        Ok(())
    }

    fn begin(&mut self) -> Result<(), SqliteJournalError> {
        match self.transaction {
            Transaction::None => {
                self.connection.execute_batch("BEGIN IMMEDIATE")?;
                self.transaction = Transaction::Open;
                Ok(())
            }
            // A failed statement of the application may have ended it.
            Transaction::Open if self.connection.is_autocommit() => {
                self.transaction = Transaction::InDoubt;
                Err(SqliteJournalError::InDoubt)
            }
            Transaction::Open => Ok(()),
            Transaction::InDoubt => Err(SqliteJournalError::InDoubt),
        }
    }

    /// Does `work` in the transaction, which is in doubt when it fails.
    fn in_transaction(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), SqliteJournalError>,
    ) -> Result<(), SqliteJournalError> {
        self.begin()?;
        let done = work(self);
        if done.is_err() {
            self.transaction = Transaction::InDoubt;
        }
        done
    }

    /// An earlier series is refused before anything is touched.
    fn refuse_earlier(&self, series: Series) -> Result<(), SqliteJournalError> {
        match self.resume {
            Some(held) if held.series > series => {
                Err(SqliteJournalError::EarlierSeries { got: series.get(), held: held.series.get() })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Removes the messages from `number` on.
    fn withdraw_from(&mut self, number: MsgSeqNum) -> Result<(), SqliteJournalError> {
        if self.last.is_some_and(|last| last >= number) {
            let mut delete = self
                .connection
                .prepare_cached("DELETE FROM sansfix_message WHERE session = ?1 AND number >= ?2")?;
            delete.execute(params![self.session, column(number)])?;
            self.last = number.previous();
        }
        Ok(())
    }

    fn enter(&mut self, resume: Checkpoint) -> Result<(), SqliteJournalError> {
        if self.resume.is_some_and(|held| held.series < resume.series) {
            self.withdraw_from(MsgSeqNum::FIRST)?;
        }
        self.resume = Some(resume);
        Ok(())
    }

    fn load(&mut self) -> Result<(), SqliteJournalError> {
        let mut select =
            self.connection.prepare_cached("SELECT resume FROM sansfix_session WHERE session = ?1")?;
        let resume: Option<Vec<u8>> = select.query_row([&self.session], |row| row.get(0)).optional()?;
        self.resume = match resume.map(|bytes| Checkpoint::decode(&bytes)).transpose() {
            Ok(resume) => resume,
            Err(source) => {
                return Err(SqliteJournalError::Checkpoint { session: self.session.clone(), source });
            }
        };
        let mut select =
            self.connection.prepare_cached("SELECT max(number) FROM sansfix_message WHERE session = ?1")?;
        let last: Option<i64> = select.query_row([&self.session], |row| row.get(0))?;
        self.last = last.map(|last| self.number(last)).transpose()?;
        Ok(())
    }

    fn number(&self, column: i64) -> Result<MsgSeqNum, SqliteJournalError> {
        let number = u64::try_from(column).ok().and_then(MsgSeqNum::new);
        number.ok_or_else(|| SqliteJournalError::Number { session: self.session.clone(), number: column })
    }
}

impl Journal for SqliteJournal {
    type Error = SqliteJournalError;

    fn record(&mut self, record: &Record<'_>) -> Result<(), SqliteJournalError> {
        self.refuse_earlier(record.resume.series)?;
        self.in_transaction(|journal| {
            journal.enter(record.resume)?;
            let Some(sent) = record.sent else { return Ok(()) };
            journal.withdraw_from(sent.number)?;
            if let Some(frame) = sent.frame {
                let mut insert =
                    journal.connection.prepare_cached("INSERT INTO sansfix_message VALUES (?1, ?2, ?3)")?;
                insert.execute(params![journal.session, column(sent.number), frame])?;
                journal.last = Some(sent.number);
            }
            Ok(())
        })
    }

    /// Commits what was recorded and what the application did in [`transaction`](SqliteJournal::transaction).
    fn sync(&mut self) -> Result<(), SqliteJournalError> {
        if self.transaction == Transaction::None {
            return Ok(());
        }
        self.in_transaction(|journal| {
            if let Some(resume) = journal.resume {
                let mut upsert = journal
                    .connection
                    .prepare_cached("INSERT OR REPLACE INTO sansfix_session VALUES (?1, ?2)")?;
                upsert.execute(params![journal.session, resume.encode()])?;
            }
            Ok(journal.connection.execute_batch("COMMIT")?)
        })?;
        self.transaction = Transaction::None;
        Ok(())
    }

    fn first_in(
        &mut self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, SqliteJournalError> {
        if self.transaction == Transaction::InDoubt {
            return Err(SqliteJournalError::InDoubt);
        }
        if self.resume.is_none_or(|held| held.series != series) {
            return Ok(None);
        }
        let mut select = self.connection.prepare_cached(
            "SELECT number, frame FROM sansfix_message WHERE session = ?1 AND number BETWEEN ?2 AND ?3
             ORDER BY number LIMIT 1",
        )?;
        let mut rows = select.query(params![self.session, column(from), column(to)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let number = self.number(row.get(0)?)?;
        let frame = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        self.frame.clear();
        self.frame.extend_from_slice(frame);
        Ok(Some(Stored::Message { number, frame: &self.frame }))
    }
}

impl fmt::Debug for SqliteJournal {
    /// Without messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("session", &self.session)
            .field("transaction", &self.transaction)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

/// SQLite's integers are signed; a MsgSeqNum has 18 digits at most.
fn column(number: MsgSeqNum) -> i64 {
    i64::try_from(number.get()).unwrap_or(i64::MAX)
}
