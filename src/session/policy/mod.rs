//! The choices in which counterparties differ: five groups of policies, each an enum that says what happens.
//!
//! [`Policies::standard`] obeys the FIX session layer wherever it says something. Each departure from it
//! found in practice is a named choice, and [`Policies::quickfix`] makes the ones that QuickFIX's users are
//! used to.

mod checks;
mod gaps;
mod liveness;
mod logon;
mod logout;

pub use checks::{
    Check, CheckPolicy, Finished, GarbledMessage, LastProcessed, LowNumber, OrigSendingTime, RejectText,
    RejectVersion, RepeatedAdmin, Routing, SendingTimeCheck,
};
pub use gaps::{Above, GapPolicy, RequestEnd, Retry, StaleRequest, WhileOpen};
pub use liveness::{Echo, LivenessPolicy, Percent, SecondLink, Silence, TestReqId, Unanswered, WhileProbing};
pub use logon::{
    BadLogon, HeartBtIntRule, LogonPolicy, MaxMessageSize, NextExpected, ResetAck, ResetByPeer, ResetOn,
    ResetOnLogon, TestMessage, UnaskedReset, WhileDisconnected,
};
pub use logout::{
    AfterAnswer, AfterReject, AnswerStatus, FaultStatus, LogoutPolicy, OnDisconnect, OutOfSequenceLogout,
};

use crate::time::Millis;

/// All policies, in five groups.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Policies {
    /// Establishing a session, and what resets it.
    pub logon: LogonPolicy,
    /// Messages that are missing, on either side.
    pub gaps: GapPolicy,
    /// Heartbeats and silence.
    pub liveness: LivenessPolicy,
    /// Ending a connection.
    pub logout: LogoutPolicy,
    /// What is required of each message.
    pub checks: CheckPolicy,
}

impl Policies {
    /// The rules of the FIX session layer.
    pub const fn standard() -> Self {
        Policies {
            logon: LogonPolicy::standard(),
            gaps: GapPolicy::standard(),
            liveness: LivenessPolicy::standard(),
            logout: LogoutPolicy::standard(),
            checks: CheckPolicy::standard(),
        }
    }

    /// QuickFIX's defaults, where they differ from the rules; otherwise as [`standard`](Policies::standard).
    pub const fn quickfix() -> Self {
        let mut policies = Policies::standard();
        policies.logon.invalid = BadLogon::Close;
        policies.logon.reset_ack = ResetAck::Infer;
        policies.logon.unasked_reset = UnaskedReset::Accept;
        policies.gaps.stale_request = StaleRequest::Serve;
        policies.liveness.test_req_id = TestReqId::Fixed("TEST");
        policies.liveness.while_probing = WhileProbing::Quiet;
        policies.liveness.unanswered = Unanswered::Close;
        policies.liveness.second_link = SecondLink::Drop;
        policies.logout.timeout = Millis::from_secs(2);
        policies.logout.out_of_sequence = OutOfSequenceLogout::Answer;
        policies.logout.after_answer = AfterAnswer::Close;
        policies.logout.after_reject = AfterReject::NoText;
        policies.logout.fault_status = FaultStatus::Unsaid;
        policies.checks.orig_sending_time = OrigSendingTime::RejectThenLogout;
        policies.checks.repeated_admin = RepeatedAdmin::Act;
        policies.checks.routing = Routing::Reverse;
        policies.checks.reject_text = RejectText::OfReason;
        policies.checks.reject_version = RejectVersion::Said;
        policies
    }
}
