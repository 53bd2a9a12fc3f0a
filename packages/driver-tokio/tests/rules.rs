//! A dictionary stands before the application.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::future::{Future, ready};
use std::sync::Arc;

use sansfix::dictionary::{Dictionary, DictionaryRules, SMALL};
use sansfix::testing::frame;
use sansfix::{BeginString, Checkpoint, Config, Event, Message, NoJournal, Role, Session, Utc};
use sansfix_driver_tokio::{Application, Arrival, Clock, Driver, Keeper, Line, Verdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::sync::mpsc;

/// Tells what reaches it.
struct Desk(mpsc::UnboundedSender<String>);

impl Application for Desk {
    fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        ready(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, _: &mut Line<'_>) {
        if let Event::Message(message) = event {
            self.0.send(message.text(11).unwrap_or_default().into()).unwrap();
        }
    }
}

#[tokio::test]
async fn an_order_that_breaks_the_dictionary_is_rejected_and_not_told() {
    let clock = Clock::start_at(Utc::from_secs(1_767_268_800));
    let config = Config::new(Role::Acceptor, BeginString::Fix44, "US", "THEM").unwrap();
    let session = Session::new(config, Checkpoint::begin(clock.now().utc)).unwrap();
    let rules = DictionaryRules::new(Arc::new(Dictionary::from_xml(SMALL).unwrap())).unwrap();
    let mut keeper = Keeper::start().unwrap();
    let (told, mut orders) = mpsc::unbounded_channel();
    let (driver, _handle) = Driver::new(session, Desk(told), keeper.keep(NoJournal), clock);
    let (links, arrivals) = mpsc::channel(1);
    tokio::spawn(driver.checked_by(rules).accept(arrivals));

    let (near, mut far) = duplex(4096);
    links.send(Arrival::new(near)).await.unwrap();
    let header = "49=THEM|52=20260101-12:00:00|56=US|";
    for (start, rest) in [
        ("35=A|34=1|", "98=0|108=30|"),
        ("35=D|34=2|", "11=one|"),
        ("35=D|34=3|", "11=two|55=VOD.L|54=1|60=20260101-12:00:00|40=1|"),
    ] {
        far.write_all(&frame(&format!("8=FIX.4.4|{start}{header}{rest}"))).await.unwrap();
    }
    assert_eq!(orders.recv().await.as_deref(), Some("two"));
    let mut said = vec![0; 4096];
    let mut len = 0;
    while !String::from_utf8_lossy(&said[..len]).contains("\u{1}45=2\u{1}") {
        len += far.read(&mut said[len..]).await.unwrap();
    }
    assert!(String::from_utf8_lossy(&said[..len]).contains("\u{1}35=3\u{1}"), "a Reject");
}
