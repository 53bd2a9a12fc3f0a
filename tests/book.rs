//! The book in which the examples record orders: a record is in it whole or not at all, and missing and
//! duplicated orders are counted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../examples/common/mod.rs"]
mod common;

use std::fs;
use std::path::PathBuf;

use common::book::Book;
use common::orders::{Faults, Order, count_faults};
use sansfix::{Checkpoint, Utc};

struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        File(std::env::temp_dir().join(format!("sansfix-book-{}-{name}", std::process::id())))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes a book with these orders, numbered from 1 on, and returns the checkpoint after them.
fn book_of(file: &File, orders: &[u64]) -> Checkpoint {
    let mut book = Book::open(&file.0).unwrap();
    let mut stands = Checkpoint::begin(Utc::from_secs(1_767_225_600));
    for &order in orders {
        stands.next_in = stands.next_in.next();
        book.add(&entry(order), stands);
    }
    book.commit().unwrap();
    stands
}

fn entry(order: u64) -> Vec<u8> {
    Order::number(order).fields().map(|(tag, value)| format!("{tag}={value}\u{1}")).concat().into_bytes()
}

#[test]
fn a_record_that_was_torn_has_no_effect_wherever_it_was_torn() {
    let file = File::new("torn");
    let after_first = book_of(&file, &[1]);
    let first = fs::read(&file.0).unwrap();
    fs::remove_file(&file.0).unwrap();
    book_of(&file, &[1, 2]);
    let both = fs::read(&file.0).unwrap();
    assert!(both.starts_with(&first));
    for len in first.len()..both.len() {
        fs::write(&file.0, &both[..len]).unwrap();
        let book = Book::open(&file.0).unwrap();
        assert_eq!((book.len(), book.checkpoint()), (1, Some(after_first)), "{len} bytes");
        assert_eq!(fs::read(&file.0).unwrap(), first, "the next record would not follow the last whole one");
    }
}

#[test]
fn what_was_not_committed_has_no_effect() {
    let file = File::new("uncommitted");
    let stands = book_of(&file, &[1]);
    let mut book = Book::open(&file.0).unwrap();
    book.add(&entry(2), Checkpoint { next_in: stands.next_in.next(), ..stands });
    drop(book);
    assert_eq!(Book::open(&file.0).unwrap().checkpoint(), Some(stands));
}

#[test]
fn a_later_series_begins_without_entries_and_leaves_the_earlier_ones_in_the_file() {
    let file = File::new("series");
    let earlier = book_of(&file, &[1, 2, 3]);
    let first = fs::read(&file.0).unwrap();
    let mut book = Book::open(&file.0).unwrap();
    book.begin_series();
    assert_eq!((book.len(), book.checkpoint()), (0, None));
    let later = Checkpoint { series: earlier.series.following(Utc::from_secs(1_767_225_601)), ..earlier };
    book.add(&entry(1), later);
    book.commit().unwrap();
    let book = Book::open(&file.0).unwrap();
    assert_eq!((book.len(), book.checkpoint()), (1, Some(later)));
    assert_eq!(book.entry(1), Some(entry(1).as_slice()));
    assert!(fs::read(&file.0).unwrap().starts_with(&first));
}

#[test]
fn a_changed_byte_is_refused() {
    let file = File::new("changed");
    book_of(&file, &[1, 2]);
    let mut bytes = fs::read(&file.0).unwrap();
    bytes[50] ^= 1;
    fs::write(&file.0, &bytes).unwrap();
    let refused = Book::open(&file.0).err().map(|error| error.to_string()).unwrap();
    assert!(refused.ends_with("is damaged at byte 0"), "{refused}");
}

#[test]
fn what_is_missing_or_twice_or_nobodys_is_counted() {
    let faults = |orders: &[u64]| {
        let file = File::new("counted");
        book_of(&file, orders);
        count_faults(&Book::open(&file.0).unwrap(), 4)
    };
    assert_eq!(faults(&[1, 2, 3, 4]), Faults::default());
    assert_eq!(faults(&[1, 2, 4]), Faults { lost: 1, ..Faults::default() });
    assert_eq!(faults(&[1, 2, 2, 3, 2, 4]), Faults { duplicated: 2, ..Faults::default() });
    assert_eq!(faults(&[1, 2, 3, 4, 5]), Faults { strange: 1, ..Faults::default() });
}
