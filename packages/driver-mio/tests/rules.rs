//! A dictionary stands before the application.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use sansfix::dictionary::{Dictionary, DictionaryRules, SMALL};
use sansfix::testing::frame;
use sansfix::{BeginString, Checkpoint, Config, Event, Message, NoJournal, Now, Role, Session, Utc};
use sansfix_driver_mio::{Application, Limits, Question, Reactor, Verdict};

/// Keeps the orders that reach it.
#[derive(Default)]
struct Desk(Vec<String>);

impl Application for Desk {
    fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
        Some(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, _: &mut Session, _: Now) {
        if let Event::Message(message) = event {
            self.0.push(message.text(11).unwrap_or_default().into());
        }
    }
}

#[test]
fn an_order_that_breaks_the_dictionary_is_rejected_and_not_told() {
    let listener = mio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let mut link = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "US", "THEM").unwrap();
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let sessions = vec![(session, Desk::default(), NoJournal)];
    let mut reactor = Reactor::acceptors(sessions, listener, Limits::default()).unwrap();
    reactor.check(0, DictionaryRules::new(Arc::new(Dictionary::from_xml(SMALL).unwrap())).unwrap());

    let header = format!("49=THEM|52={}|56=US|", reactor.now().utc);
    for (start, rest) in [
        ("35=A|34=1|", "98=0|108=30|"),
        ("35=D|34=2|", "11=one|"),
        ("35=D|34=3|", "11=two|55=VOD.L|54=1|60=20260101-12:00:00|40=1|"),
    ] {
        link.write_all(&frame(&format!("8=FIX.4.4|{start}{header}{rest}"))).unwrap();
    }
    while reactor.sessions().all(|(_, desk)| desk.0.is_empty()) {
        reactor.turn(Duration::from_secs(5)).unwrap();
    }
    assert_eq!(reactor.sessions().next().unwrap().1.0, ["two"]);
    let mut said = [0; 4096];
    let len = link.read(&mut said).unwrap();
    let said = String::from_utf8_lossy(&said[..len]).replace('\u{1}', "|");
    assert!(said.contains("|35=3|") && said.contains("|45=2|"), "{said}");
}
