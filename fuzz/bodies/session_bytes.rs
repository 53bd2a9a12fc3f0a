//! Any bytes, in any cuts, into a session in any state: it comes to rest, and what it says is well formed.

use sansfix::testing::{Clock, MemoryJournal};
use sansfix::wire::{Framing, Scan, frame};
use sansfix::{BeginString, Checkpoint, Config, Event, Inbox, Journal, Output, Policies, Role, Session};

/// The first bytes choose the session, the rest is what comes in.
pub fn run(input: &[u8]) {
    let [choice, state, cut, rest @ ..] = input else { return };
    let role = if choice & 1 == 0 { Role::Acceptor } else { Role::Initiator };
    let version = [BeginString::Fix44, BeginString::Fix42, BeginString::Fixt11, BeginString::Fix40]
        [usize::from(choice >> 1 & 3)];
    let Ok(mut config) = Config::new(role, version, "SENDER", "TARGET") else { return };
    config.frame_max = 600;
    if choice & 8 != 0 {
        config.policies = Policies::quickfix();
    }
    // The corpus bears the time of its day.
    config.policies.checks.sending_time = sansfix::session::SendingTimeCheck::Off;
    let mut clock = Clock::new();
    let Ok(session) = Session::new(config, Checkpoint::begin(clock.now().utc)) else { return };
    let (mut memory, mut held) = ([0; 700], [0; 900]);
    let mut side = Side {
        session,
        journal: MemoryJournal::new(),
        inbox: Inbox::new(&mut memory).holding(&mut held[..usize::from(*state) * 3]),
        accepts: state & 1 == 0,
    };
    if side.session.connected(clock.now(), &mut side.inbox).is_err() {
        return;
    }
    side.rest(&clock);
    if state & 2 != 0 {
        side.take(&clock, &logon(version));
    }
    for piece in rest.chunks(usize::from(*cut).max(1)) {
        side.take(&clock, piece);
        if state & 4 != 0 {
            clock.advance(core::time::Duration::from_millis(700));
        }
        if state & 8 != 0 {
            let mut out = [0; 1024];
            if let Ok(frame) =
                side.session.send(clock.now(), sansfix::MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
                    body.text(11, "order");
                })
            {
                // This disk does not fail.
                let _ = frame.commit(&mut side.session, &mut side.journal);
            }
        }
    }
}

struct Side<'m> {
    session: Session,
    journal: MemoryJournal,
    inbox: Inbox<'m>,
    accepts: bool,
}

impl Side<'_> {
    fn take(&mut self, clock: &Clock, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = self.inbox.extend(bytes);
            bytes = &bytes[taken..];
            self.rest(clock);
            if taken == 0 {
                return;
            }
        }
    }

    /// Steps until the session waits; that must come soon.
    fn rest(&mut self, clock: &Clock) {
        let (now, mut out) = (clock.now(), [0; 2048]);
        let most = 400 + 4 * self.inbox.unread().len() + 4 * self.session.next_out().get() as usize;
        for _ in 0..most {
            let frame = match self.session.step(now, &mut self.inbox, &mut out) {
                Output::Event(Event::Logon(_)) => {
                    let answer = sansfix::Farewell::Logout { text: "no", session_status: None };
                    let given = if self.accepts {
                        self.session.accept(now)
                    } else {
                        self.session.refuse(now, answer)
                    };
                    assert!(given.is_ok());
                    continue;
                }
                Output::Event(_) => continue,
                Output::Transmit(frame) => frame,
                Output::Replay(asked) => {
                    let stored = self.journal.first_in(asked.series(), asked.from(), asked.to());
                    match self.session.replay(now, asked, stored.ok().flatten(), &mut out) {
                        Ok(Some(frame)) => frame,
                        Ok(None) => continue,
                        Err(error) => panic!("{error}"),
                    }
                }
                Output::Disconnect(_) => {
                    self.session.disconnected(now);
                    self.session.enable(now);
                    let _ = self.session.connected(now, &mut self.inbox);
                    continue;
                }
                Output::Connect(_) | Output::Compose(_) | Output::NeedSpace(_) => return,
                Output::Wait(wait) => {
                    let Output::Wait(again) = self.session.step(now, &mut self.inbox, &mut out) else {
                        panic!("no wait after a wait");
                    };
                    assert_eq!(wait, again);
                    return;
                }
            };
            if let Ok(wire) = frame.commit(&mut self.session, &mut self.journal) {
                let framing = frame_of(&wire);
                assert!(wire.is_empty() || framing == Some(wire.len()), "{}", wire.escape_ascii());
            }
        }
        panic!("no rest after {most} outputs");
    }
}

fn frame_of(bytes: &[u8]) -> Option<usize> {
    match frame(bytes, usize::MAX, &mut Scan::default()) {
        Framing::Frame(span) => Some(span.len),
        Framing::Incomplete | Framing::Garbled { .. } | Framing::TooLong { .. } => None,
    }
}

/// The counterparty's Logon, number 1.
fn logon(version: BeginString) -> Vec<u8> {
    let body = "35=A|34=1|49=TARGET|52=20260105-09:00:00|56=SENDER|98=0|108=30|1137=9|".replace('|', "\u{1}");
    let mut frame = format!("8={version}\u{1}9={}\u{1}{body}", body.len()).into_bytes();
    let sum = sansfix::wire::checksum(&frame);
    frame.extend_from_slice(format!("10={sum:03}\u{1}").as_bytes());
    frame
}
