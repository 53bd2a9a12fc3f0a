//! SessionRejectReason(373): why a message was rejected at session level.

use crate::wire::BeginString;

/// SessionRejectReason(373), with the version that introduced each value.
///
/// An unlisted code from a counterparty is kept as a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SessionRejectReason {
    /// 0: a tag that neither the standard nor the two sides have defined.
    InvalidTagNumber,
    /// 1: a required tag is missing.
    RequiredTagMissing,
    /// 2: the tag exists, but not in this message type.
    TagNotDefinedForMessageType,
    /// 3: undefined tag.
    UndefinedTag,
    /// 4: a tag without a value.
    TagSpecifiedWithoutValue,
    /// 5: the value is out of range or not in the list.
    ValueIncorrect,
    /// 6: the value has the wrong form.
    IncorrectDataFormat,
    /// 7: decryption problem.
    DecryptionProblem,
    /// 8: signature problem.
    SignatureProblem,
    /// 9: a CompID is not the one agreed.
    CompIdProblem,
    /// 10: SendingTime(52) is too far from our clock, or OrigSendingTime(122) is later than it.
    SendingTimeAccuracyProblem,
    /// 11: the message type does not exist.
    InvalidMsgType,
    /// 12: XML validation error (from FIX 4.3).
    XmlValidationError,
    /// 13: a tag appears more than once (from FIX 4.3).
    TagAppearsMoreThanOnce,
    /// 14: header, body and trailer fields are interleaved (from FIX 4.3).
    TagSpecifiedOutOfRequiredOrder,
    /// 15: fields of a repeating group are out of order (from FIX 4.3).
    RepeatingGroupFieldsOutOfOrder,
    /// 16: the count of a repeating group is wrong (from FIX 4.3).
    IncorrectNumInGroupCount,
    /// 17: a field that is not data contains SOH (from FIX 4.3).
    NonDataValueIncludesSoh,
    /// 18: the application version is not supported (FIXT.1.1).
    InvalidApplicationVersion,
    /// 99: anything else (from FIX 4.4).
    Other,
    /// A code that is not in the standard's list.
    Unlisted(u16),
}

use SessionRejectReason as Reason;

/// Code, reason, the first version that has it, and its words for Text(58).
const TABLE: [(u16, Reason, BeginString, &str); 20] = [
    (0, Reason::InvalidTagNumber, BeginString::Fix42, "Invalid tag number"),
    (1, Reason::RequiredTagMissing, BeginString::Fix42, "Required tag missing"),
    (2, Reason::TagNotDefinedForMessageType, BeginString::Fix42, "Tag not defined for this message type"),
    (3, Reason::UndefinedTag, BeginString::Fix42, "Undefined tag"),
    (4, Reason::TagSpecifiedWithoutValue, BeginString::Fix42, "Tag specified without a value"),
    (5, Reason::ValueIncorrect, BeginString::Fix42, "Value is incorrect (out of range) for this tag"),
    (6, Reason::IncorrectDataFormat, BeginString::Fix42, "Incorrect data format for value"),
    (7, Reason::DecryptionProblem, BeginString::Fix42, "Decryption problem"),
    (8, Reason::SignatureProblem, BeginString::Fix42, "Signature problem"),
    (9, Reason::CompIdProblem, BeginString::Fix42, "CompID problem"),
    (10, Reason::SendingTimeAccuracyProblem, BeginString::Fix42, "SendingTime accuracy problem"),
    (11, Reason::InvalidMsgType, BeginString::Fix42, "Invalid MsgType"),
    (12, Reason::XmlValidationError, BeginString::Fix43, "XML validation error"),
    (13, Reason::TagAppearsMoreThanOnce, BeginString::Fix43, "Tag appears more than once"),
    (14, Reason::TagSpecifiedOutOfRequiredOrder, BeginString::Fix43, "Tag specified out of required order"),
    (15, Reason::RepeatingGroupFieldsOutOfOrder, BeginString::Fix43, "Repeating group fields out of order"),
    (
        16,
        Reason::IncorrectNumInGroupCount,
        BeginString::Fix43,
        "Incorrect NumInGroup count for repeating group",
    ),
    (17, Reason::NonDataValueIncludesSoh, BeginString::Fix43, "Non-data value includes field delimiter"),
    (
        18,
        Reason::InvalidApplicationVersion,
        BeginString::Fixt11,
        "Invalid or unsupported application version",
    ),
    (99, Reason::Other, BeginString::Fix44, "Other"),
];

impl SessionRejectReason {
    /// The reason for a value of field 373.
    pub fn from_code(code: u16) -> Self {
        TABLE.iter().find(|row| row.0 == code).map_or(Reason::Unlisted(code), |row| row.1)
    }

    /// The value of field 373.
    pub fn code(self) -> u16 {
        match self {
            Reason::Unlisted(code) => code,
            known => known.row().map_or(99, |row| row.0),
        }
    }

    /// The value of field 373 in `version`; `None` if that version does not define it. The field is left out
    /// then, and only Text(58) says why.
    pub fn code_in(self, version: BeginString) -> Option<u16> {
        match self {
            Reason::Unlisted(code) => (version >= BeginString::Fix42).then_some(code),
            known => known.row().filter(|row| version >= row.2).map(|row| row.0),
        }
    }

    /// Its words for Text(58).
    pub fn text(self) -> &'static str {
        self.row().map_or("Other", |row| row.3)
    }

    fn row(self) -> Option<&'static (u16, Reason, BeginString, &'static str)> {
        TABLE.iter().find(|row| row.1 == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_names_the_reason_that_gives_it_back() {
        for code in 0..200 {
            assert_eq!(SessionRejectReason::from_code(code).code(), code);
        }
    }

    #[test]
    fn a_value_newer_than_the_version_is_left_out() {
        assert_eq!(Reason::CompIdProblem.code_in(BeginString::Fix41), None);
        assert_eq!(Reason::InvalidMsgType.code_in(BeginString::Fix42), Some(11));
        assert_eq!(Reason::TagAppearsMoreThanOnce.code_in(BeginString::Fix42), None);
        assert_eq!(Reason::TagAppearsMoreThanOnce.code_in(BeginString::Fix43), Some(13));
        assert_eq!(Reason::InvalidApplicationVersion.code_in(BeginString::Fix44), None);
        assert_eq!(Reason::Other.code_in(BeginString::Fix43), None);
    }
}
