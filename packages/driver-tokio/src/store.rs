//! Journals on a thread of their own, so that a task waiting for a disk does not hold up others.

use std::fmt::{self, Display};
use std::sync::{Arc, Mutex, mpsc};

use sansfix::journal::{Journal, Record, Sent, Stored};
use sansfix::{Checkpoint, MsgSeqNum, Series};
use tokio::sync::oneshot;

/// A thread that keeps the journals of many sessions. It ends when the last [`Store`] and the keeper itself
/// are gone.
#[derive(Debug)]
pub struct Keeper<J> {
    jobs: mpsc::Sender<Job>,
    new: mpsc::Sender<J>,
    kept: usize,
}

/// The journal of one session, on the keeper's thread or with the session.
#[derive(Clone)]
pub struct Store(Where);

#[derive(Clone)]
enum Where {
    /// On the keeper's thread, at this place.
    Kept {
        jobs: mpsc::Sender<Job>,
        place: usize,
    },
    Here(Arc<Mutex<dyn Journals + Send>>),
}

/// A journal failed; the text is the journal's own.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the journal failed: {0}")]
pub struct StoreError(String);

/// What a journal has in a range: an owned [`Stored`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A message.
    Message {
        /// Its number.
        number: MsgSeqNum,
        /// The frame as it was recorded.
        frame: Vec<u8>,
    },
    /// Messages up to this one are lost.
    Lost(MsgSeqNum),
    /// Messages up to this one are not to be sent again.
    Withheld(MsgSeqNum),
}

/// An owned [`Record`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    resume: Checkpoint,
    sent: Option<(MsgSeqNum, Option<Vec<u8>>)>,
}

#[derive(Debug)]
enum Job {
    /// A journal is waiting in the other channel.
    Adopt,
    Save(usize, Vec<Entry>, oneshot::Sender<Result<(), StoreError>>),
    Find(usize, Question, oneshot::Sender<Result<Option<Found>, StoreError>>),
}

#[derive(Clone, Copy, Debug)]
struct Question {
    series: Series,
    from: MsgSeqNum,
    to: MsgSeqNum,
}

impl<J> Keeper<J>
where
    J: Journal + Send + 'static,
    J::Error: Display,
{
    /// Starts the thread.
    ///
    /// # Errors
    /// The operating system has no thread left.
    pub fn start() -> std::io::Result<Self> {
        let (jobs, todo) = mpsc::channel();
        let (new, journals) = mpsc::channel();
        std::thread::Builder::new().name("journals".into()).spawn(move || keep(&todo, &journals))?;
        Ok(Keeper { jobs, new, kept: 0 })
    }

    /// Takes over a journal.
    pub fn keep(&mut self, journal: J) -> Store {
        // If the thread has died, every request of the store gets an error.
        let _ = self.new.send(journal);
        let _ = self.jobs.send(Job::Adopt);
        self.kept += 1;
        Store(Where::Kept { jobs: self.jobs.clone(), place: self.kept - 1 })
    }
}

impl Store {
    /// A journal without a thread: the session's task records and syncs by itself. For journals in memory and
    /// [`NoJournal`](sansfix::NoJournal); for a file to which a write is cheaper than a trip to a thread; and
    /// for tests under tokio's paused time, which advances while a task waits for a thread.
    pub fn here<J>(journal: J) -> Store
    where
        J: Journal + Send + 'static,
        J::Error: Display,
    {
        Store(Where::Here(Arc::new(Mutex::new(journal))))
    }

    /// Returns when all entries are safe.
    pub(crate) async fn save(&self, entries: Vec<Entry>) -> Result<(), StoreError> {
        match &self.0 {
            Where::Kept { jobs, place } => {
                let (answer, saved) = oneshot::channel();
                jobs.send(Job::Save(*place, entries, answer)).map_err(gone)?;
                saved.await.map_err(gone)?
            }
            Where::Here(journal) => {
                let mut journal = journal.lock().map_err(gone)?;
                journal.save(&entries)?;
                journal.make_safe()
            }
        }
    }

    /// The first message in a range, as [`Journal::first_in`] finds it.
    ///
    /// # Errors
    /// An error from the journal.
    pub async fn first_in(
        &self,
        series: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Found>, StoreError> {
        let asked = Question { series, from, to };
        match &self.0 {
            Where::Kept { jobs, place } => {
                let (answer, found) = oneshot::channel();
                jobs.send(Job::Find(*place, asked, answer)).map_err(gone)?;
                found.await.map_err(gone)?
            }
            Where::Here(journal) => journal.lock().map_err(gone)?.find(asked),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Where::Kept { place, .. } => f.debug_struct("Kept").field("place", place).finish(),
            Where::Here(_) => f.write_str("Here"),
        }
    }
}

/// What a store asks of a journal, with owned values, and errors as text.
trait Journals {
    fn save(&mut self, entries: &[Entry]) -> Result<(), StoreError>;
    fn make_safe(&mut self) -> Result<(), StoreError>;
    fn find(&mut self, asked: Question) -> Result<Option<Found>, StoreError>;
}

impl<J: Journal> Journals for J
where
    J::Error: Display,
{
    fn save(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let recorded = entries.iter().try_for_each(|entry| self.record(&entry.as_record()));
        recorded.map_err(|error| StoreError::new(&error))
    }

    fn make_safe(&mut self) -> Result<(), StoreError> {
        self.sync().map_err(|error| StoreError::new(&error))
    }

    fn find(&mut self, asked: Question) -> Result<Option<Found>, StoreError> {
        let stored = self.first_in(asked.series, asked.from, asked.to);
        Ok(stored.map_err(|error| StoreError::new(&error))?.map(Found::from))
    }
}

impl StoreError {
    pub(crate) fn new(error: &impl Display) -> Self {
        StoreError(error.to_string())
    }
}

impl Found {
    pub(crate) fn as_stored(&self) -> Stored<'_> {
        match self {
            Found::Message { number, frame } => Stored::Message { number: *number, frame },
            Found::Lost(up_to) => Stored::Lost { up_to: *up_to },
            Found::Withheld(up_to) => Stored::Withheld { up_to: *up_to },
        }
    }
}

impl From<Stored<'_>> for Found {
    fn from(stored: Stored<'_>) -> Self {
        match stored {
            Stored::Message { number, frame } => Found::Message { number, frame: frame.into() },
            Stored::Lost { up_to } => Found::Lost(up_to),
            Stored::Withheld { up_to } => Found::Withheld(up_to),
        }
    }
}

impl From<Record<'_>> for Entry {
    fn from(record: Record<'_>) -> Self {
        let sent = record.sent.map(|sent| (sent.number, sent.frame.map(<[u8]>::to_vec)));
        Entry { resume: record.resume, sent }
    }
}

impl Entry {
    fn as_record(&self) -> Record<'_> {
        let sent =
            self.sent.as_ref().map(|(number, frame)| Sent { number: *number, frame: frame.as_deref() });
        Record { resume: self.resume, sent }
    }
}

/// The thread: takes all waiting jobs, then syncs the journals they wrote to.
fn keep<J>(todo: &mpsc::Receiver<Job>, new: &mpsc::Receiver<J>)
where
    J: Journal,
    J::Error: Display,
{
    let mut journals: Vec<J> = Vec::new();
    while let Ok(first) = todo.recv() {
        let mut saved = Vec::new();
        for job in std::iter::once(first).chain(todo.try_iter()) {
            match job {
                Job::Adopt => journals.extend(new.try_recv()),
                Job::Save(place, entries, answer) => {
                    let recorded = at(&mut journals, place).and_then(|journal| journal.save(&entries));
                    saved.push((place, recorded, answer));
                }
                Job::Find(place, asked, answer) => {
                    let _ = answer.send(at(&mut journals, place).and_then(|journal| journal.find(asked)));
                }
            }
        }
        for (place, recorded, answer) in saved {
            // If the session was dropped, nobody is waiting.
            let _ = answer.send(recorded.and_then(|()| at(&mut journals, place)?.make_safe()));
        }
    }
}

fn at<J>(journals: &mut [J], place: usize) -> Result<&mut J, StoreError> {
    journals.get_mut(place).ok_or_else(|| gone(()))
}

fn gone<E>(_: E) -> StoreError {
    StoreError("its thread is gone".into())
}
