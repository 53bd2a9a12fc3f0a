//! The transition tables and the state diagram of ARCHITECTURE.md and the README, drawn from the code and
//! compared with the pages.
//!
//! Every machine is driven with a representative of every state and input. `UPDATE_TABLES=1 cargo test
//! tables` writes the page anew.

use std::fmt::Write as _;
use std::string::{String, ToString};
use std::vec::Vec;

use super::classify::{Class, Kind};
use super::config::Role;
use super::policy::{BadLogon, Echo, Policies, Unanswered};
use super::react::react;
use super::recovery::Became;
use super::state::{Action, Answer, Farewell, Input, Opening, Place, Rules, State, next};
use super::{Asked, Cause, Inbound, Liveness, Outbound, PeerLogon, Recovery, Refusal, Replaying, Span};
use super::{liveness, recovery, replay};
use crate::number::MsgSeqNum;
use crate::reason::Reason;

fn n(number: u64) -> MsgSeqNum {
    MsgSeqNum::new(number).unwrap()
}

fn logon(reset: bool) -> PeerLogon {
    PeerLogon { number: n(1), heart_bt_int: 30, reset, next_expected: None, max_message_size: None }
}

fn rules(role: Role) -> Rules {
    let policies = Policies::standard();
    Rules {
        role,
        out_of_sequence: policies.logout.out_of_sequence,
        after_answer: policies.logout.after_answer,
        unanswered: Unanswered::Logout,
        invalid_logon: BadLogon::Logout,
    }
}

const STATES: [State; 11] = [
    State::Disconnected,
    State::Connecting,
    State::AwaitingLogon,
    State::LogonSent(Opening::Resumed),
    State::LogonSent(Opening::Reset),
    State::LogonReceived(PeerLogon {
        number: MsgSeqNum::FIRST,
        heart_bt_int: 30,
        reset: false,
        next_expected: None,
        max_message_size: None,
    }),
    State::Active,
    State::LogoutSent,
    State::LogoutReceived(Answer::Owed),
    State::LogoutReceived(Answer::Given),
    State::Closing(Reason::Closed),
];

fn inputs() -> [(&'static str, Input); 19] {
    [
        ("connect due", Input::ConnectDue),
        ("link up", Input::LinkUp(Opening::Resumed)),
        ("link up, reset wanted", Input::LinkUp(Opening::Reset)),
        ("link down", Input::LinkDown),
        ("no Logon first", Input::NotALogon),
        ("Logon", Input::Logon(logon(false))),
        ("Logon with reset", Input::Logon(logon(true))),
        ("accepted", Input::Accepted),
        ("refused", Input::Refused(Farewell::Logout)),
        ("refused silently", Input::Refused(Farewell::Silent)),
        ("reset wanted", Input::Reset),
        ("Logout", Input::Logout(Place::InSequence)),
        ("Logout above a gap", Input::Logout(Place::AboveGap)),
        ("gap closed", Input::Recovered),
        ("logout wanted", Input::LogoutAsked),
        ("fault", Input::Fatal(Reason::SendingTime, Farewell::Logout)),
        ("fault, no word", Input::Fatal(Reason::BeginString, Farewell::Silent)),
        ("timeout", Input::Timeout),
        ("silence", Input::Silent),
    ]
}

fn state_name(state: State) -> String {
    match state {
        State::LogonSent(opening) => std::format!("LogonSent({opening:?})"),
        State::LogonReceived(_) => "LogonReceived".to_string(),
        State::LogoutReceived(answer) => std::format!("LogoutReceived({answer:?})"),
        State::Closing(_) => "Closing".to_string(),
        State::Disconnected
        | State::Connecting
        | State::AwaitingLogon
        | State::Active
        | State::LogoutSent => {
            std::format!("{state:?}")
        }
    }
}

fn action_name(action: Action) -> String {
    match action {
        Action::AnswerLogon(logon) if logon.reset => "answer the Logon, new series".to_string(),
        Action::AnswerLogon(_) => "answer the Logon".to_string(),
        Action::TakeAnswer(logon) if logon.reset => "take the answer, new series".to_string(),
        Action::TakeAnswer(_) => "take the answer".to_string(),
        Action::Synchronise(_) => "compare numbers".to_string(),
        Action::Connect => "ask to connect".to_string(),
        Action::SendLogon(Opening::Resumed) => "send Logon".to_string(),
        Action::SendLogon(Opening::Reset) => "send Logon 34=1 141=Y".to_string(),
        Action::Judge => "ask the application".to_string(),
        Action::LoggedOn => "tell: logged on".to_string(),
        Action::SendLogout | Action::AnswerLogout | Action::SayWhy(_) => "send Logout".to_string(),
        Action::Disconnect(_) => "close the link".to_string(),
        Action::Await(super::state::Wait::Nothing) => "no wait".to_string(),
        Action::Await(wait) => std::format!("wait: {wait:?}").to_lowercase(),
    }
}

/// Every (role, state, input) that does something, by state.
fn connection_table() -> String {
    let mut table = String::from("| state | input | next state | to do |\n| --- | --- | --- | --- |\n");
    for state in STATES {
        for (name, input) in inputs() {
            let mut rows: Vec<String> = Vec::new();
            for role in [Role::Initiator, Role::Acceptor] {
                if !reachable(role, state) {
                    continue;
                }
                let (to, actions) = next(rules(role), state, input);
                if to == state && actions.is_empty() {
                    continue;
                }
                let actions: Vec<String> = actions.into_iter().map(action_name).collect();
                rows.push(std::format!("{} | {}", state_name(to), actions.join(", ")));
            }
            rows.dedup();
            let both = [Role::Initiator, Role::Acceptor].iter().all(|&role| reachable(role, state));
            for (row, role) in rows.iter().zip(["initiator", "acceptor"]) {
                let who = if rows.len() == 1 { String::new() } else { std::format!(" ({role})") };
                let who = if rows.len() == 1 && both && only_one(state, input) {
                    " (initiator)".into()
                } else {
                    who
                };
                writeln!(table, "| {} | {name}{who} | {row} |", state_name(state)).unwrap();
            }
        }
    }
    table
}

fn only_one(state: State, input: Input) -> bool {
    let moves = |role| next(rules(role), state, input) != (state, super::state::Actions::new());
    moves(Role::Initiator) != moves(Role::Acceptor)
}

fn reachable(role: Role, state: State) -> bool {
    match state {
        State::Connecting | State::LogonSent(Opening::Resumed) => role == Role::Initiator,
        State::AwaitingLogon | State::LogonReceived(_) => role == Role::Acceptor,
        State::Disconnected
        | State::LogonSent(Opening::Reset)
        | State::Active
        | State::LogoutSent
        | State::LogoutReceived(_)
        | State::Closing(_) => true,
    }
}

fn diagram() -> String {
    let mut edges: Vec<(String, String, Vec<&str>)> = Vec::new();
    let plain = |state: State| match state {
        State::LogonSent(_) => "LogonSent".to_string(),
        State::LogoutReceived(_) => "LogoutReceived".to_string(),
        other => state_name(other),
    };
    for state in STATES {
        for (name, input) in inputs() {
            for role in [Role::Initiator, Role::Acceptor] {
                let to = next(rules(role), state, input).0;
                let (from, to) = (plain(state), plain(to));
                if !reachable(role, state) || from == to || matches!(input, Input::LinkDown) {
                    continue;
                }
                match edges.iter_mut().find(|edge| edge.0 == from && edge.1 == to) {
                    Some(edge) if edge.2.contains(&name) => {}
                    Some(edge) => edge.2.push(name),
                    None => edges.push((from, to, std::vec![name])),
                }
            }
        }
    }
    let mut drawn = String::from("```mermaid\nstateDiagram-v2\n    [*] --> Disconnected\n");
    for (from, to, names) in edges {
        writeln!(drawn, "    {from} --> {to}: {}", names.join(" / ")).unwrap();
    }
    drawn.push_str("    Closing --> Disconnected: link down\n```\n");
    drawn
}

fn reaction_table() -> String {
    let kinds = [
        Kind::Application,
        Kind::Heartbeat,
        Kind::TestRequest,
        Kind::ResendRequest,
        Kind::Reject,
        Kind::GapFill,
        Kind::Reset,
        Kind::Logout,
        Kind::Logon,
    ];
    let mut table = String::from(
        "| message | next | next, PossDup | above a gap | above, PossDup | low, PossDup | low |\n",
    );
    table.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
    for kind in kinds {
        let cells = [
            react(kind, Class::Next, false),
            react(kind, Class::Next, true),
            react(kind, Class::High, false),
            react(kind, Class::High, true),
            react(kind, Class::LowDuplicate, true),
            react(kind, Class::Low, false),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| std::format!("{cell:?}")).collect();
        writeln!(table, "| {kind:?} | {} |", cells.join(" | ")).unwrap();
    }
    table
}

fn inbound_table() -> String {
    let gaps = Policies::standard().gaps;
    let open =
        |asked, tries, mark| Inbound::Recovering(Recovery { until: n(9), asked, mark: n(mark), tries });
    let states = [
        ("InSequence", Inbound::InSequence),
        ("Recovering, asked by Logon (789)", open(Asked::ByLogon, 0, 5)),
        ("Recovering, asked openly", open(Asked::Open(n(9)), 1, 5)),
        ("Recovering, asked up to 6", open(Asked::UpTo(n(6)), 1, 5)),
        ("Recovering, asked for the last time", open(Asked::Open(n(9)), gaps.tries, 5)),
        ("Refused", Inbound::Refused(Refusal { missing: n(5), tries: 1 })),
        ("Refused for the last time", Inbound::Refused(Refusal { missing: n(5), tries: gaps.tries })),
    ];
    let inputs = [
        (
            "gap: 9 came, 5 is expected",
            recovery::Input::Gap { expected: n(5), number: n(9), became: Became::Held },
        ),
        (
            "gap: 12 came and was dropped",
            recovery::Input::Gap { expected: n(5), number: n(12), became: Became::Dropped },
        ),
        ("gap at logon, 789 in use", recovery::Input::GapAtLogon { expected: n(5), number: n(9) }),
        ("6 is expected now", recovery::Input::Progress { expected: n(6) }),
        ("7 is expected now", recovery::Input::Progress { expected: n(7) }),
        ("10 is expected now", recovery::Input::Progress { expected: n(10) }),
        ("no progress from 5", recovery::Input::Elapsed { expected: n(5) }),
        ("ResendRequest rejected", recovery::Input::Rejected),
        ("link or series over", recovery::Input::Over),
    ];
    let mut table = String::from("| state | input | next state | to do |\n| --- | --- | --- | --- |\n");
    for (state_name, state) in states {
        for (input_name, input) in inputs {
            let (to, action) = recovery::next(&gaps, state, input);
            if to == state && action == recovery::Action::None {
                continue;
            }
            let to = match to {
                Inbound::InSequence => "InSequence".to_string(),
                Inbound::Refused(refusal) => {
                    std::format!("Refused, {} missing, try {}", refusal.missing, refusal.tries)
                }
                Inbound::Recovering(recovery) => {
                    std::format!(
                        "Recovering until {}, {:?}, try {}",
                        recovery.until,
                        recovery.asked,
                        recovery.tries
                    )
                }
            };
            writeln!(table, "| {state_name} | {input_name} | {to} | {action:?} |").unwrap();
        }
    }
    table
}

fn liveness_table() -> String {
    let states = [
        ("Quiet", Liveness::Quiet),
        ("Probing after silence", Liveness::Probing { cause: Cause::Silence }),
        ("Probing, asked for", Liveness::Probing { cause: Cause::Asked }),
        ("Probing before a reset", Liveness::Probing { cause: Cause::Reset }),
    ];
    let inputs = [
        ("a good message", liveness::Input::Traffic),
        ("the echo", liveness::Input::Echoed(Place::InSequence)),
        ("the echo, something missing", liveness::Input::Echoed(Place::AboveGap)),
        ("the wait is over", liveness::Input::Elapsed),
        ("application asks", liveness::Input::Probe(Cause::Asked)),
        ("reset begins", liveness::Input::Probe(Cause::Reset)),
        ("link over", liveness::Input::Over),
    ];
    let mut table = String::from("| state | input | next state | to do |\n| --- | --- | --- | --- |\n");
    for (state_name, state) in states {
        for (input_name, input) in inputs {
            let (to, action) = liveness::next(Echo::AnyTraffic, state, input);
            if to == state && action == liveness::Action::None {
                continue;
            }
            let to = states.iter().find(|(_, state)| *state == to).map_or("?", |(name, _)| name);
            writeln!(table, "| {state_name} | {input_name} | {to} | {action:?} |").unwrap();
        }
    }
    table
}

fn outbound_table() -> String {
    let running =
        |unsent, later| Outbound::Replaying(Replaying { next: n(3), scanned: n(3), to: n(5), unsent, later });
    let states = [
        ("Live", Outbound::Live),
        ("Replaying 3 to 5", running(None, None)),
        ("Replaying 3 to 5, 8 waits behind", running(Some(n(8)), None)),
    ];
    let span = |from, to| Span { from: n(from), to: n(to) };
    let inputs = [
        ("asked for 1 to 7", replay::Input::Requested(span(1, 7))),
        ("asked for 1 to 7, live messages waited too long", replay::Input::RequestedLate(span(1, 7))),
        ("message 8 committed", replay::Input::Committed(n(8))),
        ("all below 4 sent", replay::Input::Sent(n(4))),
        ("all below 9 sent", replay::Input::Sent(n(9))),
        ("nothing stored below 5", replay::Input::Nothing(n(5))),
        ("link or series over", replay::Input::Over),
    ];
    let mut table = String::from("| state | input | next state |\n| --- | --- | --- |\n");
    for (state_name, state) in states {
        for (input_name, input) in inputs {
            let to = replay::next(state, input, n(9));
            if to == state {
                continue;
            }
            let to = match to {
                Outbound::Live => "Live".to_string(),
                Outbound::Replaying(replay) => {
                    let mut text = std::format!("Replaying {} to {}", replay.next, replay.to);
                    if replay.scanned > replay.next {
                        write!(text, ", scanned to {}", replay.scanned).unwrap();
                    }
                    if let Some(unsent) = replay.unsent {
                        write!(text, ", {unsent} waits behind").unwrap();
                    }
                    if let Some(later) = replay.later {
                        write!(text, ", {} to {} later", later.from, later.to).unwrap();
                    }
                    text
                }
            };
            writeln!(table, "| {state_name} | {input_name} | {to} |").unwrap();
        }
    }
    table
}

/// Puts `text` between the marks of its name, or says that the page differs.
fn compare(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (std::format!("<!-- {name} -->\n"), std::format!("<!-- /{name} -->"));
    let start = page.find(&begin).unwrap_or_else(|| panic!("no mark {begin}")) + begin.len();
    let stop = page.find(&end).unwrap_or_else(|| panic!("no mark {end}"));
    std::format!("{}\n{text}\n{}", &page[..start].trim_end_matches('\n'), &page[stop..])
}

/// A page, and what stands between its marks.
fn check(page_name: &str, parts: &[(&str, String)]) {
    let path = std::format!("{}/{page_name}", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(&path).unwrap();
    let drawn = parts.iter().fold(page.clone(), |drawn, (name, text)| compare(&drawn, name, text));
    if std::env::var_os("UPDATE_TABLES").is_some() {
        std::fs::write(path, &drawn).unwrap();
    } else {
        assert!(
            page == drawn,
            "{page_name} differs from the code: UPDATE_TABLES=1 cargo test tables, and read what changed"
        );
    }
}

#[test]
fn the_tables_and_the_diagram_of_the_pages_are_those_of_the_code() {
    let parts = [
        ("diagram", diagram()),
        ("connection", connection_table()),
        ("inbound", inbound_table()),
        ("liveness", liveness_table()),
        ("outbound", outbound_table()),
        ("reactions", reaction_table()),
    ];
    check("ARCHITECTURE.md", &parts);
    check("README.md", &parts[..1]);
}

#[test]
fn no_state_is_left_but_by_the_end_of_the_link_once_it_closes() {
    for (_, input) in inputs() {
        let (to, _) = next(rules(Role::Initiator), State::Closing(Reason::Closed), input);
        let expected =
            if input == Input::LinkDown { State::Disconnected } else { State::Closing(Reason::Closed) };
        assert_eq!(to, expected);
    }
}

#[test]
fn the_end_of_the_link_ends_every_state() {
    for state in STATES {
        for role in [Role::Initiator, Role::Acceptor] {
            assert_eq!(next(rules(role), state, Input::LinkDown).0, State::Disconnected);
        }
    }
}
