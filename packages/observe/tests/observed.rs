//! A conversation with everything listening.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use sansfix::journal::Journal as _;
use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, Instant, MsgType, Now, Output, RingJournal, Role, Session,
    Utc,
};
use sansfix_observe::{Direction, MessageLog, Meters, Tap, trace::Tracer};

/// A session with everything listening.
struct Side<'m> {
    session: Session,
    inbox: Inbox<'m>,
    journal: RingJournal<'m>,
    tap: Tap,
    log: MessageLog<Vec<u8>>,
    meters: Meters,
    tracer: Tracer,
}

fn side<'m>(role: Role, us: &str, them: &str) -> Side<'m> {
    let mut config = Config::new(role, BeginString::Fix44, us, them).unwrap();
    config.compose.logon = true;
    let memory = || Box::leak(vec![0; 8192].into_boxed_slice());
    Side {
        tap: Tap::new(config.frame_max),
        session: Session::new(config, Checkpoint::begin(at(0).utc)).unwrap(),
        inbox: Inbox::new(memory()).holding(memory()),
        journal: RingJournal::new(memory()),
        log: MessageLog::new(Vec::new()),
        meters: Meters::new(us),
        tracer: Tracer::new(us),
    }
}

fn at(seconds: u64) -> Now {
    let utc = Utc::from_secs(1_767_225_600).saturating_add(Duration::from_secs(seconds));
    Now { monotonic: Instant::from_nanos(seconds * 1_000_000_000), utc }
}

impl Side<'_> {
    fn round(&mut self, now: Now, came: &[u8]) -> Vec<u8> {
        assert_eq!(self.inbox.extend(came), came.len());
        let tapped = self.tap.bytes(came, |frame| {
            self.meters.received(frame);
            self.log.write(now.utc, Direction::In, frame)
        });
        tapped.unwrap();
        let (mut out, mut sent) = ([0; 2048], Vec::new());
        loop {
            let frame = match self.session.step(now, &mut self.inbox, &mut out) {
                Output::Event(ref event) => {
                    self.tracer.event(event);
                    self.meters.event(event);
                    if let Event::Logon(_) = event {
                        self.session.accept(now).unwrap();
                    }
                    continue;
                }
                Output::Transmit(frame) => frame,
                Output::Compose(asked) => {
                    let secret = |body: &mut sansfix::Body<'_>| {
                        body.text(553, "desk").text(554, "hunter2");
                    };
                    self.session.compose(now, asked, &self.inbox, &mut out, secret).unwrap()
                }
                Output::Replay(asked) => {
                    let stored = self.journal.first_in(asked.series(), asked.from(), asked.to()).unwrap();
                    self.session.replay(now, asked, stored, &mut out).unwrap().unwrap()
                }
                Output::Disconnect(_) => {
                    self.session.disconnected(now);
                    break;
                }
                Output::Wait(_) | Output::Connect(_) => break,
                Output::NeedSpace(space) => panic!("{space} bytes"),
            };
            self.meters.sending(&frame);
            let bytes = frame.commit(&mut self.session, &mut self.journal).unwrap();
            self.log.write(now.utc, Direction::Out, &bytes).unwrap();
            sent.extend_from_slice(&bytes);
        }
        self.tracer.state(&self.session);
        self.meters.sample(&self.session, now);
        sent
    }

    fn order(&mut self, now: Now) -> Vec<u8> {
        let mut out = [0; 2048];
        let order = self.session.send(now, MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
            body.text(11, "o");
        });
        let frame = order.unwrap();
        self.meters.sending(&frame);
        frame.commit(&mut self.session, &mut self.journal).unwrap().to_vec()
    }
}

/// Logs on, loses the first of two orders and sends it again, measures the round trip, logs out.
fn converse() -> (String, String) {
    let (mut buy, mut sell) = (side(Role::Initiator, "BUY", "SELL"), side(Role::Acceptor, "SELL", "BUY"));
    buy.session.connected(at(0), &mut buy.inbox).unwrap();
    sell.session.connected(at(0), &mut sell.inbox).unwrap();
    let mut to_sell = Vec::new();
    for second in 0..20 {
        let now = at(second);
        let to_buy = sell.round(now, &std::mem::take(&mut to_sell));
        to_sell = buy.round(now, &to_buy);
        match second {
            5 => {
                let _lost = buy.order(now);
                to_sell.extend(buy.order(now));
            }
            10 => buy.session.test_request(now).unwrap(),
            15 => buy.session.logout(now, "done").unwrap(),
            _ => {}
        }
    }
    let text = |log: MessageLog<Vec<u8>>| String::from_utf8(log.into_inner()).unwrap();
    (text(buy.log), text(sell.log))
}

#[test]
fn the_meters_count_what_happened() {
    let recorder = DebuggingRecorder::new();
    metrics::with_local_recorder(&recorder, converse);
    let mut of_buy = BTreeMap::new();
    let mut of_sell = BTreeMap::new();
    for (key, _, _, value) in recorder.snapshotter().snapshot().into_vec() {
        let buys = key.key().labels().any(|label| label.value() == "BUY");
        let meters = if buys { &mut of_buy } else { &mut of_sell };
        meters.insert(key.key().name().to_owned(), value);
    }
    assert_eq!(of_buy["fix_resent_total"], DebugValue::Counter(2), "both orders again");
    assert_eq!(of_buy["fix_resend_requests_total"], DebugValue::Counter(1));
    assert_eq!(of_sell["fix_gaps_total"], DebugValue::Counter(1));
    assert_eq!(of_sell["fix_logons_total"], DebugValue::Counter(1));
    assert_eq!(of_buy["fix_next_out"], of_sell["fix_next_in"]);
    assert_eq!(of_buy["fix_logged_on"], DebugValue::Gauge(0.0.into()));
    let DebugValue::Histogram(trips) = &of_buy["fix_round_trip_seconds"] else { panic!("a histogram") };
    assert_eq!(trips.len(), 1);
    // Nothing of SELL's was lost: as many came as went.
    assert_eq!(of_sell["fix_sent_total"], of_buy["fix_received_total"]);
}

#[test]
fn the_log_has_every_frame_and_no_password() {
    let (buy, sell) = converse();
    assert!(buy.contains("\u{1}553=desk\u{1}554=***\u{1}") && sell.contains("\u{1}554=***\u{1}"), "{buy}");
    assert!(!buy.contains("hunter2") && !sell.contains("hunter2"));
    let first = buy.lines().next().unwrap();
    assert!(first.starts_with("20260101-00:00:00.000 -> 8=FIX.4.4\u{1}9="), "{first}");
    // Sides agree: what one has out, the other has in, but for the order that was lost.
    let frames = |log: &str, way: &str| -> Vec<String> {
        log.lines().filter_map(|line| line.split_once(way)).map(|(_, frame)| frame.to_owned()).collect()
    };
    assert_eq!(frames(&sell, " -> "), frames(&buy, " <- "));
}

#[test]
fn trouble_is_traced_as_a_warning_with_its_numbers() {
    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);
    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sink = Sink::default();
    let writer = sink.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, converse);
    let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let line = |what: &str| {
        text.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("{what}: {text}"))
    };
    let gap = line("messages are missing");
    assert!(gap.contains("WARN") && gap.contains("missing=2 received=3"), "{gap}");
    let end = line("why=logged out rule=");
    assert!(end.contains("INFO") && end.contains("FIX session layer 4.6.1"), "{end}");
    assert!(!text.contains("hunter2"));
}
