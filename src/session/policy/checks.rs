//! What is required of each message (FIX session layer 4.2, 4.5).

use crate::time::Millis;

/// What is required of each message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CheckPolicy {
    /// SendingTimeThreshold: how far SendingTime(52) may be from our UTC, in either direction (FIX session
    /// layer 4.2.3; `CheckLatency`, `MaxLatency`).
    pub sending_time: SendingTimeCheck,
    /// Whether SenderCompID(49) and TargetCompID(56) of every message are checked (FIX session layer 4.2.2;
    /// `CheckCompID`).
    pub comp_ids: Check,
    /// Whether SubIDs and LocationIDs are checked, if configured (FIX session layer 4.2.4).
    pub sub_ids: Check,
    /// Whether sequence numbers are checked; off for feeds that recover elsewhere
    /// (`ValidateSequenceNumbers`).
    pub sequence: Check,
    /// Whether CheckSum(10) is checked (`ValidateChecksum`).
    pub checksum: Check,
    /// Whether required header fields must come before the body (test case 14g).
    pub header_order: Check,
    /// How to respond to a possible duplicate without a good OrigSendingTime(122)
    /// (`RequiresOrigSendingTime`).
    pub orig_sending_time: OrigSendingTime,
    /// What an admin message with PossDupFlag(43) and the expected number does.
    pub repeated_admin: RepeatedAdmin,
    /// How to respond to a number below the expected one, without PossDupFlag(43).
    pub low_number: LowNumber,
    /// How to respond to a garbled message (`RejectGarbledMessage`).
    pub garbled: GarbledMessage,
    /// Whether we send LastMsgSeqNumProcessed(369) (`EnableLastMsgSeqNumProcessed`).
    pub last_processed: LastProcessed,
    /// Whether Rejects are routed back by the OnBehalfOf and DeliverTo fields of the rejected message.
    pub routing: Routing,
    /// What Text(58) of a Reject says.
    pub reject_text: RejectText,
    /// Whether a BusinessMessageReject has DefaultApplVerID(1137) under FIXT.1.1.
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

/// Whether a check is made.
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
    /// At most this far, in either direction.
    Within(Millis),
    /// Any distance; its format is still checked.
    Off,
}

/// How to respond to a possible duplicate without a good OrigSendingTime(122).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrigSendingTime {
    /// With a Reject, even if its number was already processed; but not to an admin message (test cases 2f,
    /// 2g).
    Reject,
    /// With a Reject, and also to an admin message whose number was already processed, unless it is a
    /// SequenceReset. If 122 is later than 52, a Logout follows.
    RejectThenLogout,
    /// Not at all: process it as if 122 were good.
    Ignore,
}

/// What an admin message with PossDupFlag(43) and the expected number does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RepeatedAdmin {
    /// Only its number counts (FIX session layer 4.8.7).
    CountOnly,
    /// The same as without the flag: a TestRequest is answered, a Logout logs out.
    Act,
}

/// How to respond to a number below the expected one, without PossDupFlag(43).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LowNumber {
    /// With a Logout; then the link is closed (FIX session layer 4.8.1, test case 2c).
    Logout,
    /// With a Reject; the session continues.
    Reject,
}

/// How to respond to a garbled message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GarbledMessage {
    /// Not at all: it is not answered, and no number is counted (FIX session layer 4.5.2, test cases 2d, 3b,
    /// 3c).
    Ignore,
    /// With a Reject, if its number is readable; the number counts if it is the expected one.
    Reject,
    /// With a Logout; then the link is closed.
    Close,
}

/// Whether we send LastMsgSeqNumProcessed(369).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LastProcessed {
    /// No.
    Unsaid,
    /// Yes, on every message, from FIX 4.2 on.
    Said,
}

/// Whether Rejects are routed back by the OnBehalfOf and DeliverTo fields of the rejected message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Routing {
    /// No: they go to the counterparty.
    Keep,
    /// Yes: its OnBehalfOf fields become DeliverTo fields, and the other way round.
    Reverse,
}

/// Whether a BusinessMessageReject has DefaultApplVerID(1137) under FIXT.1.1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RejectVersion {
    /// No: the standard does not have the field in this message.
    Unsaid,
    /// Yes, after its own fields.
    Said,
}

/// What Text(58) of a Reject says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RejectText {
    /// What is wrong with this particular message, if there is more to say than SessionRejectReason(373) does
    /// (test case 11c requires it).
    Particular,
    /// Only the words of SessionRejectReason(373), plus the tag in brackets before FIX 4.2, which has no
    /// RefTagID(371).
    OfReason,
}

/// When a message counts as finished by the application, so that it need not come again after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Finished {
    /// When the application calls `step` again after the message was delivered.
    ByStep,
    /// When the application calls [`Session::processed`](crate::Session::processed) with its number.
    ByCall,
}
