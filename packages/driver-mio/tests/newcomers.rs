//! What those learn who do not belong here: nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, Message, NoJournal, Now, Output, Role, Session, Utc,
};
use sansfix_driver_mio::{Application, Limits, Question, Reactor, Verdict};

struct Open;

impl Application for Open {
    fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
        Some(Verdict::Accept)
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Session, _: Now) {}
}

/// A reactor with one session, `SELL` for `BUY`, until it is dropped.
struct Port {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Port {
    fn open(limits: Limits) -> Port {
        let listener = mio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            let sessions = vec![(session(Role::Acceptor, "SELL", "BUY"), Open, NoJournal)];
            let mut reactor = Reactor::acceptors(sessions, listener, limits).unwrap();
            while !stopped.load(Ordering::Relaxed) {
                reactor.turn(Duration::from_millis(5)).unwrap();
            }
        });
        Port { address, stop, thread: Some(thread) }
    }

    /// Everything that it says to `bytes` before it closes the link.
    fn answer(&self, bytes: &[u8]) -> String {
        let mut link = TcpStream::connect(self.address).unwrap();
        link.write_all(bytes).unwrap();
        let mut said = Vec::new();
        // A link that is dropped with bytes unread is reset: that is no answer either.
        let _ = link.read_to_end(&mut said);
        String::from_utf8(said).unwrap()
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn session(role: Role, us: &str, them: &str) -> Session {
    let config = Config::new(role, BeginString::Fix44, us, them).unwrap();
    Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap()
}

/// A Logon as a counterparty named `sender` would write it.
fn logon(sender: &str) -> Vec<u8> {
    let mut session = session(Role::Initiator, sender, "SELL");
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut out = [0; 1024];
    let now = Now::new(Duration::ZERO, std::time::SystemTime::UNIX_EPOCH + since_epoch());
    session.connected(now, &mut inbox).unwrap();
    let Output::Transmit(frame) = session.step(now, &mut inbox, &mut out) else { panic!("no Logon") };
    frame.commit(&mut session, &mut NoJournal).unwrap().to_vec()
}

#[allow(clippy::disallowed_methods, reason = "SendingTime is checked against the reactor's clock")]
fn since_epoch() -> Duration {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap()
}

#[test]
fn strangers_and_other_bytes_are_dropped_without_a_word() {
    let port = Port::open(Limits::default());
    assert_eq!(port.answer(&logon("STRANGER")), "");
    assert_eq!(port.answer(b"GET / HTTP/1.1\r\n\r\n"), "");
}

#[test]
fn silence_is_dropped_after_a_while_and_a_crowd_at_once() {
    let port =
        Port::open(Limits { waiting: 1, logon_within: Duration::from_millis(300), ..Limits::default() });
    let mut first = TcpStream::connect(port.address).unwrap();
    assert_eq!(port.answer(b""), "", "there is one place, and it is taken");
    first.set_nonblocking(true).unwrap();
    assert!(first.read(&mut [0]).is_err(), "the first still waits");
    first.set_nonblocking(false).unwrap();
    assert_eq!(first.read(&mut [0]).unwrap(), 0, "until its time is over");
}

#[test]
fn a_second_link_is_dropped_and_the_first_is_tested() {
    let port = Port::open(Limits::default());
    let mut first = TcpStream::connect(port.address).unwrap();
    first.write_all(&logon("BUY")).unwrap();
    let mut said = [0; 4096];
    let len = first.read(&mut said).unwrap();
    assert!(String::from_utf8_lossy(&said[..len]).contains("\u{1}35=A\u{1}"));
    assert_eq!(port.answer(&logon("BUY")), "");
    let len = first.read(&mut said).unwrap();
    assert!(String::from_utf8_lossy(&said[..len]).contains("\u{1}35=1\u{1}"), "a TestRequest");
}
