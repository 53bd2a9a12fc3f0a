//! What an order desk needs of its driver, against a counterparty that a script plays. Time is paused: an
//! hour takes none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::future::{Future, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sansfix::testing::{MemoryJournal, frame};
use sansfix::{
    BeginString, Body, Checkpoint, Compose, Config, Event, Id, Message, MsgType, Now, Role, Session,
    SessionRejectReason, Utc,
};
use sansfix_driver_tokio::{
    Application, Arrival, Clock, Driver, Handle, Line, Store, StoreError, Traffic, Verdict,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// 2026-01-01 08:00 UTC.
const EIGHT: Utc = Utc::from_secs(1_767_254_400);
const HOUR: Duration = Duration::from_secs(3600);

/// Orders that are a minute old are not sent again; executions it has seen are finished at once.
#[derive(Default)]
struct Desk {
    heard: Vec<String>,
}

impl Application for Desk {
    fn authenticate(&mut self, logon: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        ready(match logon.text(925) {
            Some(_new_password) => Verdict::AcceptWith { session_status: 1 },
            None => Verdict::Accept,
        })
    }

    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>) {
        match event {
            Event::Message(message) if message.msg_type() == MsgType::NEW_ORDER_SINGLE => {
                let wrong = SessionRejectReason::ValueIncorrect;
                line.reject(message, wrong, Some(44), "no such price").unwrap();
            }
            Event::Message(message) if message.msg_type() == MsgType::EXECUTION_REPORT => line.checkpoint(),
            Event::Message(message) => drop(line.business_reject(message, 3, "orders only").unwrap()),
            Event::Stopped { .. } if line.session.config().role == Role::Acceptor => line.stop("over"),
            other => self.heard.push(format!("{other:?}")),
        }
    }

    fn compose(&mut self, asked: &Compose, body: &mut Body<'_>) {
        body.text(553, "desk").data(1401, 1402, b"\x01\xff").text(58, asked.sending_time());
    }

    fn resends(&mut self, message: &Message<'_>, now: Now) -> bool {
        let sent = message.get(52).unwrap().utc_timestamp().unwrap();
        now.utc.distance(sent.utc()) < Duration::from_secs(60)
    }
}

/// The counterparty: it says what a test writes, under numbers of its own.
struct Script {
    link: DuplexStream,
    version: &'static str,
    clock: Clock,
    next_out: u64,
    unread: String,
}

impl Script {
    async fn say(&mut self, fields: &str) {
        let (version, number, now) = (self.version, self.next_out, self.clock.now().utc);
        let (msg_type, rest) = fields.split_once('|').unwrap_or((fields, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("{rest}|") };
        let bytes = frame(&format!("8={version}|{msg_type}|34={number}|49=THEM|56=US|52={now}|{rest}"));
        self.next_out += 1;
        self.link.write_all(&bytes).await.unwrap();
        // Paused time passes once nobody has anything to do: it has been heard.
        sleep(Duration::from_millis(1)).await;
    }

    /// The next message, with `|` for SOH; empty once the link is closed.
    async fn hear(&mut self) -> String {
        loop {
            // `|10=`, three digits, the last `|`.
            if let Some(at) = self.unread.find("|10=")
                && at + 8 <= self.unread.len()
            {
                let rest = self.unread.split_off(at + 8);
                return std::mem::replace(&mut self.unread, rest);
            }
            let mut bytes = [0; 4096];
            let len = self.link.read(&mut bytes).await.unwrap_or(0);
            if len == 0 {
                return std::mem::take(&mut self.unread);
            }
            // Each byte a character: data may be no text.
            let read = bytes[..len].iter().map(|&byte| if byte == 1 { '|' } else { char::from(byte) });
            self.unread.extend(read);
        }
    }

    #[track_caller]
    fn expect(heard: &str, fields: &[&str]) {
        for field in fields {
            assert!(heard.contains(&format!("|{field}|")), "{field} in {heard}");
        }
    }
}

type Running = JoinHandle<Result<(Session, Desk), StoreError>>;

/// An initiator, and the links that it opens.
struct Initiator {
    handle: Handle,
    running: Running,
    dialled: mpsc::UnboundedReceiver<DuplexStream>,
    clock: Clock,
}

impl Initiator {
    fn start(tap: impl FnMut(Now, Traffic<'_>) + Send + 'static) -> Self {
        let clock = Clock::start_at(EIGHT);
        let mut config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
        config.compose.logon = true;
        config.heart_bt_int = 3600;
        let session = Session::new(config, Checkpoint::begin(EIGHT)).unwrap();
        let store = Store::here(MemoryJournal::new());
        let (driver, handle) = Driver::new(session, Desk::default(), store, clock);
        let (links, dialled) = mpsc::unbounded_channel();
        let running = tokio::spawn(driver.tapped_by(tap).initiate(move |_| {
            let (near, far) = duplex(4096);
            let _ = links.send(far);
            ready(Ok(near))
        }));
        Initiator { handle, running, dialled, clock }
    }

    /// The next link, on which it has said its Logon.
    async fn dialled(&mut self, next_out: u64) -> (Script, String) {
        let link = self.dialled.recv().await.unwrap();
        let mut script =
            Script { link, version: "FIX.4.4", clock: self.clock, next_out, unread: String::new() };
        let logon = script.hear().await;
        (script, logon)
    }

    async fn order(&self, id: &'static str) {
        let sent = self.handle.call(move |line| {
            line.send(MsgType::NEW_ORDER_SINGLE, |body| {
                body.text(11, id);
            })
        });
        sent.await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_logon_bears_fields_of_data() {
    let mut us = Initiator::start(|_, _| {});
    let (_script, logon) = us.dialled(1).await;
    Script::expect(&logon, &["35=A", "553=desk", "1401=2", "1402=|\u{ff}", "58=20260101-08:00:00.000"]);
}

#[tokio::test(start_paused = true)]
async fn a_stale_order_is_not_sent_again_and_a_young_one_is() {
    let mut us = Initiator::start(|_, _| {});
    let (mut script, _) = us.dialled(1).await;
    script.say("35=A|98=0|108=3600").await;
    us.order("old").await;
    sleep(Duration::from_secs(70)).await;
    us.order("young").await;
    drop(script);
    let (mut script, _) = us.dialled(2).await;
    script.say("35=A|98=0|108=3600").await;
    script.say("35=2|7=1|16=0").await;
    Script::expect(&script.hear().await, &["35=4", "34=1", "123=Y", "36=3"]);
    Script::expect(&script.hear().await, &["35=D", "34=3", "43=Y", "11=young"]);
    Script::expect(&script.hear().await, &["35=4", "34=4", "123=Y", "36=5"]);
}

#[tokio::test(start_paused = true)]
async fn an_initiator_that_was_disabled_connects_once_it_is_enabled() {
    let mut us = Initiator::start(|_, _| {});
    let (mut script, _) = us.dialled(1).await;
    script.say("35=A|98=0|108=3600").await;
    us.handle.call(|line| line.session.disable(line.now, "for the night")).await.unwrap();
    Script::expect(&script.hear().await, &["35=5", "58=for the night"]);
    script.say("35=5").await;
    drop(script);
    sleep(HOUR).await;
    assert!(us.dialled.try_recv().is_err(), "it stays away");
    us.handle.call(|line| line.session.enable(line.now)).await.unwrap();
    let (_script, logon) = us.dialled(3).await;
    Script::expect(&logon, &["35=A", "34=3"]);
}

#[tokio::test(start_paused = true)]
async fn an_initiator_whose_logon_was_refused_waits_to_be_enabled() {
    let mut us = Initiator::start(|_, _| {});
    let (mut script, _) = us.dialled(1).await;
    script.say("35=5|58=wrong password").await;
    assert_eq!(script.hear().await, "", "the link is closed");
    sleep(HOUR).await;
    assert!(us.dialled.try_recv().is_err(), "a locked account stays locked");
    us.handle.call(|line| line.session.enable(line.now)).await.unwrap();
    let (_script, logon) = us.dialled(2).await;
    Script::expect(&logon, &["35=A"]);
    drop(us.handle);
    us.running.abort();
}

#[tokio::test(start_paused = true)]
async fn an_initiator_that_nobody_can_enable_ends() {
    let mut us = Initiator::start(|_, _| {});
    let (mut script, _) = us.dialled(1).await;
    drop(us.handle);
    script.say("35=5|58=wrong password").await;
    let (_, desk) = us.running.await.unwrap().unwrap();
    assert!(desk.heard.iter().any(|event| event.starts_with("Stopped")), "{:?}", desk.heard);
}

#[tokio::test(start_paused = true)]
async fn the_application_rejects_stores_and_stops() {
    let mut us = Initiator::start(|_, _| {});
    let (mut script, _) = us.dialled(1).await;
    script.say("35=A|98=0|108=3600").await;
    script.say("35=D|11=a|44=0").await;
    Script::expect(&script.hear().await, &["35=3", "45=2", "371=44", "372=D", "373=5", "58=no such price"]);
    script.say("35=B|148=news").await;
    Script::expect(&script.hear().await, &["35=j", "45=3", "372=B", "380=3", "58=orders only"]);
    us.handle.call(|line| line.stop("the day is over")).await.unwrap();
    Script::expect(&script.hear().await, &["35=5", "58=the day is over"]);
    script.say("35=5").await;
    assert!(us.running.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_of_the_application_is_stored_without_a_frame() {
    /// The last checkpoint that was recorded.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Option<u64>>>);

    impl sansfix::Journal for Kept {
        type Error = std::convert::Infallible;

        fn record(&mut self, record: &sansfix::Record<'_>) -> Result<(), Self::Error> {
            *self.0.lock().unwrap() = Some(record.resume.next_in.get());
            Ok(())
        }

        fn sync(&mut self) -> Result<(), Self::Error> {
            Ok(())
        }

        fn first_in(
            &mut self,
            _: sansfix::Series,
            _: sansfix::MsgSeqNum,
            _: sansfix::MsgSeqNum,
        ) -> Result<Option<sansfix::Stored<'_>>, Self::Error> {
            Ok(None)
        }
    }

    let (clock, kept) = (Clock::start_at(EIGHT), Kept::default());
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "US", "THEM").unwrap();
    let session = Session::new(config, Checkpoint::begin(EIGHT)).unwrap();
    let (driver, _handle) = Driver::new(session, Desk::default(), Store::here(kept.clone()), clock);
    let (links, arrivals) = mpsc::channel(1);
    let running = tokio::spawn(driver.accept(arrivals));
    let (near, link) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    let mut script = Script { link, version: "FIX.4.4", clock, next_out: 1, unread: String::new() };
    script.say("35=A|98=0|108=30").await;
    Script::expect(&script.hear().await, &["35=A"]);
    let stored = *kept.0.lock().unwrap();
    script.say("35=8|37=x").await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!((stored, *kept.0.lock().unwrap()), (Some(2), Some(3)));
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_new_password_is_confirmed_in_the_answer() {
    let clock = Clock::start_at(EIGHT);
    let mut config = Config::new(Role::Acceptor, BeginString::Fixt11, "US", "THEM").unwrap();
    config.ids.set(Id::DefaultApplVerId, "9").unwrap();
    let session = Session::new(config, Checkpoint::begin(EIGHT)).unwrap();
    let store = Store::here(MemoryJournal::new());
    let (driver, _handle) = Driver::new(session, Desk::default(), store, clock);
    let (links, arrivals) = mpsc::channel(1);
    let running = tokio::spawn(driver.accept(arrivals));
    let (near, link) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    let mut script = Script { link, version: "FIXT.1.1", clock, next_out: 1, unread: String::new() };
    script.say("35=A|98=0|108=30|1137=9|553=desk|554=old|925=new").await;
    Script::expect(&script.hear().await, &["35=A", "1409=1"]);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn an_application_that_always_has_more_to_say_is_written_in_between() {
    /// Says the same without end.
    struct Feed;

    impl Application for Feed {
        fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
            ready(Verdict::Accept)
        }

        fn on(&mut self, _: &Event<'_>, _: &mut Line<'_>) {}

        fn idle(&mut self, line: &mut Line<'_>) {
            let news = line.send(MsgType::new(b"B"), |body| {
                body.text(148, "news");
            });
            news.unwrap();
        }
    }

    let clock = Clock::start_at(EIGHT);
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "US", "THEM").unwrap();
    let session = Session::new(config, Checkpoint::begin(EIGHT)).unwrap();
    let (driver, _handle) = Driver::new(session, Feed, Store::here(sansfix::NoJournal), clock);
    let (links, arrivals) = mpsc::channel(1);
    let running = tokio::spawn(driver.accept(arrivals));
    let (near, link) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    let mut script = Script { link, version: "FIX.4.4", clock, next_out: 1, unread: String::new() };
    script.say("35=A|98=0|108=30").await;
    Script::expect(&script.hear().await, &["35=A"]);
    for number in 2..10_000 {
        Script::expect(&script.hear().await, &["35=B", &format!("34={number}")]);
    }
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_tap_sees_what_goes_both_ways() {
    let seen = Arc::new(Mutex::new(String::new()));
    let log = seen.clone();
    let mut us = Initiator::start(move |_, traffic| {
        let mut seen = log.lock().unwrap();
        match traffic {
            Traffic::Link => seen.push_str("link;"),
            Traffic::In(bytes) => seen.push_str(&format!("in {};", bytes.len())),
            Traffic::Out(bytes) => seen.push_str(&format!("out {};", bytes.len())),
        }
    });
    let (mut script, logon) = us.dialled(1).await;
    script.say("35=A|98=0|108=3600").await;
    us.order("a").await;
    let order = script.hear().await;
    let answered = frame("8=FIX.4.4|35=A|34=1|49=THEM|56=US|52=20260101-08:00:00.000|98=0|108=3600|").len();
    let expected = format!("link;out {};in {answered};out {};", logon.chars().count(), order.len());
    assert_eq!(*seen.lock().unwrap(), expected);
}
