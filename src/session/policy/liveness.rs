//! Heartbeats and silence (FIX session layer 4.5).

/// Heartbeats and silence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LivenessPolicy {
    /// How long after the last inbound message to send a TestRequest, in percent of HeartBtInt
    /// (`TestRequestDelayMultiplier`).
    pub test_request_after: Percent,
    /// How long after that, without an answer, the link counts as lost, in percent of HeartBtInt
    /// (`HeartBeatTimeoutMultiplier`, which counts from the last message).
    pub answer_within: Percent,
    /// What counts as the answer to our TestRequest.
    pub echo: Echo,
    /// What TestReqID(112) says.
    pub test_req_id: TestReqId,
    /// Whether we send Heartbeats while our TestRequest is open.
    pub while_probing: WhileProbing,
    /// What happens when our TestRequest is not answered.
    pub unanswered: Unanswered,
    /// Whether silence is watched at all (`DisableHeartBeatCheck`).
    pub silence: Silence,
    /// What a second connection from the same counterparty causes while the first is logged on.
    pub second_link: SecondLink,
}

impl LivenessPolicy {
    pub(super) const fn standard() -> Self {
        LivenessPolicy {
            test_request_after: Percent(120),
            answer_within: Percent(120),
            echo: Echo::AnyTraffic,
            test_req_id: TestReqId::MsgSeqNum,
            while_probing: WhileProbing::Heartbeat,
            unanswered: Unanswered::Logout,
            silence: Silence::Watch,
            second_link: SecondLink::TestFirst,
        }
    }
}

/// A percentage of HeartBtInt(108).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Percent(pub u16);

impl Percent {
    /// This percentage of `seconds`, in nanoseconds.
    #[inline]
    pub(crate) fn of_seconds(self, seconds: u32) -> u64 {
        const PERCENT_OF_SECOND: u64 = 10_000_000;
        (u64::from(seconds) * u64::from(self.0)).saturating_mul(PERCENT_OF_SECOND)
    }
}

/// What counts as the answer to our TestRequest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Echo {
    /// Any good message: in a long recovery the Heartbeat itself may be above the gap.
    AnyTraffic,
    /// Only a Heartbeat with our TestReqID(112).
    Demand,
}

/// What TestReqID(112) says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestReqId {
    /// The TestRequest's own MsgSeqNum, which is unique in its series.
    MsgSeqNum,
    /// Always this text.
    Fixed(&'static str),
}

/// Whether we send Heartbeats while our TestRequest is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileProbing {
    /// Yes.
    Heartbeat,
    /// No.
    Quiet,
}

/// What happens when our TestRequest is not answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unanswered {
    /// We send a Logout with the reason and close the link.
    Logout,
    /// We close the link.
    Close,
}

/// Whether silence is watched.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Silence {
    /// Yes (FIX session layer 4.5.5).
    Watch,
    /// No: only a closed link ends the session.
    Ignore,
}

/// What a second connection causes while the first is logged on. It is dropped in either case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SecondLink {
    /// We test the first with a TestRequest, so that a half-open one does not keep the counterparty out (test
    /// case 1Sb).
    TestFirst,
    /// Nothing more.
    Drop,
}
