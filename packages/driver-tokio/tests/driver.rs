//! What cannot be stored is not sent, and a driver that is to stop stops.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::future::{Future, pending, ready};

use sansfix::journal::{Journal, Record, Stored};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Message, MsgSeqNum, Role, Series, Session, State, Utc,
};
use sansfix_driver_tokio::{Application, Clock, Driver, Keeper, Line, Verdict};
use tokio::io::AsyncReadExt as _;

/// A disk that takes so many records and is full then.
struct Disk(usize);

impl Journal for Disk {
    type Error = &'static str;

    fn record(&mut self, _: &Record<'_>) -> Result<(), Self::Error> {
        self.0 = self.0.checked_sub(1).ok_or("the disk is full")?;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn first_in(&mut self, _: Series, _: MsgSeqNum, _: MsgSeqNum) -> Result<Option<Stored<'_>>, Self::Error> {
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

/// What an initiator writes whose disk takes so many records, and how its driver ends.
async fn written(records: usize) -> (String, Option<String>) {
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
    config.policies.logon.attempts = Some(1);
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let mut keeper = Keeper::start().unwrap();
    let (driver, handle) = Driver::new(session, Idle, keeper.keep(Disk(records)), Clock::start());
    // Nobody can enable the session once it has tried in vain.
    drop(handle);
    let (near, mut far) = tokio::io::duplex(4096);
    let mut near = Some(near);
    let link = move |_| ready(near.take().ok_or(std::io::ErrorKind::ConnectionRefused.into()));
    let driver = tokio::spawn(driver.initiate(link));
    let mut bytes = vec![0; 4096];
    let len = far.read(&mut bytes).await.unwrap();
    drop(far);
    let ended = driver.await.unwrap().err().map(|error| error.to_string());
    (String::from_utf8_lossy(&bytes[..len]).replace('\u{1}', "|"), ended)
}

#[tokio::test]
async fn a_frame_that_the_disk_refuses_is_not_written() {
    let (bytes, ended) = written(0).await;
    assert_eq!((&*bytes, ended.as_deref()), ("", Some("the journal failed: the disk is full")));
}

#[tokio::test]
async fn a_frame_that_is_safe_is_written() {
    let (bytes, ended) = written(1).await;
    assert!(bytes.contains("|35=A|34=1|"), "{bytes}");
    assert_eq!(ended, None);
}

#[tokio::test]
async fn a_driver_stops_while_it_waits_for_a_link() {
    let config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let mut keeper = Keeper::start().unwrap();
    let (driver, handle) = Driver::new(session, Idle, keeper.keep(Disk(1)), Clock::start());
    let driver = tokio::spawn(driver.initiate(|_| pending::<std::io::Result<tokio::io::DuplexStream>>()));
    assert_eq!(handle.call(|line| line.session.state()).await, Ok(State::Connecting));
    handle.stop("closing").await.unwrap();
    let (session, _) = driver.await.unwrap().unwrap();
    assert_eq!(session.state(), State::Disconnected);
}
