//! The fast paths never change a result: a session that takes them for usual messages reports and sends the
//! same as one that does not.

#[path = "fast_path/twin.rs"]
mod twin;

use proptest::prelude::*;
use twin::{Twin, at, finish, frame};

/// What happens next.
#[derive(Clone, Debug)]
enum Coming {
    Message(Message),
    /// An admin message with the next number.
    Admin(&'static str, &'static str),
    /// This many messages are missing and come late, and the first above the gap comes twice.
    Late(u64),
    /// The application or an operator does something.
    Told(u8),
    /// Nothing comes for this many seconds.
    Quiet(u8),
}

/// A message. `None` stands for what is usual in this run, since a header is expected only after it has come
/// twice.
#[derive(Clone, Debug)]
struct Message {
    /// Relative to the expected number.
    number: i64,
    kind: Option<&'static str>,
    header: Option<String>,
    time: Option<&'static str>,
    body: Option<&'static str>,
    change: Change,
    /// How many milliseconds after the last message.
    later: u64,
}

#[derive(Clone, Debug)]
enum Change {
    None,
    /// A byte is changed; CheckSum is adjusted to it or left as it was.
    Byte {
        at: usize,
        to: u8,
        checked: bool,
    },
    /// There is a byte too many or one is missing, with a correct CheckSum.
    Longer {
        at: usize,
        byte: u8,
    },
    Shorter {
        at: usize,
    },
    /// It comes in two pieces.
    Cut {
        at: usize,
    },
}

const KINDS: &[&str] = &["D", "8", "AE", "0", "5x", "1", "2", "3", "4", "5", "A", "D=", "UUUU"];
const HEADERS: &[&str] = &[
    "35={kind}|34={number}|49=BUYSIDE|52={time}|56=SELLSIDE|",
    "35={kind}|49=BUYSIDE|56=SELLSIDE|34={number}|52={time}|",
    "35={kind}|34={number}|49=BUYSIDE|52={time}|56=SELLSIDE|43=Y|122={time}|",
    "35={kind}|34={number}|43={number}|97=Y|49=BUYSIDE|52={time}|56=SELLSIDE|",
    "35={kind}|34=000{number}|49=BUYSIDE|52={time}|56=SELLSIDE|",
    "35={kind}|34={number}|49=BUYSIDE|52={time}|56=SELLSIDE|369=1|",
    "35={kind}|34={number}|49=BUYSIDE|52={time}|56=SELLSIDE|369=1|369=2|",
    "35={kind}|34={number}|49=BUYSIDE|52={time}|56=SELLSIDE|57=4|",
    "35={kind}|34={number}|5001=3|49=BUYSIDE|52={time}|56=SELLSIDE|",
    "35={kind}|34={number}|34=1|49=BUYSIDE|52={time}|56=OTHER|",
    "35={kind}|34={number}|49=BUYSIDE|56=SELLSIDE|",
    "35={kind}|34={number}|43=Y|49=BUYSIDE|52={time}|56=SELLSIDE|122=20260101-12:00:30.000|",
    "35={kind}|34={number}|43=Y|49=BUYSIDE|52={time}|56=SELLSIDE|",
    "35={kind}|34={number}|43=X|49=BUYSIDE|52={time}|56=SELLSIDE|",
    "35={kind}|34={number}|49=BUYSIDE|52={time}|5a=1|56=SELLSIDE|",
    "35={kind}|34={number}|49=BUYSIDE|50=A VERY LONG NAME FOR A DESK|57=ANOTHER ONE|52={time}|56=SELLSIDE|",
];
/// What every header has, in any order.
const REQUIRED: [&str; 4] = ["34={number}|", "49=BUYSIDE|", "52={time}|", "56=SELLSIDE|"];
/// Fields added to these, or put in place of one.
const OTHERS: &[&str] = &[
    "",
    "43=N|",
    "43=Y|122={time}|",
    "43=|",
    "97=Y|",
    "97=N|",
    "122={time}|",
    "369=1|",
    "369=|",
    "50=DESK|",
    "50=|",
    "57=TRADER|",
    "57=3|58=a|b|",
    "115=CLIENT|",
    "142=LONDON|",
    "143=|",
    "90=3|91=a|b|",
    "90=4|91=a|b|",
    "91=a|",
    "212=3|213=a|b|",
    "5000=x|",
    "5001=3|5002=a|b|",
    "4999=x|",
    "4294967296=x|",
    "11=ORDER|",
    "8=FIX.4.4|",
    "9=|",
    "10=000|",
    "35=8|",
    "35=|",
    "34={number}|",
    "34=1|",
    "34=|",
    "34=00000000000{number}|",
    "34={number}x|",
    "49=BUYSIDE|",
    "49=BUYSIDF|",
    "49=BUYSIDES|",
    "49=BUYSID|",
    "49=|",
    "56=SELLSIDE|",
    "56=sELLSIDE|",
    "52={time}|",
    "52=20260101-12:00:00.000|",
    "52=|",
    "034=1|",
    "x=1|",
    "=|",
    "|",
    "116=1|49|",
    "1128=9|",
    "370={time}|",
    "627=1|628=HOP|",
];
const TIMES: &[&str] = &[
    "20260101-12:00:00.000",
    "20260101-12:00:59.999",
    "20260101-12:00:60.000",
    "20260101-12:00:61.000",
    "20260101-12:01:07.250",
    "20260101-12:02:30.000",
    "20260101-12:00:00",
    "20260101-12:00:35.000",
    "20260101-12:00:00.123456",
    "20260101-12:00:00.123456789",
    "20260101-12:00:00.123456789012",
    "20260101-12:00:00.1234567890123",
    "20260101-12:00:17.1",
    "20260101-12:00:1",
    "20260101-12:00:",
    "20260101-12:00:00.00a",
    "20260101-11:59:59.999",
    "20260101-11:58:00.000",
    "20260101-11:57:59.999",
    "20260131-12:00:00.000",
    "20260132-12:00:00.000",
    "20260101-12:00:00.1234",
    "20260101-12:00:0a.000",
    "20260101-12:00:00.",
    "99990101-12:00:00.000",
];
const BODIES: &[&str] = &[
    "11=ORDER|1=ACC7|21=1|38=100|40=2|44=10.25|54=1|55=MSFT|59=0|60=20260101-12:00:00.000|",
    "1=A|11=ORDER|1=ACC7|21=1|38=100|40=2|44=10.25|54=1|55=MSFT|59=0|60=20260101-12:00:00.000|14=1234|",
    "5000=2|43=Y|122=20260101-12:00:00.000|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|55=MSFT|",
    "43=Y|122=20260101-11:00:00.000|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|55=MSFT|",
    "97=Y|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|55=MSFT|",
    "58=a|b|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|55=MSFT|",
    "garbled|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|55=MSFT|",
    "95=5|96=a|b|c|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|",
    "10=1|11=ORDER AND SOME MORE TEXT TO MAKE IT LONG|55=MSFT|",
    "7=1|16=0|36=9|123=Y|112=ARE YOU THERE AND STILL WELL AND AT WORK|45=3|98=0|108=30|",
    "",
];

const ADMIN: &[(&str, &str)] = &[
    ("0", ""),
    ("0", "112=2|"),
    ("0", "112=3|"),
    ("1", "112=ARE YOU THERE|"),
    ("2", "7=1|16=0|"),
    ("3", "45=1|"),
    ("4", "36=150|123=Y|"),
    ("4", "36=100000|123=Y|"),
    ("5", ""),
];

#[derive(Clone, Debug)]
struct Usual {
    kind: &'static str,
    header: String,
    time: &'static str,
    body: &'static str,
}

fn one(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop_oneof![1 => Just(values[0]), 1 => proptest::sample::select(values)]
}

fn usual() -> impl Strategy<Value = Usual> {
    let header = prop_oneof![2 => one(HEADERS).prop_map(str::to_owned), 1 => shuffled()];
    (one(&["D", "AE"]), header, one(TIMES), one(BODIES)).prop_map(|(kind, header, time, body)| Usual {
        kind,
        header,
        time,
        body,
    })
}

/// A header in any order, sometimes with another field or with one missing.
fn shuffled() -> impl Strategy<Value = String> {
    let other = (0..5_usize, proptest::sample::select(OTHERS), any::<bool>());
    let others = prop_oneof![
        3 => Just(Vec::new()),
        2 => proptest::collection::vec(other, 1..3),
    ];
    (Just(REQUIRED).prop_shuffle(), others).prop_map(|(required, others)| {
        let mut fields = required.map(str::to_owned).to_vec();
        for (place, other, instead) in others {
            if instead {
                fields[place % 4] = other.to_owned();
            } else {
                fields.insert(place.min(fields.len()), other.to_owned());
            }
        }
        format!("35={{kind}}|{}", fields.concat())
    })
}

fn rarely(values: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![12 => Just(None), 1 => proptest::sample::select(values).prop_map(Some)]
}

fn change() -> impl Strategy<Value = Change> {
    let byte = prop_oneof![Just(1_u8), Just(b'='), Just(b'0'), Just(b'9'), any::<u8>()];
    prop_oneof![
        24 => Just(Change::None),
        3 => (0..260_usize, byte.clone(), any::<bool>()).prop_map(|(at, to, checked)| Change::Byte { at, to, checked }),
        1 => (0..260_usize, byte).prop_map(|(at, byte)| Change::Longer { at, byte }),
        1 => (0..260_usize).prop_map(|at| Change::Shorter { at }),
        1 => (0..260_usize).prop_map(|at| Change::Cut { at }),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let number = prop_oneof![40 => Just(0), 1 => -3..4_i64];
    let later = prop_oneof![6 => Just(0_u64), 1 => 0..3000_u64];
    let header = prop_oneof![
        12 => Just(None),
        1 => proptest::sample::select(HEADERS).prop_map(|header| Some(header.to_owned())),
        6 => shuffled().prop_map(Some),
    ];
    (number, rarely(KINDS), header, rarely(TIMES), rarely(BODIES), change(), later).prop_map(
        |(number, kind, header, time, body, change, later)| Message {
            number,
            kind,
            header,
            time,
            body,
            change,
            later,
        },
    )
}

fn coming() -> impl Strategy<Value = Coming> {
    prop_oneof![
        16 => message().prop_map(Coming::Message),
        2 => proptest::sample::select(ADMIN).prop_map(|(kind, body)| Coming::Admin(kind, body)),
        1 => (1..4_u64).prop_map(Coming::Late),
        1 => any::<u8>().prop_map(Coming::Told),
        1 => (0..50_u8).prop_map(Coming::Quiet),
    ]
}

impl Message {
    fn usual(number: i64) -> Self {
        Message { number, kind: None, header: None, time: None, body: None, change: Change::None, later: 0 }
    }

    /// The pieces in which the message comes.
    fn pieces(&self, twin: &Twin<'_>, usual: &Usual) -> Vec<Vec<u8>> {
        let number = twin.next_in().saturating_add_signed(self.number);
        let fields = self
            .header
            .as_ref()
            .unwrap_or(&usual.header)
            .replace("{kind}", self.kind.unwrap_or(usual.kind))
            .replace("{number}", &number.to_string())
            .replace("{time}", self.time.unwrap_or(usual.time))
            + self.body.unwrap_or(usual.body);
        let mut frame = frame(twin.begin_string().as_str(), &fields);
        let recheck = |mut frame: Vec<u8>| {
            frame.truncate(frame.len().saturating_sub(7));
            finish(&mut frame);
            frame
        };
        let place = |at: usize| at % frame.len();
        match self.change {
            Change::None => vec![frame],
            Change::Byte { at, to, checked } => {
                let at = place(at);
                frame[at] = to;
                vec![if checked { recheck(frame) } else { frame }]
            }
            Change::Longer { at, byte } => {
                let at = place(at);
                frame.insert(at, byte);
                vec![recheck(frame)]
            }
            Change::Shorter { at } => {
                let at = place(at);
                frame.remove(at);
                vec![recheck(frame)]
            }
            Change::Cut { at } => {
                let at = place(at);
                let rest = frame.split_off(at);
                vec![frame, rest]
            }
        }
    }
}

fn tell(twin: &mut Twin<'_>, now: sansfix::Now, what: u8) {
    match what % 5 {
        0 => drop(twin.both(|session| session.logout(now, "bye"))),
        1 => drop(twin.both(|session| session.reset(now))),
        2 => {
            let next = sansfix::MsgSeqNum::new(u64::from(what) + 1).unwrap();
            let _ = twin.both(|session| session.set_next_in(now, next));
        }
        3 => drop(twin.both(|session| session.test_request(now))),
        _ => twin.both(|session| session.processed(session.next_in())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4 * ProptestConfig::default().cases, ..ProptestConfig::default() })]
    #[test]
    fn both_ways_say_and_leave_the_same(
        variant in any::<u8>(),
        usual in usual(),
        first in prop_oneof![Just(95_u64), Just(99_998), 1..2000_u64],
        coming in proptest::collection::vec(coming(), 1..40),
    ) {
        let mut memory = [[0; 4096]; 4];
        let mut twin = Twin::new(variant, first, &mut memory);
        let mut millis = 0;
        for coming in &coming {
            match coming {
                Coming::Message(message) => {
                    millis += message.later;
                    for piece in message.pieces(&twin, &usual) {
                        twin.feed(at(millis), &piece);
                    }
                }
                Coming::Admin(kind, body) => {
                    let (kind, body) = (Some(*kind), Some(*body));
                    for piece in (Message { kind, body, ..Message::usual(0) }).pieces(&twin, &usual) {
                        twin.feed(at(millis), &piece);
                    }
                }
                Coming::Late(missing) => {
                    let missing = *missing as i64;
                    let numbers = [missing].into_iter().chain(0..=missing);
                    let frames: Vec<_> =
                        numbers.flat_map(|number| Message::usual(number).pieces(&twin, &usual)).collect();
                    twin.feed(at(millis), &frames.concat());
                }
                Coming::Told(what) => tell(&mut twin, at(millis), *what),
                Coming::Quiet(seconds) => {
                    millis += u64::from(*seconds) * 1000;
                    twin.feed(at(millis), b"");
                }
            }
        }
    }
}
