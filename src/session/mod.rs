//! The session: four state machines, two counters, a few timers, and the output that is owed.

mod acted;
mod admin;
mod application;
mod bucket;
mod classify;
mod commit;
mod config;
mod connection;
mod course;
mod establish;
mod handshake;
mod header;
mod ids;
mod liveness;
mod logon;
mod logon_check;
mod logout;
mod machines;
mod news;
mod numbers;
mod operator;
mod outbound;
mod owed;
mod policy;
mod queue;
mod react;
mod read;
mod receive;
mod recovery;
mod refuse;
mod replay;
mod resend;
mod rules;
mod send;
mod sequence_reset;
mod stamp;
mod state;
mod status;
mod step;
mod stored;
#[cfg(test)]
mod tables;
mod timers;
mod usual;

pub use application::{Farewell, NotNow};
pub use config::{ComposedTypes, Config, ConfigError, OUT_MIN, Rate, Role};
pub use ids::{IDS_MAX, Id, Ids};
pub use liveness::{Cause, Liveness};
pub use logon::PeerLogon;
pub use operator::OperatorError;
pub use outbound::ComposeError;
pub use policy::*;
pub use recovery::{Asked, Inbound, Recovery, Refusal};
pub use replay::{Outbound, Replaying, Span};
pub use resend::ReplayError;
pub use rules::{MessageRules, NoRules, RefTag, Reply, Violation};
pub use send::{Outgoing, SendError};
pub use state::{Answer, Opening, State};
pub use status::{Closed, Status, Text};

use core::num::NonZeroU32;

use crate::checkpoint::Checkpoint;
use crate::message::Message;
use crate::number::MsgSeqNum;
use crate::time::Instant;
use course::Course;
use numbers::Numbers;
use queue::Queue;
use stamp::Stamp;
use timers::Timers;

/// One side of a FIX session, as a value.
///
/// You give it bytes, the time and requests; it returns frames, events and the time at which it wants to be
/// called again. It owns no socket, clock, thread or heap memory, and two sessions given the same inputs are
/// equal, byte for byte.
///
/// * [`step`](Session::step) does input and output; call it until it returns
///   [`Output::Wait`](crate::Output::Wait).
/// * [`connected`](Session::connected) and [`disconnected`](Session::disconnected) tell it about the link.
/// * [`send`](Session::send), [`accept`](Session::accept), [`logout`](Session::logout) and the like are the
///   application's requests.
// The order matters: what a step with nothing to do reads, from the end of `numbers` to the beginning of
// `course`, is on two cache lines.
#[repr(C, align(64))]
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Session {
    /// The ResendRequest that is out.
    request: Option<owed::Request>,
    numbers: Numbers,
    state: State,
    turn: Turn,
    goal: Goal,
    standby: Standby,
    liveness: Liveness,
    /// HeartBtInt(108) in force, in seconds.
    heart_bt_int: u32,
    /// The latest monotonic reading seen: time never moves back.
    clock: Instant,
    owed: Queue,
    timers: Timers,
    /// Counts connections, to recognise answers that belong to an old one.
    link: u32,
    /// Counts changes, to recognise frames built before the last one.
    ticket: u32,
    course: Course,
    stamp: Stamp,
    config: Config,
    attempt: u32,
    /// MaxMessageSize(383) of the counterparty, in bytes.
    peer_max: Option<NonZeroU32>,
    /// The open TestRequest: its number, and when it was sent.
    probe: Option<(MsgSeqNum, Instant)>,
    /// Numbers below the expected one that the application asked for again.
    again: Option<Span>,
    bucket: bucket::Bucket,
    memory: status::Memory,
}

/// Whose turn it is, the wire's or the replay's. If replaying always came before reading, two sides that
/// recover from each other would deadlock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Turn {
    Read,
    Replay,
}

/// What the application asked for that has to wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Goal {
    Stay,
    /// Log out when nothing is missing and no replay runs.
    LogOut,
    /// Reset in session: first recover, then TestRequest and echo, then the Logon (FIX session layer 4.4.2).
    Reset,
}

/// Whether the session may have a link.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Standby {
    Ready,
    Stopped,
}

impl Session {
    /// A session without a link, at the numbers in `resume`; use [`Checkpoint::begin`] for a new one.
    ///
    /// ```
    /// use sansfix::{BeginString, Checkpoint, Config, Role, Session, Utc};
    /// let config = Config::new(Role::Acceptor, BeginString::Fix44, "SELLSIDE", "BUYSIDE")?;
    /// let session = Session::new(config, Checkpoint::begin(Utc::from_secs(1_767_225_600)))?;
    /// assert_eq!(session.next_in().get(), 1);
    /// # Ok::<(), sansfix::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// The configuration cannot work; see [`Config::check`].
    pub fn new(config: Config, resume: Checkpoint) -> Result<Session, ConfigError> {
        config.check()?;
        Ok(Session {
            state: State::Disconnected,
            liveness: Liveness::Quiet,
            numbers: Numbers::resume(resume),
            owed: Queue::new(),
            timers: Timers::new(),
            clock: Instant::ZERO,
            turn: Turn::Read,
            goal: Goal::Stay,
            standby: Standby::Ready,
            heart_bt_int: config.heart_bt_int,
            link: 0,
            ticket: 0,
            attempt: 0,
            peer_max: None,
            probe: None,
            request: None,
            again: None,
            bucket: bucket::Bucket::full(config.rate),
            memory: status::Memory::default(),
            course: Course::BEGUN,
            stamp: Stamp::new(&config),
            config,
        })
    }

    /// Where the connection stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The expected MsgSeqNum(34) of the next inbound message.
    pub fn next_in(&self) -> MsgSeqNum {
        self.numbers.next_in
    }

    /// The MsgSeqNum(34) of the next outbound message.
    pub fn next_out(&self) -> MsgSeqNum {
        self.numbers.next_out
    }

    /// What a restarted process resumes from, for the application's own store.
    ///
    /// It counts the message in hand as finished, so store it after your work, or in the same transaction.
    /// With [`Finished::ByCall`] it counts only what [`processed`](Session::processed) reported.
    pub fn checkpoint(&self) -> Checkpoint {
        match self.config.policies.checks.finished {
            Finished::ByStep => Checkpoint { next_in: self.numbers.next_in, ..self.numbers.checkpoint() },
            Finished::ByCall => self.numbers.checkpoint(),
        }
    }

    /// What a restarted process resumes from once `message` and all before it are finished: to be stored with
    /// their effects, under either [`Finished`] policy.
    pub fn checkpoint_after(&self, message: &Message<'_>) -> Checkpoint {
        let here = self.numbers.checkpoint();
        Checkpoint { next_in: here.next_in.max(message.msg_seq_num().next()), ..here }
    }

    /// Its configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::mem::{align_of, offset_of, size_of};

    #[test]
    fn a_session_takes_a_kibibyte_and_what_it_hands_out_is_small() {
        assert!(size_of::<Session>() <= 1024, "{} bytes", size_of::<Session>());
        let small = [size_of::<crate::Event<'_>>(), size_of::<crate::Output<'_, '_>>()];
        assert!(small[0] <= 64 && small[1] <= 88, "{small:?}");
    }

    /// What lies between the two was measured to be all that an idle step reads.
    #[test]
    fn an_idle_step_looks_at_two_cache_lines() {
        let (first, last) =
            (offset_of!(Session, numbers) + size_of::<Numbers>(), offset_of!(Session, course));
        assert_eq!((align_of::<Session>(), (first - 8) / 64, last / 64), (64, 1, 2));
    }
}
