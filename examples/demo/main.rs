//! A day in the life of a session, with its worst moment in the middle.
//!
//! `cargo run --release --example demo`
//!
//! Two sides talk over TCP on this machine. Halfway through, the connection breaks in mid-frame, and both
//! sides are dropped as they are, sessions, buffers, journals and books, with nothing written back. Both
//! restart from their files, and recover what is missing by resend. At the end the books of both sides are
//! read from disk again and checked.

#[path = "../common/mod.rs"]
mod common;
mod crash;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use sansfix::{Event, Now, Reason, Role, Session};

use common::application::{Application, Port};
use common::book::Book;
use common::clock::Clock;
use common::conversation::{Conversation, Shown};
use common::link::Tcp;
use common::orders::{Desk, WINDOW, count_faults};
use common::setup::Setup;
use common::{Error, exit, restore};
use crash::{Died, Fragile, Mortal, Plan};

const USAGE: &str = "\
demo: a FIX session that loses its link and both its processes, and no message

  --orders N  how many orders to exchange (100000)
  --cuts K    how many times to break the connection and throw both sides away (1)
  --seed S    chooses where (1)

The journals survive the death of the process, not of the machine: Durability::ProcessDeath.";

/// Long before this, everything is recovered: heartbeats come each second.
const PATIENCE: Duration = Duration::from_secs(5);

struct Arguments {
    orders: u64,
    cuts: u64,
    seed: u64,
}

fn main() -> ExitCode {
    let folder = std::env::temp_dir().join(format!("sansfix-demo-{}", std::process::id()));
    let result = arguments().and_then(|arguments| match arguments {
        Some(arguments) => run(&arguments, &folder),
        None => Ok(true),
    });
    let _ = std::fs::remove_dir_all(&folder);
    exit(result)
}

fn arguments() -> Result<Option<Arguments>, Error> {
    use lexopt::prelude::*;
    let mut arguments = Arguments { orders: 100_000, cuts: 1, seed: 1 };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("orders") => arguments.orders = parser.value()?.parse()?,
            Long("cuts") => arguments.cuts = parser.value()?.parse()?,
            Long("seed") => arguments.seed = parser.value()?.parse()?,
            Long("help") | Short('h') => {
                println!("{USAGE}");
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(arguments))
}

/// Plays the day; returns whether the books are right.
fn run(arguments: &Arguments, folder: &Path) -> Result<bool, Error> {
    let folders = [folder.join("initiator"), folder.join("acceptor")];
    let bar = ProgressBar::new(arguments.orders);
    bar.set_style(ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} orders filled")?);
    let printer = bar.clone();
    let conversation = Conversation::begin(move |line| printer.suspend(|| println!("{line}")));
    let plan = Plan::new(arguments.orders, arguments.cuts, arguments.seed);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;

    let clock = Clock::start();
    let acceptor = thread::spawn({
        let (folder, plan, conversation) = (folders[1].clone(), plan.clone(), conversation.clone());
        move || acceptor(&listener, &folder, &plan, &conversation)
    });
    let played = initiator(address, arguments, &folders[0], &plan, &conversation, &bar);
    // Where the initiator gave up, the acceptor may know why, or may wait for ever.
    let played = match played {
        Err(error) if !acceptor.is_finished() => Err(error),
        played => acceptor.join().map_err(|_| "the acceptor panicked")?.and(played),
    };
    bar.finish_and_clear();
    let took = clock.now().monotonic.saturating_since(sansfix::Instant::ZERO).as_secs_f64();
    let right = report(arguments, &folders, &plan, &conversation, took)?;
    played.map(|()| right)
}

/// One life after another, until the session is logged out.
fn initiator(
    address: SocketAddr,
    arguments: &Arguments,
    folder: &Path,
    plan: &Plan,
    conversation: &Conversation,
    bar: &ProgressBar,
) -> Result<(), Error> {
    // A cut ends one life, and the acceptor's death may end one more.
    for _ in 1..=arguments.cuts.saturating_mul(3).saturating_add(1) {
        let mut setup = Setup { folder: folder.to_owned(), ..Setup::of(Role::Initiator, None)? };
        setup.config.policies.logon.attempts = Some(25);
        setup.config.heart_bt_int = 1;
        let (mut engine, desk) = restore::desk(setup, arguments.orders, WINDOW)?;
        let why = engine.initiate(&mut Counted { desk, bar, last_progress: Now::default() }, |_| {
            let link = Tcp::new(TcpStream::connect(address)?)?;
            let link = Shown::outbound(link, Role::Initiator, conversation.clone());
            Ok(Fragile { link, plan: plan.clone(), conversation: conversation.clone() })
        })?;
        if why == Reason::LoggedOut {
            return Ok(());
        }
        conversation.note(&format!("initiator thrown away: {why}"));
    }
    Err("the initiator could not finish in the lives that it had".into())
}

/// The same, from the other side.
fn acceptor(
    listener: &TcpListener,
    folder: &Path,
    plan: &Plan,
    conversation: &Conversation,
) -> Result<(), Error> {
    loop {
        let setup = Setup { folder: folder.to_owned(), ..Setup::of(Role::Acceptor, None)? };
        let (mut engine, exchange) = restore::exchange(setup)?;
        let (stream, _) = listener.accept()?;
        let mut link = Shown::outbound(Tcp::new(stream)?, Role::Acceptor, conversation.clone());
        let mut app = Mortal { exchange, plan: plan.clone(), fate: None };
        let end = match engine.converse(&mut app, &mut link) {
            Ok(Reason::LoggedOutByPeer) => return Ok(()),
            Ok(why) => why.to_string(),
            Err(error) => error.downcast::<Died>()?.to_string(),
        };
        conversation.note(&format!("acceptor thrown away: {end}"));
    }
}

/// A desk whose progress is shown, and that gives up when there is none.
struct Counted<'b> {
    desk: Desk,
    bar: &'b ProgressBar,
    last_progress: Now,
}

impl Application for Counted<'_> {
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now) -> Result<(), Error> {
        self.desk.on(event, session, now)
    }

    fn work(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error> {
        let filled = self.desk.book.len();
        self.desk.work(port)?;
        if self.bar.position() != filled {
            self.bar.set_position(filled);
            self.last_progress = port.now;
        }
        let idle = port.now.monotonic.saturating_since(self.last_progress.monotonic);
        if idle > PATIENCE { Err(format!("no report came for {PATIENCE:?}").into()) } else { Ok(()) }
    }
}

/// Reads what is on disk and counts.
fn report(
    arguments: &Arguments,
    [initiator, acceptor]: &[PathBuf; 2],
    plan: &Plan,
    conversation: &Conversation,
    took: f64,
) -> Result<bool, Error> {
    let orders = Book::open(&acceptor.join("book"))?;
    let reports = Book::open(&initiator.join("book"))?;
    let (in_hand, came_again) = plan.in_hand_and_came_again();
    let rate = (orders.len() + reports.len()) as f64 / took;
    println!();
    println!("orders in the acceptor's book       {:>10}", orders.len());
    println!("reports in the initiator's book     {:>10}", reports.len());
    println!("orders in hand when a process died  {in_hand:>10}, came again {came_again}");
    println!("messages sent again                 {:>10}", conversation.sent_again());
    println!(
        "time                                {took:>10.2} s, {rate:.0} messages/s through journal and book"
    );
    println!("files survive                       kill -9, not a power cut (Durability::ProcessDeath)");
    let [orders, reports] = [orders, reports].map(|book| count_faults(&book, arguments.orders));
    let lost = orders.lost + reports.lost;
    let duplicated = orders.duplicated + reports.duplicated;
    let strange = orders.strange + reports.strange;
    if strange > 0 {
        println!("entries that nobody sent            {strange:>10}");
    }
    println!("lost {lost}, duplicated {duplicated}");
    Ok(lost + duplicated + strange == 0 && in_hand == came_again)
}
