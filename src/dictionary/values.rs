//! The values that a field may have, packed for a quick look.

use std::boxed::Box;

/// The listed values of a field.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Values {
    /// One bit for each ASCII character that is a value by itself.
    chars: u128,
    /// Values of up to seven bytes, packed, sorted.
    short: Box<[u64]>,
    /// Longer ones, sorted.
    long: Box<[Box<[u8]>]>,
}

impl Values {
    pub(super) fn new<'v>(values: impl Iterator<Item = &'v [u8]> + Clone) -> Self {
        let mut short: std::vec::Vec<_> = values.clone().filter_map(packed).collect();
        let mut long: std::vec::Vec<_> =
            values.clone().filter(|v| packed(v).is_none()).map(Box::from).collect();
        short.sort_unstable();
        short.dedup();
        long.sort_unstable();
        long.dedup();
        let chars = values.filter_map(char_bit).fold(0, |chars, bit| chars | bit);
        Values { chars, short: short.into(), long: long.into() }
    }

    #[inline]
    pub(super) fn has(&self, value: &[u8]) -> bool {
        match char_bit(value) {
            Some(bit) => self.chars & bit != 0,
            None => self.has_long(value),
        }
    }

    fn has_long(&self, value: &[u8]) -> bool {
        match packed(value) {
            Some(packed) => self.short.binary_search(&packed).is_ok(),
            None => self.long.binary_search_by(|listed| (**listed).cmp(value)).is_ok(),
        }
    }

    /// All values.
    #[cfg(test)]
    pub(super) fn all(&self) -> std::vec::Vec<std::vec::Vec<u8>> {
        let short = self.short.iter().map(|packed| {
            let bytes = packed.to_be_bytes();
            let marker = bytes.iter().position(|&byte| byte != 0).unwrap_or(0);
            bytes[marker + 1..].to_vec()
        });
        short.chain(self.long.iter().map(|text| text.to_vec())).collect()
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + size_of_val(&*self.short)
            + self.long.iter().map(|text| text.len() + size_of::<Box<[u8]>>()).sum::<usize>()
    }
}

#[inline]
fn char_bit(value: &[u8]) -> Option<u128> {
    match *value {
        [byte @ 0..=127] => Some(1 << byte),
        _ => None,
    }
}

/// The bytes, preceded by a 1 that tells values of different lengths apart.
#[inline]
fn packed(value: &[u8]) -> Option<u64> {
    (value.len() <= 7).then(|| value.iter().fold(1, |packed, &byte| packed << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_values_are_found_and_others_are_not() {
        let listed = ["1", "z", "AB", "1234567", "12345678", "123456789", "ISO-2022-JP", "\u{e9}"];
        let values = Values::new(listed.iter().map(|v| v.as_bytes()));
        for value in listed {
            assert!(values.has(value.as_bytes()), "{value}");
        }
        assert_eq!(values.all().len(), listed.len());
        assert!(values.all().iter().all(|value| values.has(value)));
        for other in ["", "2", "A", "ABC", "123456", "1234567890", "\0AB", "\u{e8}"] {
            assert!(!values.has(other.as_bytes()), "{other}");
        }
    }
}
