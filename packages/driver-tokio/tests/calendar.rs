//! A session is held in its hours only. Time is paused: two days take none.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::convert::Infallible;
use std::future::{Future, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sansfix::journal::{Journal, Record, Stored};
use sansfix::schedule::{Reset, Schedule, TimeOfDay, Timekeeper, Window, Zone};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, Message, MsgSeqNum, NoJournal, Output, Reason, Role,
    Series, Session, Utc,
};
use sansfix_driver_tokio::{Application, Arrival, Clock, Driver, Keeper, Line, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::time::sleep;

/// 2026-01-01 08:00 UTC.
const EIGHT: Utc = Utc::from_secs(1_767_254_400);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// How long the session is held: shorter than a heartbeat interval.
const HELD: Duration = Duration::from_secs(20);

/// From nine for a moment, each day with new numbers.
fn timekeeper() -> Timekeeper {
    let utc = Zone::utc();
    let (opens, closes) = (TimeOfDay::new(9, 0, 0).unwrap(), TimeOfDay::new(9, 0, 20).unwrap());
    let window = Window::daily(opens.in_zone(&utc), closes.in_zone(&utc));
    Timekeeper::new(Schedule::builder().session(window).reset(Reset::AtOpening).build().unwrap())
}

fn session(role: Role, us: &str, them: &str) -> Session {
    let config = Config::new(role, BeginString::Fix44, us, them).unwrap();
    Session::new(config, Checkpoint::begin(EIGHT)).unwrap()
}

/// Keeps where the session stands, for the test to see.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<Checkpoint>>>);

impl Journal for Kept {
    type Error = Infallible;

    fn record(&mut self, record: &Record<'_>) -> Result<(), Infallible> {
        *self.0.lock().unwrap() = Some(record.resume);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn first_in(&mut self, _: Series, _: MsgSeqNum, _: MsgSeqNum) -> Result<Option<Stored<'_>>, Infallible> {
        Ok(None)
    }
}

struct Idle;

impl Application for Idle {
    fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        ready(Verdict::Accept)
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Line<'_>) {}
}

/// The counterparty on one link to its end: it answers what comes and does nothing by itself. Why did its
/// link end, and when?
async fn answer(session: &mut Session, link: &mut DuplexStream, clock: Clock) -> (Reason, Utc) {
    let (mut memory, mut out) = ([0; 4096], [0; 1024]);
    let mut inbox = Inbox::new(&mut memory);
    session.connected(clock.now(), &mut inbox).unwrap();
    loop {
        let now = clock.now();
        let read = match session.step(now, &mut inbox, &mut out) {
            Output::Transmit(frame) => {
                link.write_all(&frame.commit(session, &mut NoJournal).unwrap()).await.unwrap();
                continue;
            }
            Output::Event(Event::Logon(_)) => {
                session.accept(now).unwrap();
                continue;
            }
            Output::Event(_) => continue,
            Output::Wait(_) => link.read(inbox.space()).await.unwrap(),
            Output::Disconnect(_) => 0,
            other => panic!("{other:?}"),
        };
        inbox.filled(read);
        if read == 0 {
            session.disconnected(now);
            return (session.status().last_close.unwrap().why, now.utc);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_initiator_connects_in_its_hours_and_begins_each_day_at_one() {
    let clock = Clock::start_at(EIGHT);
    let mut keeper = Keeper::start().unwrap();
    let kept = Kept::default();
    let us = session(Role::Initiator, "BUY", "SELL");
    let (driver, handle) = Driver::new(us, Idle, keeper.keep(kept.clone()), clock);
    let (links, mut dialled) = mpsc::unbounded_channel();
    let driver = tokio::spawn(driver.kept_by(timekeeper()).initiate(move |_| {
        let (near, far) = duplex(4096);
        let stored = kept.0.lock().unwrap().unwrap();
        links.send((far, stored)).unwrap();
        ready(Ok(near))
    }));
    let mut them = session(Role::Acceptor, "SELL", "BUY");
    for day in 0..2 {
        let opens = EIGHT.saturating_add(HOUR + day * DAY);
        let (mut link, resume) = dialled.recv().await.unwrap();
        let connected = clock.now().utc.distance(opens);
        assert!(clock.now().utc > opens && connected < Duration::from_secs(3), "{connected:?}");
        assert_eq!((resume.next_in.get(), resume.next_out.get()), (1, 1), "stored before it connects");
        assert!(resume.series.began() >= opens);
        them.reset_silently(clock.now()).unwrap();
        let (why, at) = answer(&mut them, &mut link, clock).await;
        assert_eq!(why, Reason::LoggedOutByPeer);
        assert!(at.distance(opens.saturating_add(HELD)) < Duration::from_secs(3), "day {day}: {at}");
        assert_eq!((them.next_in().get(), them.next_out().get()), (3, 3), "Logon and Logout");
    }
    handle.stop("closing").await.unwrap();
    driver.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_acceptor_drops_links_outside_its_hours_without_a_word() {
    let clock = Clock::start_at(EIGHT);
    let mut keeper = Keeper::start().unwrap();
    let (driver, _handle) =
        Driver::new(session(Role::Acceptor, "SELL", "BUY"), Idle, keeper.keep(NoJournal), clock);
    let (links, arrivals) = mpsc::channel(1);
    tokio::spawn(driver.kept_by(timekeeper()).accept(arrivals));
    let mut them = session(Role::Initiator, "BUY", "SELL");

    let (near, mut far) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0, "closed, and nothing said");

    sleep(HOUR).await;
    let (near, mut far) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    let (why, at) = answer(&mut them, &mut far, clock).await;
    assert_eq!(why, Reason::LoggedOutByPeer);
    assert_eq!(at.distance(EIGHT.saturating_add(HOUR)).as_secs(), HELD.as_secs());
    let (near, mut far) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    assert_eq!(far.read(&mut [0]).await.unwrap(), 0, "its hours are over");
}
