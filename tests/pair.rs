//! The usual course of a session: two sessions over a good link, and over one that breaks.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::time::Duration;

use sansfix::testing::{Pair, Who};
use sansfix::{BeginString, Event, MsgType, SendError, SessionRejectReason, State};

fn pair() -> Pair {
    let mut pair = Pair::new(BeginString::Fix44).unwrap();
    pair.connect();
    pair.expect("initiator 35=A 34=1 108=30\n acceptor 35=A 34=1 108=30");
    pair
}

fn order(pair: &mut Pair, who: Who, id: &str) {
    let now = pair.clock.now();
    pair.side(who)
        .send(now, MsgType::NEW_ORDER_SINGLE, |body| {
            body.text(11, id);
        })
        .unwrap();
}

#[test]
fn both_sides_log_on_and_an_order_arrives() {
    let mut pair = pair();
    pair.expect_state(State::Active, State::Active);
    order(&mut pair, Who::Initiator, "one");
    pair.drive();
    pair.expect_told("acceptor Message 34=2 11=one");
    pair.expect_numbers(Who::Initiator, 2, 3);
    pair.expect_numbers(Who::Acceptor, 3, 2);
}

#[test]
fn what_a_broken_link_lost_comes_after_the_next_logon() {
    let mut pair = pair();
    order(&mut pair, Who::Initiator, "one");
    order(&mut pair, Who::Initiator, "two");
    pair.cut(Who::Acceptor, 0);
    pair.expect("initiator 35=D 34=2\n initiator 35=D 34=3");
    pair.expect_told("");
    pair.pass(Duration::from_secs(5));
    pair.expect(
        "initiator 35=A 34=4
         acceptor  35=A 34=2
         acceptor  35=2 34=3 7=2 16=0
         initiator 35=D 34=2 43=Y 11=one
         initiator 35=D 34=3 43=Y 11=two
         initiator 35=4 34=4 43=Y 123=Y 36=5",
    );
    pair.expect_told("acceptor Message 11=one\n acceptor Message 11=two\n acceptor Recovered");
    pair.expect_numbers(Who::Acceptor, 5, 4);
}

#[test]
fn a_process_that_ends_goes_on_from_its_journal() {
    let mut pair = pair();
    order(&mut pair, Who::Acceptor, "one");
    pair.drive();
    pair.restart(Who::Acceptor);
    pair.expect_numbers(Who::Acceptor, 2, 3);
    pair.pass(Duration::from_secs(5));
    pair.expect_state(State::Active, State::Active);
}

#[test]
fn an_attempt_that_brings_no_answer_is_given_up_in_time() {
    let mut pair = pair();
    pair.reachable = false;
    pair.set_delay(Duration::from_secs(3600));
    pair.cut(Who::Acceptor, 0);
    pair.reachable = true;
    pair.pass(Duration::from_secs(5));
    assert!(matches!(pair.initiator.session.state(), State::LogonSent(_)));
    pair.pass(Duration::from_secs(10));
    pair.expect_state(State::Disconnected, State::Disconnected);
}

#[test]
fn a_logout_is_answered_and_the_side_that_asked_closes() {
    let mut pair = pair();
    let now = pair.clock.now();
    pair.initiator.session.logout(now, "bye").unwrap();
    pair.drive();
    pair.expect("initiator 35=5 34=2 58=bye\n acceptor  35=5 34=2");
    pair.expect_state(State::Disconnected, State::Disconnected);
}

#[test]
fn nothing_is_sent_before_the_answer_to_a_logon() {
    let mut pair = Pair::new(BeginString::Fix44).unwrap();
    pair.acceptor.accepts = false;
    pair.connect();
    let now = pair.clock.now();
    pair.acceptor.session.accept(now).unwrap();
    let order = pair.acceptor.send(now, MsgType::NEW_ORDER_SINGLE, |body| {
        body.text(11, "early");
    });
    assert!(matches!(order, Err(SendError::NotNow(_))));
    pair.drive();
    pair.expect("initiator 35=A\n acceptor 35=A 34=1");
}

#[test]
fn an_application_rejects_what_it_cannot_take() {
    let mut pair = pair();
    pair.acceptor.application(|event, port| match event {
        Event::Message(order) if order.get(44).is_none() => {
            port.reject(order, SessionRejectReason::RequiredTagMissing, Some(44), "a price").unwrap();
        }
        Event::Message(order) => drop(port.business_reject(order, 6, "closed").unwrap()),
        _ => {}
    });
    order(&mut pair, Who::Initiator, "no price");
    let now = pair.clock.now();
    let priced = pair.initiator.send(now, MsgType::NEW_ORDER_SINGLE, |body| {
        body.text(11, "priced").text(44, "1.5");
    });
    priced.unwrap();
    pair.drive();
    pair.expect(
        "initiator 35=D 34=2
         initiator 35=D 34=3
         acceptor  35=3 34=2 45=2 371=44 372=D 373=1
         acceptor  35=j 34=3 45=3 372=D 380=6 58=closed",
    );
}

#[test]
fn what_a_side_does_not_send_again_is_filled() {
    let mut pair = pair();
    pair.initiator.resends(|message, _| message.text(11) != Some("stale"));
    for id in ["stale", "fresh"] {
        let now = pair.clock.now();
        let sent = pair.initiator.send(now, MsgType::NEW_ORDER_SINGLE, |body| {
            body.text(11, id);
        });
        sent.unwrap();
    }
    pair.cut(Who::Acceptor, 0);
    pair.pass(Duration::from_secs(5));
    pair.expect(
        "initiator 35=D 34=2 11=stale
         initiator 35=D 34=3 11=fresh
         initiator 35=A 34=4
         acceptor  35=A 34=2
         acceptor  35=2 34=3 7=2
         initiator 35=4 34=2 43=Y 123=Y 36=3
         initiator 35=D 34=3 43=Y 11=fresh
         initiator 35=4 34=4 43=Y 123=Y 36=5",
    );
}
