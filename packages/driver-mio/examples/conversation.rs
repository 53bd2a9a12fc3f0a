//! Two threads, each with many sessions: orders and reports, links that are cut, a logout.
//!
//! `cargo run --release -p sansfix-driver-mio --example conversation`

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use mio::net::TcpListener;
use sansfix::journal::{Durability, FileJournal, FileJournalOptions};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Frame, Message, Millis, Now, Reason, Role, Session, State,
};
use sansfix_conversation::{Party, Tally};
use sansfix_driver_mio::{Application, Limits, Question, Reactor, Verdict};

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Desks = Vec<(Session, Desk, FileJournal)>;

fn main() -> Result<(), Fault> {
    println!("{}", converse(200, 500)?);
    Ok(())
}

/// `pairs` buyers send `orders` orders each. Every link is cut in the middle.
pub(crate) fn converse(pairs: usize, orders: u64) -> Result<Tally, Fault> {
    let folder = std::env::temp_dir().join(format!("sansfix-mio-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let port = listener.local_addr()?;
    let sellers = desks(&folder, Role::Acceptor, pairs, orders)?;
    let selling = std::thread::spawn(move || -> Result<Tally, Fault> {
        let mut reactor = Reactor::acceptors(sellers, listener, Limits::default())?;
        while reactor.sessions().any(|(session, _)| !has_logged_out(session)) {
            reactor.turn(Duration::from_secs(1))?;
        }
        Ok(tally(&reactor))
    });
    let bought = buy(desks(&folder, Role::Initiator, pairs, orders)?, port, orders)?;
    let sold = selling.join().map_err(|_| "the selling thread died")??;
    std::fs::remove_dir_all(&folder)?;
    Ok(bought + sold)
}

fn buy(desks: Desks, port: SocketAddr, orders: u64) -> Result<Tally, Fault> {
    let mut reactor = Reactor::initiators(desks, port)?;
    let mut cut = vec![false; reactor.sessions().count()];
    loop {
        reactor.turn(Duration::from_secs(1))?;
        let mut ready = Vec::new();
        let mut left = 0;
        for (index, (session, desk)) in reactor.sessions().enumerate() {
            if session.state() == State::Active && (desk.0.is_done() || desk.0.heard() > orders / 2) {
                ready.push((index, desk.0.is_done()));
            }
            left += usize::from(!desk.0.is_done() || session.state() != State::Disconnected);
        }
        if left == 0 {
            assert!(cut.iter().all(|&cut| cut), "each link was cut");
            return Ok(tally(&reactor));
        }
        for (index, done) in ready {
            let Some(cut) = cut.get_mut(index) else { continue };
            if !std::mem::replace(cut, true) {
                // The link breaks with orders and reports on it.
                reactor.with(index, |session, now| {
                    let _ = session.disconnect(now, Reason::LinkLost);
                });
            } else if done {
                reactor.with(index, |session, now| session.disable(now, "the day is over"));
            }
        }
    }
}

fn desks(folder: &Path, role: Role, pairs: usize, orders: u64) -> Result<Desks, Fault> {
    let options =
        FileJournalOptions { durability: Durability::ProcessDeath, ..FileJournalOptions::default() };
    let desk = |pair: usize| {
        let name = format!("BUY{pair}");
        let (us, them) = if role == Role::Initiator { (&*name, "SELL") } else { ("SELL", &*name) };
        let mut config = Config::new(role, BeginString::Fix44, us, them)?;
        config.frame_max = 4096;
        config.policies.logon.reconnect_after = Millis(50);
        let (journal, recovered) = FileJournal::open(folder.join(format!("{us}-{them}")), options)?;
        let resume = recovered.resume.unwrap_or(Checkpoint::begin(std::time::UNIX_EPOCH.into()));
        let party = if role == Role::Initiator { Party::buyer(orders) } else { Party::seller(orders) };
        Ok((Session::new(config, resume)?, Desk(party), journal))
    };
    (0..pairs).map(desk).collect()
}

fn has_logged_out(session: &Session) -> bool {
    session.status().last_close.is_some_and(|close| close.why == Reason::LoggedOutByPeer)
}

fn tally(reactor: &Reactor<Desk, FileJournal>) -> Tally {
    reactor.sessions().fold(Tally::default(), |sum, (_, desk)| sum + desk.0.tally())
}

struct Desk(Party);

impl Application for Desk {
    fn judge(&mut self, _: &Message<'_>, _: Question) -> Option<Verdict> {
        // It was found by its name; nothing else is asked here.
        Some(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, _: &mut Session, _: Now) {
        self.0.hear(event);
    }

    fn next<'o>(&mut self, session: &mut Session, now: Now, out: &'o mut [u8]) -> Option<Frame<'o>> {
        let saying = self.0.say()?;
        session.send(now, saying.msg_type, out, |body| saying.write(body)).ok()
    }

    fn sent(&mut self) {
        self.0.said();
    }
}
