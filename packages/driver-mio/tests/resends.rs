//! An application says which of its messages are not worth sending again.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use sansfix::session::SendingTimeCheck;
use sansfix::testing::{MemoryJournal, frame};
use sansfix::{BeginString, Checkpoint, Config, Event, Frame, Message, MsgType, Now, Role, Session, Utc};
use sansfix_driver_mio::{Application, Question, Reactor, Verdict};

/// Sends two orders, of which the first is not sent again.
struct Desk(u32);

impl Application for Desk {
    fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
        None
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Session, _: Now) {}

    fn next<'o>(&mut self, session: &mut Session, now: Now, out: &'o mut [u8]) -> Option<Frame<'o>> {
        let order = self.0 + 1;
        (order <= 2)
            .then(|| {
                session.send(now, MsgType::NEW_ORDER_SINGLE, out, |body| {
                    body.uint(11, order.into());
                })
            })?
            .ok()
    }

    fn sent(&mut self) {
        self.0 += 1;
    }

    fn resends(&mut self, message: &Message<'_>, _: Now) -> bool {
        message.text(11) != Some("1")
    }
}

fn say(link: &mut TcpStream, start: &str, rest: &str) {
    let header = format!("8=FIX.4.4|{start}|49=THEM|56=US|52=20260101-12:00:00");
    link.write_all(&frame(&format!("{header}|{rest}|"))).unwrap();
}

#[test]
fn an_order_that_is_withheld_is_filled() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "US", "THEM").unwrap();
    config.policies.checks.sending_time = SendingTimeCheck::Off; // of a script
    let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1))).unwrap();
    let sessions = vec![(session, Desk(0), MemoryJournal::new())];
    let mut reactor = Reactor::initiators(sessions, listener.local_addr().unwrap()).unwrap();
    let mut until_sent = |number| {
        while reactor.sessions().all(|(session, _)| session.next_out().get() < number) {
            reactor.turn(Duration::from_secs(5)).unwrap();
        }
    };
    until_sent(2);
    let (mut link, _) = listener.accept().unwrap();
    say(&mut link, "35=A|34=1", "98=0|108=30");
    until_sent(4);
    say(&mut link, "35=2|34=2", "7=2|16=0");
    say(&mut link, "35=1|34=3", "112=done");
    until_sent(5);
    let mut read = String::new();
    while !read.contains("|112=done|10=") {
        let mut bytes = [0; 4096];
        let len = link.read(&mut bytes).unwrap();
        read.push_str(&String::from_utf8_lossy(&bytes[..len]).replace('\u{1}', "|"));
    }
    let again: Vec<_> = read.split("8=FIX.4.4|").filter(|frame| frame.contains("|43=Y|")).collect();
    assert_eq!(again.len(), 2, "{read}");
    assert!(again[0].contains("|35=4|34=2|") && again[0].contains("|36=3|123=Y|"), "{read}");
    assert!(again[1].contains("|35=D|34=3|") && again[1].contains("|11=2|"), "{read}");
}
