//! A hot standby in a process of its own: the buyer's journal goes to both disks, the buyer is killed in the
//! middle of its orders, and the standby goes on. The seller sees a reconnect.
//!
//! `cargo run --release -p sansfix-driver-tokio --example standby` ends with `lost 0, duplicated 0`.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sansfix::journal::{FileJournal, FileJournalOptions, Journal, NoJournal, Record, Stored};
use sansfix::wire::DataFields;
use sansfix::{
    BeginString, Checkpoint, Config, Directory, Event, Message, Millis, MsgSeqNum, MsgType, Role, Series,
    Session, SessionName,
};
use sansfix_driver_tokio::{Acceptor, Application, Clock, Driver, Keeper, Limits, Line, Store, Verdict};
use tokio::sync::{Notify, mpsc};

type Fault = Box<dyn std::error::Error + Send + Sync>;

const CL_ORD_ID: u32 = 11;

fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.is_empty() {
        return play(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let (program, orders) = (std::env::current_exe()?, 2000);
    let (lost, duplicated) = failover(orders, |arguments| {
        let mut command = Command::new(&program);
        command.args(arguments);
        command
    })?;
    println!("{orders} orders, the buyer killed after half of them: lost {lost}, duplicated {duplicated}");
    Ok(())
}

/// The buyer or its standby, as a process of its own.
pub(crate) fn play(arguments: &[&str]) -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    match *arguments {
        ["buyer", seller, ships, journal, orders] => {
            let near = FileJournal::open(journal, FileJournalOptions::default())?.0;
            let shipped = Shipped { near, far: BufWriter::new(reach(ships)?) };
            runtime.block_on(buy(shipped, None, seller.parse()?, orders.parse()?))
        }
        ["standby", seller, ships, journal, orders] => {
            let ships = TcpListener::bind(ships)?;
            let mut near = FileJournal::open(journal, FileJournalOptions::default())?.0;
            let resume = follow(ships.accept()?.0, &mut near)?;
            // The end of the link is no proof that the buyer is dead. Here it was killed; elsewhere this is where
            // the old machine must be kept from sending.
            runtime.block_on(buy(near, resume, seller.parse()?, orders.parse()?))
        }
        _ => Err("expected no arguments".into()),
    }
}

/// A journal on two machines. A frame leaves once both have it: it is read from the near one.
struct Shipped {
    near: FileJournal,
    far: BufWriter<TcpStream>,
}

const RECORD: u8 = b'R';
const SYNC: u8 = b'S';
/// In the place of a frame's length: the number was an admin message's, which has none to keep.
const NO_FRAME: u32 = u32::MAX;

impl Journal for Shipped {
    type Error = io::Error;

    fn record(&mut self, record: &Record<'_>) -> io::Result<()> {
        // FIX counts numbers from 1: 0 stands for none.
        let (number, frame) = record.sent.map_or((0, None), |sent| (sent.number.get(), sent.frame));
        let len = frame.map_or(Ok(NO_FRAME), |frame| u32::try_from(frame.len())).map_err(io::Error::other)?;
        self.far.write_all(&[RECORD])?;
        self.far.write_all(&record.resume.encode())?;
        self.far.write_all(&number.to_le_bytes())?;
        self.far.write_all(&len.to_le_bytes())?;
        self.far.write_all(frame.unwrap_or_default())?;
        self.near.record(record).map_err(io::Error::other)
    }

    /// An error ends the session: whether to go on without a standby is for a person to say.
    fn sync(&mut self) -> io::Result<()> {
        self.far.write_all(&[SYNC])?;
        self.far.flush()?;
        self.near.sync().map_err(io::Error::other)?;
        self.far.get_mut().read_exact(&mut [0])
    }

    fn first_in(&mut self, series: Series, from: MsgSeqNum, to: MsgSeqNum) -> io::Result<Option<Stored<'_>>> {
        self.near.first_in(series, from, to).map_err(io::Error::other)
    }
}

/// The standby, which is started beside us and may not listen yet.
#[expect(clippy::disallowed_methods, reason = "a process waits for another")]
fn reach(standby: &str) -> io::Result<TcpStream> {
    for _ in 0..500 {
        if let Ok(link) = TcpStream::connect(standby) {
            return Ok(link);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    TcpStream::connect(standby)
}

/// Keeps what is shipped until the link ends; where the session stood then.
fn follow(link: TcpStream, journal: &mut FileJournal) -> Result<Option<Checkpoint>, Fault> {
    let mut answers = link.try_clone()?;
    let mut link = BufReader::new(link);
    let mut resume = None;
    let mut kind = [0];
    while link.read_exact(&mut kind).is_ok() {
        if kind == [SYNC] {
            journal.sync()?;
            answers.write_all(&[SYNC])?;
            continue;
        }
        let Ok(shipped) = read(&mut link) else { break };
        let (checkpoint, number, frame) = shipped;
        let checkpoint = Checkpoint::decode(&checkpoint)?;
        let record = match MsgSeqNum::new(number) {
            Some(number) => Record::sent(number, frame.as_deref(), checkpoint),
            None => Record::checkpoint(checkpoint),
        };
        journal.record(&record)?;
        resume = Some(checkpoint);
    }
    // A record that came and was not confirmed is kept: its number may lead, never lag.
    journal.sync()?;
    Ok(resume)
}

/// The rest of a record: checkpoint, number, frame.
fn read(link: &mut impl io::Read) -> io::Result<([u8; Checkpoint::ENCODED_LEN], u64, Option<Vec<u8>>)> {
    let (mut checkpoint, mut number, mut len) = ([0; Checkpoint::ENCODED_LEN], [0; 8], [0; 4]);
    link.read_exact(&mut checkpoint)?;
    link.read_exact(&mut number)?;
    link.read_exact(&mut len)?;
    let frame = match u32::from_le_bytes(len) {
        NO_FRAME => None,
        len => {
            let mut frame = vec![0; len as usize];
            link.read_exact(&mut frame)?;
            Some(frame)
        }
    };
    Ok((checkpoint, u64::from_le_bytes(number), frame))
}

/// Sends orders, from where `journal` ends, until each is reported.
async fn buy<J>(
    mut journal: J,
    resume: Option<Checkpoint>,
    seller: SocketAddr,
    orders: u64,
) -> Result<(), Fault>
where
    J: Journal + Send + 'static,
    J::Error: std::error::Error + Send + Sync,
{
    let clock = Clock::start();
    let resume = resume.unwrap_or(Checkpoint::begin(clock.now().utc));
    // The journal has been told of each order that may have left; nobody else needs to know where to go on.
    let sent = last_order(&mut journal, resume)?;
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "BUY", "SELL")?;
    config.policies.logon.reconnect_after = Millis(50);
    let buyer = Buyer { sent, reported: sent, orders };
    let mut keeper = Keeper::start()?;
    let (driver, _handle) = Driver::new(Session::new(config, resume)?, buyer, keeper.keep(journal), clock);
    driver.initiate(move |_| tokio::net::TcpStream::connect(seller)).await?;
    Ok(())
}

/// ClOrdID(11) of the last order that was recorded, and 0 where none was.
fn last_order<J: Journal>(journal: &mut J, resume: Checkpoint) -> Result<u64, Fault>
where
    J::Error: std::error::Error + Send + Sync + 'static,
{
    let (mut last, mut from) = (0, MsgSeqNum::FIRST);
    while from < resume.next_out {
        match journal.first_in(resume.series, from, resume.next_out)? {
            Some(Stored::Message { number, frame }) => {
                let order = Message::read(frame, &DataFields::STANDARD)?;
                last = order.get(CL_ORD_ID).ok_or("an order without ClOrdID(11)")?.uint()?;
                from = number.next();
            }
            Some(Stored::Lost { up_to } | Stored::Withheld { up_to }) => from = up_to.next(),
            None => break,
        }
    }
    Ok(last)
}

/// So many orders may be without a report.
const IN_FLIGHT: u64 = 16;

struct Buyer {
    sent: u64,
    reported: u64,
    orders: u64,
}

impl Application for Buyer {
    fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        ready(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>) {
        if let Event::Message(report) = event {
            let id = report.get(CL_ORD_ID).and_then(|id| id.uint().ok()).unwrap_or_default();
            self.reported = self.reported.max(id);
        }
        if self.reported == self.orders {
            line.stop("the day is over");
        }
    }

    fn idle(&mut self, line: &mut Line<'_>) {
        while self.sent < self.orders && self.sent < self.reported + IN_FLIGHT {
            let id = self.sent + 1;
            let order = line.send(MsgType::NEW_ORDER_SINGLE, |body| {
                body.uint(CL_ORD_ID, id);
            });
            if order.is_err() {
                return;
            }
            self.sent = id;
        }
    }
}

/// Sells, and kills the buyer once half of its orders are here: how many orders were lost, and how many came
/// twice? `program` is this one with arguments for [`play`].
pub(crate) fn failover(orders: u64, program: impl Fn(&[String]) -> Command) -> Result<(u64, u64), Fault> {
    tokio::runtime::Runtime::new()?.block_on(sell(orders, program))
}

async fn sell(orders: u64, program: impl Fn(&[String]) -> Command) -> Result<(u64, u64), Fault> {
    let folder = std::env::temp_dir().join(format!("sansfix-standby-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let clock = Clock::start();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELL", "BUY")?;
    let mut directory = Directory::new();
    let (links, arrivals) = mpsc::channel(1);
    directory.add(SessionName::of_session(&config), links);
    let (booked, half) = (Booked::default(), Arc::new(Notify::new()));
    let seller = Seller { booked: booked.clone(), half: half.clone(), orders };
    let session = Session::new(config, Checkpoint::begin(clock.now().utc))?;
    let (driver, selling) = Driver::new(session, seller, Store::here(NoJournal), clock);
    tokio::spawn(driver.accept(arrivals));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.to_string();
    tokio::spawn(Acceptor::new(directory, Limits::default()).serve(listener, |tcp| ready(Ok(tcp))));

    // A port that is free now: the standby listens there in a moment.
    let ships = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let run = |role: &str| {
        let journal = folder.join(format!("{role}.journal")).display().to_string();
        program(&[role.into(), port.clone(), ships.clone(), journal, orders.to_string()]).spawn().map(Killed)
    };
    let mut standby = run("standby")?;
    let mut buyer = run("buyer")?;
    half.notified().await;
    buyer.0.kill()?;
    buyer.0.wait()?;
    let took_over = tokio::task::spawn_blocking(move || standby.0.wait()).await??;
    selling.stop("").await?;
    std::fs::remove_dir_all(&folder)?;
    if !took_over.success() {
        return Err("the standby failed".into());
    }
    let booked = booked.0.lock().unwrap_or_else(PoisonError::into_inner);
    let lost = (1..=orders).filter(|id| !booked.contains_key(id)).count() as u64;
    Ok((lost, booked.values().map(|times| times - 1).sum()))
}

/// A process that does not outlive this one.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

/// How often each order came.
#[derive(Clone, Default)]
struct Booked(Arc<Mutex<BTreeMap<u64, u64>>>);

struct Seller {
    booked: Booked,
    half: Arc<Notify>,
    orders: u64,
}

impl Application for Seller {
    fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        ready(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>) {
        let Event::Message(order) = event else { return };
        let id = order.get(CL_ORD_ID).and_then(|id| id.uint().ok()).unwrap_or_default();
        *self.booked.0.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
        let _ = line.send(MsgType::EXECUTION_REPORT, |body| {
            body.uint(CL_ORD_ID, id).char(39, '2');
        });
        if id == self.orders / 2 {
            self.half.notify_one();
        }
    }
}
