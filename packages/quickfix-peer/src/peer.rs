//! The QuickFIX process.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::{env, fs, thread};

use crate::Error;

/// Compiles the peer into `folder`. If QuickFIX is not installed, prints so and returns `None`.
///
/// # Errors
/// QuickFIX is installed, but the peer does not compile.
pub fn build(folder: &Path) -> Result<Option<PathBuf>, Error> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "g++".into());
    let header =
        ["-std=c++14", "-w", "-fsyntax-only", "-include", "quickfix/Session.h", "-x", "c++", "/dev/null"];
    let has_header = Command::new(&compiler).args(header).stderr(Stdio::null()).status();
    if !has_header.is_ok_and(|status| status.success()) {
        println!("skipped: {compiler} finds no quickfix/Session.h; .ci/install-peers installs QuickFIX");
        return Ok(None);
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer/peer.cpp");
    let program = folder.join("quickfix-peer");
    let age = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    if age(&program) <= age(&source) {
        let mut command = Command::new(&compiler);
        command
            .args(["-std=c++14", "-w", "-O1"])
            .arg(&source)
            .args(["-lquickfix", "-lpthread", "-o"])
            .arg(&program);
        if !command.status()?.success() {
            return Err(format!("{} does not compile", source.display()).into());
        }
    }
    Ok(Some(program))
}

/// A running QuickFIX, and what it has reported.
#[derive(Debug)]
pub struct Peer {
    process: Child,
    /// `None` once it has been told to end.
    commands: Option<ChildStdin>,
    lines: Receiver<String>,
    /// ClOrdID(11) of every order that arrived, in order.
    pub got: Vec<u64>,
    /// How often it logged on.
    pub logons: u32,
    /// How often it logged out or lost the link.
    pub logouts: u32,
    /// Its next numbers, outbound and inbound, when it was last asked.
    pub numbers: Option<(u64, u64)>,
}

impl Peer {
    /// Starts `program` in `role` with `settings`, which are written to a file in `folder`.
    ///
    /// # Errors
    /// The operating system's.
    pub fn start(program: &Path, role: &str, settings: &str, folder: &Path) -> Result<Peer, Error> {
        let file = folder.join("quickfix.cfg");
        fs::write(&file, settings)?;
        let mut process = Command::new(program)
            .arg(role)
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let commands = process.stdin.take();
        let output = process.stdout.take().ok_or("no stdout")?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let peer = Peer { process, commands, lines, got: Vec::new(), logons: 0, logouts: 0, numbers: None };
        match peer.lines.recv() {
            Ok(line) if line == "ready" => Ok(peer),
            other => Err(format!("expected ready, got {other:?}").into()),
        }
    }

    /// Sends it a command.
    ///
    /// # Errors
    /// It has ended.
    pub fn tell(&mut self, command: &str) -> Result<(), Error> {
        let commands = self.commands.as_mut().ok_or("it was told to end")?;
        Ok(writeln!(commands, "{command}")?)
    }

    /// Takes in what it has reported since the last call.
    ///
    /// # Errors
    /// It reported something unknown.
    pub fn listen(&mut self) -> Result<(), Error> {
        while let Ok(line) = self.lines.try_recv() {
            self.hear(&line)?;
        }
        Ok(())
    }

    /// Ends it without a Logout, and returns the orders that it received.
    ///
    /// # Errors
    /// The operating system's, or it reported something unknown.
    pub fn end(mut self) -> Result<Vec<u64>, Error> {
        self.commands = None;
        while let Ok(line) = self.lines.recv() {
            self.hear(&line)?;
        }
        self.process.wait()?;
        Ok(std::mem::take(&mut self.got))
    }

    fn hear(&mut self, line: &str) -> Result<(), Error> {
        let words: Vec<&str> = line.split(' ').collect();
        match *words {
            ["logon"] => self.logons += 1,
            ["logout"] => self.logouts += 1,
            ["got", id] => self.got.push(id.parse()?),
            ["numbers", sender, target] => self.numbers = Some((sender.parse()?, target.parse()?)),
            _ => return Err(format!("the peer says {line:?}").into()),
        }
        Ok(())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // We started it, and it may hang if the conversation failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
