//! A [`Journal`] in SQLite, with a transaction that the application shares.
//!
//! A message that moves money must take effect once, even if the process dies while handling it. So its
//! effect and the checkpoint that marks it as finished must be stored together. Here both use one connection,
//! and [`sync`](Journal::sync) commits them, and the messages recorded, in one transaction:
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
//! // Handling an execution report: its effect, the message sent about it, and that it is finished.
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

/// The journal of one session, in a database that other sessions and the application may use too.
///
/// A database may hold many sessions, each under its own name and through its own `SqliteJournal`; one
/// session must not be open twice. After any error, everything since the last sync is in doubt: call
/// [`rollback`](SqliteJournal::rollback) to undo it, or open the journal again. Until then, every call that
/// would write fails.
pub struct SqliteJournal {
    connection: Connection,
    session: String,
    transaction: Transaction,
    resume: Option<Checkpoint>,
    /// The highest number with a message.
    last: Option<MsgSeqNum>,
    /// The message that the last answer borrows.
    frame: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Transaction {
    None,
    Open,
    /// An error may have undone part of it.
    InDoubt,
}

/// Why a [`SqliteJournal`] failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteJournalError {
    /// An error from SQLite: disk full, read-only, locked, corrupt.
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
    /// A stored message has a number that is not a valid MsgSeqNum.
    #[error("the SQLite journal of session {session} holds a message with number {number}")]
    Number {
        /// The session's name.
        session: String,
        /// The number.
        number: i64,
    },
    /// The record or checkpoint belongs to an earlier series than the one that the journal holds, which it
    /// must not replace.
    #[error("series {got} began before series {held}, which the SQLite journal holds")]
    EarlierSeries {
        /// The series of the record.
        got: u64,
        /// The series held.
        held: u64,
    },
    /// An earlier call failed, and part of its transaction may be missing.
    #[error("an earlier call failed: roll back, or open the SQLite journal again")]
    InDoubt,
}

impl SqliteJournal {
    /// Opens the database at `path`, or creates it, for the session named `session`.
    ///
    /// It uses a write-ahead log and waits for the disk at each sync, so what is synced survives a power
    /// failure.
    ///
    /// # Errors
    /// An error from SQLite, or a stored checkpoint that cannot be read.
    pub fn open(path: impl AsRef<Path>, session: &str) -> Result<Self, SqliteJournalError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.busy_timeout(Duration::from_secs(5))?;
        SqliteJournal::with_connection(connection, session)
    }

    /// Uses a database that the application has opened with its own settings, which also decide what a commit
    /// survives. No transaction may be open on it.
    ///
    /// # Errors
    /// An error from SQLite, or a stored checkpoint that cannot be read.
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

    /// The session's name in the database.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The last checkpoint, stored with a record or alone: where the session resumes.
    pub fn resume(&self) -> Option<Checkpoint> {
        self.resume
    }

    /// The connection, for the application's own statements in the transaction that the next
    /// [`sync`](Journal::sync) commits. The application must not begin, commit or roll back a transaction on
    /// it.
    ///
    /// If one of its statements fails, call [`rollback`](SqliteJournal::rollback): SQLite may have undone
    /// more than that statement.
    ///
    /// # Errors
    /// An error from SQLite if the transaction cannot begin; [`SqliteJournalError::InDoubt`] after an earlier
    /// error.
    pub fn transaction(&mut self) -> Result<&Connection, SqliteJournalError> {
        self.begin()?;
        Ok(&self.connection)
    }

    /// Undoes everything since the last sync: records, checkpoints, and the application's own statements.
    ///
    /// # Errors
    /// An error from SQLite, after which the journal must be opened again.
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
            // A failed statement of the application may have ended the transaction.
            Transaction::Open if self.connection.is_autocommit() => {
                self.transaction = Transaction::InDoubt;
                Err(SqliteJournalError::InDoubt)
            }
            Transaction::Open => Ok(()),
            Transaction::InDoubt => Err(SqliteJournalError::InDoubt),
        }
    }

    /// Does `work` in the transaction, which is in doubt if that fails.
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

    /// Refuses an earlier series before anything is changed.
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

    /// Commits what was recorded, and what the application did in
    /// [`transaction`](SqliteJournal::transaction).
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
    /// Shows no messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteJournal")
            .field("session", &self.session)
            .field("transaction", &self.transaction)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}

/// SQLite's integers are signed, but a MsgSeqNum has at most 18 digits, so it fits.
fn column(number: MsgSeqNum) -> i64 {
    i64::try_from(number.get()).unwrap_or(i64::MAX)
}
