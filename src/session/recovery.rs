//! The inbound machine: are messages missing, and have they been asked for (FIX session layer 4.8.1, 4.8.2)?

use super::policy::{GapPolicy, RequestEnd, Retry, WhileOpen};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};

/// Whether messages from the counterparty are missing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Inbound {
    /// None is missing.
    InSequence,
    /// Some are missing, and have been asked for.
    Recovering(Recovery),
    /// Some are missing, and the counterparty rejected our request for them: we ask again when the gap shows
    /// again.
    Refused(Refusal),
}

/// A ResendRequest that the counterparty rejected.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Refusal {
    /// The first missing number.
    pub missing: MsgSeqNum,
    /// How many times it has been asked for.
    pub tries: u8,
}

impl Inbound {
    /// Whether missing messages have been asked for and are awaited.
    pub fn is_recovering(self) -> bool {
        matches!(self, Inbound::Recovering(_))
    }
}

/// An open recovery.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Recovery {
    /// The recovery is over when the next expected number has passed this one.
    pub until: MsgSeqNum,
    /// What was asked for.
    pub asked: Asked,
    /// The next expected number at the last request: while it stays the same, there is no progress.
    pub mark: MsgSeqNum,
    /// How many times the same gap has been asked for.
    pub tries: u8,
}

/// What was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Asked {
    /// No request was sent: NextExpectedMsgSeqNum(789) in our Logon said it (FIX session layer 4.4.1).
    ByLogon,
    /// Everything from a number on; this is the last number that was known to be missing then.
    Open(MsgSeqNum),
    /// The numbers up to this one.
    UpTo(MsgSeqNum),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Input {
    /// A message came with this number while a lower one is expected.
    Gap { expected: MsgSeqNum, number: MsgSeqNum, became: Became },
    /// The same, and our Logon's NextExpectedMsgSeqNum(789) has already asked.
    GapAtLogon { expected: MsgSeqNum, number: MsgSeqNum },
    /// The next expected number moved.
    Progress { expected: MsgSeqNum },
    /// The wait for progress is over.
    Elapsed { expected: MsgSeqNum },
    /// The counterparty rejected our ResendRequest.
    Rejected,
    /// The connection ended, or a new series began: requests made before are void.
    Over,
}

/// What was done with a message above a gap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Became {
    /// It waits for its turn.
    Held,
    /// It was acted on, and its number will be counted.
    Acted,
    /// It was acted on, but has to come again to be counted.
    ActedOnly,
    /// It has to come again.
    Dropped,
}

impl Became {
    /// Whether it need not come again.
    const fn is_kept(self) -> bool {
        matches!(self, Became::Held | Became::Acted)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Action {
    None,
    /// Send a ResendRequest, and restart the progress timer.
    Ask {
        from: MsgSeqNum,
        to: Option<MsgSeqNum>,
    },
    /// Send the last ResendRequest again, with its own number and PossDupFlag(43).
    Repeat,
    /// Something came: restart the progress timer.
    Moved,
    /// Nothing is missing any more.
    Recovered,
    /// The open request is void; we ask again when the gap shows again.
    Dropped,
    /// Give up: the counterparty does not send what is missing.
    GiveUp {
        missing: MsgSeqNum,
    },
}

pub(crate) fn next(policy: &GapPolicy, state: Inbound, input: Input) -> (Inbound, Action) {
    match (state, input) {
        // FIX session layer 4.8.1, test case 2b: a number above the expected one.
        (Inbound::InSequence, Input::Gap { expected, number, became }) => {
            ask(policy, expected, last_awaited(policy, number, became), 1)
        }
        // FIX session layer 4.4.1: with 789 nobody sends a ResendRequest for the Logon's gap.
        (Inbound::InSequence, Input::GapAtLogon { expected, number }) => {
            let until = number.previous().unwrap_or(number);
            let recovery = Recovery { until, asked: Asked::ByLogon, mark: expected, tries: 0 };
            (Inbound::Recovering(recovery), Action::Moved)
        }
        // FIX session layer 4.8.2, 4.8.8: one request is outstanding, so another message above the gap asks
        // for nothing. If it is not kept, it has to be asked for once that request has been served.
        (Inbound::Recovering(recovery), Input::Gap { expected, number, became }) => {
            let until = last_awaited(policy, number, became).max(recovery.until);
            match (policy.while_open, became) {
                (WhileOpen::Wait, Became::Held) | (_, Became::Acted) => (state, Action::None),
                // A request that answers a request would be answered by one.
                (WhileOpen::Wait, Became::Dropped) | (_, Became::ActedOnly) => {
                    (Inbound::Recovering(Recovery { until, ..recovery }), Action::None)
                }
                (WhileOpen::Repeat, Became::Held | Became::Dropped) => {
                    ask(policy, expected, until, recovery.tries)
                }
            }
        }
        (Inbound::Recovering(_), Input::GapAtLogon { .. }) => (state, Action::None),
        (Inbound::Recovering(recovery), Input::Progress { expected }) => progress(policy, recovery, expected),
        (Inbound::Recovering(recovery), Input::Elapsed { expected }) => stalled(policy, recovery, expected),
        // FIX session layer 4.8.2: the request is no longer open, and asking again at once would only be
        // rejected again.
        (Inbound::Recovering(Recovery { mark: missing, tries, .. }), Input::Rejected) => {
            (Inbound::Refused(Refusal { missing, tries }), Action::Dropped)
        }
        // A later message shows the gap again. FIX session layer 4.5.2: this loop, too, must end.
        (Inbound::Refused(refusal), Input::Gap { expected, number, became }) => {
            let tries = if expected > refusal.missing { 0 } else { refusal.tries };
            if tries >= policy.tries {
                return (Inbound::InSequence, Action::GiveUp { missing: expected });
            }
            ask(policy, expected, last_awaited(policy, number, became), tries + 1)
        }
        (Inbound::Refused(_), Input::GapAtLogon { .. } | Input::Elapsed { .. } | Input::Rejected) => {
            (state, Action::None)
        }
        (Inbound::Refused(_), Input::Progress { .. })
        | (Inbound::Recovering(_) | Inbound::InSequence | Inbound::Refused(_), Input::Over)
        | (Inbound::InSequence, Input::Progress { .. } | Input::Elapsed { .. } | Input::Rejected) => {
            (Inbound::InSequence, Action::None)
        }
    }
}

/// The number that ends a recovery. An open request brings the message that showed the gap once more; a
/// closed one ends before it, unless that message was dropped.
fn last_awaited(policy: &GapPolicy, number: MsgSeqNum, became: Became) -> MsgSeqNum {
    match policy.request_end {
        RequestEnd::Closed if became.is_kept() => number.previous().unwrap_or(number),
        RequestEnd::Closed | RequestEnd::Open => number,
    }
}

/// FIX session layer 4.8.2: from the next expected number on, in pieces where the counterparty limits a
/// request.
fn ask(policy: &GapPolicy, from: MsgSeqNum, until: MsgSeqNum, tries: u8) -> (Inbound, Action) {
    let chunk_end = u64::from(policy.chunk).checked_sub(1).and_then(|more| MsgSeqNum::new(from.get() + more));
    // An open request waits for the message that showed the gap to come once more, although that one is not
    // missing.
    let missing_to = match policy.request_end {
        RequestEnd::Open => until.previous().unwrap_or(until),
        RequestEnd::Closed => until,
    };
    let to = match (policy.request_end, chunk_end) {
        (_, Some(end)) if end < missing_to => Some(end),
        (RequestEnd::Open, Some(_) | None) => None,
        (RequestEnd::Closed, Some(_) | None) => Some(until),
    };
    let asked = to.map_or(Asked::Open(until), Asked::UpTo);
    (Inbound::Recovering(Recovery { until, asked, mark: from, tries }), Action::Ask { from, to })
}

fn progress(policy: &GapPolicy, recovery: Recovery, expected: MsgSeqNum) -> (Inbound, Action) {
    if expected > recovery.until || planted(Bug::GapClosedTooEarly) {
        return (Inbound::InSequence, Action::Recovered);
    }
    match recovery.asked {
        // This piece is complete: ask for the next one, or for what was dropped meanwhile.
        Asked::UpTo(end) | Asked::Open(end) if expected > end => ask(policy, expected, recovery.until, 1),
        Asked::UpTo(_) | Asked::Open(_) | Asked::ByLogon => (Inbound::Recovering(recovery), Action::Moved),
    }
}

/// FIX session layer 4.5.2: a loop of requests that bring nothing must end.
fn stalled(policy: &GapPolicy, recovery: Recovery, expected: MsgSeqNum) -> (Inbound, Action) {
    let tries = if expected > recovery.mark { 0 } else { recovery.tries };
    if tries >= policy.tries {
        return (Inbound::InSequence, Action::GiveUp { missing: expected });
    }
    let by_request = recovery.asked != Asked::ByLogon;
    match policy.retry {
        Retry::SameNumber if by_request && tries > 0 => {
            (Inbound::Recovering(Recovery { tries: tries + 1, ..recovery }), Action::Repeat)
        }
        Retry::SameNumber | Retry::NewRequest => ask(policy, expected, recovery.until, tries + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Policies;

    fn n(number: u64) -> MsgSeqNum {
        MsgSeqNum::new(number).unwrap()
    }

    fn policy() -> GapPolicy {
        GapPolicy { tries: 3, ..Policies::standard().gaps }
    }

    fn stalls(policy: &GapPolicy, asked: Asked, mark: u64, tries: u8) -> (Option<u8>, Action) {
        let recovery = Recovery { until: n(9), asked, mark: n(mark), tries };
        let (state, action) = next(policy, Inbound::Recovering(recovery), Input::Elapsed { expected: n(5) });
        let Inbound::Recovering(recovery) = state else { return (None, action) };
        (Some(recovery.tries), action)
    }

    #[test]
    fn a_gap_is_asked_for_so_many_times_and_progress_begins_the_count_anew() {
        let again = Action::Ask { from: n(5), to: None };
        assert_eq!(stalls(&policy(), Asked::Open(n(9)), 5, 1), (Some(2), again));
        assert_eq!(stalls(&policy(), Asked::Open(n(9)), 5, 2), (Some(3), again));
        assert_eq!(stalls(&policy(), Asked::Open(n(9)), 5, 3), (None, Action::GiveUp { missing: n(5) }));
        assert_eq!(stalls(&policy(), Asked::Open(n(9)), 4, 3), (Some(1), again));
    }

    #[test]
    fn a_request_is_repeated_only_where_one_is_out_for_the_same_gap() {
        let policy = GapPolicy { retry: Retry::SameNumber, ..policy() };
        let anew = Action::Ask { from: n(5), to: None };
        assert_eq!(stalls(&policy, Asked::Open(n(9)), 5, 1), (Some(2), Action::Repeat));
        assert_eq!(stalls(&policy, Asked::Open(n(9)), 5, 2), (Some(3), Action::Repeat));
        assert_eq!(stalls(&policy, Asked::Open(n(9)), 5, 3), (None, Action::GiveUp { missing: n(5) }));
        assert_eq!(stalls(&policy, Asked::Open(n(9)), 4, 1), (Some(1), anew));
        assert_eq!(stalls(&policy, Asked::ByLogon, 5, 0), (Some(1), anew));
        assert_eq!(stalls(&policy, Asked::ByLogon, 5, 1), (Some(2), anew));
    }

    #[test]
    fn a_piece_that_reaches_the_last_missing_message_is_the_last() {
        let policy = GapPolicy { chunk: 3, ..policy() };
        let asked = |number| {
            let gap = Input::Gap { expected: n(5), number: n(number), became: Became::Held };
            next(&policy, Inbound::InSequence, gap).1
        };
        assert_eq!(asked(7), Action::Ask { from: n(5), to: None });
        assert_eq!(asked(8), Action::Ask { from: n(5), to: None });
        assert_eq!(asked(9), Action::Ask { from: n(5), to: Some(n(7)) });
    }

    #[test]
    fn refusals_of_the_same_gap_add_up_and_those_of_another_do_not() {
        let refused = Inbound::Refused(Refusal { missing: n(5), tries: 3 });
        let gap = |expected| Input::Gap { expected: n(expected), number: n(9), became: Became::Held };
        assert_eq!(next(&policy(), refused, gap(5)).1, Action::GiveUp { missing: n(5) });
        let (state, action) = next(&policy(), refused, gap(6));
        assert_eq!(action, Action::Ask { from: n(6), to: None });
        assert!(matches!(state, Inbound::Recovering(Recovery { tries: 1, .. })));
    }
}
