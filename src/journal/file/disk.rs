//! One open file that grows at its end and is read anywhere.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::vec::Vec;

use super::format::{Entry, PEEK_LEN, plausible_len};

/// How much is read at a time: a replay in rising order reads the file once.
const WINDOW_LEN: usize = 256 << 10;

#[derive(Debug)]
pub(super) struct Disk {
    file: File,
    /// The file's length, as far as its content is ours.
    len: u64,
    /// A part of the file as it was read last, and where it begins.
    window: Vec<u8>,
    window_at: u64,
    faults: Faults,
}

/// An append that went wrong.
pub(super) struct AppendError {
    pub(super) source: io::Error,
    /// The file is as it was before; otherwise it may end with a part of what was to be written.
    pub(super) undone: bool,
}

impl Disk {
    /// Opens the file, or makes an empty one.
    pub(super) fn open(path: &Path, faults: Faults) -> io::Result<Self> {
        faults.strike()?;
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let len = file.metadata()?.len();
        Ok(Disk { file, len, window: Vec::new(), window_at: 0, faults })
    }

    /// Makes an empty file, in place of an older one of that name.
    pub(super) fn create(path: &Path, faults: Faults) -> io::Result<Self> {
        remove(path, &faults)?;
        Disk::open(path, faults)
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Appends `bytes`, entirely or not at all, unless even undoing a partial write fails.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), AppendError> {
        let written = match self.faults.strike() {
            Ok(()) => self.file.write_all(bytes),
            Err(error) => {
                // What a full disk does: a part of it is written.
                let part = bytes.get(..bytes.len() / 2).unwrap_or_default();
                self.file.write_all(part).and(Err(error))
            }
        };
        match written {
            Ok(()) => {
                self.len += bytes.len() as u64;
                Ok(())
            }
            Err(source) => Err(AppendError { source, undone: self.truncate(self.len).is_ok() }),
        }
    }

    /// Cuts the file off at `len`.
    pub(super) fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.faults.strike()?;
        self.file.set_len(len)?;
        self.len = len;
        self.window.clear();
        Ok(())
    }

    /// Returns when everything written is on the medium.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.faults.strike()?;
        self.file.sync_data()
    }

    /// Up to `want` bytes from `offset` on; fewer only at the end of the file.
    pub(super) fn read(&mut self, offset: u64, want: usize) -> io::Result<&[u8]> {
        let held = offset.checked_sub(self.window_at).and_then(|at| usize::try_from(at).ok());
        let have = held.and_then(|at| self.window.get(at..)).map_or(0, <[u8]>::len);
        let at = match held {
            Some(at) if have >= want => at,
            Some(_) | None => {
                let wanted = want.max(WINDOW_LEN) as u64;
                self.window.clear();
                self.window_at = offset;
                self.file.seek(SeekFrom::Start(offset))?;
                let limit = wanted.min(self.len.saturating_sub(offset));
                Read::by_ref(&mut self.file).take(limit).read_to_end(&mut self.window)?;
                0
            }
        };
        let window = self.window.get(at..).unwrap_or_default();
        Ok(window.get(..want).unwrap_or(window))
    }

    /// The record at `offset` and its length, or `None` when there is no sound one.
    pub(super) fn entry(&mut self, offset: u64) -> io::Result<Option<(Entry<'_>, usize)>> {
        let Some(len) = plausible_len(self.read(offset, PEEK_LEN)?) else { return Ok(None) };
        if len as u64 > self.len.saturating_sub(offset) {
            return Ok(None);
        }
        Ok(Entry::decode(self.read(offset, len)?).map(|entry| (entry, len)))
    }
}

/// Gives the file at `from` the name `to`, in place of an older one, and returns when that is on the medium.
pub(super) fn rename(from: &Path, to: &Path, faults: &Faults) -> io::Result<()> {
    faults.strike()?;
    fs::rename(from, to)?;
    sync_folder_of(to, faults)
}

/// Removes the file if there is one.
pub(super) fn remove(path: &Path, faults: &Faults) -> io::Result<()> {
    faults.strike()?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Returns when the names in the file's folder are on the medium.
pub(super) fn sync_folder_of(path: &Path, faults: &Faults) -> io::Result<()> {
    faults.strike()?;
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Faults that the tests inject; none elsewhere.
#[derive(Clone, Default, Debug)]
pub(super) struct Faults {
    #[cfg(test)]
    pub(super) left: std::sync::Arc<std::sync::Mutex<Plan>>,
}

/// Which operations on the disk fail.
#[cfg(test)]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum Plan {
    #[default]
    None,
    /// So many succeed, then one fails.
    One(usize),
    /// So many succeed, then all fail: the process died there.
    AllAfter(usize),
}

#[cfg(test)]
impl Faults {
    pub(super) fn set(&self, plan: Plan) {
        *self.left.lock().unwrap() = plan;
    }

    fn strike(&self) -> io::Result<()> {
        let mut plan = self.left.lock().unwrap();
        let fails = match *plan {
            Plan::None => false,
            Plan::One(0) => {
                *plan = Plan::None;
                true
            }
            Plan::AllAfter(0) => true,
            Plan::One(left) => {
                *plan = Plan::One(left - 1);
                false
            }
            Plan::AllAfter(left) => {
                *plan = Plan::AllAfter(left - 1);
                false
            }
        };
        if fails { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[cfg(not(test))]
impl Faults {
    fn strike(&self) -> io::Result<()> {
        Ok(())
    }
}
