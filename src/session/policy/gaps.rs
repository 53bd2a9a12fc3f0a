//! Messages that are missing, on either side (FIX session layer 4.8).

use crate::time::Millis;

/// Messages that are missing, on either side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GapPolicy {
    /// What happens to a message above a gap.
    pub above: Above,
    /// How a ResendRequest ends (`ClosedResendInterval`).
    pub request_end: RequestEnd,
    /// How many messages one ResendRequest asks for at most; 0 for all (`ResendRequestChunkSize`).
    pub chunk: u32,
    /// What another message above the gap does while a request is open (`SendRedundantResendRequests`).
    pub while_open: WhileOpen,
    /// How a request that brought nothing is repeated.
    pub retry: Retry,
    /// How long a recovery may stand still.
    pub progress_timeout: Millis,
    /// How many times the same gap is asked for in all before the session gives up (FIX session layer 4.5.2:
    /// an endless resend loop must be stopped).
    pub tries: u8,
    /// What a ResendRequest gets whose own number was processed before.
    pub stale_request: StaleRequest,
    /// How long messages of the application may stand behind replays. A request that comes later than that
    /// is served after them.
    pub live_wait: Millis,
}

impl GapPolicy {
    pub(super) const fn standard() -> Self {
        GapPolicy {
            above: Above::Hold,
            request_end: RequestEnd::Open,
            chunk: 0,
            while_open: WhileOpen::Wait,
            retry: Retry::NewRequest,
            progress_timeout: Millis::from_secs(10),
            tries: 3,
            stale_request: StaleRequest::Refuse,
            live_wait: Millis::from_secs(5),
        }
    }
}

/// What happens to a message above a gap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Above {
    /// It waits in the memory that the inbox lends for that, as long as there is room.
    Hold,
    /// It is dropped and comes again.
    Drop,
}

/// How a ResendRequest ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RequestEnd {
    /// EndSeqNo(16) 0 (999999 up to FIX 4.1): everything from BeginSeqNo(7) on.
    Open,
    /// The last number that is missing.
    Closed,
}

/// What another message above the gap does while a request is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileOpen {
    /// Nothing: one request a gap.
    Wait,
    /// It asks again.
    Repeat,
}

/// How a request that brought nothing is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// By a ResendRequest with a number of its own.
    NewRequest,
    /// By the same ResendRequest, its number and PossDupFlag(43).
    SameNumber,
}

/// What a ResendRequest gets whose own number was processed before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StaleRequest {
    /// What any low number gets (FIX session layer 4.10, state 10).
    Refuse,
    /// It is served, not counted.
    Serve,
}
