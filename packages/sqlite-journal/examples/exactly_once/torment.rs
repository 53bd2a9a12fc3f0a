//! The counterparty, which sends orders and kills.

use std::fmt;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use sansfix::journal::{Journal, RingJournal};
use sansfix::{BeginString, Checkpoint, Config, Event, Role, Session};
use sansfix_conversation::{Party, Tally};

use crate::driver::{Application, Desk, Fault, converse, now};

/// What was left when the killing was over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Outcome {
    pub(crate) kills: u64,
    pub(crate) orders: u64,
    pub(crate) bookings: Tally,
    pub(crate) reports: Tally,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} orders, the booking process killed {} times", self.orders, self.kills)?;
        writeln!(f, "bookings: {}", self.bookings)?;
        write!(f, "reports: {}", self.reports)
    }
}

/// Sends orders to a process that books them, and kills it `kills` times at moments that `seed` draws.
pub(crate) fn torment(
    kills: u64,
    seed: u64,
    start: impl Fn(&str, &Path) -> Command,
) -> Result<Outcome, Fault> {
    let folder = std::env::temp_dir().join(format!("sansfix-exactly-once-{}-{seed}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let database = folder.join("book.sqlite");
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.to_string();
    // Enough that the last kill comes before the last order.
    let orders = 100 + kills * 100;
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "VENUE", "BOOK")?;
    let mut session = Session::new(config, Checkpoint::begin(now().utc))?;
    let mut memory = vec![0; 8 * 1024 * 1024];
    let mut journal = RingJournal::new(&mut memory);
    let mut venue = Venue { party: Party::buyer(orders), dice: seed | 1, victim: None, kill: None, kills };
    while !venue.party.is_done() {
        venue.victim = Some(start(&port, &database).spawn()?);
        let (mut stream, _) = listener.accept()?;
        converse(&mut session, &mut journal, &mut venue, &mut stream, Duration::from_micros(500))?;
        // The side that asked to log out closes the link; the other waits for that.
        drop(stream);
        if let Some(mut victim) = venue.victim.take()
            && !victim.wait()?.success()
        {
            return Err("the booking process failed by itself".into());
        }
    }
    let bookings = count(&database, orders)?;
    std::fs::remove_dir_all(&folder)?;
    Ok(Outcome { kills: kills - venue.kills, orders, bookings, reports: venue.party.tally() })
}

fn count(database: &Path, orders: u64) -> Result<Tally, Fault> {
    let connection = rusqlite::Connection::open(database)?;
    let all = "SELECT count(*), count(DISTINCT cl_ord_id) FROM booking";
    let counted = |at| connection.query_row(all, (), |row| row.get::<_, i64>(at));
    let (booked, different) = (u64::try_from(counted(0)?)?, u64::try_from(counted(1)?)?);
    Ok(Tally { lost: orders - different, duplicated: booked - different, ..Tally::default() })
}

struct Venue {
    party: Party,
    dice: u64,
    victim: Option<Child>,
    /// After so many reports, and then so much later.
    kill: Option<(u64, Duration)>,
    kills: u64,
}

impl<J: Journal<Error: fmt::Display>> Application<J> for Venue {
    fn on(&mut self, event: &Event<'_>, desk: &mut Desk<'_, '_, J>) -> Result<(), Fault> {
        if let Event::Logon(_) = event {
            desk.session.accept(desk.now)?;
            // From before the first report, while it recovers, to the middle of its work.
            let (after, then) = (self.draw(20), Duration::from_micros(self.draw(3_000)));
            self.kill = (self.kills > 0).then_some((self.party.heard() + after, then));
        }
        self.party.hear(event);
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "it waits for the moment to kill")]
    fn idle(&mut self, desk: &mut Desk<'_, '_, J>) -> Result<(), Fault> {
        while let Some(saying) = self.party.say() {
            let order = desk.session.send(desk.now, saying.msg_type, desk.out, |body| saying.write(body))?;
            desk.outbox.push(order, desk.session, desk.journal).map_err(|error| error.to_string())?;
            self.party.said();
        }
        if let Some((_, then)) = self.kill.take_if(|(after, _)| *after <= self.party.heard()) {
            std::thread::sleep(then);
            if let Some(mut victim) = self.victim.take() {
                // SIGKILL on Unix.
                victim.kill()?;
                victim.wait()?;
                self.kills -= 1;
            }
        }
        if self.party.is_done() {
            desk.session.logout(desk.now, "the day is over")?;
        }
        Ok(())
    }
}

impl Venue {
    /// A number below `end`, by xorshift.
    fn draw(&mut self, end: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % end
    }
}
