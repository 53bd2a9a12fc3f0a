//! The outbound machine: is a replay running, and what waits for it (FIX session layer 4.8.3 to 4.8.5)?

use crate::number::MsgSeqNum;

/// Whether a replay is running.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outbound {
    /// No: a message goes out when it is committed.
    Live,
    /// Yes: the application's messages wait for it to finish, so that numbers go out in order.
    Replaying(Replaying),
}

/// A replay.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Replaying {
    /// The next number to go out.
    pub next: MsgSeqNum,
    /// The journal has nothing from `next` up to here: one gap fill will cover it, however wide.
    pub scanned: MsgSeqNum,
    /// The last number asked for.
    pub to: MsgSeqNum,
    /// The first message committed during the replay, which has not gone out yet. It follows what was asked
    /// for; what had gone out live in between is not sent again.
    pub unsent: Option<MsgSeqNum>,
    /// A request that has to wait until those have gone out.
    pub later: Option<Span>,
}

/// A range of numbers, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Span {
    /// The first.
    pub from: MsgSeqNum,
    /// The last.
    pub to: MsgSeqNum,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Input {
    /// A good ResendRequest: the range, cut to what was sent.
    Requested(Span),
    /// The same, while messages of the application have waited longer than they may.
    RequestedLate(Span),
    /// A message of the application was committed under this number.
    Committed(MsgSeqNum),
    /// Everything below this number has gone out, again or as a gap fill.
    Sent(MsgSeqNum),
    /// The journal has nothing below this number that should go out.
    Nothing(MsgSeqNum),
    /// The connection ended or a new series began.
    Over,
}

/// Whether the bytes of a committed message go to the wire, or the replay sends them in their turn.
pub(crate) fn holds_back(state: Outbound) -> bool {
    matches!(state, Outbound::Replaying(_))
}

/// Whether something that the counterparty asked for is still to be resent.
pub(crate) fn is_retransmitting(state: Outbound) -> bool {
    matches!(state, Outbound::Replaying(replay) if replay.next <= replay.to)
}

// Inlined, so that a state that was just written is not read again in other pieces.
#[inline]
pub(crate) fn next(state: Outbound, input: Input, next_out: MsgSeqNum) -> Outbound {
    match (state, input) {
        (Outbound::Live, Input::Requested(span) | Input::RequestedLate(span)) => begin(span),
        (Outbound::Replaying(replay), Input::Requested(span)) => {
            Outbound::Replaying(replay.asked_again(span))
        }
        // Otherwise a counterparty that asks again and again would keep the application's messages back for
        // ever.
        (Outbound::Replaying(replay), Input::RequestedLate(span)) => {
            Outbound::Replaying(replay.asked_later(span))
        }
        (Outbound::Live, Input::Committed(_)) => Outbound::Live,
        (Outbound::Replaying(replay), Input::Committed(number)) => {
            Outbound::Replaying(Replaying { unsent: replay.unsent.or(Some(number)), ..replay })
        }
        (Outbound::Replaying(replay), Input::Sent(below)) => sent(replay, below, next_out),
        (Outbound::Replaying(replay), Input::Nothing(below)) => {
            Outbound::Replaying(Replaying { scanned: below.max(replay.scanned), ..replay })
        }
        (Outbound::Live, Input::Sent(_) | Input::Nothing(_)) => Outbound::Live,
        (Outbound::Live | Outbound::Replaying(_), Input::Over) => Outbound::Live,
    }
}

impl Replaying {
    /// The last number of the part that is being sent: what was asked for, then what was committed since.
    pub(crate) fn end(&self, next_out: MsgSeqNum) -> MsgSeqNum {
        if self.next > self.to { next_out.previous().unwrap_or(self.to) } else { self.to }
    }

    /// Whether this message has never gone out, and so goes without PossDupFlag(43).
    pub(crate) fn is_first_transmission(&self, number: MsgSeqNum) -> bool {
        self.unsent.is_some_and(|unsent| number >= unsent)
    }

    /// FIX session layer 4.8.3: a second request is served as well. What it asks for that is still to come is
    /// sent once; what has just gone out goes out again after that, and after the messages that wait.
    fn asked_again(self, span: Span) -> Self {
        if span.from < self.next {
            return self.asked_later(span);
        }
        let sent = self.unsent.and_then(MsgSeqNum::previous);
        let to = sent.map_or(span.to, |sent| span.to.min(sent));
        if span.from > to {
            // All of it is on its way for the first time.
            return self;
        }
        Replaying { to: to.max(self.to), ..self }
    }

    fn asked_later(self, span: Span) -> Self {
        let all = |other: Span| Span { from: span.from.min(other.from), to: span.to.max(other.to) };
        Replaying { later: Some(self.later.map_or(span, all)), ..self }
    }
}

fn begin(span: Span) -> Outbound {
    Outbound::Replaying(Replaying {
        next: span.from,
        scanned: span.from,
        to: span.to,
        unsent: None,
        later: None,
    })
}

/// Everything below `below` has gone out. Behind the range asked for comes what waits, then the request that
/// came late.
fn sent(replay: Replaying, below: MsgSeqNum, next_out: MsgSeqNum) -> Outbound {
    let next = replay.next.max(below);
    let unsent = replay.unsent.map(|unsent| unsent.max(below)).filter(|&unsent| unsent < next_out);
    let replay = Replaying { next, scanned: replay.scanned.max(next), unsent, ..replay };
    match unsent {
        _ if next <= replay.to => Outbound::Replaying(replay),
        Some(unsent) => Outbound::Replaying(Replaying {
            next: next.max(unsent),
            scanned: replay.scanned.max(unsent),
            ..replay
        }),
        None => replay.later.map_or(Outbound::Live, begin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(number: u64) -> MsgSeqNum {
        MsgSeqNum::new(number).unwrap()
    }

    fn span(from: u64, to: u64) -> Span {
        Span { from: n(from), to: n(to) }
    }

    /// 3 to 5 is asked for, and 8 waits, if so.
    fn replaying(unsent: Option<u64>) -> Replaying {
        Replaying { next: n(3), scanned: n(3), to: n(5), unsent: unsent.map(n), later: None }
    }

    fn heard(replay: Replaying, input: Input) -> Replaying {
        let Outbound::Replaying(replay) = next(Outbound::Replaying(replay), input, n(10)) else { panic!() };
        replay
    }

    #[test]
    fn a_second_request_is_served_once_for_what_is_to_come_and_later_for_what_has_gone() {
        let asked = |from, to| heard(replaying(None), Input::Requested(span(from, to)));
        assert_eq!(asked(3, 9), Replaying { to: n(9), ..replaying(None) });
        assert_eq!(asked(4, 4), replaying(None));
        assert_eq!(asked(2, 4), Replaying { later: Some(span(2, 4)), ..replaying(None) });
        let twice = heard(asked(2, 4), Input::Requested(span(1, 3)));
        assert_eq!(twice.later, Some(span(1, 4)));
    }

    #[test]
    fn what_waits_for_its_first_transmission_is_not_sent_for_a_request() {
        let asked = |from, to| heard(replaying(Some(8)), Input::Requested(span(from, to)));
        assert_eq!(asked(8, 9), replaying(Some(8)));
        assert_eq!(asked(7, 9), Replaying { to: n(7), ..replaying(Some(8)) });
        assert_eq!(asked(4, 6), Replaying { to: n(6), ..replaying(Some(8)) });
    }

    #[test]
    fn behind_the_range_comes_what_waits_then_the_late_request_then_nothing() {
        let late = Replaying { later: Some(span(1, 2)), ..replaying(Some(8)) };
        let behind = heard(late, Input::Sent(n(6)));
        assert_eq!((behind.next, behind.scanned, behind.unsent), (n(8), n(8), Some(n(8))));
        assert!(behind.is_first_transmission(n(8)) && !behind.is_first_transmission(n(7)));
        let last = heard(behind, Input::Sent(n(9)));
        assert_eq!((last.next, last.scanned, last.unsent), (n(9), n(9), Some(n(9))));
        let late = heard(last, Input::Sent(n(10)));
        assert_eq!(late, Replaying { next: n(1), scanned: n(1), to: n(2), unsent: None, later: None });
        assert_eq!(next(Outbound::Replaying(late), Input::Sent(n(3)), n(10)), Outbound::Live);
    }
}
