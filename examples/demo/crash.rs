//! Deliberate faults: a link that breaks in mid-frame, an acceptor that dies with work in hand.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sansfix::wire::{DataFields, Framing, Header, Scan, find, frame};
use sansfix::{Event, Now, Session};

use crate::common::Error;
use crate::common::application::{Application, Port};
use crate::common::conversation::Conversation;
use crate::common::link::Link;
use crate::common::orders::Exchange;

/// ClOrdID(11), which counts the orders.
const CL_ORD_ID: u32 = 11;

/// When an acceptor dies, for orders that it has in hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Death {
    /// The order was delivered, but has had no effect yet.
    WithOrderInHand,
    /// The order is in the book, but its report was not sent yet.
    BeforeTheReport,
}

/// Faults to come, and what they did; both sides share it.
#[derive(Clone, Default)]
pub(crate) struct Plan(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// In the middle of which orders the link is to break.
    cuts: Vec<u64>,
    /// At which orders the acceptor is to die.
    deaths: BTreeMap<u64, Death>,
    /// The orders that were in hand at a death and have not come again.
    in_hand: Vec<u64>,
    came_again: u64,
}

impl Plan {
    /// `count` cuts spread evenly over `orders`; `seed` moves each of them. The acceptor dies at each, a
    /// little before it would notice the cut, so that something is lost in the link too.
    pub(crate) fn new(orders: u64, count: u64, seed: u64) -> Self {
        let mut random = seed;
        let mut below = |bound: u64| {
            // SplitMix64.
            random = random.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (random ^ (random >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (mixed ^ (mixed >> 31)) % bound.max(1)
        };
        let mut state = State::default();
        let stretch = (orders / count.saturating_add(1)).max(1);
        for number in 1..=count.min(orders) {
            let cut = (number * stretch + below(stretch / 10)).clamp(1, orders);
            let death = if number % 2 == 1 { Death::WithOrderInHand } else { Death::BeforeTheReport };
            state.deaths.insert(cut.saturating_sub(1 + below(stretch.min(50))).max(1), death);
            state.cuts.push(cut);
        }
        Plan(Arc::new(Mutex::new(state)))
    }

    /// How many orders were in hand when their process died, and how many of them came again.
    pub(crate) fn in_hand_and_came_again(&self) -> (u64, u64) {
        self.with(|state| (state.came_again + state.in_hand.len() as u64, state.came_again))
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the link is to break in this order. Ask only once.
    fn cuts(&self, order: u64) -> bool {
        self.with(|state| {
            let at = state.cuts.iter().position(|&cut| cut == order);
            at.map(|at| state.cuts.swap_remove(at)).is_some()
        })
    }

    fn order_came(&self, order: u64) -> Option<Death> {
        self.with(|state| {
            if let Some(at) = state.in_hand.iter().position(|&number| number == order) {
                state.in_hand.swap_remove(at);
                state.came_again += 1;
            }
            let death = state.deaths.remove(&order);
            if death == Some(Death::WithOrderInHand) {
                state.in_hand.push(order);
            }
            death
        })
    }
}

/// A link that breaks in the middle of a planned order.
pub(crate) struct Fragile<L> {
    pub(crate) link: L,
    pub(crate) plan: Plan,
    pub(crate) conversation: Conversation,
}

impl<L: Link> Link for Fragile<L> {
    fn read(&mut self, space: &mut [u8], patience: Option<Duration>) -> io::Result<Option<usize>> {
        self.link.read(space, patience)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut at = 0;
        // The driver gives whole frames, but the rest of one where the link took a part of it.
        while let Framing::Frame(span) = frame(&bytes[at..], usize::MAX, &mut Scan::default()) {
            if let Some(order) = cl_ord_id(&bytes[at..at + span.len])
                && self.plan.cuts(order)
            {
                let mut left = &bytes[..at + span.len / 2];
                while !left.is_empty() {
                    left = &left[self.link.write(left)?..];
                }
                self.conversation.note(&format!("X  cut in the middle of order {order}  X"));
                self.link.close();
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            at += span.len;
        }
        self.link.write(bytes)
    }

    fn close(&mut self) {
        self.link.close();
    }
}

/// An exchange that dies as planned.
pub(crate) struct Mortal {
    pub(crate) exchange: Exchange,
    pub(crate) plan: Plan,
    pub(crate) fate: Option<u64>,
}

/// The end of an acceptor, by plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Died {
    #[error("order {0} in hand")]
    WithOrderInHand(u64),
    #[error("order {0} booked, not reported")]
    BeforeTheReport(u64),
}

impl Application for Mortal {
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now) -> Result<(), Error> {
        self.exchange.on(event, session, now)?;
        if let Event::Message(message) = event
            && let Some(order) = cl_ord_id(message.as_bytes())
        {
            match self.plan.order_came(order) {
                Some(Death::WithOrderInHand) => return Err(Died::WithOrderInHand(order).into()),
                Some(Death::BeforeTheReport) => self.fate = Some(order),
                None => {}
            }
        }
        Ok(())
    }

    fn work(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error> {
        if let Some(order) = self.fate {
            self.exchange.commit(port)?;
            return Err(Died::BeforeTheReport(order).into());
        }
        self.exchange.work(port)
    }
}

/// Of a NewOrderSingle.
fn cl_ord_id(bytes: &[u8]) -> Option<u64> {
    let Framing::Frame(span) = frame(bytes, usize::MAX, &mut Scan::default()) else { return None };
    let header = Header::read(bytes, &span, &DataFields::STANDARD);
    if header.msg_type != sansfix::MsgType::NEW_ORDER_SINGLE {
        return None;
    }
    find(bytes.get(header.body_at..)?, CL_ORD_ID, &DataFields::STANDARD)?.uint().ok()
}
