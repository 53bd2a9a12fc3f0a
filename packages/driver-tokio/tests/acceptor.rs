//! What those learn who do not belong here: nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::future::{Future, ready};
use std::net::SocketAddr;
use std::time::Duration;

use sansfix::{
    BeginString, Checkpoint, Config, Directory, Event, Message, NoJournal, Role, Session, SessionName, Utc,
};
use sansfix_driver_tokio::{Acceptor, Application, Clock, Driver, Handle, Keeper, Limits, Line, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

struct Guard;

impl Application for Guard {
    fn authenticate(&mut self, logon: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        let refusal = Verdict::Refuse { text: "bad user name or password".into(), session_status: Some(5) };
        ready(if logon.text(554) == Some("secret") { Verdict::Accept } else { refusal })
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Line<'_>) {}
}

fn limits() -> Limits {
    Limits { waiting_per_host: 2, logon_within: Duration::from_millis(200), ..Limits::default() }
}

async fn port() -> (SocketAddr, Handle) {
    let clock = Clock::start();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELL", "BUY").unwrap();
    let name = SessionName::of_session(&config);
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let mut keeper = Keeper::start().unwrap();
    let (driver, handle) = Driver::new(session, Guard, keeper.keep(NoJournal), clock);
    let (links, arrivals) = mpsc::channel(1);
    tokio::spawn(driver.accept::<TcpStream>(arrivals));
    let mut directory = Directory::new();
    directory.add(name, links);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Acceptor::new(directory, limits()).serve(listener, |stream| ready(Ok(stream))));
    (address, handle)
}

/// A Logon as a counterparty named `sender` would write it.
fn logon(sender: &str, password: &str) -> Vec<u8> {
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, sender, "SELL").unwrap();
    config.compose.logon = true;
    let mut session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let mut memory = [0; 1024];
    let mut inbox = sansfix::Inbox::new(&mut memory);
    let mut out = [0; 1024];
    let now = Clock::start().now();
    session.connected(now, &mut inbox).unwrap();
    let sansfix::Output::Compose(asked) = session.step(now, &mut inbox, &mut out) else { panic!("no Logon") };
    let frame = session.compose(now, asked, &inbox, &mut out, |body| {
        body.text(554, password);
    });
    frame.unwrap().commit(&mut session, &mut NoJournal).unwrap().to_vec()
}

/// Everything that `address` says to `bytes` before it closes the link.
async fn answer(address: SocketAddr, bytes: &[u8]) -> String {
    let mut link = TcpStream::connect(address).await.unwrap();
    link.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    // A link that is dropped with bytes unread is reset: that is no answer either.
    let _ = link.read_to_end(&mut said).await;
    String::from_utf8(said).unwrap().replace('\u{1}', "|")
}

#[tokio::test]
async fn a_stranger_is_dropped_without_a_word() {
    let (address, _handle) = port().await;
    assert_eq!(answer(address, &logon("STRANGER", "secret")).await, "");
}

#[tokio::test]
async fn anything_but_a_logon_is_dropped_without_a_word() {
    let (address, _handle) = port().await;
    assert_eq!(answer(address, b"GET / HTTP/1.1\r\n\r\n").await, "");
    assert_eq!(answer(address, b"").await, "", "silence is dropped too, after a while");
}

#[tokio::test]
async fn a_wrong_password_gets_a_logout() {
    let (address, _handle) = port().await;
    let said = answer(address, &logon("BUY", "guess")).await;
    assert!(said.contains("|35=5|") && said.contains("|58=bad user name or password|"), "{said}");
}

#[tokio::test]
async fn a_second_link_is_dropped_and_the_first_is_tested() {
    let (address, handle) = port().await;
    let mut first = TcpStream::connect(address).await.unwrap();
    first.write_all(&logon("BUY", "secret")).await.unwrap();
    let mut said = vec![0; 4096];
    let len = first.read(&mut said).await.unwrap();
    assert!(String::from_utf8_lossy(&said[..len]).contains("\u{1}35=A\u{1}"));

    assert_eq!(answer(address, &logon("BUY", "secret")).await, "");
    let len = first.read(&mut said).await.unwrap();
    assert!(String::from_utf8_lossy(&said[..len]).contains("\u{1}35=1\u{1}"), "a TestRequest");

    handle.stop("closing").await.unwrap();
    let len = first.read(&mut said).await.unwrap();
    assert!(String::from_utf8_lossy(&said[..len]).contains("\u{1}58=closing\u{1}"), "a Logout");
}

#[tokio::test]
async fn one_host_holds_no_more_links_without_a_logon_than_it_may() {
    let (address, _handle) = port().await;
    let _first = TcpStream::connect(address).await.unwrap();
    let _second = TcpStream::connect(address).await.unwrap();
    let before = tokio::time::Instant::now();
    assert_eq!(answer(address, b"").await, "");
    assert!(before.elapsed() < limits().logon_within, "the third is not even waited for");
}
