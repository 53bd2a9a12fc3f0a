//! What calls return and refuse at the limits of a buffer's size, a time or an argument: nothing changes
//! unless the call succeeds.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use sansfix::session::{ComposeError, ComposedTypes, NotNow, ReplayError, WhileDisconnected};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Inbox, MsgSeqNum, MsgType, NoJournal, Now, Output, Role,
    SendError, Session, SessionRejectReason, State, Stored, Utc,
};

/// Our time, and the SendingTime of every inbound message.
fn now() -> Now {
    Now { utc: Utc::from_secs(1_767_268_800), ..Now::default() }
}

/// A frame from the counterparty.
fn frame(msg_type: &str, number: u64, fields: &str) -> Vec<u8> {
    finished(&format!("35={msg_type}|34={number}|49=THEM|52=20260101-12:00:00.000|56=US|{fields}|"))
}

fn finished(body: &str) -> Vec<u8> {
    sansfix::testing::frame(&format!("8=FIX.4.4|{body}"))
}

fn config(role: Role) -> Config {
    Config::new(role, BeginString::Fix44, "US", "THEM").unwrap()
}

fn n(number: u64) -> MsgSeqNum {
    MsgSeqNum::new(number).unwrap()
}

/// Steps the session until it waits; what it sends is committed and discarded.
fn settle(session: &mut Session, inbox: &mut Inbox<'_>) {
    let mut out = [0; 1024];
    loop {
        match session.step(now(), inbox, &mut out) {
            Output::Event(Event::Logon(_)) => session.accept(now()).unwrap(),
            Output::Event(_) => {}
            Output::Transmit(frame) => {
                let _ = frame.commit(session, &mut NoJournal).unwrap();
            }
            _ => return,
        }
    }
}

/// An acceptor that has answered a Logon with the fields `logon` in addition to the usual ones.
fn logged_on(config: Config, inbox: &mut Inbox<'_>, logon: &str) -> Session {
    let mut session = Session::new(config, Checkpoint::begin(Utc::EPOCH)).unwrap();
    session.connected(now(), inbox).unwrap();
    inbox.extend(&frame("A", 1, &format!("98=0|108=30{logon}")));
    settle(&mut session, inbox);
    assert_eq!(session.state(), State::Active);
    session
}

/// How much space an order with a text of `text` bytes takes.
fn order(session: &mut Session, text: usize, out: &mut [u8]) -> Result<usize, SendError> {
    let text = "x".repeat(text);
    let sent = session.send(now(), MsgType::NEW_ORDER_SINGLE, out, |body| {
        body.text(58, &text);
    });
    sent.map(|frame| frame.len())
}

#[test]
fn an_admin_message_without_space_is_owed_until_there_is_enough() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut session = Session::new(config(Role::Initiator), Checkpoint::begin(Utc::EPOCH)).unwrap();
    session.connected(now(), &mut inbox).unwrap();
    let before = session.clone();
    let Output::NeedSpace(space) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    assert_eq!(session, before);
    let mut out = vec![0; space];
    let Output::Transmit(logon) = session.step(now(), &mut inbox, &mut out) else { panic!() };
    assert_eq!(logon.msg_seq_num(), n(1));
}

#[test]
fn a_message_without_space_takes_no_number() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut session = logged_on(config(Role::Acceptor), &mut inbox, "");
    let Err(SendError::NeedSpace(space)) = order(&mut session, 40, &mut []) else { panic!() };
    assert!(order(&mut session, 40, &mut vec![0; space]).is_ok());
    assert_eq!(session.next_out(), n(2));
}

#[test]
fn a_message_as_long_as_the_counterparty_takes_is_sent_and_no_longer_one() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut session = logged_on(config(Role::Acceptor), &mut inbox, "|383=512");
    let mut out = [0; 2048];
    let around = order(&mut session, 400, &mut out).unwrap() - 400;
    assert_eq!(order(&mut session, 512 - around, &mut out), Ok(512));
    let longer = SendError::TooLong { len: 513, max: 512 };
    assert_eq!(order(&mut session, 513 - around, &mut out), Err(longer));
}

#[test]
fn an_application_gives_a_type_of_its_own() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut session = logged_on(config(Role::Acceptor), &mut inbox, "");
    for msg_type in ["", "D\u{1}", "0", "1", "2", "3", "4", "5", "A"] {
        let sent = session.send(now(), MsgType::new(msg_type.as_bytes()), &mut [0; 512], |_| {}).err();
        assert_eq!(sent, Some(SendError::MsgType), "{msg_type:?}");
    }
}

#[test]
fn what_the_application_adds_to_an_admin_message_has_to_fit_and_to_be_fields() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let config = Config {
        compose: ComposedTypes { logon: true, ..ComposedTypes::default() },
        ..config(Role::Initiator)
    };
    let mut session = Session::new(config, Checkpoint::begin(Utc::EPOCH)).unwrap();
    session.connected(now(), &mut inbox).unwrap();
    let mut asked = || {
        let Output::Compose(asked) = session.step(now(), &mut inbox, &mut []) else { panic!() };
        asked
    };
    let (first, second, third, late) = (asked(), asked(), asked(), asked());
    assert_eq!(first.sending_time(), "20260101-12:00:00.000");
    let small = session.compose(now(), first, &inbox, &mut [], |_| {});
    assert!(matches!(small.err(), Some(ComposeError::NeedSpace(1..))));
    let bad = session
        .compose(now(), second, &inbox, &mut [0; 512], |body| {
            body.text(553, "a\u{1}b");
        })
        .err();
    assert!(matches!(bad, Some(ComposeError::Body(_))));
    let mut out = [0; 512];
    let good = session
        .compose(now(), third, &inbox, &mut out, |body| {
            body.text(553, "me");
        })
        .unwrap();
    let _ = good.commit(&mut session, &mut NoJournal).unwrap();
    let late = session.compose(now(), late, &inbox, &mut [0; 512], |_| {}).err();
    assert_eq!(late, Some(ComposeError::Late));
}

#[test]
fn a_replayed_message_without_space_is_asked_for_again() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut session = logged_on(config(Role::Acceptor), &mut inbox, "");
    let stored = finished("35=D|34=2|49=US|52=20260101-12:00:00.000|56=THEM|58=a text|");
    let mut out = [0; 512];
    let sent = session.send(now(), MsgType::NEW_ORDER_SINGLE, &mut out, |body| {
        body.text(58, "a text");
    });
    let _ = sent.unwrap().commit(&mut session, &mut NoJournal).unwrap();
    inbox.extend(&frame("2", 2, "7=2|16=0"));
    let Output::Event(Event::ResendRequested { .. }) = session.step(now(), &mut inbox, &mut []) else {
        panic!()
    };
    let Output::Replay(asked) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    let message = Stored::Message { number: n(2), frame: &stored };
    let Err(ReplayError::NeedSpace(space)) = session.replay(now(), asked, Some(message), &mut []) else {
        panic!()
    };
    let Output::Replay(asked) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    let outside = Stored::Message { number: n(3), frame: &stored };
    let refused = session.replay(now(), asked, Some(outside), &mut [0; 512]).err();
    assert_eq!(refused, Some(ReplayError::OutOfRange { got: n(3), from: n(2), to: n(2) }));
    let Output::Replay(asked) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    let mut out = vec![0; space];
    assert!(session.replay(now(), asked, Some(message), &mut out).unwrap().is_some());
}

#[test]
fn a_message_is_rejected_on_its_link_only() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut config = config(Role::Acceptor);
    config.policies.logon.while_disconnected = WhileDisconnected::Store;
    let mut session = logged_on(config, &mut inbox, "");
    inbox.extend(&frame("D", 2, "11=A"));
    let Output::Event(Event::Message(message)) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    let mut reject = |out: &mut [u8], text: &str| {
        let reason = SessionRejectReason::ValueIncorrect;
        let rejected = session.reject(now(), &message, reason, Some(11), text, out);
        rejected.map(|frame| frame.len())
    };
    let Err(SendError::NeedSpace(space)) = reject(&mut [], "no") else { panic!() };
    assert!(reject(&mut vec![0; space], "no").is_ok());
    assert!(matches!(reject(&mut [0; 512], "a\u{1}b"), Err(SendError::Body(_))));
    session.disconnected(now());
    let late = session.reject(now(), &message, SessionRejectReason::Other, None, "", &mut [0; 512]).err();
    assert_eq!(late, Some(SendError::NotNow(State::Disconnected)));
}

#[test]
fn what_is_stored_after_a_message_counts_that_message() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut config = config(Role::Acceptor);
    config.policies.checks.finished = sansfix::session::Finished::ByCall;
    let mut session = logged_on(config, &mut inbox, "");
    inbox.extend(&frame("D", 2, "11=A"));
    let Output::Event(Event::Message(message)) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    assert_eq!(session.checkpoint().next_in, n(2));
    assert_eq!(session.checkpoint_after(&message).next_in, n(3));
    session.processed(n(2));
    assert_eq!(session.checkpoint(), session.checkpoint_after(&message));
}

#[test]
fn sessions_that_were_told_the_same_are_equal_and_hash_alike() {
    let hash = |session: &Session| BuildHasherDefault::<DefaultHasher>::default().hash_one(session);
    let (mut memory, mut other_memory) = ([0; 1024], [0; 1024]);
    let (mut inbox, mut other_inbox) = (Inbox::new(&mut memory), Inbox::new(&mut other_memory));
    let mut session = logged_on(config(Role::Acceptor), &mut inbox, "");
    let mut other = logged_on(config(Role::Acceptor), &mut other_inbox, "");
    assert_eq!((&session, hash(&session)), (&other, hash(&other)));
    session.test_request(now()).unwrap();
    assert_ne!(session, other);
    assert_ne!(hash(&session), hash(&other));
    other.test_request(now()).unwrap();
    assert_eq!((&session, hash(&session)), (&other, hash(&other)));
}

#[test]
fn news_of_links_that_come_and_go_unread_gives_way_to_later_news() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut config = config(Role::Acceptor);
    config.policies.logon.reset_on_disconnect = sansfix::session::ResetOn::Reset;
    let mut session = logged_on(config, &mut inbox, "");
    for _ in 0..100 {
        assert_eq!(session.connected(now(), &mut inbox), Err(NotNow(State::Active)));
    }
    session.disconnected(now());
    let mut news = Vec::new();
    while let Output::Event(event) = session.step(now(), &mut inbox, &mut []) {
        news.push(format!("{event:?}"));
    }
    assert!(news.len() < 20 && news.last().unwrap().starts_with("NewSeries"), "{news:#?}");
}

#[test]
fn what_is_built_for_a_question_that_was_overtaken_comes_too_late() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let compose = ComposedTypes { test_request: true, ..ComposedTypes::default() };
    let mut session = logged_on(Config { compose, ..config(Role::Acceptor) }, &mut inbox, "");
    session.test_request(now()).unwrap();
    let Output::Compose(asked) = session.step(now(), &mut inbox, &mut []) else { panic!() };
    let mut out = [0; 512];
    let order = session.send(now(), MsgType::NEW_ORDER_SINGLE, &mut out, |_| {}).unwrap();
    let _ = order.commit(&mut session, &mut NoJournal).unwrap();
    let late = session.compose(now(), asked, &inbox, &mut [0; 512], |_| {}).err();
    assert_eq!(late, Some(ComposeError::Late));
}

/// Requests everything from 2 on, and returns the session's question to the journal twice.
fn asked_twice(session: &mut Session, inbox: &mut Inbox<'_>, number: u64) -> [sansfix::Replay; 2] {
    inbox.extend(&frame("2", number, "7=2|16=0"));
    let Output::Event(Event::ResendRequested { .. }) = session.step(now(), inbox, &mut []) else { panic!() };
    [(); 2].map(|()| {
        let Output::Replay(asked) = session.step(now(), inbox, &mut []) else { panic!() };
        asked
    })
}

/// A stored order of `len` bytes.
fn stored(len: usize) -> Vec<u8> {
    let with = |text| finished(&format!("35=D|34=2|49=US|52=20260101-12:00:00.000|56=THEM|58={text}|"));
    with("x".repeat(len - with("x".repeat(100)).len() + 100))
}

#[test]
fn an_answer_of_the_journal_is_taken_once_and_on_its_link_only() {
    let mut memory = [0; 1024];
    let mut inbox = Inbox::new(&mut memory);
    let mut session = logged_on(config(Role::Acceptor), &mut inbox, "");
    let mut out = [0; 512];
    let order = session.send(now(), MsgType::NEW_ORDER_SINGLE, &mut out, |_| {}).unwrap();
    let _ = order.commit(&mut session, &mut NoJournal).unwrap();
    let bytes = stored(200);
    let message = Some(Stored::Message { number: n(2), frame: &bytes });
    let [_, old_link] = asked_twice(&mut session, &mut inbox, 2);
    session.disconnected(now());
    assert_eq!(session.status().deadline, None);
    session.connected(now(), &mut inbox).unwrap();
    inbox.extend(&frame("A", 3, "98=0|108=30"));
    settle(&mut session, &mut inbox);
    let [asked, again] = asked_twice(&mut session, &mut inbox, 4);
    assert_eq!(session.replay(now(), old_link, message, &mut [0; 512]).err(), Some(ReplayError::Late));
    let sent = session.replay(now(), asked, message, &mut out).unwrap().unwrap();
    let _ = sent.commit(&mut session, &mut NoJournal).unwrap();
    assert_eq!(session.replay(now(), again, message, &mut [0; 512]).err(), Some(ReplayError::Late));
}

#[test]
fn a_message_that_grows_longer_than_the_counterparty_takes_is_lost_and_no_shorter_one() {
    let mut memory = [0; 1024];
    for (len, is_sent) in [(481, true), (482, false)] {
        let mut inbox = Inbox::new(&mut memory);
        let mut session = logged_on(config(Role::Acceptor), &mut inbox, "|383=512");
        let mut out = [0; 1024];
        let order = session.send(now(), MsgType::NEW_ORDER_SINGLE, &mut out, |_| {}).unwrap();
        let _ = order.commit(&mut session, &mut NoJournal).unwrap();
        let bytes = stored(len);
        let message = Some(Stored::Message { number: n(2), frame: &bytes });
        let [asked, _] = asked_twice(&mut session, &mut inbox, 2);
        let frame = session.replay(now(), asked, message, &mut out).unwrap().unwrap();
        assert_eq!(frame.len() == 512, is_sent, "{}", frame.len());
    }
}
