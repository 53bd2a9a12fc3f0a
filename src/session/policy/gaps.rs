//! Messages that are missing, on either side (FIX session layer 4.8).

use crate::time::Millis;

/// Messages that are missing, on either side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GapPolicy {
    /// What happens to a message above a gap.
    pub above: Above,
    /// How a ResendRequest ends (`ClosedResendInterval`).
    pub request_end: RequestEnd,
    /// How many messages one ResendRequest asks for at most; 0 for no limit (`ResendRequestChunkSize`).
    pub chunk: u32,
    /// What happens when another message above the gap arrives while a request is open
    /// (`SendRedundantResendRequests`).
    pub while_open: WhileOpen,
    /// How to repeat a request that brought nothing.
    pub retry: Retry,
    /// How long a recovery may make no progress before the request is repeated.
    pub progress_timeout: Millis,
    /// How many times in total the same gap is asked for before the session gives up (FIX session layer
    /// 4.5.2: an endless resend loop must be stopped).
    pub tries: u8,
    /// How to respond to a ResendRequest whose own number was already processed.
    pub stale_request: StaleRequest,
    /// How long the application's messages may wait for replays. A ResendRequest that arrives after that is
    /// served after them.
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
    /// It is held in the memory lent by [`Inbox::holding`](crate::Inbox::holding), as long as there is room.
    Hold,
    /// It is dropped, and has to be sent again.
    Drop,
}

/// How a ResendRequest ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RequestEnd {
    /// With EndSeqNo(16) 0 (999999 up to FIX 4.1): it asks for everything from BeginSeqNo(7) on.
    Open,
    /// With the last missing number.
    Closed,
}

/// What happens when another message above the gap arrives while a request is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileOpen {
    /// Nothing: one request per gap.
    Wait,
    /// We ask again.
    Repeat,
}

/// How to repeat a request that brought nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// With a new ResendRequest, under a new number.
    NewRequest,
    /// With the same ResendRequest, under its old number and with PossDupFlag(43).
    SameNumber,
}

/// How to respond to a ResendRequest whose own number was already processed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StaleRequest {
    /// As to any number too low (FIX session layer 4.10, state 10).
    Refuse,
    /// Serve it, but do not count it.
    Serve,
}
