//! A Logon is judged when the verdict is found, and by its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, Message, NoJournal, Now, Output, Reason, Role, Session,
    State, Utc,
};
use sansfix_driver_mio::{Application, Limits, Question, Reactor, Verdict};

/// Hands its questions on.
struct Desk(Sender<(String, Question)>);

impl Application for Desk {
    fn judge(&mut self, logon: &Message<'_>, question: Question) -> Option<Verdict> {
        self.0.send((logon.text(554).unwrap_or_default().into(), question)).unwrap();
        None
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Session, _: Now) {}
}

type Port = (Reactor<Desk, NoJournal>, SocketAddr, Receiver<(String, Question)>);

fn port() -> Port {
    let listener = mio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let (questions, asked) = channel();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELL", "BUY").unwrap();
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let sessions = vec![(session, Desk(questions), NoJournal)];
    (Reactor::acceptors(sessions, listener, Limits::default()).unwrap(), address, asked)
}

/// Connects as `BUY` and sends a Logon with this password; turns the reactor until it asks.
fn knock((reactor, address, asked): &mut Port, password: &str) -> (TcpStream, Question) {
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "BUY", "SELL").unwrap();
    config.compose.logon = true;
    let mut session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let (mut memory, mut out) = ([0; 1024], [0; 1024]);
    let mut inbox = Inbox::new(&mut memory);
    let now = reactor.now();
    session.connected(now, &mut inbox).unwrap();
    let Output::Compose(logon) = session.step(now, &mut inbox, &mut out) else { panic!("no Logon") };
    let write = |body: &mut sansfix::Body<'_>| {
        body.text(554, password);
    };
    let frame = session.compose(now, logon, &inbox, &mut out, write).unwrap();
    let mut link = TcpStream::connect(*address).unwrap();
    link.write_all(&frame.commit(&mut session, &mut NoJournal).unwrap()).unwrap();
    loop {
        reactor.turn(Duration::from_secs(1)).unwrap();
        if let Ok((shown, question)) = asked.try_recv() {
            assert_eq!(shown, password);
            return (link, question);
        }
    }
}

fn state(port: &Port) -> State {
    port.0.sessions().next().unwrap().0.state()
}

/// What a link has said.
fn said(link: &mut TcpStream) -> String {
    let mut bytes = [0; 1024];
    let len = link.read(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..len]).replace('\u{1}', "|")
}

#[test]
fn a_verdict_from_another_thread_wakes_the_reactor() {
    let mut port = port();
    let (mut link, question) = knock(&mut port, "secret");
    assert!(matches!(state(&port), State::LogonReceived(_)));
    let directory = std::thread::spawn(move || question.answer(Verdict::Accept));
    while matches!(state(&port), State::LogonReceived(_)) {
        port.0.turn(Duration::from_secs(5)).unwrap();
    }
    directory.join().unwrap();
    assert_eq!(state(&port), State::Active);
    assert!(said(&mut link).contains("|35=A|"));
}

#[test]
fn a_refusal_says_why() {
    let mut port = port();
    let (mut link, question) = knock(&mut port, "guess");
    question.answer(Verdict::Refuse { text: "bad password".into(), session_status: None });
    port.0.turn(Duration::from_secs(5)).unwrap();
    let said = said(&mut link);
    assert!(said.contains("|35=5|") && said.contains("|58=bad password|"), "{said}");
}

#[test]
fn a_verdict_on_a_link_that_has_ended_does_not_fall_on_the_next_logon() {
    let mut port = port();
    let (_first, stale) = knock(&mut port, "secret");
    port.0.with(0, |session, now| session.disconnect(now, Reason::LinkLost).unwrap());
    let (mut second, _question) = knock(&mut port, "guess");
    stale.answer(Verdict::Accept);
    port.0.turn(Duration::from_secs(5)).unwrap();
    assert!(matches!(state(&port), State::LogonReceived(_)));
    second.set_nonblocking(true).unwrap();
    assert!(second.read(&mut [0]).is_err(), "nothing is said yet");
}
