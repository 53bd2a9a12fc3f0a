//! A queue of byte strings in lent memory: each entry in one piece, oldest first, without an allocator.

use core::fmt;
use core::ops::Range;

/// A first-in-first-out queue of entries, each two integers and some bytes, in the caller's memory.
///
/// An entry is never split: one that does not fit after the youngest goes to the start of the memory, and the
/// rest at the end stays unused until the queue has gone round. So the entries lie in at most two runs.
pub(crate) struct Ring<'b> {
    memory: &'b mut [u8],
    /// The run that holds the oldest entry; empty only if the ring is.
    older: Range<usize>,
    /// The end of the run of younger entries that begins at 0; 0 when there is none.
    younger_end: usize,
    /// Where the youngest entry begins, when there is one.
    youngest: usize,
    /// The size of the youngest entry, with its header.
    youngest_size: u32,
    len: usize,
}

/// An entry as it lies in the ring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry<'r> {
    pub(crate) key: u64,
    pub(crate) extra: u64,
    pub(crate) bytes: &'r [u8],
}

/// Where an entry lies. It names that entry until the entry is popped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Position(usize);

/// Why an entry was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoRoom {
    /// It fits once enough older entries are popped.
    Now,
    /// It does not fit even into the empty ring.
    Ever,
}

/// Precedes an entry's bytes. Both sizes include the header; `size_before` is that of the next older entry.
struct Header {
    key: u64,
    extra: u64,
    size: u32,
    size_before: u32,
}

impl<'b> Ring<'b> {
    /// The bytes that an entry takes in addition to its own.
    pub(crate) const OVERHEAD: usize = 24;

    pub(crate) const fn new(memory: &'b mut [u8]) -> Self {
        Ring { memory, older: 0..0, younger_end: 0, youngest: 0, youngest_size: 0, len: 0 }
    }

    /// How many entries there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many bytes the memory has.
    pub(crate) const fn capacity(&self) -> usize {
        self.memory.len()
    }

    /// Whether an entry of `length` bytes fits, once enough others are popped.
    pub(crate) fn holds(&self, length: usize) -> bool {
        self.size_of(length).is_some()
    }

    /// The size of an entry of `length` bytes with its header, if it fits into the empty ring.
    #[inline]
    fn size_of(&self, length: usize) -> Option<u32> {
        let size = length.checked_add(Self::OVERHEAD).filter(|&size| size <= self.memory.len())?;
        u32::try_from(size).ok()
    }

    /// Forgets every entry.
    pub(crate) const fn clear(&mut self) {
        self.older = 0..0;
        self.younger_end = 0;
        self.youngest = 0;
        self.youngest_size = 0;
        self.len = 0;
    }

    /// Appends an entry whose bytes are the `parts`, joined. Nothing changes when there is no room.
    #[inline]
    pub(crate) fn push<const N: usize>(
        &mut self,
        key: u64,
        extra: u64,
        parts: [&[u8]; N],
    ) -> Result<(), NoRoom> {
        let length = parts.iter().fold(0usize, |length, part| length.saturating_add(part.len()));
        let Some(size) = self.size_of(length) else { return Err(NoRoom::Ever) };
        let at = self.room_for(size as usize).ok_or(NoRoom::Now)?;
        let end = at + size as usize;
        let header = Header { key, extra, size, size_before: self.youngest_size };
        let Some(place) = self.memory.get_mut(at..end) else { return Err(NoRoom::Now) };
        let Some((head, mut rest)) = place.split_first_chunk_mut() else { return Err(NoRoom::Now) };
        *head = header.encode();
        for part in parts {
            // The sizes add up, so each part has its place.
            let Some((here, after)) = rest.split_at_mut_checked(part.len()) else { break };
            here.copy_from_slice(part);
            rest = after;
        }
        if at == self.older.end && self.younger_end == 0 {
            self.older.end = end;
        } else {
            self.younger_end = end;
        }
        self.youngest = at;
        self.youngest_size = size;
        self.len += 1;
        Ok(())
    }

    /// The oldest entry.
    pub(crate) fn front(&self) -> Option<Entry<'_>> {
        self.get(self.first()?)
    }

    /// The youngest entry.
    pub(crate) fn back(&self) -> Option<Entry<'_>> {
        self.get(self.last()?)
    }

    /// Takes the oldest entry out.
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<Entry<'_>> {
        let at = self.first()?;
        self.drop_front()?;
        self.read(at.0)
    }

    /// Takes the oldest entry out; gives its key.
    #[inline]
    pub(crate) fn drop_front(&mut self) -> Option<u64> {
        let Header { key, size, .. } = self.header(self.first()?.0)?;
        self.older.start += size as usize;
        self.len -= 1;
        if self.older.is_empty() {
            self.older = 0..self.younger_end;
            self.younger_end = 0;
        }
        Some(key)
    }

    /// Takes the youngest entry out.
    pub(crate) fn pop_back(&mut self) -> Option<Entry<'_>> {
        let at = self.last()?;
        match self.before(at) {
            None => self.clear(),
            Some(before) => {
                self.youngest = before.0;
                self.youngest_size = self.header(before.0)?.size;
                self.len -= 1;
                if self.younger_end == 0 {
                    self.older.end = at.0;
                } else {
                    self.younger_end = at.0;
                }
            }
        }
        self.read(at.0)
    }

    /// Where the oldest entry lies.
    pub(crate) fn first(&self) -> Option<Position> {
        (!self.is_empty()).then_some(Position(self.older.start))
    }

    /// Where the youngest entry lies.
    pub(crate) fn last(&self) -> Option<Position> {
        (!self.is_empty()).then_some(Position(self.youngest))
    }

    /// Where the next younger entry lies.
    pub(crate) fn after(&self, position: Position) -> Option<Position> {
        let next = position.0.checked_add(self.size_at(position.0)?)?;
        if position.0 < self.younger_end {
            (next < self.younger_end).then_some(Position(next))
        } else if next < self.older.end {
            Some(Position(next))
        } else {
            (self.younger_end > 0).then_some(Position(0))
        }
    }

    /// Where the next older entry lies.
    pub(crate) fn before(&self, position: Position) -> Option<Position> {
        if self.is_empty() || position.0 == self.older.start {
            return None;
        }
        let size_before = usize::try_from(self.header(position.0)?.size_before).ok()?;
        let end = if position.0 == 0 { self.older.end } else { position.0 };
        end.checked_sub(size_before).map(Position)
    }

    /// The entry at `position`.
    #[inline]
    pub(crate) fn get(&self, position: Position) -> Option<Entry<'_>> {
        if self.is_held(position) { self.read(position.0) } else { None }
    }

    /// The key of the entry at `position`.
    #[inline]
    pub(crate) fn key(&self, position: Position) -> Option<u64> {
        if self.is_held(position) { Some(self.header(position.0)?.key) } else { None }
    }

    #[inline]
    fn is_held(&self, position: Position) -> bool {
        position.0 < self.younger_end || self.older.contains(&position.0)
    }

    /// Where `size` contiguous bytes are free after the youngest entry.
    fn room_for(&self, size: usize) -> Option<usize> {
        if self.younger_end > 0 {
            (self.older.start - self.younger_end >= size).then_some(self.younger_end)
        } else if self.memory.len() - self.older.end >= size {
            Some(self.older.end)
        } else {
            (self.older.start >= size).then_some(0)
        }
    }

    fn read(&self, at: usize) -> Option<Entry<'_>> {
        let header = self.header(at)?;
        let end = at.checked_add(usize::try_from(header.size).ok()?)?;
        let bytes = self.memory.get(at + Self::OVERHEAD..end)?;
        Some(Entry { key: header.key, extra: header.extra, bytes })
    }

    fn size_at(&self, at: usize) -> Option<usize> {
        usize::try_from(self.header(at)?.size).ok()
    }

    fn header(&self, at: usize) -> Option<Header> {
        self.memory.get(at..)?.first_chunk().map(Header::decode)
    }
}

impl fmt::Debug for Ring<'_> {
    /// Sizes only: the bytes may be many, and are not ours to show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("capacity", &self.capacity())
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

impl Header {
    fn encode(&self) -> [u8; Ring::OVERHEAD] {
        let mut bytes = [0; Ring::OVERHEAD];
        bytes[..8].copy_from_slice(&self.key.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.extra.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.size.to_le_bytes());
        bytes[20..].copy_from_slice(&self.size_before.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8; Ring::OVERHEAD]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = *bytes;
        Header {
            key: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            extra: u64::from_le_bytes([i, j, k, l, m, n, o, p]),
            size: u32::from_le_bytes([q, r, s, t]),
            size_before: u32::from_le_bytes([u, v, w, x]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;
    use std::vec::Vec;

    type Model = VecDeque<(u64, u64, Vec<u8>)>;

    fn forward(ring: &Ring<'_>) -> Model {
        let mut at = ring.first();
        core::iter::from_fn(|| {
            let here = at?;
            at = ring.after(here);
            ring.get(here)
        })
        .map(owned)
        .collect()
    }

    fn backward(ring: &Ring<'_>) -> Model {
        let mut at = ring.last();
        let mut all = Model::new();
        while let Some(here) = at {
            all.push_front(owned(ring.get(here).unwrap()));
            at = ring.before(here);
        }
        all
    }

    fn owned(entry: Entry<'_>) -> (u64, u64, Vec<u8>) {
        (entry.key, entry.extra, entry.bytes.to_vec())
    }

    #[derive(Clone, Debug)]
    enum Step {
        Push(usize),
        PopFront,
        PopBack,
        Clear,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0usize..90).prop_map(Step::Push),
            3 => Just(Step::PopFront),
            2 => Just(Step::PopBack),
            1 => Just(Step::Clear),
        ]
    }

    proptest! {
        #[test]
        fn the_ring_does_what_an_unbounded_queue_does(
            capacity in 0usize..400,
            steps in proptest::collection::vec(step(), 0..120),
        ) {
            let mut memory = std::vec![0xAA; capacity];
            let mut ring = Ring::new(&mut memory);
            let mut model = Model::new();
            for (key, step) in (1u64..).zip(steps) {
                match step {
                    Step::Push(length) => {
                        let bytes: Vec<u8> = (0..length).map(|i| (key as u8).wrapping_add(i as u8)).collect();
                        let (left, right) = bytes.split_at(length / 3);
                        let taken = loop {
                            match ring.push(key, !key, [left, right]) {
                                Ok(()) => break true,
                                Err(NoRoom::Ever) => break false,
                                Err(NoRoom::Now) => {
                                    prop_assert_eq!(ring.pop_front().map(owned), model.pop_front());
                                }
                            }
                        };
                        prop_assert_eq!(taken, length + Ring::OVERHEAD <= capacity);
                        if taken {
                            model.push_back((key, !key, bytes));
                        }
                    }
                    Step::PopFront => prop_assert_eq!(ring.pop_front().map(owned), model.pop_front()),
                    Step::PopBack => prop_assert_eq!(ring.pop_back().map(owned), model.pop_back()),
                    Step::Clear => {
                        ring.clear();
                        model.clear();
                    }
                }
                prop_assert_eq!(ring.len(), model.len());
                prop_assert_eq!(ring.front().map(owned), model.front().cloned());
                prop_assert_eq!(ring.back().map(owned), model.back().cloned());
                prop_assert_eq!(&forward(&ring), &model);
                prop_assert_eq!(&backward(&ring), &model);
            }
        }
    }

    #[test]
    fn no_more_is_evicted_than_the_entry_needs() {
        let mut memory = [0; 4 * (Ring::OVERHEAD + 10)];
        let mut ring = Ring::new(&mut memory);
        for key in 0..4 {
            assert_eq!(ring.push(key, 0, [&[7; 10]]), Ok(()));
        }
        assert_eq!(ring.push(4, 0, [&[7; 10]]), Err(NoRoom::Now));
        assert_eq!(ring.pop_front().map(|entry| entry.key), Some(0));
        assert_eq!(ring.push(4, 0, [&[7; 10]]), Ok(()));
        assert_eq!(ring.len(), 4);
    }

    #[test]
    fn an_entry_larger_than_the_memory_is_refused_for_good() {
        assert_eq!(Ring::new(&mut []).push(1, 0, [b""]), Err(NoRoom::Ever));
        assert_eq!(Ring::new(&mut [0; Ring::OVERHEAD]).push(1, 0, [b""]), Ok(()));
        assert_eq!(Ring::new(&mut [0; Ring::OVERHEAD]).push(1, 0, [b"x"]), Err(NoRoom::Ever));
    }
}
