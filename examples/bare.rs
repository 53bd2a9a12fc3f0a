//! Two sessions as firmware would run them: no operating system, no heap, no thread; one loop over events in
//! virtual time, and a serial line between the two.
//!
//! `cargo run --release --example bare`
//!
//! Only the printing needs `std`. The line takes 87 µs per byte (115,200 baud), has a queue of 2 KiB in each
//! direction, and breaks twice, losing whatever is on it.

use core::time::Duration;

use sansfix::journal::Journal as _;
use sansfix::{
    BeginString, Checkpoint, Config, ConfigError, Event, Inbox, Instant, MsgType, Now, Output, RingJournal,
    Role, Session, State, Utc,
};

const ORDERS: usize = 300;
const BYTE_TIME: Duration = Duration::from_nanos(86_806);
const CUTS: [Duration; 2] = [Duration::from_millis(1_500), Duration::from_millis(7_200)];
const CL_ORD_ID: u32 = 11;

fn main() -> Result<(), ConfigError> {
    let told = converse()?;
    println!(
        "{ORDERS} orders and their reports, {} cuts, {:.1} s of virtual time",
        CUTS.len(),
        told.time.as_secs_f32()
    );
    println!("lost {}, duplicated {}", told.lost, told.duplicated);
    Ok(())
}

/// The result.
pub(crate) struct Told {
    pub(crate) time: Duration,
    pub(crate) lost: usize,
    pub(crate) duplicated: u32,
}

pub(crate) fn converse() -> Result<Told, ConfigError> {
    // All memory that two sessions ever use.
    let mut memory = [[0; 2048]; 4];
    let mut journals = [[0; 64 * 1024]; 2];
    let [inbox_a, held_a, inbox_b, held_b] = &mut memory;
    let [journal_a, journal_b] = &mut journals;
    let mut buyer =
        Node::new(Role::Initiator, "BUY", "SELL", Inbox::new(inbox_a).holding(held_a), journal_a)?;
    let mut seller =
        Node::new(Role::Acceptor, "SELL", "BUY", Inbox::new(inbox_b).holding(held_b), journal_b)?;

    let mut time = Duration::ZERO;
    let mut line = Line::Down;
    let mut cuts = CUTS.iter();
    let mut next_cut = cuts.next();
    while !buyer.has_ended {
        let now = Now::new(time, Utc::from_secs(1_767_225_600).saturating_add(time));
        if next_cut.is_some_and(|&cut| cut <= time) {
            next_cut = cuts.next();
            line = Line::Down;
        }
        // A session is told of the line, and steps until it waits. No time passes while the line changes.
        let mut changed = false;
        for node in [&mut buyer, &mut seller] {
            node.notice(line, now);
            (line, changed) = match node.run(now) {
                Wants::Line => (Line::Up { next_byte: time + BYTE_TIME }, true),
                Wants::NoLine => (Line::Down, true),
                Wants::Nothing => (line, changed),
            };
        }
        if changed {
            continue;
        }
        // The next event: a byte arrives, a deadline comes, the line breaks.
        if let Line::Up { next_byte } = &mut line
            && *next_byte <= time
        {
            buyer.queue.give(&mut seller.inbox);
            seller.queue.give(&mut buyer.inbox);
            *next_byte = time + BYTE_TIME;
            continue;
        }
        let byte = match line {
            Line::Up { next_byte } if !buyer.queue.is_empty() || !seller.queue.is_empty() => Some(next_byte),
            Line::Up { .. } | Line::Down => None,
        };
        let deadlines = [buyer.until, seller.until].map(|until| until.map(since_start));
        let events = [byte, next_cut.copied(), deadlines[0], deadlines[1]];
        time = events.into_iter().flatten().min().unwrap_or(time).max(time + Duration::from_nanos(1));
        if let Line::Up { next_byte } = &mut line
            && byte.is_none()
        {
            *next_byte = (*next_byte).max(time + BYTE_TIME);
        }
    }
    let came = buyer.came.iter().chain(&seller.came);
    let lost = came.clone().filter(|&&times| times == 0).count();
    let duplicated = came.map(|&times| times.saturating_sub(1)).sum();
    Ok(Told { time, lost, duplicated })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Down,
    Up { next_byte: Duration },
}

/// What a node wants next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Nothing,
    Line,
    NoLine,
}

/// A session, its journal, its end of the line, and an application that counts.
struct Node<'m> {
    session: Session,
    inbox: Inbox<'m>,
    journal: RingJournal<'m>,
    queue: Queue,
    frame: [u8; 1024],
    until: Option<Instant>,
    has_line: bool,
    has_ended: bool,
    /// How often each of the other side's messages came.
    came: [u32; ORDERS],
    /// How many came, in a row from the first.
    heard: usize,
    said: usize,
}

impl<'m> Node<'m> {
    fn new(
        role: Role,
        us: &str,
        them: &str,
        inbox: Inbox<'m>,
        journal: &'m mut [u8],
    ) -> Result<Self, ConfigError> {
        let mut config = Config::new(role, BeginString::Fix44, us, them)?;
        config.frame_max = 1024;
        Ok(Node {
            session: Session::new(config, Checkpoint::begin(Utc::from_secs(1_767_225_600)))?,
            inbox,
            journal: RingJournal::new(journal),
            queue: Queue::new(),
            frame: [0; 1024],
            until: None,
            has_line: false,
            has_ended: false,
            came: [0; ORDERS],
            heard: 0,
            said: 0,
        })
    }

    /// The line came up or went down since the last look.
    fn notice(&mut self, line: Line, now: Now) {
        match (line, self.has_line) {
            (Line::Up { .. }, false) => self.has_line = self.session.connected(now, &mut self.inbox).is_ok(),
            (Line::Down, true) => {
                self.session.disconnected(now);
                self.queue = Queue::new();
                self.has_line = false;
            }
            (Line::Up { .. }, true) | (Line::Down, false) => {}
        }
    }

    /// Steps until the session waits. A frame for which the queue has no room is dropped; the session offers
    /// it again.
    fn run(&mut self, now: Now) -> Wants {
        loop {
            let frame = match self.session.step(now, &mut self.inbox, &mut self.frame) {
                Output::Event(ref event) => {
                    match event {
                        Event::Logon(_) => {
                            let _ = self.session.accept(now);
                        }
                        Event::Message(message) => {
                            let id = message.int(CL_ORD_ID).and_then(|id| usize::try_from(id).ok());
                            if let Some(times) = id.and_then(|id| self.came.get_mut(id)) {
                                *times += 1;
                                self.heard += 1;
                            }
                        }
                        Event::Stopped { .. } => self.has_ended = true,
                        _ => {}
                    }
                    continue;
                }
                Output::Transmit(frame) => Some(frame),
                Output::Replay(asked) => {
                    let Ok(stored) = self.journal.first_in(asked.series(), asked.from(), asked.to()) else {
                        return Wants::NoLine;
                    };
                    match self.session.replay(now, asked, stored, &mut self.frame) {
                        Ok(frame) => frame,
                        Err(_) => return Wants::Nothing,
                    }
                }
                Output::Connect(_) => return Wants::Line,
                Output::Wait(wait) => {
                    self.until = wait.until;
                    if self.session.state() != State::Active {
                        return Wants::Nothing;
                    }
                    let is_buyer = self.session.config().role == Role::Initiator;
                    if is_buyer && self.heard == ORDERS {
                        let _ = self.session.logout(now, "the day is over");
                        continue;
                    }
                    // The buyer has eight orders open at most; the seller reports on what came.
                    let (most, msg_type) = match is_buyer {
                        true => ((self.heard + 8).min(ORDERS), MsgType::NEW_ORDER_SINGLE),
                        false => (self.heard, MsgType::EXECUTION_REPORT),
                    };
                    if self.said == most {
                        return Wants::Nothing;
                    }
                    let id = self.said as u64;
                    let Ok(frame) = self.session.send(now, msg_type, &mut self.frame, |body| {
                        body.uint(CL_ORD_ID, id).uint(38, 100);
                    }) else {
                        return Wants::Nothing;
                    };
                    if frame.len() > self.queue.room() {
                        return Wants::Nothing;
                    }
                    self.said += 1;
                    Some(frame)
                }
                // `Config::compose` asks for nothing, and every frame of these sessions fits.
                Output::Disconnect(_) | Output::Compose(_) | Output::NeedSpace(_) => return Wants::NoLine,
            };
            let Some(frame) = frame else { continue };
            if frame.len() > self.queue.room() {
                return Wants::Nothing;
            }
            match frame.commit(&mut self.session, &mut self.journal) {
                Ok(bytes) => self.queue.take(&bytes),
                Err(_) => return Wants::NoLine,
            }
        }
    }
}

/// The bytes that wait for their turn on the line.
struct Queue {
    bytes: [u8; 2048],
    first: usize,
    len: usize,
}

impl Queue {
    fn new() -> Self {
        Queue { bytes: [0; 2048], first: 0, len: 0 }
    }

    fn room(&self) -> usize {
        self.bytes.len() - self.len
    }

    fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes.iter().take(self.room()) {
            self.bytes[(self.first + self.len) % self.bytes.len()] = byte;
            self.len += 1;
        }
    }

    /// The first byte arrives at the other end; it waits where there is no room.
    fn give(&mut self, inbox: &mut Inbox<'_>) {
        if self.len > 0 && inbox.extend(&[self.bytes[self.first]]) == 1 {
            self.first = (self.first + 1) % self.bytes.len();
            self.len -= 1;
        }
    }
}

fn since_start(at: Instant) -> Duration {
    at.saturating_since(Instant::ZERO)
}
