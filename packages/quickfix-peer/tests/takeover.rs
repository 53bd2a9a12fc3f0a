//! A session between two QuickFIX engines; one stops, and sansfix goes on with what it has stored. The other
//! notices a reconnect and nothing else.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use sansfix::journal::{FileJournal, FileJournalOptions};
use sansfix::migration::{Engine, QuickFixStore};
use sansfix::{BeginString, Config, Millis, Policies, Role};
use sansfix_quickfix_peer::{Error, Peer, Side, Way, build};

/// What no step takes.
const TOO_LONG: Duration = Duration::from_secs(20);

fn main() -> Result<(), Error> {
    let Some(program) = build(Path::new(env!("CARGO_TARGET_TMPDIR")))? else { return Ok(()) };
    for version in [BeginString::Fix42, BeginString::Fix44] {
        println!("{version}: {}", take_over(&program, version)?);
    }
    Ok(())
}

fn take_over(program: &Path, version: BeginString) -> Result<String, Error> {
    let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?;
    // QuickFIX listens on the port that was free a moment ago.
    drop(listener);
    let broker = || {
        let settings = settings("acceptor", version, "BROKER", "OURS", port, theirs.path());
        Peer::start(program, "acceptor", &settings, theirs.path())
    };
    let mut counterparty = broker()?;
    let old = settings("initiator", version, "OURS", "BROKER", port, ours.path());
    let mut old = Peer::start(program, "initiator", &old, ours.path())?;
    until("both are logged on", || {
        old.listen()?;
        counterparty.listen()?;
        Ok(old.logons == 1 && counterparty.logons == 1)
    })?;
    old.tell("send 1 20")?;
    counterparty.tell("send 1 20")?;
    until("20 orders each way", || {
        old.listen()?;
        counterparty.listen()?;
        Ok(old.got.len() == 20 && counterparty.got.len() == 20)
    })?;

    // The counterparty is away for a moment; what the old engine sends then is stored and never arrives. Then
    // it stops too.
    let mut theirs_got = counterparty.end()?;
    until("the old engine has lost the link", || {
        old.listen()?;
        Ok(old.logouts > 0)
    })?;
    old.tell("send 21 30")?;
    let mut ours_got = old.end()?;

    let mut store = QuickFixStore::open(ours.path().join(format!("store/{version}-OURS-BROKER")))?;
    if store.engine() != Engine::QuickFix {
        return Err(format!("a store of {:?}", store.engine()).into());
    }
    let (mut journal, _) =
        FileJournal::open(ours.path().join("sansfix.journal"), FileJournalOptions::default())?;
    let copied = store.copy_into(&mut journal)?;
    let resume = store.checkpoint();

    let mut counterparty = broker()?;
    counterparty.tell("send 21 30")?;
    let mut config = Config::new(Role::Initiator, version, "OURS", "BROKER")?;
    config.policies = Policies::quickfix();
    config.policies.logon.reconnect_after = Millis(200);
    let mut side = Side::resume(config, Way::To(port), journal, resume)?;
    until("what each side has missed", || {
        side.round()?;
        counterparty.listen()?;
        Ok(side.got.len() == 10 && counterparty.got.len() == 10)
    })?;
    side.send(31..=40)?;
    counterparty.tell("send 31 40")?;
    until("ten more each way", || {
        side.round()?;
        counterparty.listen()?;
        Ok(side.got.len() == 20 && counterparty.got.len() == 20)
    })?;
    let now = side.now();
    side.session().logout(now, "good night")?;
    until("an orderly end", || {
        side.round()?;
        counterparty.listen()?;
        Ok(counterparty.logouts == 1 && side.ends.last().is_some_and(|why| why.is_orderly()))
    })?;

    ours_got.append(&mut side.got);
    theirs_got.append(&mut counterparty.end()?);
    let all: Vec<u64> = (1..=40).collect();
    if ours_got != all || theirs_got != all || side.resets > 0 {
        return Err(
            format!("OURS got {ours_got:?}\nBROKER got {theirs_got:?}, {} resets", side.resets).into()
        );
    }
    Ok(format!(
        "{} messages taken over at {} in, {} out; 40 orders each way, lost 0, twice 0, no reset",
        copied.messages, resume.next_in, resume.next_out
    ))
}

#[allow(clippy::disallowed_methods, reason = "a conversation that hangs must end")]
fn until(what: &str, mut done: impl FnMut() -> Result<bool, Error>) -> Result<(), Error> {
    let start = Instant::now();
    while !done()? {
        if start.elapsed() > TOO_LONG {
            return Err(format!("no sign of: {what}").into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn settings(
    role: &str,
    version: BeginString,
    us: &str,
    them: &str,
    port: SocketAddr,
    folder: &Path,
) -> String {
    let (port, store) = (port.port(), folder.join("store"));
    format!(
        "[DEFAULT]\nConnectionType={role}\nSocketAcceptPort={port}\nSocketConnectHost=127.0.0.1\nSocketConnectPort={port}\nSocketReuseAddress=Y\n\
         SocketNodelay=Y\nReconnectInterval=1\nHeartBtInt=30\nStartTime=00:00:00\nEndTime=00:00:00\nUseDataDictionary=N\nFileStorePath={}\n\
         [SESSION]\nBeginString={version}\nSenderCompID={us}\nTargetCompID={them}\n",
        store.display()
    )
}
