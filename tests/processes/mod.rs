//! The programs of `examples/` as processes.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::Duration;

use crate::common::clock::Clock;

/// What is waited for takes seconds; more means that it does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is killed, by SIGKILL, when it is dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `target/PROFILE/examples/NAME`; what it says goes to the end of `log`.
    pub(crate) fn start(example: &str, arguments: &[&str], log: PathBuf) -> Self {
        let program = beside_this_test(example);
        let file = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let child =
            Command::new(&program).args(arguments).stderr(file.try_clone().unwrap()).stdout(file).spawn();
        let child = child.unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo build --examples` makes it", program.display())
        });
        Process { child, log }
    }

    /// The port that an acceptor says it listens on, where it chose one.
    pub(crate) fn port(&self) -> u16 {
        wait_for("the acceptor to listen", || {
            let said = self.said();
            let (_, said) = said.split_once("listening on ")?;
            said.split_once(',')?.0.rsplit_once(':')?.1.parse().ok()
        })
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        wait_for("the process to end", || self.child.try_wait().unwrap())
    }

    /// What it and those before it with the same log have said so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder that is there until the test has passed.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sansfix-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !thread::panicking() {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

pub(crate) fn wait_for<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
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

/// `target/PROFILE/deps/TEST-HASH` runs `target/PROFILE/examples/NAME`.
fn beside_this_test(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    profile.join("examples").join(example).with_extension(std::env::consts::EXE_EXTENSION)
}
