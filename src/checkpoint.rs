//! What a session must remember to continue in another process.

use crate::number::{MsgSeqNum, Series};
use crate::time::Utc;

/// Where both directions of a session stand.
///
/// `next_in` may lag behind what the counterparty sent, but never lead what the application has finished: a
/// message that comes twice can be recognised, one that never comes cannot. `next_out` may lead what was
/// sent, but never lag: an unused number can be gap-filled, but a number used twice cannot be repaired.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Checkpoint {
    /// The series that both numbers belong to.
    pub series: Series,
    /// The next expected inbound number.
    pub next_in: MsgSeqNum,
    /// The next outbound number.
    pub next_out: MsgSeqNum,
    /// A reset that we asked for has not been acknowledged: the next Logon asks again (FIX session layer
    /// 4.4.3).
    pub reset_pending: bool,
}

impl Checkpoint {
    /// The length of an [encoded](Checkpoint::encode) checkpoint, in bytes.
    pub const ENCODED_LEN: usize = 30;
    const VERSION: u8 = 1;

    /// The checkpoint of a new session: both numbers are 1, in a series that begins at `utc`.
    pub const fn begin(utc: Utc) -> Self {
        Checkpoint {
            series: Series::beginning(utc),
            next_in: MsgSeqNum::FIRST,
            next_out: MsgSeqNum::FIRST,
            reset_pending: false,
        }
    }

    /// Combines the journal's checkpoint, `self`, with `finished`, which the application stored with its
    /// work.
    ///
    /// If one belongs to a later series, it is the result. Within one series `next_in` is that of `finished`,
    /// and `next_out` is the larger of the two, because it may lead but never lag.
    #[must_use]
    pub fn with_finished(self, finished: Checkpoint) -> Self {
        match finished.series.cmp(&self.series) {
            core::cmp::Ordering::Less => self,
            core::cmp::Ordering::Greater => finished,
            core::cmp::Ordering::Equal => Checkpoint {
                next_in: finished.next_in,
                next_out: self.next_out.max(finished.next_out),
                ..self
            },
        }
    }

    /// The checkpoint as bytes, little-endian: a version, the four fields, and a 4-byte checksum.
    pub fn encode(&self) -> [u8; Self::ENCODED_LEN] {
        let mut bytes = [0; Self::ENCODED_LEN];
        bytes[0] = Self::VERSION;
        bytes[1..9].copy_from_slice(&self.series.get().to_le_bytes());
        bytes[9..17].copy_from_slice(&self.next_in.get().to_le_bytes());
        bytes[17..25].copy_from_slice(&self.next_out.get().to_le_bytes());
        bytes[25] = u8::from(self.reset_pending);
        let check = fletcher(&bytes[..26]);
        bytes[26..].copy_from_slice(&check.to_le_bytes());
        bytes
    }

    /// Reads what [`encode`](Checkpoint::encode) wrote.
    ///
    /// # Errors
    /// The length, the version, the checksum or a value is wrong; nothing is guessed.
    pub fn decode(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let bytes: &[u8; Self::ENCODED_LEN] =
            bytes.try_into().map_err(|_| CheckpointError::Length { got: bytes.len() })?;
        if bytes[0] != Self::VERSION {
            return Err(CheckpointError::Version { got: bytes[0] });
        }
        if fletcher(&bytes[..26]).to_le_bytes() != bytes[26..] {
            return Err(CheckpointError::Damaged);
        }
        let number = |at: usize| {
            let mut eight = [0; 8];
            for (byte, stored) in eight.iter_mut().zip(bytes.iter().skip(at)) {
                *byte = *stored;
            }
            u64::from_le_bytes(eight)
        };
        let (Some(next_in), Some(next_out)) = (MsgSeqNum::new(number(9)), MsgSeqNum::new(number(17))) else {
            return Err(CheckpointError::Damaged);
        };
        let reset_pending = match bytes[25] {
            0 => false,
            1 => true,
            _ => return Err(CheckpointError::Damaged),
        };
        Ok(Checkpoint { series: Series::from_raw(number(1)), next_in, next_out, reset_pending })
    }
}

/// Why bytes are not a [`Checkpoint`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CheckpointError {
    /// Cut short, or something else altogether.
    #[error("a checkpoint has {} bytes, got {got}", Checkpoint::ENCODED_LEN)]
    Length {
        /// How many bytes there were.
        got: usize,
    },
    /// Written by a version of the crate that this one does not know.
    #[error("unknown checkpoint version {got}, expected {}", Checkpoint::VERSION)]
    Version {
        /// The version found.
        got: u8,
    },
    /// The checksum does not match, or a value is impossible.
    #[error("the checkpoint is damaged")]
    Damaged,
}

/// Fletcher-32 over bytes: enough to tell a torn or foreign record, not a forged one.
fn fletcher(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1u32, 0u32);
    for &byte in bytes {
        low = (low + u32::from(byte)) % 65_535;
        high = (high + low) % 65_535;
    }
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_read_back_to_the_same_checkpoint(series: u64, next_in in 1u64..1000, next_out in 1u64..999_999_999_999_999_999, reset_pending: bool) {
            let checkpoint = Checkpoint {
                series: Series::from_raw(series),
                next_in: MsgSeqNum::new(next_in).unwrap(),
                next_out: MsgSeqNum::new(next_out).unwrap(),
                reset_pending,
            };
            prop_assert_eq!(Checkpoint::decode(&checkpoint.encode()), Ok(checkpoint));
        }

        #[test]
        fn one_changed_byte_is_noticed(at in 0usize..Checkpoint::ENCODED_LEN, by in 1u8..=255) {
            let mut bytes = Checkpoint::begin(Utc::from_secs(1_700_000_000)).encode();
            bytes[at] = bytes[at].wrapping_add(by);
            prop_assert!(Checkpoint::decode(&bytes).is_err());
        }
    }

    #[test]
    fn a_later_series_wins_whole_and_in_one_series_each_number_has_its_judge() {
        let old = Checkpoint::begin(Utc::from_secs(1));
        let at = |series, next_in, next_out| Checkpoint {
            series,
            next_in: MsgSeqNum::new(next_in).unwrap(),
            next_out: MsgSeqNum::new(next_out).unwrap(),
            reset_pending: false,
        };
        let newer = old.series.following(Utc::from_secs(2));
        assert_eq!(at(old.series, 9, 9).with_finished(at(newer, 2, 2)), at(newer, 2, 2));
        assert_eq!(at(newer, 2, 2).with_finished(at(old.series, 9, 9)), at(newer, 2, 2));
        assert_eq!(at(old.series, 5, 9).with_finished(at(old.series, 7, 3)), at(old.series, 7, 9));
    }
}
