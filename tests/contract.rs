//! What the calls of a session guarantee their caller, whatever the counterparty does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

use std::time::Duration;

use sansfix::testing::MemoryJournal;
use sansfix::wire::Body;
use sansfix::{
    BeginString, Checkpoint, CommitError, Config, Event, Inbox, Instant, Journal, MsgType, Now, Output,
    ReplayError, Role, SendError, Session, State, Utc,
};

const BEGIN: i64 = 1_767_268_800;

fn at(millis: u64) -> Now {
    let since = Duration::from_millis(millis);
    Now {
        monotonic: Instant::ZERO.saturating_add(Duration::from_secs(1000)).saturating_add(since),
        utc: Utc::from_secs(BEGIN).saturating_add(since),
    }
}

fn session(role: Role) -> Session {
    let (us, them) = match role {
        Role::Initiator => ("BUYSIDE", "SELLSIDE"),
        Role::Acceptor => ("SELLSIDE", "BUYSIDE"),
    };
    let config = Config::new(role, BeginString::Fix44, us, them).unwrap();
    Session::new(config, Checkpoint::begin(Utc::from_secs(BEGIN - 1))).unwrap()
}

/// A driver's round: does everything that the session wants now, and returns what it writes.
fn run(now: Now, session: &mut Session, journal: &mut MemoryJournal, inbox: &mut Inbox<'_>) -> Vec<u8> {
    let mut written = Vec::new();
    let mut out = [0; 4096];
    loop {
        match session.step(now, inbox, &mut out) {
            Output::Event(ref event) => {
                if let Event::Logon(_) = event {
                    session.accept(now).unwrap();
                }
            }
            Output::Transmit(frame) => written.extend_from_slice(&frame.commit(session, journal).unwrap()),
            Output::Replay(asked) => {
                let stored = journal.first_in(asked.series(), asked.from(), asked.to()).unwrap();
                if let Some(frame) = session.replay(now, asked, stored, &mut out).unwrap() {
                    written.extend_from_slice(&frame.commit(session, journal).unwrap());
                }
            }
            Output::Disconnect(_) => session.disconnected(now),
            Output::Connect(_) => {}
            Output::Wait(_) => return written,
            other => panic!("not expected: {other:?}"),
        }
    }
}

/// Two logged-on sessions and their journals.
struct Pair {
    initiator: Session,
    acceptor: Session,
    journals: [MemoryJournal; 2],
}

fn pair(ours: &mut Inbox<'_>, theirs: &mut Inbox<'_>) -> Pair {
    let mut pair = Pair {
        initiator: session(Role::Initiator),
        acceptor: session(Role::Acceptor),
        journals: [MemoryJournal::new(), MemoryJournal::new()],
    };
    let now = at(0);
    pair.initiator.connected(now, ours).unwrap();
    pair.acceptor.connected(now, theirs).unwrap();
    for _ in 0..3 {
        let bytes = run(now, &mut pair.initiator, &mut pair.journals[0], ours);
        theirs.extend(&bytes);
        let bytes = run(now, &mut pair.acceptor, &mut pair.journals[1], theirs);
        ours.extend(&bytes);
    }
    assert_eq!((pair.initiator.state(), pair.acceptor.state()), (State::Active, State::Active));
    pair
}

/// Puts the bytes of the counterparty's next message into `ours`.
fn hear(pair: &mut Pair, now: Now, ours: &mut Inbox<'_>, theirs: &mut Inbox<'_>) {
    pair.acceptor.test_request(now).unwrap();
    let bytes = run(now, &mut pair.acceptor, &mut pair.journals[1], theirs);
    ours.extend(&bytes);
}

fn order(body: &mut Body<'_>) {
    body.text(11, "order-1").uint(38, 100);
}

macro_rules! inboxes {
    ($ours:ident, $theirs:ident) => {
        let (mut one, mut two) = ([0; 4096], [0; 4096]);
        let (mut $ours, mut $theirs) = (Inbox::new(&mut one), Inbox::new(&mut two));
    };
}

#[test]
fn a_frame_that_is_dropped_has_not_happened_and_is_offered_again() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    hear(&mut pair, at(1), &mut ours, &mut theirs);
    let before = pair.initiator.next_out();
    let mut out = [0; 1024];
    for _ in 0..3 {
        match pair.initiator.step(at(1), &mut ours, &mut out) {
            Output::Transmit(frame) => assert_eq!(frame.msg_seq_num(), before),
            other => panic!("the Heartbeat is owed, got {other:?}"),
        }
    }
    assert_eq!(pair.initiator.next_out(), before);
    let written = run(at(1), &mut pair.initiator, &mut pair.journals[0], &mut ours);
    assert!(written.windows(5).any(|at| at == b"\x0135=0"));
}

#[test]
fn a_frame_that_the_journal_refuses_takes_no_number() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    let before = pair.initiator.clone();
    let mut out = [0; 1024];
    pair.journals[0].fail(1, 0);
    let frame = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut out, order).unwrap();
    let refused = frame.commit(&mut pair.initiator, &mut pair.journals[0]);
    assert!(matches!(refused, Err(CommitError::Journal(_))));
    assert_eq!(pair.initiator.next_out(), before.next_out());
    let frame = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut out, order).unwrap();
    assert_eq!(frame.msg_seq_num(), before.next_out());
}

#[test]
fn a_frame_built_before_another_was_committed_is_stale() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    let (mut one, mut two) = ([0; 1024], [0; 1024]);
    let first = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut one, order).unwrap();
    let second = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut two, order).unwrap();
    assert!(second.commit(&mut pair.initiator, &mut pair.journals[0]).is_ok());
    assert!(matches!(first.commit(&mut pair.initiator, &mut pair.journals[0]), Err(CommitError::Stale)));
}

#[test]
fn a_frame_built_before_a_logout_or_the_end_of_the_link_is_stale() {
    for end in [0, 1] {
        inboxes!(ours, theirs);
        let mut pair = pair(&mut ours, &mut theirs);
        let mut out = [0; 1024];
        let frame = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut out, order).unwrap();
        if end == 0 {
            pair.initiator.disconnected(at(2));
        } else {
            pair.initiator.logout(at(2), "").unwrap();
            run(at(2), &mut pair.initiator, &mut pair.journals[0], &mut ours);
        }
        let before = pair.initiator.next_out();
        assert!(matches!(frame.commit(&mut pair.initiator, &mut pair.journals[0]), Err(CommitError::Stale)));
        assert_eq!(pair.initiator.next_out(), before, "a send that races an end takes no number");
    }
}

#[test]
fn too_little_space_moves_nothing_and_the_space_named_is_enough() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    hear(&mut pair, at(1), &mut ours, &mut theirs);
    let needed = match pair.initiator.step(at(1), &mut ours, &mut []) {
        Output::NeedSpace(needed) => needed,
        other => panic!("space is needed, got {other:?}"),
    };
    let mut out = vec![0; needed];
    let before = pair.initiator.clone();
    assert!(matches!(pair.initiator.step(at(1), &mut ours, &mut out[1..]), Output::NeedSpace(_)));
    assert_eq!(pair.initiator, before);
    assert!(matches!(pair.initiator.step(at(1), &mut ours, &mut out), Output::Transmit(_)));
    run(at(1), &mut pair.initiator, &mut pair.journals[0], &mut ours);

    let before = pair.initiator.clone();
    let refused = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut [], order);
    let Err(SendError::NeedSpace(needed)) = refused else { panic!("space is needed") };
    assert_eq!(pair.initiator, before);
    let mut out = vec![0; needed];
    assert!(pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut out, order).is_ok());
}

#[test]
fn a_replay_with_too_little_space_moves_nothing_and_a_second_answer_is_late() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    let mut out = [0; 1024];
    let frame = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut out, order).unwrap();
    let _lost = frame.commit(&mut pair.initiator, &mut pair.journals[0]).unwrap();
    // The counterparty asks for everything from 1 on.
    pair.acceptor.request_resend(at(2), sansfix::MsgSeqNum::FIRST, None).unwrap();
    let bytes = run(at(2), &mut pair.acceptor, &mut pair.journals[1], &mut theirs);
    ours.extend(&bytes);
    assert!(matches!(
        pair.initiator.step(at(2), &mut ours, &mut out),
        Output::Event(Event::ResendRequested { .. })
    ));
    let Output::Replay(asked) = pair.initiator.step(at(2), &mut ours, &mut out) else { panic!("a question") };
    let Output::Replay(again) = pair.initiator.step(at(2), &mut ours, &mut out) else {
        panic!("the same again")
    };
    assert_eq!((asked.from(), asked.to()), (again.from(), again.to()));
    let stored = pair.journals[0].first_in(asked.series(), asked.from(), asked.to()).unwrap();
    let refused = pair.initiator.replay(at(2), asked, stored, &mut []);
    assert!(matches!(refused, Err(ReplayError::NeedSpace(_))));
    let stored = pair.journals[0].first_in(again.series(), again.from(), again.to()).unwrap();
    let fill = pair.initiator.replay(at(2), again, stored, &mut out).unwrap().unwrap();
    let _written = fill.commit(&mut pair.initiator, &mut pair.journals[0]).unwrap();
    let Output::Replay(rest) = pair.initiator.step(at(2), &mut ours, &mut out) else { panic!("the rest") };
    pair.initiator.disconnected(at(3));
    assert_eq!(pair.initiator.replay(at(3), rest, None, &mut out).err(), Some(ReplayError::Late));
}

#[test]
fn a_step_with_nothing_to_do_changes_nothing() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    let mut out = [0; 1024];
    let before = pair.initiator.clone();
    for _ in 0..3 {
        assert!(matches!(pair.initiator.step(at(0), &mut ours, &mut out), Output::Wait(_)));
    }
    assert_eq!(pair.initiator, before);
}

#[test]
fn an_earlier_reading_does_not_move_time_back() {
    inboxes!(ours, theirs);
    let mut pair = pair(&mut ours, &mut theirs);
    let mut out = [0; 1024];
    // Half the interval has passed; then the clock goes back.
    let Output::Wait(wait) = pair.initiator.step(at(15_000), &mut ours, &mut out) else { panic!("a wait") };
    let frame = pair.initiator.send(at(1), MsgType::NEW_ORDER_SINGLE, &mut out, order).unwrap();
    let _written = frame.commit(&mut pair.initiator, &mut pair.journals[0]).unwrap();
    let Output::Wait(later) = pair.initiator.step(at(1), &mut ours, &mut out) else { panic!("a wait") };
    assert!(later.until > wait.until, "the Heartbeat is put off from the later reading");
}

#[test]
fn two_sessions_that_were_told_the_same_are_equal() {
    let day = || {
        inboxes!(ours, theirs);
        let mut pair = pair(&mut ours, &mut theirs);
        let mut bytes = run(at(31_000), &mut pair.initiator, &mut pair.journals[0], &mut ours);
        hear(&mut pair, at(31_000), &mut ours, &mut theirs);
        bytes.extend(run(at(32_000), &mut pair.initiator, &mut pair.journals[0], &mut ours));
        (pair.initiator, bytes)
    };
    assert_eq!(day(), day());
}
