//! The file's bytes: a magic word, then one record after another.
//!
//! A record, little-endian: CRC-32 of what follows it (4 bytes), length of the body (4), then the body: kind
//! and mark (1), series (8), number (8), checkpoint as [`Checkpoint::encode`] writes it, and the frame.

use std::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::number::{MsgSeqNum, Series};

/// The first bytes of every journal; the last of them is the version.
pub(super) const MAGIC: [u8; 16] = *b"sansfix journal\x01";

/// What a record takes beside its frame.
pub(super) const OVERHEAD: usize = BODY_AT + FRAME_AT;

/// No longer frame is taken, so that a damaged length is noticed as one.
pub(super) const MAX_FRAME_LEN: usize = 64 << 20;

/// How many bytes [`plausible_len`] looks at.
pub(super) const PEEK_LEN: usize = BODY_AT + CHECKPOINT_AT + 1;

const BODY_AT: usize = 8;
const CHECKPOINT_AT: usize = 17;
const FRAME_AT: usize = CHECKPOINT_AT + Checkpoint::ENCODED_LEN;

const KIND_CHECKPOINT: u8 = 0;
const KIND_ADMIN: u8 = 1;
const KIND_MESSAGE: u8 = 2;
const KIND_LOST: u8 = 3;
/// Beside the kind.
const AFTER_SYNC: u8 = 0x80;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Entry<'e> {
    /// The first record after a sync. Everything before it was safe once, so damage there is no torn write.
    pub(super) after_sync: bool,
    pub(super) series: Series,
    pub(super) resume: Checkpoint,
    pub(super) what: What<'e>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What<'e> {
    /// No message: only where the session stands.
    Checkpoint,
    /// A number that an admin message took.
    Admin { number: MsgSeqNum },
    /// A message that may be asked for again.
    Message { number: MsgSeqNum, frame: &'e [u8] },
    /// Messages that are gone: beyond the retention bound, or given up with a damaged part of the file.
    Lost { from: MsgSeqNum, up_to: MsgSeqNum },
}

impl<'e> Entry<'e> {
    /// Appends the record to `out`.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let lost_from;
        let (kind, number, frame): (u8, u64, &[u8]) = match self.what {
            What::Checkpoint => (KIND_CHECKPOINT, 0, &[]),
            What::Admin { number } => (KIND_ADMIN, number.get(), &[]),
            What::Message { number, frame } => (KIND_MESSAGE, number.get(), frame),
            What::Lost { from, up_to } => {
                lost_from = from.get().to_le_bytes();
                (KIND_LOST, up_to.get(), &lost_from)
            }
        };
        let mark = if self.after_sync { AFTER_SYNC } else { 0 };
        let start = out.len();
        // A frame is never longer than MAX_FRAME_LEN.
        let body_len = u32::try_from(FRAME_AT + frame.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&body_len.to_le_bytes());
        out.push(kind | mark);
        out.extend_from_slice(&self.series.get().to_le_bytes());
        out.extend_from_slice(&number.to_le_bytes());
        out.extend_from_slice(&self.resume.encode());
        out.extend_from_slice(frame);
        if let Some((crc, covered)) = out.get_mut(start..).and_then(|record| record.split_first_chunk_mut()) {
            *crc = crc32fast::hash(covered).to_le_bytes();
        }
    }

    /// Reads the record that fills `bytes`, or `None` when it is none.
    pub(super) fn decode(bytes: &'e [u8]) -> Option<Self> {
        let (crc, covered) = bytes.split_first_chunk()?;
        if crc32fast::hash(covered) != u32::from_le_bytes(*crc) {
            return None;
        }
        let (_body_len, body) = covered.split_first_chunk::<4>()?;
        let (&[kind], body) = body.split_first_chunk()?;
        let (series, body) = body.split_first_chunk()?;
        let (number, body) = body.split_first_chunk()?;
        let (resume, frame) = body.split_first_chunk::<{ Checkpoint::ENCODED_LEN }>()?;
        let number = MsgSeqNum::new(u64::from_le_bytes(*number));
        let what = match kind & !AFTER_SYNC {
            KIND_CHECKPOINT => What::Checkpoint,
            KIND_ADMIN => What::Admin { number: number? },
            KIND_MESSAGE => What::Message { number: number?, frame },
            KIND_LOST => {
                let from = MsgSeqNum::new(u64::from_le_bytes(*frame.first_chunk()?))?;
                What::Lost { from, up_to: number? }
            }
            _ => return None,
        };
        Some(Entry {
            after_sync: kind & AFTER_SYNC != 0,
            series: Series::from_raw(u64::from_le_bytes(*series)),
            resume: Checkpoint::decode(resume).ok()?,
            what,
        })
    }
}

/// The length of the record that seems to begin `bytes`, of which [`PEEK_LEN`] are enough; `None` when none
/// does.
pub(super) fn plausible_len(bytes: &[u8]) -> Option<usize> {
    let (_crc, rest) = bytes.split_first_chunk::<4>()?;
    let (body_len, body) = rest.split_first_chunk()?;
    let body_len = usize::try_from(u32::from_le_bytes(*body_len)).ok()?;
    let kind = *body.first()?;
    // Every checkpoint begins with the version of its encoding.
    let version = *body.get(CHECKPOINT_AT)?;
    let plausible = (FRAME_AT..=FRAME_AT + MAX_FRAME_LEN).contains(&body_len)
        && kind & !AFTER_SYNC <= KIND_LOST
        && (1..16).contains(&version);
    plausible.then_some(BODY_AT + body_len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Utc;
    use proptest::prelude::*;

    fn entry<'e>(after_sync: bool, what: What<'e>) -> Entry<'e> {
        let resume = Checkpoint::begin(Utc::from_secs(1_700_000_000));
        Entry { after_sync, series: resume.series, resume, what }
    }

    proptest! {
        #[test]
        fn a_record_reads_back_and_no_changed_byte_goes_unnoticed(
            after_sync: bool,
            kind in 0..4,
            number in 1u64..1_000_000,
            frame in proptest::collection::vec(any::<u8>(), 0..300),
            at: prop::sample::Index,
            by in 1u8..=255,
        ) {
            let number = MsgSeqNum::new(number).unwrap();
            let what = match kind {
                0 => What::Checkpoint,
                1 => What::Admin { number },
                2 => What::Message { number, frame: &frame },
                _ => What::Lost { from: MsgSeqNum::FIRST, up_to: number },
            };
            let mut bytes = Vec::new();
            entry(after_sync, what).encode(&mut bytes);
            prop_assert_eq!(plausible_len(&bytes), Some(bytes.len()));
            prop_assert_eq!(Entry::decode(&bytes), Some(entry(after_sync, what)));
            let at = at.index(bytes.len());
            bytes[at] = bytes[at].wrapping_add(by);
            prop_assert_eq!(Entry::decode(&bytes), None);
        }
    }
}
