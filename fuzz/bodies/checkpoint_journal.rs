//! A checkpoint's bytes are read back to themselves or refused; a journal's file is opened or refused, and
//! what opens can be asked.

use sansfix::journal::{FileJournal, FileJournalOptions};
use sansfix::{Checkpoint, Journal, MsgSeqNum};

pub fn run(input: &[u8]) {
    if let Ok(checkpoint) = Checkpoint::decode(input) {
        assert_eq!(checkpoint.encode().as_slice(), input);
    }
    let path = std::env::temp_dir().join(format!("sansfix-fuzz-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    let _ = std::fs::remove_file(&path);
    if std::fs::write(&path, input).is_err() {
        return;
    }
    if let Ok((mut journal, _)) = FileJournal::open(&path, FileJournalOptions::default())
        && let Some(resume) = journal.resume()
    {
        let _ = journal.first_in(resume.series, MsgSeqNum::FIRST, MsgSeqNum::MAX);
    }
    let _ = std::fs::remove_file(&path);
}
