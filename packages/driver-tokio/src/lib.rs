//! [`sansfix`] sessions on tokio: one task per session, one thread for all journals, one acceptor per port.
//!
//! ```text
//! Acceptor ──link──▶ Driver (a task: session, application) ──records──▶ Keeper (a thread: journals, one sync for many)
//! Handle ──calls──▶    │  ▲
//!               frames ▼  │ bytes
//!                      link
//! ```
//!
//! * [`Driver::initiate`] and [`Driver::accept`] run a session over any number of links, until it is stopped.
//! * An [`Application`] receives events, and judges Logons in a separate future: nothing else waits for a
//!   slow directory.
//! * [`Keeper`] keeps journals on a thread. A round of frames goes to it as one batch; their bytes are
//!   written once it reports that they are safe.
//! * [`Acceptor`] finds the session for a new link by its Logon. Strangers and duplicates are dropped
//!   silently.
//! * [`Driver::kept_by`] keeps the session to the hours of a timekeeper; [`Driver::checked_by`] checks
//!   inbound messages against a dictionary. The `SessionSettings` of a QuickFIX settings file provide both.
//! * [`Application::resends`] decides what is worth sending again, [`Application::compose`] adds fields to a
//!   Logon, and [`Driver::tapped_by`] shows all bytes.
//! * [`Handle::call`] runs anything on a session from elsewhere; [`Handle::stop`] logs out and ends its
//!   driver.
//!
//! ```no_run
//! use std::future::{Future, ready};
//! use sansfix::journal::{FileJournal, FileJournalOptions};
//! use sansfix::{BeginString, Checkpoint, Config, Directory, Event, Message, MsgType, SessionName, Role, Session};
//! use sansfix_driver_tokio::{Acceptor, Application, Clock, Driver, Keeper, Limits, Line, Verdict};
//! use tokio::{net::TcpListener, sync::mpsc};
//!
//! struct Desk;
//!
//! impl Application for Desk {
//!     fn authenticate(&mut self, logon: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
//!         ready(if logon.text(554) == Some("secret") { Verdict::Accept } else { Verdict::Drop })
//!     }
//!
//!     fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>) {
//!         if let Event::Message(order) = event {
//!             let id = order.text(11).unwrap_or_default();
//!             let _ = line.send(MsgType::EXECUTION_REPORT, |body| {
//!                 body.text(11, id).char(39, '2');
//!             });
//!         }
//!     }
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let (clock, mut keeper) = (Clock::start(), Keeper::start()?);
//! let (journal, found) = FileJournal::open("SELL-BUY.journal", FileJournalOptions::default())?;
//! let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELL", "BUY")?;
//! let name = SessionName::of_session(&config);
//! let session = Session::new(config, found.resume.unwrap_or(Checkpoint::begin(clock.now().utc)))?;
//! let (driver, handle) = Driver::new(session, Desk, keeper.keep(journal), clock);
//!
//! // An initiator would run `driver.initiate(|_| TcpStream::connect("127.0.0.1:9878"))`.
//! let (links, arrivals) = mpsc::channel(1);
//! let running = tokio::spawn(driver.accept(arrivals));
//! let mut directory = Directory::new();
//! directory.add(name, links);
//! let listener = TcpListener::bind("127.0.0.1:9878").await?;
//! tokio::spawn(Acceptor::new(directory, Limits::default()).serve(listener, |tcp| ready(Ok(tcp))));
//!
//! tokio::signal::ctrl_c().await?;
//! handle.stop("closing").await?;
//! let (session, _) = running.await??;
//! println!("{:?}", session.status().last_close);
//! # Ok(()) }
//! ```
//!
//! A message log in the form that FIX viewers read, using `packages/observe`:
//!
//! ```
//! use std::{fs::File, io::BufWriter};
//! use sansfix_driver_tokio::{Application, Driver, Traffic};
//! use sansfix_observe::{Direction, MessageLog, Tap};
//!
//! fn logged<A: Application>(driver: Driver<A>, file: File, frame_max: usize) -> Driver<A> {
//!     let mut log = MessageLog::new(BufWriter::new(file));
//!     let (mut inbound, mut outbound) = (Tap::new(frame_max), Tap::new(frame_max));
//!     driver.tapped_by(move |now, traffic| {
//!         let logged = match traffic {
//!             Traffic::Link => Ok(inbound.clear()),
//!             Traffic::In(bytes) => inbound.bytes(bytes, |frame| log.write(now.utc, Direction::In, frame)),
//!             Traffic::Out(bytes) => outbound.bytes(bytes, |frame| log.write(now.utc, Direction::Out, frame)),
//!         };
//!         if let Err(error) = logged {
//!             eprintln!("the log cannot be written: {error}");
//!         }
//!     })
//! }
//! ```
//!
//! `examples/conversation.rs` runs many sessions and cuts the link of each; `examples/standby.rs` ships a
//! journal to a second process, which takes the session over.
#![forbid(unsafe_code)]

mod acceptor;
mod answer;
mod application;
mod clock;
mod driver;
mod line;
mod link;
mod store;

pub use acceptor::{Acceptor, Arrival, Limits};
pub use application::{Application, Verdict};
pub use clock::Clock;
pub use driver::{Driver, Handle, Stopped, Traffic};
pub use line::{Line, SayError};
pub use store::{Found, Keeper, Store, StoreError};
