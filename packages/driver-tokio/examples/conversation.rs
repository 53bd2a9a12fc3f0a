//! Many buyers and one port: slow authentication, an asynchronous journal in files, links that are cut, a
//! graceful end.
//!
//! `cargo run --release -p sansfix-driver-tokio --example conversation`

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sansfix::journal::{FileJournal, FileJournalOptions};
use sansfix::{
    BeginString, Body, Checkpoint, Compose, Config, Directory, Event, Id, LogonId, Message, Millis, Role,
    Session, SessionName,
};
use sansfix_conversation::{Party, Tally};
use sansfix_driver_tokio::{
    Acceptor, Application, Arrival, Clock, Driver, Handle, Keeper, Limits, Line, Verdict,
};
use tokio::io::{AsyncReadExt as _, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

type Fault = Box<dyn std::error::Error + Send + Sync>;

const USERNAME: u32 = 553;
const PASSWORD: u32 = 554;

fn main() -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    let tally = runtime.block_on(converse(20, 500))?;
    println!("{tally}");
    Ok(())
}

/// `buyers` buyers send `orders` orders each to one port. Every link is cut once in the middle of a frame.
pub(crate) async fn converse(buyers: usize, orders: u64) -> Result<Tally, Fault> {
    let folder = std::env::temp_dir().join(format!("sansfix-tokio-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let clock = Clock::start();
    let mut keeper = Keeper::start()?;

    // The selling side: half of the counterparties are known by name, the others come in by the template.
    let (ended, mut sellers) = mpsc::unbounded_channel();
    let mut directory = Directory::new();
    let mut open = move |folder: &Path, name: &str| -> Result<_, Fault> {
        let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELL", name)?;
        let key = SessionName::of_session(&config);
        let (session, journal) = resume(config, folder, clock)?;
        let (driver, handle) =
            Driver::new(session, Desk::new(Party::seller(orders)), keeper.keep(journal), clock);
        let (links, arrivals) = mpsc::channel::<Arrival<TcpStream>>(1);
        let ended = ended.clone();
        tokio::spawn(async move {
            let _ = ended.send(driver.accept(arrivals).await.map(|(_, desk)| (handle, desk.party.tally())));
        });
        Ok((key, links))
    };
    for buyer in 0..buyers / 2 {
        let (key, links) = open(&folder, &format!("BUY{buyer}"))?;
        directory.add(key, links);
    }
    let templates = folder.clone();
    directory.with_template(buyers, move |logon: &LogonId<'_>| {
        let name = std::str::from_utf8(logon.sender_comp_id).ok()?;
        let known =
            name.starts_with("BUY") && name.chars().all(|character| character.is_ascii_alphanumeric());
        known.then(|| open(&templates, name).ok()).flatten().map(|(_, links)| links)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?;
    let limits = Limits { waiting_per_host: buyers, ..Limits::default() };
    let acceptor =
        tokio::spawn(Acceptor::new(directory, limits).serve(listener, |stream| async { Ok(stream) }));

    // The buying side, each through a link of its own that is cut once.
    let mut keeper = Keeper::start()?;
    let mut conversations = Vec::new();
    for buyer in 0..buyers {
        let mut config = Config::new(Role::Initiator, BeginString::Fix44, &format!("BUY{buyer}"), "SELL")?;
        config.compose.logon = true;
        config.policies.logon.reconnect_after = Millis(50);
        let (session, journal) = resume(config, &folder, clock)?;
        let done = Arc::new(tokio::sync::Notify::new());
        let desk = Desk { done: Some(done.clone()), ..Desk::new(Party::buyer(orders)) };
        let (driver, handle) = Driver::new(session, desk, keeper.keep(journal), clock);
        let link = Arc::new(AtomicU64::new(0));
        let links = link.clone();
        let driver = tokio::spawn(driver.initiate(move |_| connect(port, links.clone(), orders * 60)));
        conversations.push(tokio::spawn(async move {
            done.notified().await;
            handle.stop("the day is over").await?;
            let (session, desk) = driver.await??;
            assert!(session.status().last_close.is_some_and(|close| close.why.is_orderly()));
            assert!(link.load(Ordering::Relaxed) > 1, "the link was cut");
            Ok::<_, Fault>(desk.party.tally())
        }));
    }
    let mut tally = Tally::default();
    for conversation in conversations {
        tally = tally + conversation.await??;
    }
    // The acceptor is gone: its sessions have no way left to get a link, and end.
    acceptor.abort();
    let _ = acceptor.await;
    for _ in 0..buyers {
        let (_, of_seller): (Handle, Tally) = sellers.recv().await.ok_or("a seller is missing")??;
        tally = tally + of_seller;
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(tally)
}

/// A session and its journal, from where the last process left them.
fn resume(config: Config, folder: &Path, clock: Clock) -> Result<(Session, FileJournal), Fault> {
    let path = folder.join(format!(
        "{}-{}.journal",
        config.ids.get(Id::SenderCompId),
        config.ids.get(Id::TargetCompId)
    ));
    let (journal, recovered) = FileJournal::open(path, FileJournalOptions::default())?;
    let resume = recovered.resume.unwrap_or(Checkpoint::begin(clock.now().utc));
    Ok((Session::new(config, resume)?, journal))
}

/// A party with a user name.
struct Desk {
    party: Party,
    done: Option<Arc<tokio::sync::Notify>>,
}

impl Desk {
    fn new(party: Party) -> Self {
        Desk { party, done: None }
    }
}

impl Application for Desk {
    fn authenticate(&mut self, logon: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        let good = logon.text(USERNAME) == Some("desk") && logon.text(PASSWORD) == Some("secret");
        async move {
            // A directory far away.
            tokio::time::sleep(Duration::from_millis(20)).await;
            let text = "bad user name or password".into();
            if good { Verdict::Accept } else { Verdict::Refuse { text, session_status: Some(5) } }
        }
    }

    fn on(&mut self, event: &Event<'_>, _line: &mut Line<'_>) {
        self.party.hear(event);
        if self.party.is_done()
            && let Some(done) = &self.done
        {
            done.notify_one();
        }
    }

    fn idle(&mut self, line: &mut Line<'_>) {
        while let Some(saying) = self.party.say() {
            if line.send(saying.msg_type, |body| saying.write(body)).is_err() {
                return;
            }
            self.party.said();
        }
    }

    fn compose(&mut self, _: &Compose, body: &mut Body<'_>) {
        body.text(USERNAME, "desk").text(PASSWORD, "secret");
    }
}

/// A link through a wire that breaks once, after `bytes` bytes, in the middle of whatever is on it.
async fn connect(
    port: SocketAddr,
    used: Arc<AtomicU64>,
    bytes: u64,
) -> std::io::Result<tokio::io::DuplexStream> {
    let far = TcpStream::connect(port).await?;
    let (near, wire) = tokio::io::duplex(4096);
    let first = used.fetch_add(1, Ordering::Relaxed) == 0;
    tokio::spawn(async move {
        let (mut near_from, mut near_to) = tokio::io::split(wire);
        let (mut far_from, mut far_to) = far.into_split();
        let there = async {
            copy(&mut (&mut near_from).take(if first { bytes } else { u64::MAX }), &mut far_to).await
        };
        let back = async { copy(&mut far_from, &mut near_to).await };
        // Whichever ends first takes the other with it, and what is on the way is lost.
        tokio::select! {
            _ = there => {}
            _ = back => {}
        }
    });
    Ok(near)
}
