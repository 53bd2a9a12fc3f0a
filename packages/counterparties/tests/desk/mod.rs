//! Our side of the conversation: one party, which breaks the link once.

use std::future::{Future, ready};
use std::sync::{Arc, Mutex};

use sansfix::{Body, Event, Message, Reason, RingJournal};
use sansfix_conversation::Party;
use sansfix_driver_tokio::{Application, Line, Verdict};
use tokio::sync::Notify;

pub(crate) struct Desk {
    pub(crate) party: Party,
    /// After so many messages the link is to break.
    pub(crate) cut_after: Option<u64>,
    /// What the counterparty wants in each message beside what the party says.
    pub(crate) also: fn(&mut Body<'_>),
    /// Told when everything has come.
    pub(crate) done: Arc<Notify>,
    /// What the session told, for a test that fails.
    pub(crate) log: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    pub(crate) fn new(party: Party, cut_after: u64) -> Self {
        Desk { party, cut_after: Some(cut_after), also: |_| {}, done: Arc::default(), log: Arc::default() }
    }
}

impl Application for Desk {
    fn authenticate(&mut self, _: &Message<'_>) -> impl Future<Output = Verdict> + Send + 'static {
        ready(Verdict::Accept)
    }

    fn on(&mut self, event: &Event<'_>, line: &mut Line<'_>) {
        self.party.hear(event);
        self.log.lock().unwrap().push(format!("{event:?}"));
        if self.cut_after.take_if(|after| *after < self.party.heard()).is_some() {
            let _ = line.session.disconnect(line.now, Reason::LinkLost);
        }
        if self.party.is_done() {
            self.done.notify_one();
        }
    }

    fn idle(&mut self, line: &mut Line<'_>) {
        while let Some(saying) = self.party.say() {
            let sent = line.send(saying.msg_type, |body| {
                saying.write(body);
                (self.also)(body);
            });
            if sent.is_err() {
                return;
            }
            self.party.said();
        }
    }
}

/// Memory for the messages of a test.
pub(crate) fn ring() -> RingJournal<'static> {
    RingJournal::new(vec![0; 1 << 20].leak())
}
