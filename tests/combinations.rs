//! Two sessions with any combination of presets and reset policies log on, or refuse each other with a
//! reason, within bounded time: they never loop.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::time::Duration;

use sansfix::session::{Inbound, NextExpected, ResetAck, ResetByPeer, ResetOn, ResetOnLogon, UnaskedReset};
use sansfix::testing::{Pair, What, Who};
use sansfix::{BeginString, Config, MsgType, Policies, Reason, Role, State};

/// Longer than all the waits of a logon, a recovery with its retries, and a logout together.
const BOUND: Duration = Duration::from_secs(90);
/// The most Logons that any of this may take.
const LOGONS_MAX: usize = 6;

#[derive(Clone, Copy, Debug)]
struct Choice {
    quickfix: bool,
    logon: ResetOnLogon,
    by_peer: ResetByPeer,
    unasked: UnaskedReset,
    ack: ResetAck,
    next_expected: NextExpected,
    /// On logout, on disconnect, on error.
    after: [ResetOn; 3],
}

impl Choice {
    fn policies(self) -> Policies {
        let mut policies = if self.quickfix { Policies::quickfix() } else { Policies::standard() };
        policies.logon.reset_on_logon = self.logon;
        policies.logon.reset_by_peer = self.by_peer;
        policies.logon.unasked_reset = self.unasked;
        policies.logon.reset_ack = self.ack;
        policies.logon.next_expected = self.next_expected;
        [policies.logon.reset_on_logout, policies.logon.reset_on_disconnect, policies.logon.reset_on_error] =
            self.after;
        policies
    }
}

const PLAIN: Choice = Choice {
    quickfix: false,
    logon: ResetOnLogon::Never,
    by_peer: ResetByPeer::Accept,
    unasked: UnaskedReset::Refuse,
    ack: ResetAck::Demand,
    next_expected: NextExpected::Off,
    after: [ResetOn::Keep; 3],
};

/// The choices on which a reset at logon depends.
fn at_logon() -> Vec<Choice> {
    let mut choices = Vec::new();
    for quickfix in [false, true] {
        for logon in [ResetOnLogon::Never, ResetOnLogon::Announced, ResetOnLogon::Silent] {
            for by_peer in [ResetByPeer::Accept, ResetByPeer::Refuse, ResetByPeer::AtLogonOnly] {
                for unasked in [UnaskedReset::Refuse, UnaskedReset::Accept] {
                    for ack in [ResetAck::Demand, ResetAck::Infer] {
                        choices.push(Choice { quickfix, logon, by_peer, unasked, ack, ..PLAIN });
                    }
                }
            }
        }
    }
    choices
}

/// The choices of what the end of a connection does, and of which side says what number it expects.
fn after_links() -> Vec<Choice> {
    let mut choices = Vec::new();
    for quickfix in [false, true] {
        for next_expected in [NextExpected::Off, NextExpected::On] {
            for bits in 0..8 {
                let on = |bit| if bits & bit == 0 { ResetOn::Keep } else { ResetOn::Reset };
                choices.push(Choice { quickfix, next_expected, after: [on(1), on(2), on(4)], ..PLAIN });
            }
        }
    }
    choices
}

/// Plays a day of a pair: orders, a broken link, a Logout, resets in session by either side, each followed by
/// another logon.
fn play(initiator: Choice, acceptor: Choice) {
    let config = |role, us: &str, them: &str, choice: Choice| {
        let mut config = Config::new(role, BeginString::Fix44, us, them).unwrap();
        config.policies = choice.policies();
        config
    };
    let mut pair = Pair::with(
        config(Role::Initiator, "BUYSIDE", "SELLSIDE", initiator),
        config(Role::Acceptor, "SELLSIDE", "BUYSIDE", acceptor),
    )
    .unwrap();
    let label = format!("{initiator:?}\n{acceptor:?}");
    settle(&mut pair, &label);
    for who in [Who::Initiator, Who::Acceptor] {
        orders(&mut pair, 2);
        pair.cut(who, 0);
        settle(&mut pair, &label);
        orders(&mut pair, 1);
        let now = pair.clock.now();
        let _ = pair.side(who).session.logout(now, "");
        settle(&mut pair, &label);
        let now = pair.clock.now();
        let _ = pair.side(who).session.reset(now);
        settle(&mut pair, &label);
        // The link breaks while a reset may be under way.
        let now = pair.clock.now();
        let _ = pair.side(who).session.reset(now);
        pair.cut(who.other(), 100);
        settle(&mut pair, &label);
    }
}

fn orders(pair: &mut Pair, count: usize) {
    for who in [Who::Initiator, Who::Acceptor] {
        for _ in 0..count {
            let now = pair.clock.now();
            let _ = pair.side(who).send(now, MsgType::NEW_ORDER_SINGLE, |body| {
                body.text(11, "order");
            });
        }
    }
    pair.drive();
}

/// Lets the pair come to rest: logged on with numbers that agree, or refused for a reason and idle.
fn settle(pair: &mut Pair, label: &str) {
    let now = pair.clock.now();
    pair.initiator.session.enable(now);
    let before = pair.log().len();
    pair.pass(BOUND);
    let logons = pair.log()[before..].iter().filter(|line| is_logon(&line.what)).count();
    assert!(logons <= LOGONS_MAX, "{logons} Logons\n{label}\n{}", story(pair, before));
    let states = (pair.initiator.session.state(), pair.acceptor.session.state());
    if states == (State::Active, State::Active) {
        let (_, next_in, next_out) = pair.initiator.stands();
        let (_, their_in, their_out) = pair.acceptor.stands();
        assert_eq!((next_in, next_out), (their_out, their_in), "{label}\n{}", story(pair, before));
        for session in [&pair.initiator.session, &pair.acceptor.session] {
            assert_eq!(session.status().inbound, Inbound::InSequence, "{label}\n{}", story(pair, before));
        }
        return;
    }
    assert_eq!(states, (State::Disconnected, State::Disconnected), "{label}\n{}", story(pair, before));
    let why = pair.initiator.session.status().last_close.unwrap().why;
    assert_ne!(why, Reason::LinkLost, "no reason\n{label}\n{}", story(pair, before));
    let still = pair.log().len();
    pair.pass(BOUND);
    assert_eq!(pair.log().len(), still, "not still\n{label}\n{}", story(pair, before));
    // An operator sees the reason and resets both sides, as far as these two can agree at all.
    let now = pair.clock.now();
    pair.initiator.session.set_next_in(now, sansfix::MsgSeqNum::FIRST).unwrap();
    pair.initiator.session.set_next_out(now, sansfix::MsgSeqNum::FIRST).unwrap();
    pair.acceptor.session.set_next_in(now, sansfix::MsgSeqNum::FIRST).unwrap();
    pair.acceptor.session.set_next_out(now, sansfix::MsgSeqNum::FIRST).unwrap();
}

fn is_logon(what: &What) -> bool {
    matches!(what, What::Sent(frame) if frame.contains("35=A"))
}

fn story(pair: &Pair, from: usize) -> String {
    pair.log()[from..].iter().map(|line| format!("{line:?}\n")).collect()
}

#[test]
fn reset_policies_at_logon_never_loop() {
    for &initiator in &at_logon() {
        for &acceptor in &at_logon() {
            play(initiator, acceptor);
        }
    }
}

#[test]
fn reset_policies_after_a_link_never_loop() {
    for &initiator in &after_links() {
        for &acceptor in &after_links() {
            play(initiator, acceptor);
        }
    }
}
