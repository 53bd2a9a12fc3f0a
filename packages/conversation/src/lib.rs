//! The conversation with which every driver is tested: a buyer sends orders, a seller reports on each, the
//! link is cut from time to time, and both count what arrives.
//!
//! A [`Party`] does not depend on a driver. It receives events, says what it would send next, and is told
//! when that has been committed:
//!
//! ```
//! use sansfix_conversation::Party;
//! let mut buyer = Party::buyer(2);
//! let first = buyer.say().expect("an order to send");
//! assert_eq!(first.msg_type, sansfix::MsgType::NEW_ORDER_SINGLE);
//! buyer.said();
//! assert_eq!(buyer.tally().to_string(), "lost 2, duplicated 0");
//! ```
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::fmt;

use sansfix::{Body, Event, MsgType};

const CL_ORD_ID: u32 = 11;
const ORDER_QTY: u32 = 38;
const SYMBOL: u32 = 55;

/// How many orders may lack their report: enough to keep the link busy, few enough for a cut to fall among
/// them.
const WINDOW: u64 = 64;

/// One side of the conversation.
#[derive(Debug)]
pub struct Party {
    role: Role,
    /// How many times each message of the other side arrived, by its identifier.
    came: Vec<u32>,
    last: Option<u64>,
    disordered: u64,
}

#[derive(Debug)]
enum Role {
    Buyer { said: u64, heard: u64 },
    Seller { owed: VecDeque<u64> },
}

/// A message to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Saying {
    /// MsgType(35).
    pub msg_type: MsgType<'static>,
    id: u64,
}

impl Saying {
    /// Writes the body.
    pub fn write(&self, body: &mut Body<'_>) {
        body.uint(CL_ORD_ID, self.id).text(SYMBOL, "VOD.L").uint(ORDER_QTY, 100);
    }
}

/// What became of the messages that one side should have received.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many never arrived.
    pub lost: u64,
    /// How many arrived again.
    pub duplicated: u64,
    /// How many arrived after a later one, or again.
    pub disordered: u64,
}

impl Party {
    /// A party that sends `orders` orders and expects a report on each.
    pub fn buyer(orders: u64) -> Self {
        Party::new(Role::Buyer { said: 0, heard: 0 }, orders)
    }

    /// A party that expects `orders` orders and reports on each.
    pub fn seller(orders: u64) -> Self {
        Party::new(Role::Seller { owed: VecDeque::new() }, orders)
    }

    fn new(role: Role, orders: u64) -> Self {
        let came = (0..orders).map(|_| 0).collect();
        Party { role, came, last: None, disordered: 0 }
    }

    /// Receives an event from the session.
    pub fn hear(&mut self, event: &Event<'_>) {
        let Event::Message(message) = event else { return };
        let expected = match self.role {
            Role::Buyer { .. } => MsgType::EXECUTION_REPORT,
            Role::Seller { .. } => MsgType::NEW_ORDER_SINGLE,
        };
        let Some(Ok(id)) = message.get(CL_ORD_ID).map(|value| value.uint()) else { return };
        if message.msg_type() != expected {
            return;
        }
        if let Some(times) = usize::try_from(id).ok().and_then(|id| self.came.get_mut(id)) {
            *times += 1;
        }
        if self.last.is_some_and(|last| last >= id) {
            self.disordered += 1;
        }
        self.last = Some(id);
        match &mut self.role {
            Role::Buyer { heard, .. } => *heard += 1,
            Role::Seller { owed } => owed.push_back(id),
        }
    }

    /// What it would send next, if anything.
    pub fn say(&self) -> Option<Saying> {
        match &self.role {
            &Role::Buyer { said, heard } => {
                let may = said < self.came.len() as u64 && said.saturating_sub(heard) < WINDOW;
                may.then_some(Saying { msg_type: MsgType::NEW_ORDER_SINGLE, id: said })
            }
            Role::Seller { owed } => {
                owed.front().map(|&id| Saying { msg_type: MsgType::EXECUTION_REPORT, id })
            }
        }
    }

    /// Notes that the message from [`say`](Party::say) has been committed.
    pub fn said(&mut self) {
        match &mut self.role {
            Role::Buyer { said, .. } => *said += 1,
            Role::Seller { owed } => drop(owed.pop_front()),
        }
    }

    /// How many messages of the other side arrived, each counted once.
    pub fn heard(&self) -> u64 {
        self.came.iter().filter(|&&times| times > 0).count() as u64
    }

    /// Whether everything has arrived and nothing is left to send.
    pub fn is_done(&self) -> bool {
        self.heard() == self.came.len() as u64 && self.say().is_none()
    }

    /// The counts so far.
    pub fn tally(&self) -> Tally {
        let again = |&times: &u32| u64::from(times.saturating_sub(1));
        Tally {
            lost: self.came.len() as u64 - self.heard(),
            duplicated: self.came.iter().map(again).sum(),
            disordered: self.disordered,
        }
    }
}

impl std::ops::Add for Tally {
    type Output = Tally;

    fn add(self, other: Tally) -> Tally {
        Tally {
            lost: self.lost + other.lost,
            duplicated: self.duplicated + other.duplicated,
            disordered: self.disordered + other.disordered,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lost {}, duplicated {}", self.lost, self.duplicated)?;
        if self.disordered > 0 {
            write!(f, ", out of order {}", self.disordered)?;
        }
        Ok(())
    }
}
