//! Which fields have the type data, and which field gives the length of each.

use super::delimiters::first_word;
use super::field::leading_tag;
use super::find::Needle;

/// The fields of type data: those of FIX up to 5.0 SP2, and others agreed with the counterparty.
///
/// A data field may contain the delimiter, so its end is found by the length field directly before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DataFields {
    /// Pairs: the tag of a length field and that of its data field.
    agreed: &'static [(u32, u32)],
    begins: Beginnings,
    /// The bits by which most fields are recognised as not data; zero if one of those is data by agreement.
    usual: u64,
}

/// A two-digit tag below 80, as no data field of FIX has, and its `=`: the value and the mask of the bits
/// that the first three characters of all such fields share.
const USUAL: u64 = 0x3d_00_30;
const USUAL_BITS: u64 = 0xff_00_f8;

/// How data fields begin: a bit is set for the hash of the first three characters of each.
type Beginnings = [u64; 8];

impl DataFields {
    /// The data fields of FIX and no others.
    pub const STANDARD: DataFields = DataFields::new(&[]);

    /// The data fields of FIX and these: pairs of a length field's tag and its data field's tag. A field that
    /// every header has, or PossDupFlag(43), is never read as data.
    ///
    /// ```
    /// # use sansfix::wire::DataFields;
    /// static DATA: DataFields = DataFields::new(&[(5001, 5002)]);
    /// assert_eq!(DATA.length_tag(5002), Some(5001));
    /// assert_eq!(DATA.length_tag(96), Some(95));
    /// ```
    pub const fn new(agreed: &'static [(u32, u32)]) -> Self {
        let (mut begins, mut usual) = (STANDARD_BEGINNINGS, USUAL_BITS);
        let mut rest = agreed;
        while let [(_, tag), others @ ..] = rest {
            begins = with(begins, *tag);
            if *tag < 80 {
                usual = 0;
            }
            rest = others;
        }
        DataFields { agreed, begins, usual }
    }

    /// The tag of the field that gives the length of data field `tag`, or `None` if `tag` is no data field.
    #[inline]
    pub fn length_tag(&self, tag: u32) -> Option<u32> {
        // Most tags of most messages are below that of the first data field, Signature(89).
        if tag < 89 && self.agreed.is_empty() { None } else { self.look_up(tag) }
    }

    fn look_up(&self, tag: u32) -> Option<u32> {
        standard(tag).or_else(|| self.agreed.iter().find(|pair| pair.1 == tag).map(|pair| pair.0))
    }

    /// Whether the field at the front is a data field.
    #[inline]
    pub(crate) fn begin(&self, bytes: &[u8]) -> bool {
        self.begin_with(bytes, first_word(bytes))
    }

    /// The same; `word` is the first word of `bytes`.
    #[inline]
    pub(super) fn begin_with(&self, bytes: &[u8], word: u64) -> bool {
        self.may_begin(word) && leading_tag(bytes).is_some_and(|tag| self.length_tag(tag).is_some())
    }

    /// Whether a data field may begin with this word. For most other fields the answer is no, found without
    /// parsing the tag.
    #[inline]
    pub(crate) fn may_begin(&self, word: u64) -> bool {
        if word & self.usual == USUAL {
            return false;
        }
        let hash = hash(word);
        self.begins.get(hash / 64).is_some_and(|bits| bits >> (hash % 64) & 1 == 1)
    }
}

/// A number below 512, from the first three characters. The factor is chosen so that no two-digit tag of
/// another field has the hash of a data field.
#[inline]
const fn hash(word: u64) -> usize {
    ((word << 40).wrapping_mul(0xa8_598c_76e7) >> 55) as usize
}

#[allow(clippy::indexing_slicing, reason = "a hash is below 512")]
const fn with(mut begins: Beginnings, mut tag: u32) -> Beginnings {
    while tag > 999 {
        tag /= 10;
    }
    let hash = hash(Needle::of(tag).word);
    begins[hash / 64] |= 1 << (hash % 64);
    begins
}

const STANDARD_BEGINNINGS: Beginnings = {
    let mut begins = [0; 8];
    let mut tag = 1;
    while tag <= LAST_STANDARD {
        if standard(tag).is_some() {
            begins = with(begins, tag);
        }
        tag += 1;
    }
    begins
};

const LAST_STANDARD: u32 = 42_982;

const fn standard(tag: u32) -> Option<u32> {
    match tag {
        91 | 96 | 213 | 349 | 351 | 353 | 355 | 357 | 359 | 361 | 363 | 365 | 446 | 619 | 622 | 1185
        | 1278 | 1281 | 1283 | 1398 | 1402 | 1404 | 1469 | 1579 | 1621 | 1665 | 1734 | 1872 | 1875 | 2073
        | 2075 | 2112 | 2180 | 2288 | 2352 | 2482 | 2638 | 2652 | 2666 | 2716 | 2719 | 2722 | 2798
        | 40005 | 40009 | 40979 | 40981 | 40983 | 40985 | 40987 | 40989 | 41084 | 41102 | 41108 | 41257
        | 41321 | 41325 | 41459 | 41477 | 41483 | 41654 | 41711 | 41807 | 41812 | 41874 | 41970 | 42026
        | 42172 | 42452 | 42653 | 42948 => Some(tag - 1),
        89 => Some(93),
        1527 => Some(1525),
        1697 => Some(1678),
        2371 => Some(2372),
        2493 => Some(2494),
        2521 => Some(2522),
        2801 => Some(2802),
        2808 => Some(2809),
        2814 => Some(2815),
        42486 => Some(43110),
        42684 => Some(43109),
        42982 => Some(43111),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_data_field_stands_in_the_tag_before_it_with_few_exceptions() {
        let length_tag = |tag| DataFields::STANDARD.length_tag(tag);
        for tag in [91, 96, 213, 349, 365, 446, 619, 622, 1185, 1398, 2352, 2798, 40005, 42948] {
            assert_eq!(length_tag(tag), Some(tag - 1));
        }
        for (length, tag) in [
            (93, 89),
            (1525, 1527),
            (1678, 1697),
            (2372, 2371),
            (2494, 2493),
            (2522, 2521),
            (2802, 2801),
            (2809, 2808),
            (2815, 2814),
            (43110, 42486),
            (43109, 42684),
            (43111, 42982),
        ] {
            assert_eq!(length_tag(tag), Some(length));
            assert_eq!(length_tag(length), None);
        }
        assert_eq!([0, 58, 88, 90, 95, 5002].map(length_tag), [None; 6]);
    }

    #[test]
    fn fields_agreed_on_are_data_beside_those_of_the_standard() {
        const AGREED: DataFields = DataFields::new(&[(57, 58), (5001, 5002)]);
        let length_tag = |tag| AGREED.length_tag(tag);
        assert_eq!([58, 5002, 96, 57, 5001].map(length_tag), [Some(57), Some(5001), Some(95), None, None]);
    }

    #[test]
    fn every_data_field_may_begin_one_and_no_other_tag_of_two_digits_does() {
        const AGREED: DataFields = DataFields::new(&[(57, 58), (5001, 5002), (4_000_000_001, 4_000_000_002)]);
        let may_begin = |fields: DataFields, tag: u32| {
            let text = std::format!("{tag}=value");
            fields.may_begin(super::super::delimiters::first_word(text.as_bytes()))
        };
        for tag in (1..50_000).chain([4_000_000_002]).filter(|&tag| AGREED.length_tag(tag).is_some()) {
            assert!(may_begin(AGREED, tag));
        }
        let standard = DataFields::STANDARD;
        let data = |tag: &u32| standard.length_tag(*tag).is_some();
        assert!(!(10..100).filter(|tag| !data(tag)).any(|tag| may_begin(standard, tag)));
        assert!((1..1000).filter(|&tag| may_begin(standard, tag)).count() < 200);
        assert!((LAST_STANDARD..500_000).filter(data).eq([LAST_STANDARD]));
    }
}
