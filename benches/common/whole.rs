//! Works that are done as a whole: both sides of a TCP link, and a restart from a file.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use sansfix::journal::{FileJournal, FileJournalOptions};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, Journal, MsgSeqNum, MsgType, NoJournal, Outbox, Output,
    Role, Session, Utc,
};

use super::messages::{NOON, PEER, US};
use super::{logged_on, noon};

/// An initiator that is logged on to [`logged_on`]'s acceptor.
fn counterparty() -> Session {
    let config = Config::new(Role::Initiator, BeginString::Fix44, PEER, US).unwrap();
    let first = MsgSeqNum::new(super::messages::FIRST).unwrap();
    let resume = Checkpoint { next_in: first, next_out: first, ..Checkpoint::begin(Utc::from_secs(NOON)) };
    let mut session = Session::new(config, resume).unwrap();
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut out = [0; 1024];
    session.connected(noon(), &mut inbox).unwrap();
    loop {
        match session.step(noon(), &mut inbox, &mut out) {
            Output::Connect(_) => {}
            Output::Transmit(frame) => {
                let _ = frame.commit(&mut session, &mut NoJournal).unwrap();
                let answer = format!(
                    "35=A|34={}|49={US}|52=20260101-12:00:00.000|56={PEER}|98=0|108=30|",
                    super::messages::FIRST
                );
                inbox.extend(&super::messages::frame(&answer));
            }
            Output::Event(_) => {}
            Output::Wait(_) => {
                assert_eq!(session.state(), sansfix::State::Active);
                return session;
            }
            other => panic!("not on the way to a session: {other:?}"),
        }
    }
}

/// `batches` times `batch` orders go from one session over a loopback link to another, all on this thread:
/// built, recorded in memory, written, read, and handed over.
pub(crate) fn over_tcp(batches: usize, batch: usize) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut far, _) = listener.accept().unwrap();
    near.set_nodelay(true).unwrap();
    let (mut sender, mut receiver) = (counterparty(), logged_on(|_| {}));
    let (mut outgoing, mut memory) = (vec![0; batch * 256], vec![0; batch * 512]);
    let mut kept = vec![0; 1 << 20];
    let mut journal = sansfix::RingJournal::new(&mut kept);
    let mut outbox = Outbox::new(&mut outgoing);
    let mut inbox = Inbox::new(&mut memory);
    let mut out = [0; 1024];
    let mut handed_over = 0;
    for _ in 0..batches {
        for _ in 0..batch {
            let frame = sender
                .send(noon(), MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
                    body.text(11, "O0100001").text(1, "ACC7").char(21, '1').uint(38, 12_345).char(40, '2');
                    body.text(44, "123.45").char(54, '1').text(55, "MSFT").char(59, '0');
                    body.text(60, "20260101-12:00:00.000");
                })
                .unwrap();
            outbox.push(frame, &mut sender, &mut journal).unwrap();
        }
        let wire = outbox.flush(&mut journal).unwrap();
        let len = wire.len();
        near.write_all(&wire).unwrap();
        outbox.written(len);
        let target = handed_over + batch;
        while handed_over < target {
            match receiver.step(noon(), &mut inbox, &mut out) {
                Output::Event(Event::Message(_)) => handed_over += 1,
                Output::Wait(_) => {
                    let read = far.read(inbox.space()).unwrap();
                    inbox.filled(read);
                }
                other => panic!("not a message: {other:?}"),
            }
        }
    }
    assert_eq!(receiver.next_in(), sender.next_out());
}

/// A file journal with `count` orders, for a restart.
pub(crate) fn write_journal(path: &std::path::Path, count: usize) {
    let _ = std::fs::remove_file(path);
    let options = FileJournalOptions {
        durability: sansfix::journal::Durability::ProcessDeath,
        ..FileJournalOptions::default()
    };
    let (mut journal, _) = FileJournal::open(path, options).unwrap();
    let mut session = logged_on(|_| {});
    let (mut memory, mut out) = (vec![0; 1 << 18], [0; 1024]);
    let mut outbox = Outbox::new(&mut memory);
    for sent in 0..count {
        let frame = session
            .send(noon(), MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
                body.text(11, "O0100001").text(1, "ACC7").char(21, '1').uint(38, 12_345).char(40, '2');
                body.text(44, "123.45").char(54, '1').text(55, "MSFT").char(59, '0');
                body.text(60, "20260101-12:00:00.000");
            })
            .unwrap();
        outbox.push(frame, &mut session, &mut journal).unwrap();
        if sent % 1000 == 999 || sent + 1 == count {
            let len = outbox.flush(&mut journal).unwrap().len();
            outbox.written(len);
        }
    }
}

/// From the file to a session that is ready to connect, and can look up its first message.
pub(crate) fn restart(path: &std::path::Path, count: usize) {
    let (mut journal, recovered) = FileJournal::open(path, FileJournalOptions::default()).unwrap();
    assert_eq!(recovered.messages, count);
    let resume = recovered.resume.unwrap();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, US, PEER).unwrap();
    let session = Session::new(config, resume).unwrap();
    let first = super::works::number_at(0);
    assert!(journal.first_in(resume.series, first, session.next_out()).unwrap().is_some());
}
