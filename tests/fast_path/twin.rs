//! Two sessions that are told the same: one takes usual messages the short way, the other none.

#![allow(clippy::unwrap_used, reason = "what cannot be set up ends the test")]

use std::time::Duration;

use sansfix::session::{Check, Finished, Reply, SendingTimeCheck, State, Violation};
use sansfix::wire::{DataFields, MsgType};
use sansfix::{
    BeginString, Checkpoint, Config, Event, Id, Inbox, Instant, Message, MessageRules, Millis, MsgSeqNum,
    NoJournal, Now, Output, Role, Session, SessionRejectReason, Utc,
};

/// 2026-01-01T12:00:00Z.
const NOON: i64 = 1_767_268_800;
static AGREED: DataFields = DataFields::new(&[(57, 58), (5001, 5002)]);

/// The moment `millis` milliseconds after noon.
pub(crate) fn at(millis: u64) -> Now {
    let later = Duration::from_millis(millis);
    Now {
        monotonic: Instant::from_nanos(1_000_000_000).saturating_add(later),
        utc: Utc::from_secs(NOON).saturating_add(later),
    }
}

/// BeginString, BodyLength and CheckSum around `fields`, which are separated by `|`.
pub(crate) fn frame(begin_string: &str, fields: &str) -> Vec<u8> {
    let body = fields.replace('|', "\u{1}");
    let mut frame = format!("8={begin_string}\u{1}9={}\u{1}{body}", body.len()).into_bytes();
    finish(&mut frame);
    frame
}

/// Appends the CheckSum.
pub(crate) fn finish(frame: &mut Vec<u8>) {
    let sum = frame.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.extend(format!("10={sum:03}\u{1}").bytes());
}

/// The two sessions, logged on.
pub(crate) struct Twin<'b> {
    sides: [Side<'b>; 2],
    begin_string: BeginString,
}

/// Rules that have something against every third number, or against none.
struct Thirds(bool);

impl MessageRules for Thirds {
    fn check(&self, message: &Message<'_>) -> Result<(), Violation> {
        let is_third = message.msg_seq_num().get().is_multiple_of(3);
        if self.0 && is_third && message.msg_type() != MsgType::LOGON {
            let reply = Reply::Reject(SessionRejectReason::Other);
            return Err(Violation { reply, tag: None });
        }
        Ok(())
    }
}

struct Side<'b> {
    session: Session,
    inbox: Inbox<'b>,
    is_generic: bool,
    rules: Thirds,
}

impl<'b> Twin<'b> {
    /// Both with the configuration that `variant` names, the next number being `first` and one.
    pub(crate) fn new(variant: u8, first: u64, memory: &'b mut [[u8; 4096]; 4]) -> Self {
        let begin_string = [BeginString::Fix44, BeginString::Fix42, BeginString::Fixt11, BeginString::Fix40]
            [variant as usize % 4];
        let mut config = Config::new(Role::Acceptor, begin_string, "SELLSIDE", "BUYSIDE").unwrap();
        let checks = &mut config.policies.checks;
        match variant / 4 % 12 {
            1 => checks.sending_time = SendingTimeCheck::Off,
            2 => checks.comp_ids = Check::Off,
            3 => checks.checksum = Check::Off,
            4 => checks.sequence = Check::Off,
            5 => config.data_fields = &AGREED,
            6 => checks.finished = Finished::ByCall,
            7 => checks.header_order = Check::Off,
            8 => {
                checks.sub_ids = Check::On;
                config.ids.set(Id::TargetSubId, "DESK").unwrap();
            }
            9 => checks.sub_ids = Check::On,
            10 => checks.sending_time = SendingTimeCheck::Within(Millis(10_000)),
            _ => {}
        }
        let first = MsgSeqNum::new(first).unwrap();
        let resume = Checkpoint { next_in: first, ..Checkpoint::begin(Utc::from_secs(NOON)) };
        let session = Session::new(config, resume).unwrap();
        let [one, other, held, other_held] = memory;
        let side = |inbox: Inbox<'b>, is_generic| Side {
            session: session.clone(),
            inbox,
            is_generic,
            rules: Thirds(variant / 4 % 12 == 11),
        };
        let sides =
            [side(Inbox::new(one).holding(held), false), side(Inbox::new(other).holding(other_held), true)];
        let mut twin = Twin { sides, begin_string };
        for side in &mut twin.sides {
            side.session.connected(at(0), &mut side.inbox).unwrap();
        }
        let appl_ver_id = if begin_string == BeginString::Fixt11 { "1137=9|" } else { "" };
        let desk = if variant / 4 % 12 == 8 { "50=DESK|" } else { "" };
        let logon = format!(
            "35=A|34={first}|49=BUYSIDE|{desk}52=20260101-12:00:00.000|56=SELLSIDE|98=0|108=30|{appl_ver_id}"
        );
        twin.feed(at(0), &frame(begin_string.as_str(), &logon));
        assert_eq!(twin.sides[0].session.state(), State::Active);
        twin
    }

    pub(crate) fn begin_string(&self) -> BeginString {
        self.begin_string
    }

    pub(crate) fn next_in(&self) -> u64 {
        self.sides[0].session.next_in().get()
    }

    /// Tells both the same.
    pub(crate) fn both<T: PartialEq + std::fmt::Debug>(&mut self, tell: impl Fn(&mut Session) -> T) -> T {
        let [short, generic] = &mut self.sides;
        let (one, other) = (tell(&mut short.session), tell(&mut generic.session));
        assert_eq!(one, other);
        one
    }

    /// Gives both the bytes, steps them until they wait, and compares all that they say and are.
    pub(crate) fn feed(&mut self, now: Now, bytes: &[u8]) {
        let [short, generic] = &mut self.sides;
        let (one, other) = (short.feed(now, bytes), generic.feed(now, bytes));
        assert_eq!(one, other, "{}", bytes.escape_ascii());
        assert_eq!(short.inbox.unread(), generic.inbox.unread());
        assert_eq!(short.inbox.held(), generic.inbox.held());
        assert!(short.session == generic.session, "{:#?}\n{:#?}", short.session, generic.session);
    }
}

impl Side<'_> {
    /// What the session said: events as text, frames as bytes.
    fn feed(&mut self, now: Now, bytes: &[u8]) -> Vec<String> {
        // What does not fit is lost, for both the same: nothing is read once a link is to be closed.
        self.inbox.extend(bytes);
        let mut out = [0; 4096];
        let mut said = Vec::new();
        // Some replies repeat until their link is closed.
        for _ in 0..100 {
            let output = if self.is_generic {
                self.session.step_the_generic_way(now, &mut self.inbox, &mut out, &self.rules)
            } else {
                self.session.step_with(now, &mut self.inbox, &mut out, &self.rules)
            };
            match output {
                Output::Event(Event::Logon(_)) => self.session.accept(now).unwrap(),
                Output::Event(ref event) => {
                    if let Event::Message(message) = event {
                        let body = message.body().escape_ascii();
                        said.push(format!("{} {body} {}", message.msg_type(), message.poss_resend()));
                    }
                    said.push(format!("{event:?}"));
                }
                Output::Transmit(frame) => {
                    let sent = frame.commit(&mut self.session, &mut NoJournal).unwrap();
                    said.push(sent.escape_ascii().to_string());
                }
                other => {
                    said.push(format!("{other:?}"));
                    if !matches!(other, Output::Replay(_)) {
                        break;
                    }
                }
            }
        }
        said
    }
}
