//! A conversation with everything listening.

use std::time::Duration;

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
pub(crate) fn converse() -> (String, String) {
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
