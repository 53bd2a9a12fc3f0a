//! The small files of a store: numbers, beginning, and where each message lies.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::string::{String, ToString as _};
use std::vec::Vec;

use super::error::{cannot, with_suffix};
use super::{Engine, MigrationError, utc};
use crate::number::MsgSeqNum;
use crate::time::Utc;

/// Where each message lies in the `.body` file.
pub(super) type Index = BTreeMap<MsgSeqNum, Place>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
}

/// The engine, the next number to send and the next to receive.
pub(super) fn numbers(prefix: &Path) -> Result<(Engine, MsgSeqNum, MsgSeqNum), MigrationError> {
    let both = with_suffix(prefix, "seqnums");
    if let Some(content) = read_if_there(&both)? {
        let expected = "two numbers from 1 on, as \"10 : 20\"";
        let numbers = content.iter().position(|&byte| byte == b':').and_then(|at| {
            let (sender, target) = content.split_at_checked(at)?;
            Some((number(sender)?, number(target.get(1..)?)?))
        });
        let (sender, target) = numbers.ok_or_else(|| unexpected(&both, expected, &content))?;
        return Ok((Engine::QuickFix, sender, target));
    }
    let sender_path = with_suffix(prefix, "senderseqnums");
    let Some(sender) = read_if_there(&sender_path)? else {
        return Err(MigrationError::NoStore { prefix: prefix.into() });
    };
    let target_path = with_suffix(prefix, "targetseqnums");
    let target = fs::read(&target_path).map_err(cannot("read", &target_path))?;
    // Java writes a length of two bytes before the text, and no text here is as long as 256.
    let engine = if sender.first() == Some(&0) { Engine::QuickFixJ } else { Engine::QuickFixGo };
    let expected = match engine {
        Engine::QuickFixJ => "a length of two bytes and a number from 1 on",
        Engine::QuickFix | Engine::QuickFixGo => "a number from 1 on",
    };
    let one = |path, content: &[u8]| {
        text(content, engine).and_then(number).ok_or_else(|| unexpected(path, expected, content))
    };
    Ok((engine, one(&sender_path, &sender)?, one(&target_path, &target)?))
}

/// When the store began.
pub(super) fn created(path: &Path, engine: Engine) -> Result<Utc, MigrationError> {
    let content = fs::read(path).map_err(cannot("read", path))?;
    let expected = match engine {
        Engine::QuickFix => "a UTC time as 20240131-12:30:00",
        Engine::QuickFixJ => "a length of two bytes and a UTC time as 20240131-12:30:00.000",
        Engine::QuickFixGo => "a time as 2024-01-31T12:30:00Z",
    };
    let created = text(&content, engine).and_then(|text| match engine {
        Engine::QuickFix | Engine::QuickFixJ => utc::fix(text.trim_ascii()),
        Engine::QuickFixGo => utc::rfc_3339(text.trim_ascii()),
    });
    created.ok_or_else(|| unexpected(path, expected, &content))
}

/// Where each message lies. A last entry that was not written whole is left out: its number was not taken
/// yet.
pub(super) fn index(path: &Path, engine: Engine) -> Result<Index, MigrationError> {
    let content = fs::read(path).map_err(cannot("read", path))?;
    match engine {
        Engine::QuickFix | Engine::QuickFixGo => text_index(path, &content),
        Engine::QuickFixJ => binary_index(path, &content),
    }
}

/// `number,offset,size` and a space or a line end, again and again.
fn text_index(path: &Path, content: &[u8]) -> Result<Index, MigrationError> {
    let whole = content.iter().rposition(u8::is_ascii_whitespace).and_then(|end| content.get(..end));
    let entries = whole.unwrap_or_default().split(u8::is_ascii_whitespace).filter(|entry| !entry.is_empty());
    let mut index = Index::new();
    for (at, entry) in (1..).zip(entries) {
        let parts: Vec<Option<u64>> = entry.split(|&byte| byte == b',').map(integer).collect();
        let &[Some(number), Some(offset), Some(size)] = parts.as_slice() else {
            let expected = "number, offset and size";
            return Err(MigrationError::Entry {
                path: path.into(),
                entry: at,
                expected,
                found: escaped(entry),
            });
        };
        insert(&mut index, path, at, number, Place { offset, size })?;
    }
    Ok(index)
}

/// Number (4 bytes), offset (8) and size (4), big-endian, again and again.
fn binary_index(path: &Path, content: &[u8]) -> Result<Index, MigrationError> {
    let mut index = Index::new();
    let mut rest = content;
    let mut entry = 0;
    while let Some((&[a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p], after)) = rest.split_first_chunk() {
        rest = after;
        entry += 1;
        let number = u64::from(u32::from_be_bytes([a, b, c, d]));
        let offset = u64::from_be_bytes([e, f, g, h, i, j, k, l]);
        let size = u64::from(u32::from_be_bytes([m, n, o, p]));
        insert(&mut index, path, entry, number, Place { offset, size })?;
    }
    Ok(index)
}

fn insert(
    index: &mut Index,
    path: &Path,
    entry: usize,
    number: u64,
    place: Place,
) -> Result<(), MigrationError> {
    let Some(number) = MsgSeqNum::new(number) else {
        let expected = "a number from 1 on";
        return Err(MigrationError::Entry { path: path.into(), entry, expected, found: number.to_string() });
    };
    index.insert(number, place);
    Ok(())
}

/// The integer that `digits` are, or `None` when anything else is among them or it is too large.
pub(super) fn integer(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

fn number(digits: &[u8]) -> Option<MsgSeqNum> {
    MsgSeqNum::new(integer(digits.trim_ascii())?)
}

/// The text in a file of `engine`. Java's comes after its length, and what follows it is left over from a
/// longer one.
fn text(content: &[u8], engine: Engine) -> Option<&[u8]> {
    match engine {
        Engine::QuickFix | Engine::QuickFixGo => Some(content),
        Engine::QuickFixJ => {
            let (length, text) = content.split_first_chunk()?;
            text.get(..usize::from(u16::from_be_bytes(*length)))
        }
    }
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, MigrationError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path)(error)),
    }
}

fn unexpected(path: &Path, expected: &'static str, content: &[u8]) -> MigrationError {
    MigrationError::Content { path: path.into(), expected, found: escaped(content) }
}

/// The beginning of `bytes` as text.
fn escaped(bytes: &[u8]) -> String {
    bytes.get(..40).unwrap_or(bytes).escape_ascii().to_string()
}
