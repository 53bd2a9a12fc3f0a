//! Heartbeats and silence (FIX session layer 4.5).

/// Heartbeats and silence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LivenessPolicy {
    /// How long after the last inbound message a TestRequest goes out, in percent of HeartBtInt
    /// (`TestRequestDelayMultiplier`).
    pub test_request_after: Percent,
    /// How long after that the link counts as lost, in percent of HeartBtInt (`HeartBeatTimeoutMultiplier`,
    /// which counts from the last message).
    pub answer_within: Percent,
    /// What answers a TestRequest.
    pub echo: Echo,
    /// What TestReqID(112) says.
    pub test_req_id: TestReqId,
    /// Do heartbeats go on while a TestRequest of ours is open?
    pub while_probing: WhileProbing,
    /// What happens when nothing answers.
    pub unanswered: Unanswered,
    /// Is silence watched at all (`DisableHeartBeatCheck`)?
    pub silence: Silence,
    /// What a second connection of the same counterparty does while the first is logged on.
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

/// A part of HeartBtInt(108), in percent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Percent(pub u16);

impl Percent {
    /// So many percent of `seconds`, in nanoseconds.
    #[inline]
    pub(crate) fn of_seconds(self, seconds: u32) -> u64 {
        const PERCENT_OF_SECOND: u64 = 10_000_000;
        (u64::from(seconds) * u64::from(self.0)).saturating_mul(PERCENT_OF_SECOND)
    }
}

/// What answers a TestRequest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Echo {
    /// Any good message: in a long recovery the answer stands above the gap.
    AnyTraffic,
    /// Only a Heartbeat with our TestReqID(112).
    Demand,
}

/// What TestReqID(112) says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestReqId {
    /// The TestRequest's own MsgSeqNum: never the same twice in a series.
    MsgSeqNum,
    /// Always this.
    Fixed(&'static str),
}

/// Do heartbeats go on while a TestRequest of ours is open?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileProbing {
    /// Yes.
    Heartbeat,
    /// No.
    Quiet,
}

/// What happens when nothing answers our TestRequest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unanswered {
    /// Logout with a reason, then the link is closed.
    Logout,
    /// The link is closed.
    Close,
}

/// Is silence watched?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Silence {
    /// Yes (FIX session layer 4.5.5).
    Watch,
    /// No: only a closed link ends the session.
    Ignore,
}

/// What a second connection does while the first is logged on. It is dropped in either case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SecondLink {
    /// The first is tested by a TestRequest, lest a half-open one keep the counterparty out (test case 1Sb).
    TestFirst,
    /// Nothing else.
    Drop,
}
