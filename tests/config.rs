//! The two programs of `examples/`, configured by a QuickFIX settings file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../examples/common/mod.rs"]
mod common;
#[allow(dead_code, reason = "each test uses its part")]
mod processes;

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

use common::book::Book;
use common::clock::Clock;
use common::orders::{Faults, count_faults};
use processes::{Folder, Process, wait_for};
use sansfix::wire::{DataFields, Framing, Scan, find, frame, tag};

const ORDERS: u64 = 200;

/// Both sides in one file, since `port` is the same for both. Paths are relative to the file.
fn settings(port: u16, more: &str) -> String {
    format!(
        "[DEFAULT]
BeginString=FIX.4.4
HeartBtInt=30
FileStorePath=store
UseDataDictionary=Y
DataDictionary=small.xml
{more}
[SESSION]
ConnectionType=acceptor
SenderCompID=SELL
TargetCompID=BUY
SocketAcceptAddress=127.0.0.1
SocketAcceptPort={port}

[SESSION]
ConnectionType=initiator
SenderCompID=BUY
TargetCompID=SELL
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
LogonTag=553=trader
LogonTag1=554=guess-me
"
    )
}

/// A folder with a settings file and the dictionary that it names.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    let dictionary = concat!(env!("CARGO_MANIFEST_DIR"), "/src/dictionary/small.xml");
    fs::copy(dictionary, folder.0.join("small.xml")).unwrap();
    folder
}

fn start(folder: &Folder, example: &str, settings: &str) -> Process {
    let file = folder.0.join(example).with_extension("cfg");
    fs::write(&file, settings).unwrap();
    let orders = ORDERS.to_string();
    let arguments = ["--config", file.to_str().unwrap(), "--orders", &orders];
    let known = if example == "initiator" { &arguments[..] } else { &arguments[..2] };
    Process::start(example, known, folder.0.join(example).with_extension("log"))
}

/// Lets an initiator run to its end, twice, and returns what both programs printed.
fn two_days(folder: &Folder, more: &str) -> (String, String) {
    let acceptor = start(folder, "acceptor", &settings(0, more));
    let port = acceptor.port();
    let mut said = String::new();
    for _ in 0..2 {
        let mut initiator = start(folder, "initiator", &settings(port, more));
        let end = initiator.end();
        said = initiator.said();
        assert!(end.success(), "{end}: {said}");
    }
    assert_eq!(said.matches("lost 0, duplicated 0").count(), 2, "{said}");
    for session in ["FIX.4.4-SELL-BUY", "FIX.4.4-BUY-SELL"] {
        let book = Book::open(&folder.0.join("store").join(session).join("book")).unwrap();
        assert_eq!(count_faults(&book, ORDERS), Faults::default(), "{session}");
    }
    (said, acceptor.said())
}

#[test]
fn a_second_start_on_the_same_store_has_nothing_left_to_send() {
    let folder = folder("config");
    let (initiator, acceptor) = two_days(&folder, "FileLogPath=log\nNonStopSession=Y");
    assert_eq!(initiator.matches("200 orders -").count(), 1, "{initiator}");
    for said in [initiator, acceptor] {
        assert!(said.contains("without a meaning for this program: FileLogPath\n"), "{said}");
        assert!(!said.contains("guess-me"), "a password was printed: {said}");
    }
}

#[test]
fn a_reset_begins_a_book_of_its_own() {
    for reset in ["ResetOnLogon=Y", "ResetOnLogout=Y", "ResetOnDisconnect=Y"] {
        let folder = folder(reset);
        let (initiator, _) = two_days(&folder, reset);
        assert_eq!(initiator.matches("200 orders -").count(), 2, "{reset}: {initiator}");
        assert_eq!(initiator.matches("Logon 1 ").count(), 4, "{reset}: {initiator}");
    }
}

#[test]
fn the_logon_bears_the_fields_of_logon_tag() {
    let folder = folder("logon-tag");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _initiator = start(&folder, "initiator", &settings(listener.local_addr().unwrap().port(), ""));
    let (mut link, _) = listener.accept().unwrap();
    let (mut bytes, mut some) = (Vec::new(), [0; 1024]);
    while !matches!(frame(&bytes, 4096, &mut Scan::default()), Framing::Frame(_)) {
        let len = link.read(&mut some).unwrap();
        assert!(len > 0, "the initiator closed the link");
        bytes.extend_from_slice(&some[..len]);
    }
    let field = |tag| find(&bytes, tag, &DataFields::STANDARD).map(|value| value.as_bytes());
    assert_eq!(field(tag::MSG_TYPE), Some(b"A".as_slice()));
    assert_eq!(field(553), Some(b"trader".as_slice()));
    assert_eq!(field(554), Some(b"guess-me".as_slice()));
}

/// The session opens two hours from now, or a little earlier.
#[test]
fn outside_its_hours_an_acceptor_drops_a_link_without_a_word() {
    let folder = folder("hours");
    let hour = (Clock::start().now().utc.as_nanos() / 3_600_000_000_000 + 2) % 24;
    let hours = format!("StartTime={hour:02}:00:00\nEndTime={hour:02}:30:00");
    let acceptor = start(&folder, "acceptor", &settings(0, &hours));
    let mut link = TcpStream::connect(("127.0.0.1", acceptor.port())).unwrap();
    // No Logon was sent, nor was one waited for.
    assert_eq!(link.read(&mut [0; 64]).unwrap(), 0);
    wait_for("the acceptor to say why", || {
        acceptor.said().contains("outside the session's hours, closed by the application").then_some(())
    });
}

#[test]
fn a_file_that_cannot_work_is_refused_by_its_key() {
    let folder = folder("refused");
    let cases = [
        (
            "initiator",
            settings(0, "LogonTimeout=often"),
            "initiator.cfg: line 7: LogonTimeout: expected seconds",
        ),
        ("initiator", settings(0, "StartTime=08:00:00"), "initiator.cfg: line 15: EndTime: required"),
        ("initiator", settings(0, "PersistMessages=N"), "initiator.cfg: PersistMessages=N: this program"),
        ("acceptor", settings(0, "").replace("ConnectionType=acceptor", "ConnectionType=initiator"), "got 0"),
        (
            "acceptor",
            settings(0, "").replace("AcceptPort=0", "AcceptPort=x"),
            "SocketAcceptPort: expected a port",
        ),
        ("initiator", settings(0, "").replace("small.xml", "none.xml"), "none.xml: cannot be read"),
    ];
    for (program, settings, expected) in cases {
        let log: PathBuf = folder.0.join(program).with_extension("log");
        let _ = fs::remove_file(&log);
        let mut process = start(&folder, program, &settings);
        assert!(!process.end().success());
        let said = process.said();
        assert!(said.contains(expected), "expected {expected:?}, got {said:?}");
        assert_eq!(said.matches(".cfg").count(), 1, "the file is named once: {said:?}");
    }
}
