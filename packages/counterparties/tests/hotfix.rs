//! `hotfix` sends orders to a sansfix acceptor, which reports on each; the link is cut in between.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;

use std::future::ready;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use desk::{Desk, ring};
use hotfix::application::{InboundDecision, OutboundDecision};
use hotfix::config::SessionConfig;
use hotfix::fix44;
use hotfix::initiator::Initiator;
use hotfix::message::{OutboundMessage, Part};
use hotfix::session::error::SendError;
use hotfix::session::{SessionHandle, Status};
use hotfix::store::in_memory::InMemoryMessageStore;
use sansfix::{BeginString, Body, Checkpoint, Config, Directory, Role, Session, SessionName};
use sansfix_conversation::{Party, Tally};
use sansfix_driver_tokio::{Acceptor, Clock, Driver, Handle, Keeper, Limits};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

const ORDERS: u64 = 300;

/// An order of `hotfix`'s.
#[derive(Clone)]
struct Order(u64);

impl OutboundMessage for Order {
    fn write(&self, message: &mut hotfix::Message) {
        message.set(fix44::CL_ORD_ID, self.0.to_string().as_str());
        message.set(fix44::SIDE, fix44::Side::Buy);
        message.set(fix44::SYMBOL, "VOD.L");
        message.set(fix44::TRANSACT_TIME, "20260101-12:00:00");
        message.set(fix44::ORDER_QTY, 100);
        message.set(fix44::ORD_TYPE, fix44::OrdType::Market);
    }

    fn message_type(&self) -> &str {
        "D"
    }
}

/// `hotfix`'s side: it counts reports.
struct Reports(mpsc::UnboundedSender<u64>, mpsc::UnboundedSender<()>);

#[async_trait::async_trait]
impl hotfix::Application for Reports {
    type Outbound = Order;

    async fn on_outbound_message(&self, _: &Order) -> OutboundDecision {
        OutboundDecision::Send
    }

    async fn on_inbound_message(&self, message: &hotfix::Message) -> InboundDecision {
        let id: &str = message.get(fix44::CL_ORD_ID).unwrap();
        self.0.send(id.parse().unwrap()).unwrap();
        InboundDecision::Accept
    }

    async fn on_logout(&mut self, _: &str) {}

    async fn on_logon(&mut self) {
        self.1.send(()).unwrap();
    }

    async fn on_state_change(&self, _: &Status, _: &Status) {}
}

#[tokio::test]
async fn hotfix_as_initiator_loses_nothing_when_the_link_is_cut() {
    let (port, seller, handle, log) = sell().await;
    let (reports, mut came) = mpsc::unbounded_channel();
    let (logons, mut logged_on) = mpsc::unbounded_channel();
    let initiator = Initiator::start(config(port), Reports(reports, logons), InMemoryMessageStore::default())
        .await
        .unwrap();
    let orders: SessionHandle<Order> = initiator.session_handle();
    timeout(Duration::from_secs(10), logged_on.recv()).await.expect("it logs on");
    for order in 0..ORDERS {
        // Without a link it takes no orders, and numbers none.
        while let Err(refused) = orders.send(Order(order)).await {
            assert!(matches!(refused, SendError::Disconnected), "{refused:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Enough that the cut falls among them.
        if order % 10 == 9 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    let mut times = vec![0; usize::try_from(ORDERS).unwrap()];
    while times.contains(&0) {
        match timeout(Duration::from_secs(20), came.recv()).await {
            Ok(Some(id)) => times[usize::try_from(id).unwrap()] += 1,
            Ok(None) | Err(_) => {
                let missing = times.iter().filter(|&&times| times == 0).count();
                panic!("{missing} reports are missing; ours was told:\n{}", log.lock().unwrap().join("\n"));
            }
        }
    }
    assert!(logged_on.recv().await.is_some(), "the link was cut");
    initiator.shutdown(false).await.unwrap();
    handle.stop("closing").await.unwrap();
    let (session, desk) = seller.await.unwrap().unwrap();
    assert_eq!(desk.party.tally(), Tally::default());
    assert!(times.iter().all(|&times| times == 1), "{times:?}");
    let closed = session.status().last_close.unwrap().why;
    assert!(closed.is_orderly(), "{closed}");
}

type Sold = tokio::task::JoinHandle<Result<(Session, Desk), sansfix_driver_tokio::StoreError>>;

async fn sell() -> (SocketAddr, Sold, Handle, Arc<Mutex<Vec<String>>>) {
    let clock = Clock::start();
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "SANSFIX", "HOTFIX").unwrap();
    let mut directory = Directory::new();
    let (links, arrivals) = mpsc::channel(1);
    directory.add(SessionName::of_session(&config), links);
    let session = Session::new(config, Checkpoint::begin(clock.now().utc)).unwrap();
    let desk = Desk { also: report, ..Desk::new(Party::seller(ORDERS), ORDERS / 3) };
    let log = desk.log.clone();
    let mut keeper = Keeper::start().unwrap();
    let (driver, handle) = Driver::new(session, desk, keeper.keep(ring()), clock);
    let seller = tokio::spawn(driver.accept(arrivals));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap();
    tokio::spawn(Acceptor::new(directory, Limits::default()).serve(listener, |stream| ready(Ok(stream))));
    (port, seller, handle, log)
}

/// What `hotfix` wants of an ExecutionReport.
fn report(body: &mut Body<'_>) {
    body.text(37, "o").text(17, "e").char(150, '0').char(39, '0').char(54, '1');
    body.uint(151, 100).uint(14, 0).uint(6, 0);
}

fn config(port: SocketAddr) -> SessionConfig {
    SessionConfig {
        begin_string: "FIX.4.4".into(),
        sender_comp_id: "HOTFIX".into(),
        target_comp_id: "SANSFIX".into(),
        data_dictionary_path: None,
        connection_host: port.ip().to_string(),
        connection_port: port.port(),
        tls_config: None,
        heartbeat_interval: 30,
        logon_timeout: 10,
        logout_timeout: 2,
        reconnect_interval: 1,
        reset_on_logon: false,
        schedule: None,
        validation: hotfix::config::ValidationConfig::default(),
    }
}
