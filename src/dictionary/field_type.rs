//! The types of fields, by the names that the standard and QuickFIX's dictionaries give them.

use super::version::Version;

/// The type of a field: what its value may look like.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FieldType {
    /// Any text.
    String,
    /// Bytes, possibly with SOH, as many as the length field before them says.
    Data,
    /// One character.
    Char,
    /// `Y` or `N`.
    Boolean,
    /// Digits, preceded by `-` if negative.
    Int,
    /// An int from 0: Length, SeqNum, NumInGroup.
    Count,
    /// An int from 1: TagNum.
    TagNum,
    /// An int from 1 to 31.
    DayOfMonth,
    /// Digits with at most one decimal point, preceded by `-` if negative: float, Price, Qty, Amt,
    /// PriceOffset, Percentage.
    Decimal,
    /// Texts separated by single spaces.
    MultipleStringValue,
    /// Characters separated by single spaces.
    MultipleCharValue,
    /// `YYYYMMDD-HH:MM:SS`, with a fraction of up to twelve digits.
    UtcTimestamp,
    /// `HH:MM:SS`, with a fraction: in UTC or, as LocalMktTime, at the market.
    TimeOnly,
    /// `YYYYMMDD`: in UTC or, as LocalMktDate, at the market.
    DateOnly,
    /// `YYYYMM`, `YYYYMMDD` or `YYYYMMw1` to `w5`.
    MonthYear,
    /// `HH:MM`, optionally with seconds, fraction and zone.
    TzTimeOnly,
    /// `YYYYMMDD-HH:MM`, optionally with seconds, fraction and zone.
    TzTimestamp,
    /// Two letters of ISO 3166.
    Country,
    /// Three letters of ISO 4217.
    Currency,
    /// Four characters of ISO 10383.
    Exchange,
    /// Two letters of ISO 639.
    Language,
}

impl FieldType {
    /// The type that a QuickFIX dictionary for `version` calls `name`; `None` if there is no such type.
    pub fn from_name(name: &str, version: Version) -> Option<Self> {
        Some(match name {
            // Up to FIX 4.1 "char" is text of any length; one character it is from FIX 4.2 on.
            "CHAR" if version < Version::Fix42 => FieldType::String,
            "CHAR" => FieldType::Char,
            "STRING" | "XID" | "XIDREF" | "TENOR" | "PATTERN" => FieldType::String,
            "DATA" | "XMLDATA" => FieldType::Data,
            "BOOLEAN" => FieldType::Boolean,
            "INT" | "RESERVED100PLUS" | "RESERVED1000PLUS" | "RESERVED4000PLUS" => FieldType::Int,
            "LENGTH" | "SEQNUM" | "NUMINGROUP" => FieldType::Count,
            "TAGNUM" => FieldType::TagNum,
            "DAYOFMONTH" => FieldType::DayOfMonth,
            "FLOAT" | "PRICE" | "QTY" | "QUANTITY" | "AMT" | "PRICEOFFSET" | "PERCENTAGE" => {
                FieldType::Decimal
            }
            "MULTIPLEVALUESTRING" | "MULTIPLESTRINGVALUE" => FieldType::MultipleStringValue,
            "MULTIPLECHARVALUE" => FieldType::MultipleCharValue,
            "UTCTIMESTAMP" | "TIME" => FieldType::UtcTimestamp,
            "UTCTIMEONLY" | "LOCALMKTTIME" => FieldType::TimeOnly,
            "UTCDATEONLY" | "UTCDATE" | "LOCALMKTDATE" | "DATE" => FieldType::DateOnly,
            "MONTHYEAR" => FieldType::MonthYear,
            "TZTIMEONLY" => FieldType::TzTimeOnly,
            "TZTIMESTAMP" => FieldType::TzTimestamp,
            "COUNTRY" => FieldType::Country,
            "CURRENCY" => FieldType::Currency,
            // Before FIX 4.3 exchanges had Reuters' codes, of any length.
            "EXCHANGE" if version < Version::Fix43 => FieldType::String,
            "EXCHANGE" => FieldType::Exchange,
            "LANGUAGE" => FieldType::Language,
            _ => return None,
        })
    }

    /// Whether a value may hold several listed values, separated by spaces.
    pub(super) fn is_multiple(self) -> bool {
        matches!(self, FieldType::MultipleStringValue | FieldType::MultipleCharValue)
    }

    /// Whether it is a whole number.
    pub(super) fn is_integer(self) -> bool {
        matches!(self, FieldType::Int | FieldType::Count | FieldType::TagNum | FieldType::DayOfMonth)
    }

    /// Whether it is a code of which only the length is checked, under a switch of its own.
    pub(super) fn is_code(self) -> bool {
        matches!(self, FieldType::Country | FieldType::Currency | FieldType::Exchange | FieldType::Language)
    }
}
