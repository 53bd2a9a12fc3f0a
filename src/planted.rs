//! Deliberate bugs. Each sits in the session behind `planted(Bug::..)`, which is `false` at compile time. In
//! a build with `--cfg sansfix_planted` a test turns one on, and the simulator has to find it.

/// A mistake that a session layer could make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(not(sansfix_planted), allow(unreachable_pub, reason = "public for the test that plants them"))]
#[allow(missing_docs, reason = "the names say it, and they are not part of the normal build")]
pub enum Bug {
    PossDupFlagIgnored,
    SentBeforeStored,
    SilenceTimerNotReset,
    GapClosedTooEarly,
    GapFillAppliedAboveGap,
    NumberTakenTwice,
    ResetBeforeVerdict,
    RecordedWhenHandedOut,
    OldSeriesKept,
    ReplayBeforeReading,
    ResentWithoutPossDupFlag,
    ResendCutShort,
    LogoutCountedAboveGap,
    RecoveryOutlivesLink,
    ActedAboveGapForgotten,
    SentBeforeLogon,
    ResetGivenUpUnanswered,
    HeldKeptOverReset,
    LateAnswerTaken,
}

#[cfg(not(sansfix_planted))]
pub(crate) const fn planted(_: Bug) -> bool {
    false
}

#[cfg(sansfix_planted)]
std::thread_local! {
    static PLANTED: core::cell::Cell<Option<Bug>> = const { core::cell::Cell::new(None) };
}

#[cfg(sansfix_planted)]
pub(crate) fn planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Turns one bug on, or all off, for the sessions of this thread.
#[cfg(sansfix_planted)]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}
