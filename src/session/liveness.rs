//! The liveness machine: is the counterparty still there (FIX session layer 4.5.1, 4.5.5)?

use super::policy::Echo;
use super::state::Place;

/// Whether a TestRequest of ours is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Liveness {
    /// No: messages come, or the silence has not lasted long enough.
    Quiet,
    /// Yes.
    Probing {
        /// Why it was sent.
        cause: Cause,
    },
}

/// Why a TestRequest was sent.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cause {
    /// Nothing came for too long.
    Silence,
    /// The application asked.
    Asked,
    /// A reset in session begins with one, and needs its echo (FIX session layer 4.4.2).
    Reset,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Input {
    /// A good message came, of any kind.
    Traffic,
    /// A Heartbeat with the TestReqID(112) of the open TestRequest came. It is in sequence only if nothing is
    /// missing and no replay is running.
    Echoed(Place),
    /// The timer expired: nothing came since the last message, or since our TestRequest.
    Elapsed,
    /// A TestRequest is wanted.
    Probe(Cause),
    /// The connection ended or a new series began.
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Action {
    None,
    /// Restart the silence timer.
    Heard,
    /// Send a TestRequest and wait for what answers it.
    TestRequest,
    /// The echo that a reset waited for is in.
    ResetMayBegin,
    /// Restart the silence timer, and tell the application how long the echo took.
    RoundTrip,
    /// The connection is lost.
    Lost,
}

pub(crate) fn next(echo: Echo, state: Liveness, input: Input) -> (Liveness, Action) {
    match (state, input) {
        // FIX session layer 4.5.5, test case 6: silence for longer than the threshold.
        (Liveness::Quiet, Input::Elapsed) => {
            (Liveness::Probing { cause: Cause::Silence }, Action::TestRequest)
        }
        (Liveness::Quiet, Input::Probe(cause)) => (Liveness::Probing { cause }, Action::TestRequest),
        // FIX session layer 4.5.1: any message that is not garbled ends the silence.
        (Liveness::Quiet, Input::Traffic) => (Liveness::Quiet, Action::Heard),
        // Other traffic had shown life before the echo came.
        (Liveness::Quiet, Input::Echoed(_)) => (Liveness::Quiet, Action::RoundTrip),
        (Liveness::Probing { .. }, Input::Elapsed) => (Liveness::Quiet, Action::Lost),
        // FIX session layer 4.4.2: the echo shows that nothing is missing. If it shows a gap, the reset
        // starts over once that is filled.
        (Liveness::Probing { cause: Cause::Reset }, Input::Echoed(Place::InSequence)) => {
            (Liveness::Quiet, Action::ResetMayBegin)
        }
        (Liveness::Probing { cause: Cause::Reset }, Input::Echoed(Place::AboveGap)) => {
            (Liveness::Quiet, Action::Heard)
        }
        (Liveness::Probing { cause: Cause::Silence | Cause::Asked }, Input::Echoed(_)) => {
            (Liveness::Quiet, Action::RoundTrip)
        }
        // FIX session layer 4.5.5: in a long recovery the echo itself stands above the gap, so any good
        // message shows life.
        (Liveness::Probing { cause: Cause::Silence | Cause::Asked }, Input::Traffic) => match echo {
            Echo::AnyTraffic => (Liveness::Quiet, Action::Heard),
            Echo::Demand => (state, Action::None),
        },
        (Liveness::Probing { cause: Cause::Reset }, Input::Traffic) => (state, Action::None),
        // One TestRequest at a time; a reset that waits for its echo takes it over.
        (Liveness::Probing { .. }, Input::Probe(Cause::Reset)) => {
            (Liveness::Probing { cause: Cause::Reset }, Action::TestRequest)
        }
        (Liveness::Probing { .. }, Input::Probe(Cause::Silence | Cause::Asked)) => (state, Action::None),
        (Liveness::Quiet | Liveness::Probing { .. }, Input::Over) => (Liveness::Quiet, Action::None),
    }
}
