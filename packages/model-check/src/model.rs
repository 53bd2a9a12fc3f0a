//! Two sides, links that drop, processes that die: what can happen, and what must hold.

use sansfix::session::{Above, WhileDisconnected};
use sansfix::testing::Clock;
use sansfix::{BeginString, Checkpoint, Config, ConfigError, Millis, Now, Role};
use stateright::{Model, Property};

use crate::side::{Crash, End, Side};

/// How much may happen in one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Messages that each application sends.
    pub(crate) sends: u8,
    /// Links that drop, with everything in flight.
    pub(crate) drops: u8,
    /// Processes that die.
    pub(crate) crashes: u8,
}

/// A mistake of the driver, which must be discovered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mistake {
    None,
    /// Bytes leave the process before their record is synced.
    WrittenBeforeStored,
    /// The application stores the checkpoint before it has done its work.
    SavedBeforeWork,
}

#[derive(Clone, Debug)]
pub(crate) struct Sessions {
    pub(crate) bounds: Bounds,
    pub(crate) mistake: Mistake,
    begin: [Side; 2],
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct World {
    sides: [Side; 2],
    /// The frames in flight to each side; `None` if there is no link.
    link: Option<[Vec<Box<[u8]>>; 2]>,
    clock: Clock,
    drops: u8,
    crashes: u8,
}

/// One side, by its index.
type Place = usize;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Action {
    Connect(Crash),
    Send(Place, Crash),
    Deliver(Place, Crash),
    Replay(Place, Crash),
    Drop,
    Crash(Place),
    /// Nothing else can happen: time passes until the next deadline.
    Tick,
}

impl Sessions {
    pub(crate) fn new(bounds: Bounds, mistake: Mistake) -> Result<Self, ConfigError> {
        let side = |role, sender, target| {
            let mut config = Config::new(role, BeginString::Fix44, sender, target)?;
            config.heart_bt_int = 0;
            config.policies.gaps.above = Above::Drop;
            config.policies.logon.while_disconnected = WhileDisconnected::Store;
            config.policies.logon.reconnect_after = Millis::ZERO;
            Side::new(config, Checkpoint::begin(Clock::new().now().utc))
        };
        let begin = [side(Role::Initiator, "I", "A")?, side(Role::Acceptor, "A", "I")?];
        Ok(Sessions { bounds, mistake, begin })
    }
}

impl Model for Sessions {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World { sides: self.begin.clone(), link: None, clock: Clock::new(), drops: 0, crashes: 0 }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let can_crash = world.crashes < self.bounds.crashes;
        let crashes: &[Crash] =
            if can_crash { &[Crash::Never, Crash::AfterRecord, Crash::InHand] } else { &[Crash::Never] };
        for place in 0..2 {
            let waiting = world.link.as_ref().is_some_and(|link| !link[place].is_empty());
            let replays = world.link.is_some()
                && world.sides[place].session.status().outbound != sansfix::session::Outbound::Live;
            for &crash in crashes {
                if world.sides[place].sent < self.bounds.sends && crash != Crash::InHand {
                    actions.push(Action::Send(place, crash));
                }
                if waiting {
                    actions.push(Action::Deliver(place, crash));
                }
                if replays && crash == Crash::Never {
                    actions.push(Action::Replay(place, crash));
                }
            }
            if can_crash {
                actions.push(Action::Crash(place));
            }
        }
        match &world.link {
            None => {
                actions.extend(
                    crashes
                        .iter()
                        .filter(|&&crash| crash != Crash::InHand)
                        .map(|&crash| Action::Connect(crash)),
                );
            }
            Some(_) if world.drops < self.bounds.drops => actions.push(Action::Drop),
            Some(_) => {}
        }
        let moves = |action: &Action| {
            matches!(
                action,
                Action::Deliver(_, Crash::Never)
                    | Action::Replay(..)
                    | Action::Connect(_)
                    | Action::Send(_, Crash::Never)
            )
        };
        if !actions.iter().any(moves) && !world.is_settled() && world.next_deadline().is_some() {
            actions.push(Action::Tick);
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Connect(crash) => world.connect(self.mistake, crash),
            Action::Send(place, crash) => {
                world.work(place, crash, |side, now, crash, wire| side.send(now, self.mistake, crash, wire))
            }
            Action::Deliver(place, crash) => world.deliver(place, self.mistake, crash),
            Action::Replay(place, crash) => {
                world.work(place, crash, |side, now, crash, wire| side.replay(now, self.mistake, crash, wire))
            }
            Action::Drop => {
                world.drops += 1;
                world.drop_link();
            }
            Action::Crash(place) => world.crash(place),
            Action::Tick => world.tick(self.mistake),
        }
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "each message once and in order, no number with two bodies",
                |_, world: &World| world.sides.iter().all(|side| side.broken.is_none()),
            ),
            Property::always("nothing finished that was not sent", |_, world: &World| {
                let [one, other] = &world.sides;
                one.finished <= other.sent && other.finished <= one.sent
            }),
            Property::always("next_out never lags what was written", |_, world: &World| {
                world.sides.iter().all(|side| {
                    let top = side.written.iter().map(|&(number, _)| number).max().unwrap_or(0);
                    side.session.next_out().get() > top
                })
            }),
            Property::eventually(
                "both logged on, everything sent is finished",
                |model: &Self, world: &World| {
                    let [one, other] = &world.sides;
                    world.is_settled()
                        && one.sent == model.bounds.sends
                        && other.sent == model.bounds.sends
                        && one.finished == other.sent
                        && other.finished == one.sent
                },
            ),
            Property::sometimes(
                "a message is finished after a crash and a drop",
                |model: &Self, world: &World| {
                    world.crashes == model.bounds.crashes
                        && world.drops == model.bounds.drops
                        && world.sides[1].finished > 0
                },
            ),
        ]
    }
}

impl World {
    fn now(&self) -> Now {
        self.clock.now()
    }

    fn is_settled(&self) -> bool {
        self.sides.iter().all(Side::is_settled)
            && self.link.as_ref().is_some_and(|link| link.iter().all(Vec::is_empty))
            && self.sides[0].session.next_in() == self.sides[1].session.next_out()
            && self.sides[1].session.next_in() == self.sides[0].session.next_out()
    }

    fn next_deadline(&self) -> Option<sansfix::Instant> {
        self.sides.iter().filter_map(|side| side.session.status().deadline).min()
    }

    fn connect(&mut self, mistake: Mistake, crash: Crash) {
        let now = self.now();
        if self.sides.iter_mut().any(|side| side.connected(now).is_err()) {
            return;
        }
        self.link = Some([Vec::new(), Vec::new()]);
        let initiator = usize::from(!self.sides[0].is_initiator());
        self.work(initiator, crash, |side, now, crash, wire| side.run(now, &[], mistake, crash, wire));
    }

    fn deliver(&mut self, place: Place, mistake: Mistake, crash: Crash) {
        let Some(link) = &mut self.link else { return };
        let frame = link[place].remove(0);
        self.work(place, crash, |side, now, crash, wire| side.run(now, &frame, mistake, crash, wire));
    }

    /// Lets a side do some work, and carries out its result.
    fn work(
        &mut self,
        place: Place,
        crash: Crash,
        work: impl FnOnce(&mut Side, Now, Crash, &mut Vec<Box<[u8]>>) -> End,
    ) {
        let (now, mut wire) = (self.now(), Vec::new());
        let end = work(&mut self.sides[place], now, crash, &mut wire);
        if let Some(link) = &mut self.link {
            link[1 - place].append(&mut wire);
        }
        match end {
            End::Waits => {}
            End::Closes => self.drop_link(),
            End::Crashed => self.crash(place),
        }
    }

    /// Drops the link, and everything in flight with it.
    fn drop_link(&mut self) {
        let now = self.now();
        self.link = None;
        for side in &mut self.sides {
            side.session.disconnected(now);
        }
    }

    fn crash(&mut self, place: Place) {
        self.crashes += 1;
        self.sides[place].restart();
        // Everything it wrote arrives; that it may not is covered by the action `Drop`.
        let to_other = self.link.take().map(|link| link[1 - place].clone()).unwrap_or_default();
        let now = self.now();
        let other = &mut self.sides[1 - place];
        for frame in to_other {
            let mut unread = Vec::new();
            if other.run(now, &frame, Mistake::None, Crash::Never, &mut unread) == End::Closes {
                break;
            }
        }
        other.session.disconnected(now);
    }

    fn tick(&mut self, mistake: Mistake) {
        if let Some(at) = self.next_deadline() {
            self.clock.advance_to(at);
        }
        for place in 0..2 {
            self.work(place, Crash::Never, |side, now, crash, wire| side.run(now, &[], mistake, crash, wire));
        }
    }
}
