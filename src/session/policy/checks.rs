//! What is demanded of each message (FIX session layer 4.2, 4.5).

use crate::time::Millis;

/// What is demanded of each message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CheckPolicy {
    /// SendingTimeThreshold: how far SendingTime(52) may be from our UTC, either way (FIX session layer
    /// 4.2.3; `CheckLatency`, `MaxLatency`).
    pub sending_time: SendingTimeCheck,
    /// SenderCompID(49) and TargetCompID(56) on every message (FIX session layer 4.2.2; `CheckCompID`).
    pub comp_ids: Check,
    /// SubIDs and LocationIDs where they are configured (FIX session layer 4.2.4).
    pub sub_ids: Check,
    /// Sequence numbers; off for feeds that recover elsewhere (`ValidateSequenceNumbers`).
    pub sequence: Check,
    /// CheckSum(10) (`ValidateChecksum`).
    pub checksum: Check,
    /// Header fields before body fields (test case 14g).
    pub header_order: Check,
    /// What a possible duplicate without a good OrigSendingTime(122) gets (`RequiresOrigSendingTime`).
    pub orig_sending_time: OrigSendingTime,
    /// What an admin message with PossDupFlag(43) does whose number is the next.
    pub repeated_admin: RepeatedAdmin,
    /// What a number below the expected one gets.
    pub low_number: LowNumber,
    /// What a garbled message gets (`RejectGarbledMessage`).
    pub garbled: GarbledMessage,
    /// Do we say LastMsgSeqNumProcessed(369) (`EnableLastMsgSeqNumProcessed`)?
    pub last_processed: LastProcessed,
    /// Do Rejects go back the way that OnBehalfOf and DeliverTo fields name?
    pub routing: Routing,
    /// What Text(58) of a Reject says.
    pub reject_text: RejectText,
    /// Does a BusinessMessageReject bear DefaultApplVerID(1137) under FIXT.1.1?
    pub reject_version: RejectVersion,
    /// When a message counts as finished by the application.
    pub finished: Finished,
}

impl CheckPolicy {
    pub(super) const fn standard() -> Self {
        CheckPolicy {
            sending_time: SendingTimeCheck::Within(Millis::from_secs(120)),
            comp_ids: Check::On,
            sub_ids: Check::Off,
            sequence: Check::On,
            checksum: Check::On,
            header_order: Check::On,
            orig_sending_time: OrigSendingTime::Reject,
            repeated_admin: RepeatedAdmin::CountOnly,
            low_number: LowNumber::Logout,
            garbled: GarbledMessage::Ignore,
            last_processed: LastProcessed::Unsaid,
            routing: Routing::Keep,
            reject_text: RejectText::Particular,
            reject_version: RejectVersion::Unsaid,
            finished: Finished::ByStep,
        }
    }
}

/// A check that can be left out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Check {
    /// It is made.
    On,
    /// It is not made.
    Off,
}

/// How far SendingTime(52) may be from our UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SendingTimeCheck {
    /// At most this, either way.
    Within(Millis),
    /// Any distance; its form is checked all the same.
    Off,
}

/// What a possible duplicate without a good OrigSendingTime(122) gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrigSendingTime {
    /// A Reject, also when it is a duplicate (test cases 2f, 2g).
    Reject,
    /// A Reject, of a repeated admin message too unless it is a SequenceReset; when 122 is later than 52, a
    /// Logout after it.
    RejectThenLogout,
    /// Nothing: it is handled as if 122 were good.
    Ignore,
}

/// What an admin message with PossDupFlag(43) does whose number is the next.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RepeatedAdmin {
    /// Its number counts, and nothing else (FIX session layer 4.8.7).
    CountOnly,
    /// The same as the first time: a TestRequest is answered, a Logout logs out.
    Act,
}

/// What a number below the expected one gets, without PossDupFlag(43).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LowNumber {
    /// Logout, and the link is closed (FIX session layer 4.8.1, test case 2c).
    Logout,
    /// A Reject; the session goes on.
    Reject,
}

/// What a garbled message gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GarbledMessage {
    /// Nothing: no answer, no number (FIX session layer 4.5.2, test cases 2d, 3b, 3c).
    Ignore,
    /// A Reject, and its number counts when it is readable and the next.
    Reject,
    /// The link is closed.
    Close,
}

/// Do we say LastMsgSeqNumProcessed(369)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LastProcessed {
    /// No.
    Unsaid,
    /// On every message, from FIX 4.2 on.
    Said,
}

/// Do Rejects go back the way that OnBehalfOf and DeliverTo fields name?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Routing {
    /// No: they go to the counterparty.
    Keep,
    /// OnBehalfOf fields become DeliverTo fields and the other way round.
    Reverse,
}

/// Does a BusinessMessageReject bear DefaultApplVerID(1137) under FIXT.1.1?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RejectVersion {
    /// No: the message has no such field.
    Unsaid,
    /// Behind its own fields.
    Said,
}

/// What Text(58) of a Reject says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RejectText {
    /// What is wrong with this message, where there is more to say than the reason does (test case 11c asks
    /// for it).
    Particular,
    /// The words of its SessionRejectReason(373), and nothing else; before FIX 4.2, which has no
    /// RefTagID(371), the tag in brackets.
    OfReason,
}

/// When a message counts as finished by the application, so that it need not come again after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Finished {
    /// When the application calls `step` again after it was handed over.
    ByStep,
    /// When the application calls `processed` with its number.
    ByCall,
}
