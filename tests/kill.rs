//! The two programs of `examples/` as processes, killed at pseudo-random times: in the end both books hold
//! everything once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../examples/common/mod.rs"]
mod common;
#[allow(dead_code, reason = "each test uses its part")]
mod processes;

use std::fs;
use std::thread;
use std::time::Duration;

use common::book::Book;
use common::orders::{Faults, count_faults};
use processes::{Folder, Process};

const ORDERS: u64 = 2_000;
const KILLS: u64 = 8;
/// How long a process lives at most before it is killed, in milliseconds: some die before their Logon, some
/// long after.
const LIFE_MAX: u64 = 40;

/// Ports are given on the command line.
const BOTH_SIDES: &str = "
[SESSION]
BeginString=FIX.4.4
ConnectionType=acceptor
SenderCompID=SELL
TargetCompID=BUY
SocketAcceptPort=0

[SESSION]
BeginString=FIX.4.4
ConnectionType=initiator
SenderCompID=BUY
TargetCompID=SELL
HeartBtInt=30
ReconnectInterval=1
SocketConnectHost=127.0.0.1
SocketConnectPort=0
";

#[test]
fn whoever_is_killed_no_order_and_no_report_is_lost_or_doubled() {
    for seed in 1..=4 {
        Day::new(seed, None).is_whole(seed);
    }
}

/// A reset voids the series before, and the orders start again.
#[test]
fn whoever_is_killed_the_series_of_the_last_logon_is_whole() {
    for seed in 5..=6 {
        Day::new(seed, Some("ResetOnLogon=Y")).is_whole(seed);
    }
}

/// A folder for both sides' files.
struct Day {
    folder: Folder,
    /// Settings for both; the programs' own if `None`.
    settings: Option<&'static str>,
}

impl Day {
    fn new(seed: u64, settings: Option<&'static str>) -> Self {
        Day { folder: Folder::new(&format!("kill-{seed}")), settings }
    }

    fn is_whole(&self, seed: u64) {
        self.play(seed);
        assert_eq!(self.faults("acceptor"), Faults::default(), "orders, seed {seed}");
        assert_eq!(self.faults("initiator"), Faults::default(), "reports, seed {seed}");
    }

    /// Runs both, and kills one or the other, until the initiator ends by itself.
    fn play(&self, seed: u64) {
        let mut random = seed;
        let mut acceptor = self.acceptor(0);
        let port = acceptor.port();
        let mut initiator = self.initiator(port);
        for _ in 0..KILLS {
            thread::park_timeout(Duration::from_millis(below(&mut random, LIFE_MAX)));
            if below(&mut random, 2) == 0 {
                drop(acceptor);
                acceptor = self.acceptor(port);
            } else {
                drop(initiator);
                initiator = self.initiator(port);
            }
        }
        let end = initiator.end();
        assert!(end.success(), "seed {seed}: the initiator ended with {end}");
    }

    fn acceptor(&self, port: u16) -> Process {
        self.start("acceptor", &["--port", &port.to_string()])
    }

    fn initiator(&self, port: u16) -> Process {
        let (connect, orders) = (format!("127.0.0.1:{port}"), ORDERS.to_string());
        // Few orders at a time, so that the day lasts long enough for processes to be killed.
        self.start("initiator", &["--connect", &connect, "--orders", &orders, "--window", "4"])
    }

    fn start(&self, example: &str, arguments: &[&str]) -> Process {
        let folder = self.folder.0.join(example);
        let (log, config) = (folder.with_extension("log"), folder.with_extension("cfg"));
        let mut all = vec!["--folder", folder.to_str().unwrap()];
        if let Some(settings) = self.settings {
            fs::write(&config, format!("{BOTH_SIDES}\n[DEFAULT]\n{settings}\n")).unwrap();
            all.extend(["--config", config.to_str().unwrap()]);
        }
        all.extend(arguments);
        Process::start(example, &all, log)
    }

    fn faults(&self, side: &str) -> Faults {
        count_faults(&Book::open(&self.folder.0.join(side).join("book")).unwrap(), ORDERS)
    }
}

fn below(random: &mut u64, bound: u64) -> u64 {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) % bound
}
