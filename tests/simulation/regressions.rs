//! What the simulation has found, each shrunk to the steps that show it.

use sansfix::session::{Above, Finished, NextExpected, RequestEnd, TestReqId, WhileDisconnected, WhileOpen};
use sansfix::{BeginString, Config, Millis, Policies, Role};

use super::sim::op::{Judge, Op};
use super::sim::plan::{App, Plan, Store};
use super::{Story, play};

/// Two sides by the standard, messages sent while disconnected stored, and no memory for messages above a
/// gap.
fn plan(change: impl Fn(&mut Policies)) -> Plan {
    let config = |role, sender, target| {
        let mut config = Config::new(role, BeginString::Fix44, sender, target).unwrap();
        config.frame_max = 1024;
        config.policies.logon.timeout = Millis::from_secs(3);
        config.policies.logon.reconnect_after = Millis::from_secs(1);
        config.policies.logon.while_disconnected = WhileDisconnected::Store;
        change(&mut config.policies);
        config
    };
    let app = App { store: Store::Transaction, grouped: false, closes_on_failure: true };
    Plan {
        configs: [config(Role::Initiator, "BUY", "SELL"), config(Role::Acceptor, "SELL", "BUY")],
        apps: [app; 2],
        capacity: 60_000,
        inbox: 4096,
        held: 0,
        hostile: false,
        weights: super::sim::op::WEIGHTS,
        ops: 0,
    }
}

/// Both log on.
const LOGON: [Op; 6] = [
    Op::Run(0, 30),
    Op::Run(0, 30),
    Op::Deliver(1, 5000),
    Op::Run(1, 30),
    Op::Deliver(0, 5000),
    Op::Run(0, 30),
];

fn settles(plan: &Plan, ops: &[Op]) -> u64 {
    let (result, counts, story) = play(plan, ops, Story::told());
    if let Err(broken) = result {
        panic!("{}: {}\n{story}", broken.checker, broken.what);
    }
    counts.frames
}

#[test]
fn two_sides_that_recover_from_each_other_come_to_an_end() {
    let plan = plan(|policies| policies.gaps.request_end = RequestEnd::Closed);
    let frames = settles(&plan, &[Op::Send(1, 1, 300), Op::Send(0, 1, 1)]);
    assert!(frames < 20, "{frames} frames");
}

#[test]
fn a_request_is_not_answered_by_a_request() {
    let plan = plan(|policies| {
        policies.gaps.request_end = RequestEnd::Closed;
        policies.gaps.while_open = WhileOpen::Repeat;
        policies.gaps.above = Above::Drop;
        policies.gaps.chunk = 2;
    });
    let frames = settles(&plan, &[Op::Send(0, 4, 1), Op::Send(1, 3, 300)]);
    assert!(frames < 60, "{frames} frames");
}

#[test]
fn a_reset_waits_for_a_gap_that_its_echo_shows() {
    let ops = [Op::Reset(1), Op::Send(0, 4, 20), Op::Garble(1, 120, 190)];
    settles(&plan(|_| {}), &[&LOGON[..], &ops].concat());
}

#[test]
fn what_a_crashed_counterparty_expects_does_not_say_that_our_reset_was_taken() {
    let ops = [
        Op::Run(0, 2),
        Op::Run(0, 2),
        Op::Deliver(1, 5000),
        Op::Run(1, 20),
        Op::Send(1, 4, 20),
        Op::TestRequest(1),
        Op::Run(1, 29),
        Op::Deliver(0, 5000),
        Op::Reset(1),
        Op::Run(0, 8),
        Op::Crash(0, 0),
    ];
    let plan = plan(|policies| {
        policies.logon.next_expected = NextExpected::On;
        policies.liveness.test_req_id = TestReqId::Fixed("TEST");
        policies.checks.finished = Finished::ByCall;
    });
    let app = App { store: Store::Later, ..plan.apps[0] };
    settles(&Plan { apps: [app; 2], held: 4096, ..plan }, &ops);
}

#[test]
fn other_traffic_in_place_of_the_answer_leaves_a_reset_open() {
    let ops = [
        Op::Reset(0),
        Op::Run(0, 30),
        Op::Deliver(1, 5000),
        Op::Run(1, 30),
        Op::Deliver(0, 5000),
        // The echo is read and the reset goes out; meanwhile a message is on its way against it.
        Op::Send(1, 2, 20),
        Op::Run(1, 30),
        Op::Run(0, 30),
        Op::Deliver(0, 5000),
        Op::Run(0, 30),
    ];
    settles(&plan(|_| {}), &[&LOGON[..], &ops].concat());
}

#[test]
fn a_refusal_does_not_end_a_reset_that_went_unanswered_before() {
    let ops = [
        Op::Send(0, 2, 20),
        Op::Reset(0),
        Op::Run(0, 30),
        Op::Run(0, 30),
        Op::Deliver(1, 5000),
        Op::Run(1, 30),
        Op::Pass(3100),
        Op::Run(0, 30),
        Op::Judge(1, Judge::Refuse),
        Op::Deliver(1, 5000),
        Op::Run(1, 30),
        Op::Pass(1100),
        Op::Run(0, 30),
        Op::Run(0, 30),
        Op::Deliver(1, 5000),
        Op::Run(1, 30),
        Op::Deliver(0, 5000),
        Op::Run(0, 30),
    ];
    settles(&plan(|_| {}), &ops);
}

#[test]
fn a_replay_sends_what_was_asked_for_and_not_what_went_out_since() {
    let ops = [
        Op::Send(0, 4, 1),
        Op::Deliver(1, 5000),
        Op::Run(1, 30),
        Op::Deliver(0, 5000),
        Op::Run(0, 2),
        Op::Send(0, 2, 1),
    ];
    let plan = plan(|policies| policies.gaps.request_end = RequestEnd::Closed);
    let frames = settles(&plan, &[&[Op::Send(0, 2, 300)][..], &LOGON, &ops].concat());
    assert!(frames < 20, "{frames} frames");
}
