//! The outbound machine: does a replay run, and what stands behind it (FIX session layer 4.8.3 to 4.8.5)?

use crate::number::MsgSeqNum;

/// Whether sent messages are being sent again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outbound {
    /// No: a message goes to the wire when it is committed.
    Live,
    /// Yes: messages of the application wait behind it, so that numbers go out in order.
    Replaying(Replaying),
}

/// A replay.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Replaying {
    /// Everything below this number has gone out: it comes next.
    pub next: MsgSeqNum,
    /// The journal has nothing between `next` and here: one gap fill will cover it, however wide.
    pub scanned: MsgSeqNum,
    /// The last number asked for.
    pub to: MsgSeqNum,
    /// The first message that has never gone out: committed while the replay ran.
    pub unsent: Option<MsgSeqNum>,
    /// A request that has to wait until those messages have gone out.
    pub later: Option<Span>,
}

/// Numbers from the first to the second, both included.
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

/// Is there still something of what the counterparty asked for to be sent again?
pub(crate) fn is_retransmitting(state: Outbound) -> bool {
    matches!(state, Outbound::Replaying(replay) if replay.next <= replay.to)
}

pub(crate) fn next(state: Outbound, input: Input, next_out: MsgSeqNum) -> Outbound {
    match (state, input) {
        (Outbound::Live, Input::Requested(span) | Input::RequestedLate(span)) => begin(span),
        // FIX session layer 4.8.3: a second request is served as well. One that reaches further back begins there; what was
        // sent meanwhile stays behind it.
        (Outbound::Replaying(replay), Input::Requested(span)) => {
            let from = span.from.min(replay.next);
            let to = span.to.max(replay.to);
            let to = replay.unsent.and_then(MsgSeqNum::previous).map_or(to, |sent| to.min(sent));
            if span.from > replay.next {
                return Outbound::Replaying(Replaying { to, ..replay });
            }
            Outbound::Replaying(Replaying { next: from, scanned: from, to, ..replay })
        }
        // Otherwise a counterparty that asks again and again would keep the application's messages back for ever.
        (Outbound::Replaying(replay), Input::RequestedLate(span)) => {
            let later = replay
                .later
                .map_or(span, |other| Span { from: span.from.min(other.from), to: span.to.max(other.to) });
            Outbound::Replaying(Replaying { later: Some(later), ..replay })
        }
        (Outbound::Live, Input::Committed(_)) => Outbound::Live,
        (Outbound::Replaying(replay), Input::Committed(number)) => {
            Outbound::Replaying(Replaying { unsent: replay.unsent.or(Some(number)), ..replay })
        }
        (Outbound::Replaying(replay), Input::Sent(below)) => {
            let scanned = replay.scanned.max(below);
            finish(Replaying { next: below.max(replay.next), scanned, ..replay }, next_out)
        }
        (Outbound::Replaying(replay), Input::Nothing(below)) => {
            Outbound::Replaying(Replaying { scanned: below.max(replay.scanned), ..replay })
        }
        (Outbound::Live, Input::Sent(_) | Input::Nothing(_)) => Outbound::Live,
        (Outbound::Live | Outbound::Replaying(_), Input::Over) => Outbound::Live,
    }
}

impl Replaying {
    /// The last number that has to go out: the range asked for, and what was committed since.
    pub(crate) fn end(&self, next_out: MsgSeqNum) -> MsgSeqNum {
        match self.unsent {
            Some(_) => next_out.previous().unwrap_or(self.to),
            None => self.to,
        }
    }

    /// Has this message never gone out? Then it bears no PossDupFlag(43).
    pub(crate) fn is_first_transmission(&self, number: MsgSeqNum) -> bool {
        self.unsent.is_some_and(|unsent| number >= unsent)
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

fn finish(replay: Replaying, next_out: MsgSeqNum) -> Outbound {
    if replay.next <= replay.end(next_out) {
        return Outbound::Replaying(replay);
    }
    replay.later.map_or(Outbound::Live, begin)
}
