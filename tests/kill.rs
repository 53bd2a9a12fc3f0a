//! The two programs of `examples/` as processes, killed at seeded moments: afterwards both books hold everything once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where it fails")]

#[path = "../examples/common/mod.rs"]
mod common;

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use common::book::Book;
use common::clock::Clock;
use common::orders::{Faults, count_faults};

const ORDERS: u64 = 2_000;
const KILLS: u64 = 8;
/// A process is alive for so long, in milliseconds, before it is killed: from before its Logon to long after.
const LIFE_MAX: u64 = 40;
/// The whole of one seed takes seconds; more means that the two do not find an end.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn whoever_is_killed_no_order_and_no_report_is_lost_or_doubled() {
    for seed in 1..=4 {
        let day = Day::begin(seed);
        day.play(seed);
        assert_eq!(day.faults("acceptor"), Faults::default(), "orders, seed {seed}");
        assert_eq!(day.faults("initiator"), Faults::default(), "reports, seed {seed}");
    }
}

/// A folder for both sides' files.
struct Day {
    folder: PathBuf,
}

impl Day {
    fn begin(seed: u64) -> Self {
        let folder = std::env::temp_dir().join(format!("sansfix-kill-{}-{seed}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Day { folder }
    }

    /// Lets both run, and kills one or the other, until the initiator ends by itself.
    fn play(&self, seed: u64) {
        let mut random = seed;
        let (mut acceptor, port) = self.acceptor(0);
        let mut initiator = self.initiator(port);
        for _ in 0..KILLS {
            thread::park_timeout(Duration::from_millis(below(&mut random, LIFE_MAX)));
            if below(&mut random, 2) == 0 {
                drop(acceptor);
                acceptor = self.acceptor(port).0;
            } else {
                drop(initiator);
                initiator = self.initiator(port);
            }
        }
        let end = wait_for("the initiator to end", || initiator.0.try_wait().unwrap());
        assert!(end.success(), "seed {seed}: the initiator ended with {end}");
    }

    /// Starts the acceptor and gives the port that it listens on.
    fn acceptor(&self, port: u16) -> (Process, u16) {
        let process = self.start("acceptor", &["--port", &port.to_string()]);
        if port != 0 {
            return (process, port);
        }
        let said = self.folder.join("acceptor.log");
        let chosen = wait_for("the acceptor to listen", || {
            let said = fs::read_to_string(&said).ok()?;
            said.strip_prefix("listening on 127.0.0.1:")?.split_once(',')?.0.parse().ok()
        });
        (process, chosen)
    }

    fn initiator(&self, port: u16) -> Process {
        let (connect, orders) = (format!("127.0.0.1:{port}"), ORDERS.to_string());
        // Few at a time, so that the day is long enough to be killed in.
        self.start("initiator", &["--connect", &connect, "--orders", &orders, "--window", "4"])
    }

    fn start(&self, example: &str, arguments: &[&str]) -> Process {
        let program = beside_this_test(example);
        let log = self.folder.join(example).with_extension("log");
        let log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        let child = Command::new(&program)
            .arg("--folder")
            .arg(self.folder.join(example))
            .args(arguments)
            .stderr(log.try_clone().unwrap())
            .stdout(log)
            .spawn();
        Process(child.unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo build --examples` makes it", program.display())
        }))
    }

    fn faults(&self, side: &str) -> Faults {
        count_faults(&Book::open(&self.folder.join(side).join("book")).unwrap(), ORDERS)
    }
}

impl Drop for Day {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.folder).unwrap();
        }
    }
}

/// A process that is killed, by SIGKILL, when it is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_for<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let clock = Clock::start();
    loop {
        if let Some(done) = done() {
            return done;
        }
        let waited = clock.now().monotonic.saturating_since(sansfix::Instant::ZERO);
        assert!(waited < PATIENCE, "waited {PATIENCE:?} for {what}");
        thread::park_timeout(Duration::from_millis(2));
    }
}

/// `target/PROFILE/deps/kill-HASH` runs `target/PROFILE/examples/NAME`.
fn beside_this_test(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    profile.join("examples").join(example).with_extension(std::env::consts::EXE_EXTENSION)
}

fn below(random: &mut u64, bound: u64) -> u64 {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) % bound
}
