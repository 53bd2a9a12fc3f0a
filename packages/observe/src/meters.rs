//! Counters and gauges for a dashboard, through the `metrics` facade.

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use sansfix::{Event, Frame, Now, Session, State};

/// The meters of one session. Each has the label `session` with the session's name.
///
/// | meter | kind | what |
/// | --- | --- | --- |
/// | `fix_received_total` | counter | frames from the counterparty, including admin messages and garbled ones |
/// | `fix_garbled_total` | counter | of these, garbled |
/// | `fix_sent_total` | counter | frames that we sent |
/// | `fix_resent_total` | counter | of these, retransmissions and gap fills |
/// | `fix_gaps_total` | counter | gaps in what the counterparty sent |
/// | `fix_resend_requests_total` | counter | ResendRequests from the counterparty |
/// | `fix_refused_total` | counter | messages from the counterparty that we rejected |
/// | `fix_rejected_total` | counter | messages from us that the counterparty rejected |
/// | `fix_lost_total` | counter | messages that the journal no longer had |
/// | `fix_logons_total` | counter | completed logons |
/// | `fix_round_trip_seconds` | histogram | time from a TestRequest to its echo |
/// | `fix_logged_on` | gauge | 1 or 0 |
/// | `fix_next_in`, `fix_next_out` | gauge | the next MsgSeqNum in each direction |
/// | `fix_since_received_seconds`, `fix_since_sent_seconds` | gauge | time since the last frame |
pub struct Meters {
    received: Counter,
    garbled: Counter,
    sent: Counter,
    resent: Counter,
    gaps: Counter,
    resend_requests: Counter,
    refused: Counter,
    rejected: Counter,
    lost: Counter,
    logons: Counter,
    round_trip: Histogram,
    logged_on: Gauge,
    next_in: Gauge,
    next_out: Gauge,
    since_received: Gauge,
    since_sent: Gauge,
}

impl Meters {
    /// The meters of the session called `name`, registered with the installed recorder.
    pub fn new(name: &str) -> Self {
        let name = name.to_owned();
        let counter = |meter: &'static str| counter!(meter, "session" => name.clone());
        let gauge = |meter: &'static str| gauge!(meter, "session" => name.clone());
        Meters {
            received: counter("fix_received_total"),
            garbled: counter("fix_garbled_total"),
            sent: counter("fix_sent_total"),
            resent: counter("fix_resent_total"),
            gaps: counter("fix_gaps_total"),
            resend_requests: counter("fix_resend_requests_total"),
            refused: counter("fix_refused_total"),
            rejected: counter("fix_rejected_total"),
            lost: counter("fix_lost_total"),
            logons: counter("fix_logons_total"),
            round_trip: histogram!("fix_round_trip_seconds", "session" => name.clone()),
            logged_on: gauge("fix_logged_on"),
            next_in: gauge("fix_next_in"),
            next_out: gauge("fix_next_out"),
            since_received: gauge("fix_since_received_seconds"),
            since_sent: gauge("fix_since_sent_seconds"),
        }
    }

    /// Counts a frame from the counterparty.
    pub fn received(&self, _frame: &[u8]) {
        self.received.increment(1);
    }

    /// Counts a frame of ours that is about to be committed.
    pub fn sending(&self, frame: &Frame<'_>) {
        self.sent.increment(1);
        // A frame that uses no new number is a retransmission or a gap fill.
        if frame.record().is_none() {
            self.resent.increment(1);
        }
    }

    /// Counts an event that the session gives to its application.
    pub fn event(&self, event: &Event<'_>) {
        match *event {
            Event::LoggedOn(_) => self.logons.increment(1),
            Event::Garbled { .. } => self.garbled.increment(1),
            Event::Gap { .. } => self.gaps.increment(1),
            Event::ResendRequested { .. } => self.resend_requests.increment(1),
            Event::Refused { .. } => self.refused.increment(1),
            Event::Rejected(_) => self.rejected.increment(1),
            Event::Lost { from, to } => self.lost.increment(to.get().saturating_sub(from.get()) + 1),
            Event::RoundTrip { took } => self.round_trip.record(took),
            _ => {}
        }
    }

    /// Sets the gauges from a session's status: call it as often as the dashboard reads them.
    pub fn sample(&self, session: &Session, now: Now) {
        let status = session.status();
        self.logged_on.set(if status.state == State::Active { 1.0 } else { 0.0 });
        self.next_in.set(status.next_in.get() as f64);
        self.next_out.set(status.next_out.get() as f64);
        for (gauge, last) in
            [(&self.since_received, status.last_received), (&self.since_sent, status.last_sent)]
        {
            if let Some(last) = last {
                gauge.set(now.monotonic.saturating_since(last).as_secs_f64());
            }
        }
    }
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}
