//! What a hostile counterparty may send: floods whose cost has to be linear in their bytes.

use sansfix::dictionary::{Dictionary, DictionaryRules, SMALL};
use sansfix::session::NoRules;
use sansfix::{
    BeginString, Checkpoint, Config, Inbox, Journal, MessageRules, MsgType, NoJournal, Output, RingJournal,
    Role, Session, Utc,
};

use super::messages::{FIRST, NOON, PEER, US, frame, message, sending_time};
use super::{logged_on, noon};

/// A flood of about as many bytes as wanted.
pub(crate) struct Attack {
    /// What it is called in the tables.
    pub(crate) name: &'static str,
    make: fn(usize) -> Flood,
}

impl Attack {
    /// Prepares about `bytes` bytes and checks that they are answered as they must.
    pub(crate) fn prepare(&self, bytes: usize) -> Flood {
        let mut flood = (self.make)(bytes);
        assert_eq!(flood.run(), flood.expected, "{}", self.name);
        flood
    }
}

/// All that a flood made the session do.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Done {
    /// Events handed over.
    events: usize,
    /// Frames sent.
    frames: usize,
    /// Frames among them that were sent again.
    again: usize,
}

/// The bytes of an attack, and the session that they come to.
pub(crate) struct Flood {
    start: Session,
    bytes: Vec<u8>,
    /// How many bytes come at once.
    cut: usize,
    rules: Option<DictionaryRules>,
    /// What was sent before, for resends.
    journal: RingJournal<'static>,
    expected: Done,
    inbox: Vec<u8>,
    held: Vec<u8>,
    out: Vec<u8>,
}

/// What a read from the transport gives at most.
const READ: usize = 4096;

impl Flood {
    fn new(start: Session, bytes: Vec<u8>, expected: Done) -> Self {
        Flood {
            start,
            cut: READ,
            rules: None,
            journal: RingJournal::new(&mut []),
            expected,
            inbox: vec![0; bytes.len() + READ],
            held: vec![0; READ],
            out: vec![0; 2 * READ],
            bytes,
        }
    }

    fn byte_by_byte(self) -> Self {
        Flood { cut: 1, ..self }
    }

    /// How many bytes come.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All of it from the beginning. This is measured.
    pub(crate) fn run(&mut self) -> Done {
        match self.rules.take() {
            Some(rules) => {
                let done = self.run_with(&rules);
                self.rules = Some(rules);
                done
            }
            None => self.run_with(&NoRules),
        }
    }

    fn run_with(&mut self, rules: &impl MessageRules) -> Done {
        let mut session = self.start.clone();
        let mut inbox = Inbox::new(&mut self.inbox).holding(&mut self.held);
        let mut done = Done::default();
        for piece in self.bytes.chunks(self.cut) {
            assert_eq!(inbox.extend(piece), piece.len(), "there is room for all");
            loop {
                match session.step_with(noon(), &mut inbox, &mut self.out, rules) {
                    Output::Event(_) => done.events += 1,
                    Output::Transmit(frame) => {
                        let _ = frame.commit(&mut session, &mut NoJournal).unwrap();
                        done.frames += 1;
                    }
                    Output::Replay(asked) => {
                        let stored = self.journal.first_in(asked.series(), asked.from(), asked.to()).unwrap();
                        if let Some(frame) = session.replay(noon(), asked, stored, &mut self.out).unwrap() {
                            let _ = frame.commit(&mut session, &mut NoJournal).unwrap();
                            done.frames += 1;
                            done.again += 1;
                        }
                    }
                    Output::Wait(_) => break,
                    other => panic!("not foreseen: {other:?}"),
                }
            }
        }
        done
    }

    /// What must come of it.
    pub(crate) fn expected(&self) -> Done {
        self.expected
    }
}

/// Every attack, in the order of the tables.
pub(crate) const ATTACKS: &[Attack] = &[
    Attack {
        name: "shortest garbled messages",
        make: |bytes| {
            let count = bytes / SHORTEST.len();
            Flood::new(session(), SHORTEST.repeat(count), events(count))
        },
    },
    Attack {
        name: "shortest garbled messages before the Logon",
        make: |bytes| {
            let count = bytes / SHORTEST.len();
            Flood::new(stranger(), SHORTEST.repeat(count), events(count))
        },
    },
    Attack {
        name: "shortest whole frames, CheckSum wrong",
        make: |bytes| {
            let mut wrong = frame("35=0|");
            let at = wrong.len() - 2;
            wrong[at] ^= 1;
            let count = bytes / wrong.len();
            Flood::new(session(), wrong.repeat(count), events(count))
        },
    },
    Attack {
        name: "bytes that begin no field, byte by byte",
        make: |bytes| Flood::new(session(), vec![1; bytes], events(bytes)).byte_by_byte(),
    },
    Attack {
        name: "8=FIX again and again, byte by byte",
        make: |bytes| Flood::new(session(), b"8=FIX".repeat(bytes / 5), events(0)).byte_by_byte(),
    },
    Attack {
        name: "one long frame, byte by byte",
        make: |bytes| {
            let long = message("D", FIRST + 1, &format!("58={}|", "x".repeat(bytes)));
            Flood::new(session(), long, events(1)).byte_by_byte()
        },
    },
    Attack {
        name: "BodyLength near the limit, CheckSum never ends, byte by byte",
        make: |bytes| {
            let body = format!("35=D|58={}|", "x".repeat(bytes / 2));
            let endless = format!("8=FIX.4.4|9={}|{body}10={}", body.len(), "0".repeat(bytes / 2));
            Flood::new(session(), endless.replace('|', "\u{1}").into_bytes(), events(0)).byte_by_byte()
        },
    },
    Attack {
        name: "BodyLength near the limit, CheckSum never comes, byte by byte",
        make: |bytes| {
            let begin = format!("8=FIX.4.4|9={}|35=D|", bytes / 2);
            let endless = begin + &"10|".repeat(bytes / 3);
            Flood::new(session(), endless.replace('|', "\u{1}").into_bytes(), events(0)).byte_by_byte()
        },
    },
    Attack {
        name: "one message of tiny fields",
        make: |bytes| {
            let tiny = message("D", FIRST + 1, &"1=|".repeat(bytes / 3));
            Flood::new(session(), tiny, events(1))
        },
    },
    Attack {
        name: "one message of a header without end",
        make: |bytes| {
            let fields: String = (0..bytes / 7).map(|index| format!("{}=|", 5000 + index % 5000)).collect();
            Flood::new(session(), message("D", FIRST + 1, &fields), events(1))
        },
    },
    Attack {
        name: "one message of data fields that say the wrong length",
        make: |bytes| {
            let lying = message("D", FIRST + 1, &"212=9|213=|".repeat(bytes / 11));
            // Told as refused, and rejected.
            Flood::new(session(), lying, Done { frames: 1, ..events(1) })
        },
    },
    Attack {
        name: "one message whose required fields stand at its end",
        make: |bytes| {
            let end = format!("34={}|49={PEER}|52={}|56={US}|", FIRST + 1, sending_time(0));
            let late = frame(&format!("35=D|{}{end}", "1=|".repeat(bytes / 3)));
            Flood::new(session(), late, Done { frames: 1, ..events(1) })
        },
    },
    Attack {
        name: "one message whose group says too many entries, by a dictionary",
        make: |bytes| {
            let lines = "58=x|".repeat(bytes / 5);
            let news = message("B", FIRST + 1, &format!("148=NEWS|33=999999|{lines}"));
            let flood = Flood::new(session(), news, Done { frames: 1, ..events(1) });
            let dictionary = Dictionary::from_xml(SMALL).unwrap();
            Flood { rules: Some(DictionaryRules::new(std::sync::Arc::new(dictionary)).unwrap()), ..flood }
        },
    },
    Attack {
        name: "possible duplicates",
        make: |bytes| {
            let body = format!("43=Y|122={}|", sending_time(0));
            let duplicate = message("D", FIRST - 1, &body);
            let count = bytes / duplicate.len();
            Flood::new(session(), duplicate.repeat(count), events(count))
        },
    },
    Attack {
        name: "messages above a gap",
        make: |bytes| {
            let above: Vec<_> =
                (FIRST + 3..).take(bytes / 70).map(|number| message("D", number, "")).collect();
            // The gap is told, and asked for once.
            Flood::new(session(), above.concat(), Done { frames: 1, ..events(1) })
        },
    },
    Attack {
        name: "TestRequests, TestReqID of 2 KiB",
        make: |bytes| {
            let body = format!("112={}|", "x".repeat(2048));
            let asked: Vec<_> =
                (FIRST + 1..).take(bytes / 2048).map(|number| message("1", number, &body)).collect();
            let count = asked.len();
            Flood::new(session(), asked.concat(), Done { frames: count, ..events(0) })
        },
    },
    Attack {
        name: "ResendRequests for 100 orders, each when the one before is served",
        make: |bytes| {
            let body = format!("7={}|16=0|", FIRST + 1);
            let request = |number| message("2", number, &body);
            let cut = request(FIRST + 1).len();
            let asked: Vec<_> = (FIRST + 1..).take(bytes / cut).map(request).collect();
            let count = asked.len();
            let expected = Done { events: count, frames: 100 * count, again: 100 * count };
            let (start, journal) = with_stored(100);
            Flood { cut, journal, ..Flood::new(start, asked.concat(), expected) }
        },
    },
];

/// BeginString(8) is empty and there is no BodyLength(9): this is garbled up to its CheckSum(10).
const SHORTEST: &[u8] = b"8=\x0110=\x01";

fn events(events: usize) -> Done {
    Done { events, ..Done::default() }
}

/// Logged on, and takes frames of any length here.
fn session() -> Session {
    logged_on(|config| config.frame_max = 1 << 24)
}

/// Linked, and nothing has come yet.
fn stranger() -> Session {
    let config = Config::new(Role::Acceptor, BeginString::Fix44, US, PEER).unwrap();
    let mut session = Session::new(config, Checkpoint::begin(Utc::from_secs(NOON))).unwrap();
    session.connected(noon(), &mut Inbox::new(&mut [])).unwrap();
    session
}

/// Logged on, with so many orders sent and stored.
fn with_stored(count: usize) -> (Session, RingJournal<'static>) {
    let mut session = session();
    // It lives as long as the bench.
    let mut journal = RingJournal::new(Box::leak(vec![0; count * 256 + READ].into_boxed_slice()));
    let mut out = [0; 1024];
    for _ in 0..count {
        let order = |body: &mut sansfix::wire::Body<'_>| {
            body.text(11, "ORDER").text(55, "IBM").char(54, '1').uint(38, 100);
        };
        let frame = session.send(noon(), MsgType::NEW_ORDER_SINGLE, &mut out, order).unwrap();
        let _ = frame.commit(&mut session, &mut journal).unwrap();
    }
    (session, journal)
}
