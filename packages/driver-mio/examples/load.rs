//! What ten thousand sessions cost: one process accepts them, another connects, and they exchange heartbeats.
//!
//! `cargo run --release -p sansfix-driver-mio --example load [SESSIONS [SECONDS]]` (Linux: it reads `/proc`)

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use sansfix::{
    BeginString, Checkpoint, Config, ConfigError, Event, Message, Millis, NoJournal, Now, Role, Session,
    State,
};
use sansfix_driver_mio::{Application, Limits, Question, Reactor, Verdict};

type Fault = Box<dyn std::error::Error>;

const HEART_BT_INT: u32 = 30;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |text| text.parse());
    match arguments.get(2) {
        Some(port) => {
            let before = resident()?;
            let sessions = sessions(Role::Initiator, number(0, 0)?)?;
            let mut reactor = Reactor::initiators(sessions, port.parse()?)?;
            measure("connecting", &mut reactor, before, number(1, 0)?)
        }
        None => accept(number(0, 10_000)?, number(1, 60)?),
    }
}

fn accept(count: u64, seconds: u64) -> Result<(), Fault> {
    let before = resident()?;
    let sessions = sessions(Role::Acceptor, count)?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let port = listener.local_addr()?.to_string();
    let limits = Limits { waiting: sessions.len(), ..Limits::default() };
    let mut reactor = Reactor::acceptors(sessions, listener, limits)?;
    println!(
        "{count} sessions, heartbeats every {HEART_BT_INT} s, measured for {seconds} s once all are logged on"
    );
    let program = std::env::current_exe()?;
    let mut other = Command::new(program).args([count.to_string(), seconds.to_string(), port]).spawn()?;
    let measured = measure("accepting", &mut reactor, before, seconds);
    // The other side measures until its own end.
    while measured.is_ok() && other.try_wait()?.is_none() {
        reactor.turn(Duration::from_millis(100))?;
    }
    other.kill()?;
    other.wait()?;
    measured
}

#[expect(clippy::disallowed_methods, reason = "it measures")]
fn measure(
    who: &str,
    reactor: &mut Reactor<Idle, NoJournal>,
    before: u64,
    seconds: u64,
) -> Result<(), Fault> {
    let count = reactor.sessions().count();
    let started = Instant::now();
    while up(reactor) < count {
        if started.elapsed() > Duration::from_secs(60) {
            return Err(format!("{who}: only {} of {count} logged on", up(reactor)).into());
        }
        reactor.turn(Duration::from_secs(1))?;
    }
    let took = started.elapsed();
    let (begun, cpu) = (Instant::now(), on_cpu()?);
    let seconds = Duration::from_secs(seconds);
    while begun.elapsed() < seconds {
        reactor.turn(seconds.saturating_sub(begun.elapsed()))?;
    }
    let busy = on_cpu()?.saturating_sub(cpu).as_secs_f64() / begun.elapsed().as_secs_f64();
    let memory = resident()?.saturating_sub(before) / count as u64;
    let now = reactor.now().monotonic;
    let fresh = reactor.sessions().filter(|(session, _)| {
        let heard = session.status().last_received;
        heard.is_some_and(|heard| {
            now.saturating_since(heard) < Duration::from_secs(u64::from(HEART_BT_INT) + 5)
        })
    });
    println!(
        "{who}: {count} logged on in {:.2} s, {memory} bytes resident a session, {:.2} % of one core, {} of {count} up at the end and heard of within an interval",
        took.as_secs_f64(),
        busy * 100.0,
        fresh.filter(|(session, _)| session.state() == State::Active).count(),
    );
    Ok(())
}

fn up(reactor: &Reactor<Idle, NoJournal>) -> usize {
    reactor.sessions().filter(|(session, _)| session.state() == State::Active).count()
}

fn sessions(role: Role, count: u64) -> Result<Vec<(Session, Idle, NoJournal)>, ConfigError> {
    let session = |index| {
        let name = format!("CLIENT{index:05}");
        let (us, them) = if role == Role::Initiator { (&*name, "VENUE") } else { ("VENUE", &*name) };
        let mut config = Config::new(role, BeginString::Fix44, us, them)?;
        config.heart_bt_int = HEART_BT_INT;
        config.policies.logon.timeout = Millis::from_secs(60);
        let resume = Checkpoint::begin(std::time::UNIX_EPOCH.into());
        Ok((Session::new(config, resume)?, Idle, NoJournal))
    };
    (0..count).map(session).collect()
}

struct Idle;

impl Application for Idle {
    fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
        Some(Verdict::Accept)
    }

    fn on(&mut self, _: &Event<'_>, _: &mut Session, _: Now) {}
}

/// Resident memory of this process, in bytes. What the operating system keeps for sockets is not in it.
fn resident() -> Result<u64, Fault> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

/// How long this process has run on a processor; it has one thread.
fn on_cpu() -> Result<Duration, Fault> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanos = text.split(' ').next().ok_or("no schedstat")?.parse()?;
    Ok(Duration::from_nanos(nanos))
}
