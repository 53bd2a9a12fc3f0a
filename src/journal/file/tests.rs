//! The journal in a file, and what crashes, full disks and bad bytes do to it.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::vec::Vec;

use super::disk::Plan;
use super::*;
use crate::Utc;
use crate::testing::persistent_journal_suite;

/// A folder of its own for a test, removed with all that is in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(std::format!("sansfix-journal-{}-{n}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> (FileJournal, Recovered) {
    FileJournal::open(path, FileJournalOptions::default()).unwrap()
}

fn seq(n: u64) -> MsgSeqNum {
    MsgSeqNum::new(n).unwrap()
}

fn frame(number: u64) -> Vec<u8> {
    std::format!("8=FIX.4.4|34={number}|").into_bytes()
}

fn put(journal: &mut FileJournal, series: u64, number: u64) -> Result<(), FileJournalError> {
    let series = Series::from_raw(series);
    let resume = Checkpoint { series, next_out: seq(number + 1), ..Checkpoint::begin(Utc::EPOCH) };
    journal.record(&Record::sent(seq(number), Some(&frame(number)), resume))
}

/// Records messages `numbers`, each synced.
fn put_synced(journal: &mut FileJournal, series: u64, numbers: core::ops::RangeInclusive<u64>) {
    for number in numbers {
        put(journal, series, number).unwrap();
        journal.sync().unwrap();
    }
}

/// Everything that the journal answers from 1 on: messages, and `Err(up_to)` for what is lost.
fn all(journal: &mut FileJournal, series: u64) -> Vec<Result<u64, u64>> {
    let mut found = Vec::new();
    let mut from = MsgSeqNum::FIRST;
    while let Some(stored) = journal.first_in(Series::from_raw(series), from, MsgSeqNum::MAX).unwrap() {
        let (answer, last) = match stored {
            Stored::Message { number, frame: found } => {
                assert_eq!(found, frame(number.get()));
                (Ok(number.get()), number)
            }
            Stored::Lost { up_to } => (Err(up_to.get()), up_to),
            Stored::Withheld { .. } => unreachable!("no journal withholds"),
        };
        found.push(answer);
        from = last.next();
    }
    found
}

fn messages(numbers: core::ops::RangeInclusive<u64>) -> Vec<Result<u64, u64>> {
    numbers.map(Ok).collect()
}

fn refused<T: Debug>(result: Result<T, FileJournalError>) -> std::string::String {
    std::string::ToString::to_string(&result.unwrap_err())
}

#[test]
fn it_keeps_the_rules_of_every_journal() {
    for durability in [Durability::PowerLoss, Durability::ProcessDeath] {
        let folder = Folder::new();
        let options = FileJournalOptions { durability, ..FileJournalOptions::default() };
        let next = AtomicUsize::new(0);
        let fresh = || {
            let path = folder.0.join(std::format!("{}", next.fetch_add(1, Ordering::Relaxed)));
            FileJournal::open(path, options).unwrap().0
        };
        let reopen = |journal: FileJournal| {
            let path = journal.path.clone();
            drop(journal);
            let (journal, recovered) = FileJournal::open(path, options).unwrap();
            (journal, recovered.resume)
        };
        assert_eq!(persistent_journal_suite(fresh, reopen), Ok(()));
    }
}

#[test]
fn a_tail_torn_at_any_byte_is_dropped_and_nothing_before_it() {
    let folder = Folder::new();
    let path = folder.journal();
    let (mut journal, _) = open(&path);
    put_synced(&mut journal, 1, 1..=2);
    let sound = fs::metadata(&path).unwrap().len();
    put_synced(&mut journal, 1, 3..=3);
    drop(journal);
    let whole = fs::read(&path).unwrap();
    for len in sound as usize..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        let (mut journal, recovered) = open(&path);
        assert_eq!(recovered.dropped_bytes, len as u64 - sound);
        assert_eq!(recovered.resume.map(|resume| resume.next_out), Some(seq(3)));
        assert_eq!(all(&mut journal, 1), messages(1..=2));
        // And recording goes on behind it.
        put_synced(&mut journal, 1, 3..=4);
        drop(journal);
        assert_eq!(all(&mut open(&path).0, 1), messages(1..=4));
    }
}

#[test]
fn a_file_torn_while_it_was_begun_is_begun_again() {
    let folder = Folder::new();
    let path = folder.journal();
    for len in 0..MAGIC.len() {
        fs::write(&path, &MAGIC[..len]).unwrap();
        let (mut journal, recovered) = open(&path);
        assert_eq!(recovered.resume, None);
        put_synced(&mut journal, 1, 1..=1);
    }
}

#[test]
fn a_tail_of_zeros_or_of_pages_written_out_of_order_is_dropped() {
    let folder = Folder::new();
    let path = folder.journal();
    let (mut journal, _) = open(&path);
    put_synced(&mut journal, 1, 1..=2);
    let synced = fs::metadata(&path).unwrap().len() as usize;
    for number in 3..=9 {
        put(&mut journal, 1, number).unwrap();
    }
    journal.sync().unwrap();
    drop(journal);
    let whole = fs::read(&path).unwrap();
    let mut zeros = whole[..synced].to_vec();
    zeros.resize(whole.len(), 0);
    let mut out_of_order = whole.clone();
    out_of_order[synced..synced + 100].fill(0);
    for bytes in [zeros, out_of_order] {
        fs::write(&path, bytes).unwrap();
        let (mut journal, recovered) = open(&path);
        assert_eq!(recovered.dropped_bytes, (whole.len() - synced) as u64);
        assert_eq!(all(&mut journal, 1), messages(1..=2));
    }
}

#[test]
fn a_flipped_bit_in_what_was_safe_is_refused_and_given_up_only_on_demand() {
    let folder = Folder::new();
    let path = folder.journal();
    let (mut journal, _) = open(&path);
    let mut begins = std::vec![MAGIC.len()];
    for number in 1..=5 {
        put_synced(&mut journal, 1, number..=number);
        begins.push(fs::metadata(&path).unwrap().len() as usize);
    }
    drop(journal);
    let whole = fs::read(&path).unwrap();
    for at in begins[1]..begins[2] {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        fs::write(&path, &bytes).unwrap();
        let found = FileJournal::open(&path, FileJournalOptions::default()).unwrap_err();
        let FileJournalError::Damaged { offset, sound_from, .. } = found else { panic!("{found}") };
        assert_eq!((offset as usize, sound_from as usize), (begins[1], begins[2]));
        assert_eq!(fs::read(&path).unwrap(), bytes, "a refused file is left alone");

        let give_up = FileJournalOptions { damage: Damage::GiveUp, ..FileJournalOptions::default() };
        let (mut journal, recovered) = FileJournal::open(&path, give_up).unwrap();
        assert_eq!(recovered.given_up_bytes, sound_from - offset);
        assert_eq!(recovered.resume.map(|resume| resume.next_out), Some(seq(6)));
        let expected = [Ok(1), Err(2), Ok(3), Ok(4), Ok(5)];
        assert_eq!(all(&mut journal, 1), expected);
        let kept = folder.0.join(std::format!("journal.damaged-at-{offset}"));
        assert_eq!(fs::read(kept).unwrap(), bytes);
        put_synced(&mut journal, 1, 6..=6);
        drop(journal);
        let (mut journal, _) = open(&path);
        assert_eq!(all(&mut journal, 1), [&expected[..], &[Ok(6)]].concat());
    }
}

#[test]
fn a_bit_that_flips_while_the_journal_is_open_is_noticed_on_reading() {
    let folder = Folder::new();
    let path = folder.journal();
    let (mut journal, _) = open(&path);
    put_synced(&mut journal, 1, 1..=1);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = refused(journal.first_in(Series::from_raw(1), seq(1), seq(1)));
    assert!(refused.contains("can no longer be read"), "{refused}");
}

#[test]
fn a_crash_at_any_moment_of_a_new_series_leaves_the_old_one_or_the_new_one() {
    let mut outcomes = [0, 0];
    for operations in 0.. {
        let folder = Folder::new();
        let faults = Faults::default();
        let (mut journal, _) =
            FileJournal::open_with(&folder.journal(), FileJournalOptions::default(), faults.clone()).unwrap();
        put_synced(&mut journal, 1, 1..=3);
        faults.set(Plan::AllAfter(operations));
        let done = put(&mut journal, 2, 1).and_then(|()| journal.sync());
        drop(journal);
        let (mut journal, recovered) = open(&folder.journal());
        let series = recovered.resume.map_or(0, |resume| resume.series.get());
        assert_eq!(all(&mut journal, series), messages(1..=if series == 1 { 3 } else { 1 }));
        assert_eq!(all(&mut journal, 3 - series), []);
        assert!(done.is_err() || series == 2, "a series that was synced is gone");
        outcomes[series as usize - 1] += 1;
        if done.is_ok() {
            break;
        }
    }
    assert!(outcomes[0] > 2 && outcomes[1] > 1, "{outcomes:?}");
}

#[test]
fn a_crash_at_any_moment_of_letting_go_loses_nothing_that_stays() {
    let options = FileJournalOptions { retention: Retention::Messages(5), ..FileJournalOptions::default() };
    for operations in 0.. {
        let folder = Folder::new();
        let faults = Faults::default();
        let (mut journal, _) = FileJournal::open_with(&folder.journal(), options, faults.clone()).unwrap();
        put_synced(&mut journal, 1, 1..=9);
        faults.set(Plan::AllAfter(operations));
        let done = put(&mut journal, 1, 10).and_then(|()| journal.sync());
        drop(journal);
        let (mut journal, recovered) = open(&folder.journal());
        let found = all(&mut journal, 1);
        assert!(found.ends_with(&messages(6..=9)) || found.ends_with(&messages(6..=10)), "{found:?}");
        assert!(done.is_err() || found.ends_with(&[Ok(10)]));
        let next_out = recovered.resume.map(|resume| resume.next_out);
        assert_eq!(next_out, Some(if found.ends_with(&[Ok(10)]) { seq(11) } else { seq(10) }));
        if done.is_ok() {
            break;
        }
    }
}

#[test]
fn a_full_disk_is_an_error_that_loses_nothing_and_passes() {
    let folder = Folder::new();
    let faults = Faults::default();
    let (mut journal, _) =
        FileJournal::open_with(&folder.journal(), FileJournalOptions::default(), faults.clone()).unwrap();
    put_synced(&mut journal, 1, 1..=2);
    put(&mut journal, 1, 3).unwrap();
    faults.set(Plan::One(0));
    let refused = refused(journal.sync());
    assert!(refused.starts_with("cannot write to ") && refused.contains("journal: "), "{refused}");
    // The session takes the number again; a sync that succeeds keeps the later attempt.
    put(&mut journal, 1, 3).unwrap();
    journal.sync().unwrap();
    put_synced(&mut journal, 1, 4..=4);
    assert_eq!(all(&mut journal, 1), messages(1..=4));
    drop(journal);
    assert_eq!(all(&mut open(&folder.journal()).0, 1), messages(1..=4));
}

#[test]
fn after_a_sync_that_failed_nothing_is_taken_until_the_journal_is_opened_again() {
    let folder = Folder::new();
    let faults = Faults::default();
    let (mut journal, _) =
        FileJournal::open_with(&folder.journal(), FileJournalOptions::default(), faults.clone()).unwrap();
    put_synced(&mut journal, 1, 1..=2);
    put(&mut journal, 1, 3).unwrap();
    faults.set(Plan::One(1));
    assert!(refused(journal.sync()).starts_with("cannot sync "));
    assert!(refused(put(&mut journal, 1, 3)).contains("open it again"));
    assert!(refused(journal.sync()).contains("open it again"));
    drop(journal);
    let (mut journal, _) = open(&folder.journal());
    put_synced(&mut journal, 1, 3..=3);
    assert_eq!(all(&mut journal, 1), messages(1..=3));
}

#[cfg(target_os = "linux")]
#[test]
fn the_operating_systems_own_full_disk_is_told() {
    let path = Path::new("/dev/full");
    let mut disk = Disk::open(path, Faults::default()).unwrap();
    let refused = disk.append(b"x").map_err(|error| error.source.kind());
    assert_eq!(refused, Err(std::io::ErrorKind::StorageFull));
}

#[test]
fn files_that_cannot_be_used_are_refused_by_name() {
    let folder = Folder::new();
    let path = folder.journal();
    fs::write(&path, "8=FIX.4.4 is no journal").unwrap();
    assert!(
        refused(FileJournal::open(&path, FileJournalOptions::default())).contains("is not a sansfix journal")
    );
    let nowhere = folder.0.join("missing/journal");
    let found = refused(FileJournal::open(&nowhere, FileJournalOptions::default()));
    assert!(found.starts_with("cannot open ") && found.contains("missing"), "{found}");
    // A folder in the journal's place can be opened by nobody, root included.
    let folder_in_its_place = folder.0.join("folder");
    fs::create_dir(&folder_in_its_place).unwrap();
    let found = refused(FileJournal::open(&folder_in_its_place, FileJournalOptions::default()));
    assert!(found.starts_with("cannot open "), "{found}");
}

#[test]
fn a_journal_is_open_only_once() {
    let folder = Folder::new();
    let (mut journal, _) = open(&folder.journal());
    // Also after the file itself was replaced.
    put_synced(&mut journal, 1, 1..=1);
    put_synced(&mut journal, 2, 1..=1);
    let second = FileJournal::open(folder.journal(), FileJournalOptions::default());
    assert!(matches!(second, Err(FileJournalError::InUse { .. })));
    drop(journal);
    open(&folder.journal());
}

#[test]
fn old_messages_go_when_there_are_twice_as_many_as_must_stay() {
    let record_len = (OVERHEAD + frame(10).len()) as u64;
    for retention in [Retention::Messages(10), Retention::Bytes(10 * record_len)] {
        let folder = Folder::new();
        let options = FileJournalOptions { retention, ..FileJournalOptions::default() };
        let (mut journal, _) = FileJournal::open(folder.journal(), options).unwrap();
        for number in 1..=100 {
            put_synced(&mut journal, 1, number..=number);
            let found = all(&mut journal, 1);
            let kept = found.iter().filter(|answer| answer.is_ok()).count() as u64;
            assert!(kept >= number.min(9) && kept <= 20, "{kept} of {number}");
            assert!(found.ends_with(&messages(number - kept + 1..=number)));
            assert_eq!(found.first().copied(), Some(if kept == number { Ok(1) } else { Err(number - kept) }));
        }
        drop(journal);
        let (mut journal, recovered) = FileJournal::open(folder.journal(), options).unwrap();
        assert!(recovered.messages <= 20);
        assert_eq!(recovered.resume.map(|resume| resume.next_out), Some(seq(101)));
        assert!(matches!(all(&mut journal, 1)[..2], [Err(_), Ok(_)]));
    }
}

#[test]
fn the_newest_message_stays_however_small_the_bound() {
    for retention in [Retention::Messages(0), Retention::Bytes(0), Retention::Bytes(1)] {
        let folder = Folder::new();
        let options = FileJournalOptions { retention, ..FileJournalOptions::default() };
        let (mut journal, _) = FileJournal::open(folder.journal(), options).unwrap();
        put_synced(&mut journal, 1, 1..=9);
        assert_eq!(all(&mut journal, 1), [Err(8), Ok(9)]);
    }
}

#[test]
fn checkpoints_alone_do_not_fill_the_disk() {
    let folder = Folder::new();
    let options =
        FileJournalOptions { durability: Durability::ProcessDeath, ..FileJournalOptions::default() };
    let (mut journal, _) = FileJournal::open(folder.journal(), options).unwrap();
    put(&mut journal, 1, 1).unwrap();
    let mut resume = journal.resume().unwrap();
    for next_in in 1..=1_000 {
        resume.next_in = seq(next_in);
        journal.checkpoint(&resume).unwrap();
    }
    journal.sync().unwrap();
    let len = fs::metadata(folder.journal()).unwrap().len();
    assert!(len < 200, "of checkpoints in one sync only the last is written, got {len} bytes");
    journal.idle_bytes = 17 << 20;
    journal.checkpoint(&resume).unwrap();
    journal.sync().unwrap();
    assert_eq!(journal.idle_bytes, 0, "the file was not rewritten");
    drop(journal);
    let (mut journal, recovered) = open(&folder.journal());
    assert_eq!(recovered.resume, Some(resume));
    assert_eq!(all(&mut journal, 1), messages(1..=1));
}
