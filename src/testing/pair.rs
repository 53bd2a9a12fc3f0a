//! Two sessions and a link between them, on one clock.

use core::fmt::Write as _;
use core::time::Duration;
use std::string::String;
use std::vec::Vec;

use super::side::{Line, Side, Wants, What, Who};
use super::{Clock, Pipe};
use crate::checkpoint::Checkpoint;
use crate::session::{Config, ConfigError, State};
use crate::time::Instant;

/// An initiator, an acceptor, a link between them, and one clock.
///
/// Nothing really waits: [`pass`](Pair::pass) advances virtual time, and the deadlines of both sessions fire
/// on the way. Everything that happens is logged, and [`expect`](Pair::expect) compares the frames in the log
/// with those that the test expects, one per line.
///
/// ```
/// use core::time::Duration;
/// use sansfix::testing::Pair;
/// use sansfix::{BeginString, MsgType};
///
/// let mut pair = Pair::new(BeginString::Fix44)?;
/// pair.connect();
/// pair.expect(
///     "initiator 35=A 34=1 108=30
///      acceptor  35=A 34=1 108=30",
/// );
///
/// let now = pair.clock.now();
/// pair.initiator.send(now, MsgType::NEW_ORDER_SINGLE, |body| {
///     body.text(11, "order-1");
/// })?;
/// pair.drive();
/// pair.expect("initiator 35=D 34=2 11=order-1");
/// pair.expect_told("acceptor Message 34=2 11=order-1");
///
/// pair.pass(Duration::from_secs(30));
/// pair.expect(
///     "initiator 35=0 34=3
///      acceptor  35=0 34=2",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pair {
    /// The clock of both sides.
    pub clock: Clock,
    /// The side that opens the link.
    pub initiator: Side,
    /// The side that waits for it.
    pub acceptor: Side,
    /// Whether the initiator can reach the acceptor. If not, its attempts to connect fail.
    pub reachable: bool,
    link: Option<Link>,
    delay: Duration,
    log: Vec<Line>,
    frames_expected: usize,
    events_expected: usize,
}

#[derive(Debug)]
struct Link {
    to_acceptor: Pipe,
    to_initiator: Pipe,
}

/// How many bytes a link holds in each direction.
const CAPACITY: usize = 64 * 1024;
/// More rounds than this mean an endless loop.
const ROUNDS_MAX: usize = 10_000;

impl Pair {
    /// Two new sessions with the standard's policies: the initiator `BUYSIDE` and the acceptor `SELLSIDE`.
    ///
    /// # Errors
    /// None in practice: the default settings are valid for every version.
    pub fn new(version: crate::BeginString) -> Result<Self, ConfigError> {
        Self::with(
            Config::new(crate::Role::Initiator, version, "BUYSIDE", "SELLSIDE")?,
            Config::new(crate::Role::Acceptor, version, "SELLSIDE", "BUYSIDE")?,
        )
    }

    /// Two new sessions with these configurations.
    ///
    /// # Errors
    /// A configuration is invalid.
    pub fn with(initiator: Config, acceptor: Config) -> Result<Self, ConfigError> {
        let clock = Clock::new();
        let begin = Checkpoint::begin(clock.now().utc);
        Ok(Pair {
            initiator: Side::new(Who::Initiator, initiator, begin)?,
            acceptor: Side::new(Who::Acceptor, acceptor, begin)?,
            clock,
            reachable: true,
            link: None,
            delay: Duration::ZERO,
            log: Vec::new(),
            frames_expected: 0,
            events_expected: 0,
        })
    }

    /// Sets how long bytes take from one side to the other, from the next link on.
    pub fn set_delay(&mut self, delay: Duration) {
        self.delay = delay;
    }

    /// One of the two sides.
    pub fn side(&mut self, who: Who) -> &mut Side {
        match who {
            Who::Initiator => &mut self.initiator,
            Who::Acceptor => &mut self.acceptor,
        }
    }

    /// Lets the initiator connect and both sides log on.
    pub fn connect(&mut self) {
        self.reachable = true;
        self.drive();
    }

    /// Breaks the link: of the bytes in flight to `who`, the first `keep` still arrive. Both sides notice.
    pub fn cut(&mut self, who: Who, keep: usize) {
        if let Some(link) = &mut self.link {
            link.to(who).cut(keep);
            link.to(who.other()).cut(usize::MAX);
        }
        self.drive();
    }

    /// Sends these bytes to `who` as if from its counterparty, bypassing the counterparty's session: a
    /// message from [`frame`](super::frame), or garbage. If there is no link, they are lost.
    pub fn say_to(&mut self, who: Who, bytes: &[u8]) {
        let now = self.clock.now().monotonic;
        if let Some(link) = &mut self.link {
            link.to(who).write(now, bytes);
        }
        self.drive();
    }

    /// Kills the process of `who`, and its link with it, and restarts it from what its disk has.
    pub fn restart(&mut self, who: Who) {
        if let Some(link) = &mut self.link {
            link.to(who.other()).close();
            link.to(who).cut(0);
        }
        self.side(who).restart();
    }

    /// Lets both sides do everything they can do now. Bytes in flight arrive, unless a deadline comes first.
    pub fn drive(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let moved = self.drive_side(Who::Initiator) | self.drive_side(Who::Acceptor);
            if moved {
                continue;
            }
            let deadline = self.next_deadline();
            match self.next_arrival() {
                // A deadline that is due no later is left to `pass`.
                Some(at) if deadline.is_none_or(|deadline| at < deadline) => self.clock.advance_to(at),
                Some(_) | None => return,
            }
        }
        self.fail("both sides do something without end");
    }

    /// Lets time pass; whatever falls due on the way happens at its time.
    pub fn pass(&mut self, time: Duration) {
        let end = self.clock.now().monotonic.saturating_add(time);
        for _ in 0..ROUNDS_MAX {
            self.drive();
            match self.next_arrival().into_iter().chain(self.next_deadline()).min() {
                Some(at) if at <= end => self.clock.advance_to(at),
                Some(_) | None => {
                    self.clock.advance_to(end);
                    return self.drive();
                }
            }
        }
        self.fail("deadlines follow each other without end");
    }

    /// Expects exactly these frames since the last call. Each line names the side and some fields that its
    /// frame has, as `tag=value`.
    ///
    /// # Panics
    /// If the frames differ; the message shows the log so far.
    #[track_caller]
    pub fn expect(&mut self, lines: &str) {
        let from = core::mem::replace(&mut self.frames_expected, self.log.len());
        let sent = self.log.iter().skip(from).filter_map(|line| match &line.what {
            What::Sent(frame) => Some((line.who, frame.as_str())),
            What::Told(_) | What::Closed(_) => None,
        });
        self.compare(lines, sent.collect());
    }

    /// Expects no frame since the last call.
    ///
    /// # Panics
    /// If there was one; the message shows the log so far.
    #[track_caller]
    pub fn expect_nothing(&mut self) {
        self.expect("");
    }

    /// Expects these events, in this order, among those since the last call. Each line names the side, the
    /// event, and fields of its message.
    ///
    /// # Panics
    /// If one is missing; the message shows the log so far.
    #[track_caller]
    pub fn expect_told(&mut self, lines: &str) {
        let from = core::mem::replace(&mut self.events_expected, self.log.len());
        let mut told = self.log.iter().skip(from).filter_map(|line| match &line.what {
            What::Told(event) => Some((line.who, event.as_str())),
            What::Sent(_) | What::Closed(_) => None,
        });
        let missing = expected(lines).find(|wanted| !told.any(|line| fits(wanted, line)));
        if let Some(wanted) = missing {
            self.fail(&std::format!("not told: {wanted}"));
        }
    }

    /// Expects both sides to be in these states.
    ///
    /// # Panics
    /// If they differ; the message shows the log so far.
    #[track_caller]
    pub fn expect_state(&mut self, initiator: State, acceptor: State) {
        let states = (self.initiator.session.state(), self.acceptor.session.state());
        if states != (initiator, acceptor) {
            self.fail(&std::format!("expected states {:?}, got {states:?}", (initiator, acceptor)));
        }
    }

    /// Expects these next numbers, inbound and outbound, on one side.
    ///
    /// # Panics
    /// If they differ; the message shows the log so far.
    #[track_caller]
    pub fn expect_numbers(&mut self, who: Who, next_in: u64, next_out: u64) {
        let (_, stands_in, stands_out) = self.side(who).stands();
        if (stands_in, stands_out) != (next_in, next_out) {
            self.fail(&std::format!(
                "expected the {who} to await {next_in} and send {next_out}, got {stands_in} and {stands_out}"
            ));
        }
    }

    /// Everything that has happened so far.
    pub fn log(&self) -> &[Line] {
        &self.log
    }

    /// Steps one side as far as it can go; true if anything changed.
    fn drive_side(&mut self, who: Who) -> bool {
        let now = self.clock.now();
        let before = self.log.len();
        let wants = {
            let Pair { initiator, acceptor, log, .. } = self;
            let side = if who == Who::Initiator { initiator } else { acceptor };
            side.run(now, log)
        };
        let mut moved = self.log.len() > before;
        match wants {
            Wants::Connect => {
                self.open_link();
                moved = true;
            }
            Wants::Disconnect(_) => {
                self.close_link(who);
                moved = true;
            }
            Wants::Write | Wants::Wait(_) => {}
        }
        moved | self.write(who) | self.read(who)
    }

    fn write(&mut self, who: Who) -> bool {
        let now = self.clock.now().monotonic;
        let Pair { initiator, acceptor, link, .. } = self;
        let side = if who == Who::Initiator { initiator } else { acceptor };
        let Some(link) = link else {
            side.unwritten.clear();
            return false;
        };
        let written = link.to(who.other()).write(now, &side.unwritten);
        side.unwritten.drain(..written);
        written > 0
    }

    fn read(&mut self, who: Who) -> bool {
        let now = self.clock.now();
        let Pair { initiator, acceptor, link, .. } = self;
        let side = if who == Who::Initiator { initiator } else { acceptor };
        let Some(link) = link else { return false };
        let read = link.to(who).read(now.monotonic, side.inbox.space());
        side.inbox.filled(read);
        if read == 0 && link.to(who).is_ended() && side.session.state() != State::Disconnected {
            self.close_link(who);
            return true;
        }
        read > 0
    }

    /// The initiator asked for a link.
    fn open_link(&mut self) {
        let now = self.clock.now();
        if !self.reachable {
            return self.initiator.session.disconnected(now);
        }
        if self.initiator.session.connected(now, &mut self.initiator.inbox).is_err() {
            return;
        }
        let pipe = || Pipe::new(CAPACITY, self.delay);
        let link = Link { to_acceptor: pipe(), to_initiator: pipe() };
        self.acceptor.session.disconnected(now);
        if self.acceptor.session.connected(now, &mut self.acceptor.inbox).is_err() {
            return self.initiator.session.disconnected(now);
        }
        self.link = Some(link);
    }

    /// One side has lost its link or closed it; the other sees the end.
    fn close_link(&mut self, who: Who) {
        let now = self.clock.now();
        if let Some(link) = &mut self.link {
            link.to(who.other()).close();
            link.to(who).cut(0);
        }
        let side = self.side(who);
        side.unwritten.clear();
        side.session.disconnected(now);
    }

    fn next_arrival(&self) -> Option<Instant> {
        let link = self.link.as_ref()?;
        link.to_acceptor.next_arrival().into_iter().chain(link.to_initiator.next_arrival()).min()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let [one, other] = [&self.initiator, &self.acceptor].map(|side| side.session.status().deadline);
        one.into_iter().chain(other).min()
    }

    #[track_caller]
    fn compare(&self, lines: &str, sent: Vec<(Who, &str)>) {
        let wanted: Vec<&str> = expected(lines).collect();
        let first = wanted.iter().zip(&sent).find(|(wanted, sent)| !fits(wanted, **sent));
        if let Some((wanted, (who, frame))) = first {
            self.fail(&std::format!("expected {wanted}\n     got {who} {frame}"));
        }
        if let Some(wanted) = wanted.get(sent.len()) {
            self.fail(&std::format!("expected {wanted}, got nothing more"));
        }
        if let Some((who, frame)) = sent.get(wanted.len()) {
            self.fail(&std::format!("expected nothing more, got {who} {frame}"));
        }
    }

    /// # Panics
    /// Always: this is how a test fails.
    #[track_caller]
    #[allow(clippy::panic, reason = "an expectation of a test that does not hold")]
    fn fail(&self, what: &str) -> ! {
        let mut log = String::new();
        for line in &self.log {
            // Writing to a `String` cannot fail.
            let _ = writeln!(log, "{line}");
        }
        panic!("{what}\n\n{log}");
    }
}

impl Link {
    fn to(&mut self, who: Who) -> &mut Pipe {
        match who {
            Who::Initiator => &mut self.to_initiator,
            Who::Acceptor => &mut self.to_acceptor,
        }
    }
}

/// The lines of an expectation that are not blank.
fn expected(lines: &str) -> impl Iterator<Item = &str> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Whether this line has every wanted word: the side, an event's name, `tag=value`.
fn fits(wanted: &str, (who, line): (Who, &str)) -> bool {
    let mut words = wanted.split_whitespace();
    let right_side = match who {
        Who::Initiator => words.next() == Some("initiator"),
        Who::Acceptor => words.next() == Some("acceptor"),
    };
    right_side && words.all(|word| line.split(['|', '(', ')', ' ', '{', '}', ',']).any(|part| part == word))
}
