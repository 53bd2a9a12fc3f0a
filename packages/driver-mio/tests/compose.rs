//! An initiator says who it is by fields of its own in the Logon.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::Read as _;
use std::net::TcpListener;
use std::time::Duration;

use sansfix::{
    BeginString, Body, Checkpoint, Compose, Config, Event, Message, NoJournal, Now, Role, Session, Utc,
};
use sansfix_driver_mio::{Application, Question, Reactor, Verdict};

struct Desk;

impl Application for Desk {
    fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
        None
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Session, _: Now) {}

    fn compose(&mut self, asked: &Compose, body: &mut Body<'_>) {
        body.text(553, "desk").display(554, format_args!("secret of {}", asked.msg_seq_num()));
        body.data(95, 96, b"\x02\x03");
    }
}

#[test]
fn a_logon_bears_user_name_and_password() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
    config.compose.logon = true;
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let sessions = vec![(session, Desk, NoJournal)];
    let mut reactor = Reactor::initiators(sessions, listener.local_addr().unwrap()).unwrap();
    while reactor.sessions().all(|(session, _)| session.next_out().get() == 1) {
        reactor.turn(Duration::from_secs(5)).unwrap();
    }
    let mut bytes = [0; 1024];
    let len = listener.accept().unwrap().0.read(&mut bytes).unwrap();
    let logon = String::from_utf8_lossy(&bytes[..len]).replace('\u{1}', "|");
    assert!(
        logon.contains("|35=A|") && logon.contains("|553=desk|554=secret of 1|95=2|96=\u{2}\u{3}|"),
        "{logon}"
    );
}
