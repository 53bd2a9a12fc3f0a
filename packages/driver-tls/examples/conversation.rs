//! A buyer and a seller over TLS, certificates made at run time, a link that is cut.
//!
//! `cargo run --release -p sansfix-driver-tls --example conversation`

use std::future::{Future, ready};
use std::net::SocketAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use sansfix::{
    BeginString, Checkpoint, Config, Directory, Event, Message, Millis, Reason, RingJournal, Role, Session,
    SessionName,
};
use sansfix_conversation::{Party, Tally};
use sansfix_driver_tls::{Client, Identity, Server, names};
use sansfix_driver_tokio::{Acceptor, Application, Clock, Driver, Keeper, Limits, Line, Verdict};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let runtime = tokio::runtime::Runtime::new()?;
    println!("{}", runtime.block_on(converse("BUYSIDE", 2_000))?);
    Ok(())
}

/// A buyer whose certificate names `shown` logs on as `BUYSIDE` and sends `orders` orders; the link is cut in
/// the middle.
pub(crate) async fn converse(shown: &str, orders: u64) -> Result<Tally, Fault> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let root: CertificateDer<'static> = authority.der().clone();
    let identity = |name: &str| -> Result<Identity, Fault> {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &authority)?;
        let chain = vec![certificate.der().clone()];
        Ok(Identity { chain, key: PrivateKeyDer::Pkcs8(key.serialize_der().into()) })
    };
    let clock = Clock::start();
    let mut keeper = Keeper::start()?;

    // The selling side.
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE")?;
    let mut directory = Directory::new();
    let (links, arrivals) = mpsc::channel(1);
    directory.add(SessionName::of_session(&config), links);
    let seller = Desk { party: Party::seller(orders), half: None, done: Arc::default() };
    let session = Session::new(config, Checkpoint::begin(clock.now().utc))?;
    let (driver, selling) = Driver::new(session, seller, keeper.keep(ring()), clock);
    let seller = tokio::spawn(driver.accept(arrivals));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port: SocketAddr = listener.local_addr()?;
    let server = Server::new(identity("sellside.example")?, [root.clone()])?;
    let acceptor = Acceptor::vouched(directory, Limits::default(), names);
    let acceptor = tokio::spawn(acceptor.serve(listener, move |tcp| server.clone().accept(tcp)));

    // The buying side.
    let mut config = Config::new(Role::Initiator, BeginString::Fix44, "BUYSIDE", "SELLSIDE")?;
    config.policies.logon.reconnect_after = Millis(50);
    config.policies.logon.attempts = Some(2);
    let done = Arc::new(Notify::new());
    let buyer = Desk { party: Party::buyer(orders), half: Some(orders / 2), done: done.clone() };
    let session = Session::new(config, Checkpoint::begin(clock.now().utc))?;
    let (driver, buying) = Driver::new(session, buyer, keeper.keep(ring()), clock);
    let client = Client::new(identity(shown)?, [root])?;
    let host = ServerName::try_from("sellside.example")?;
    let buyer = tokio::spawn(driver.initiate(move |_| {
        let (client, host) = (client.clone(), host.clone());
        async move { client.connect(host, TcpStream::connect(port).await?).await }
    }));
    tokio::spawn(async move {
        done.notified().await;
        let _ = buying.stop("the day is over").await;
    });

    let (_, bought) = buyer.await??;
    selling.stop("closing").await?;
    let (_, sold) = seller.await??;
    acceptor.abort();
    Ok(bought.party.tally() + sold.party.tally())
}

/// Memory for the messages of this process's life.
fn ring() -> RingJournal<'static> {
    RingJournal::new(Box::leak(vec![0; 4 * 1024 * 1024].into_boxed_slice()))
}

struct Desk {
    party: Party,
    /// After so many reports the link is to break.
    half: Option<u64>,
    done: Arc<Notify>,
}

impl Application for Desk {
    fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        // The certificate has said who it is.
        ready(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>) {
        self.party.hear(event);
        if matches!(event, Event::Stopped { .. }) {
            // Nobody waits for another day here.
            line.stop("");
        }
        if self.half.take_if(|half| *half < self.party.heard()).is_some() {
            let _ = line.session.disconnect(line.now, Reason::LinkLost);
        }
        if self.party.is_done() {
            self.done.notify_one();
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
}
