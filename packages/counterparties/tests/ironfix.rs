//! A sansfix initiator sends orders to an `ironfix` acceptor, which reports on each; the link is cut in
//! between.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod desk;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use desk::{Desk, ring};
use ironfix_core::message::{MsgType as IronType, RawMessage};
use ironfix_core::types::CompId;
use ironfix_engine::application::{Application as IronApplication, RejectReason, SessionId};
use ironfix_engine::outcome::SendOutcome;
use ironfix_engine::{Acceptor, OutboundMessage};
use ironfix_session::SessionConfig;
use ironfix_store::MemoryStore;
use sansfix::{BeginString, Checkpoint, Config, Millis, Role, Session};
use sansfix_conversation::{Party, Tally};
use sansfix_driver_tokio::{Clock, Driver, Keeper};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

const ORDERS: u64 = 300;

/// `ironfix`'s side: it hands on the identifiers of orders.
struct Orders(mpsc::UnboundedSender<u64>);

#[async_trait::async_trait]
impl IronApplication for Orders {
    async fn on_create(&self, _: &SessionId) {}

    async fn on_logon(&self, _: &SessionId) {}

    async fn on_logout(&self, _: &SessionId) {}

    async fn to_admin(&self, _: &mut OutboundMessage, _: &SessionId) {}

    async fn from_admin(&self, _: &RawMessage<'_>, _: &SessionId) -> Result<(), RejectReason> {
        Ok(())
    }

    async fn to_app(&self, _: &mut OutboundMessage, _: &SessionId) {}

    async fn from_app(&self, message: &RawMessage<'_>, _: &SessionId) -> Result<(), RejectReason> {
        self.0.send(message.get_field_str(11).unwrap().parse().unwrap()).unwrap();
        Ok(())
    }
}

/// Serves one link after the other and reports on each order; counts how often each came.
async fn sell(listener: TcpListener, times: Arc<Mutex<Vec<u32>>>) {
    let config =
        SessionConfig::new(CompId::new("IRONFIX").unwrap(), CompId::new("SANSFIX").unwrap(), "FIX.4.4");
    let (orders, mut came) = mpsc::unbounded_channel();
    let acceptor = Acceptor::new(config, Arc::new(Orders(orders))).with_store(Arc::new(MemoryStore::new()));
    let mut owed = None;
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(connection) = acceptor.serve(stream).await else { continue };
        loop {
            let id: u64 = match owed.take() {
                Some(id) => id,
                None => tokio::select! {
                    Some(id) = came.recv() => {
                        times.lock().unwrap()[usize::try_from(id).unwrap()] += 1;
                        id
                    }
                    () = connection.wait_closed() => break,
                },
            };
            let mut report = OutboundMessage::new(IronType::new("8").unwrap());
            report.push_uint(11, id);
            // One that was numbered before the link broke is stored, and sent again when we ask.
            if let SendOutcome::NotSent { .. } = connection.send_tracked(report).await {
                owed = Some(id);
                connection.wait_closed().await;
                break;
            }
        }
    }
}

#[tokio::test]
async fn ironfix_as_acceptor_loses_nothing_when_the_link_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap();
    let times = Arc::new(Mutex::new(vec![0; usize::try_from(ORDERS).unwrap()]));
    let seller = tokio::spawn(sell(listener, times.clone()));

    let clock = Clock::start();
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "SANSFIX", "IRONFIX").unwrap();
    config.policies.logon.reconnect_after = Millis(200);
    let session = Session::new(config, Checkpoint::begin(clock.now().utc)).unwrap();
    let desk = Desk::new(Party::buyer(ORDERS), ORDERS / 3);
    let (done, log) = (desk.done.clone(), desk.log.clone());
    let mut keeper = Keeper::start().unwrap();
    let (driver, handle) = Driver::new(session, desk, keeper.keep(ring()), clock);
    let buyer = tokio::spawn(driver.initiate(move |_| TcpStream::connect(port)));

    if timeout(Duration::from_secs(30), done.notified()).await.is_err() {
        let status = handle.call(|line| format!("{:?}", line.session.status())).await;
        panic!("reports are missing; {status:?}; we were told:\n{}", log.lock().unwrap().join("\n"));
    }
    handle.stop("closing").await.unwrap();
    let (session, desk) = buyer.await.unwrap().unwrap();
    assert!(desk.cut_after.is_none(), "the link was cut");
    assert_eq!(desk.party.tally(), Tally::default());
    let closed = session.status().last_close.unwrap().why;
    assert!(closed.is_orderly(), "{closed}");
    let times = times.lock().unwrap();
    assert!(times.iter().all(|&times| times == 1), "{times:?}");
    seller.abort();
}
