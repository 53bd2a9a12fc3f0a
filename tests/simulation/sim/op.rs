//! The steps of a run. A run is its plan and a list of these: cut some out, and it is a shorter run.

use super::draw::Draw;
use super::plan::Plan;

/// One side, by its place: 0 opens the link, 1 waits for it.
pub type Side = usize;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// The driver's loop, so many outputs at most.
    Run(Side, u8),
    /// So many bytes at most arrive.
    Deliver(Side, u16),
    /// So many milliseconds pass.
    Pass(u32),
    /// The application sends messages with so many bytes of text.
    Send(Side, u8, u16),
    /// The application has finished what it was handed.
    Processed(Side),
    /// The checkpoint is stored.
    SaveCheckpoint(Side),
    /// The application says yes or no to a Logon that waits.
    Verdict(Side, bool),
    /// The application asks to log out.
    Logout(Side),
    /// The application asks for a new series.
    Reset(Side),
    TestRequest(Side),
    /// The application asks for the last so many messages again.
    RequestResend(Side, u8),
    Disconnect(Side),
    Enable(Side),

    /// The link breaks: so many bytes still arrive. Silently: a side notices only when nothing comes.
    Cut(Side, u16, bool),
    /// A byte on its way is changed.
    Garble(Side, u16, u8),
    /// The process ends now; of what was not synced so many records are on disk.
    Crash(Side, u8),
    /// The process ends at the next such point.
    CrashAt(Side, Point, u8),
    /// The process begins again.
    Start(Side),
    /// Somebody sets a wall clock.
    StepUtc(Side, i32),
    /// So many records and syncs fail.
    JournalFails(Side, u8, u8),
    /// The last so many messages are kept, those before are gone.
    JournalLoses(Side, u8),
    /// The next questions to the journal are answered late.
    JournalWaits(Side, u8),
    /// The late answer.
    JournalAnswers(Side),
    /// A frame is recorded, the session is stepped so many times, then the frame is committed.
    SlowCommit(Side, u8),
    /// What the application says to Logons from now on.
    Judge(Side, Judge),
    /// A frame of the liar's making arrives.
    Forge(Side, Forgery),
}

/// Where a process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Point {
    /// The frame is recorded, not synced.
    Recorded,
    /// The frame is synced, not committed.
    Synced,
    /// The frame is committed, not written.
    Committed,
    /// A part of the frame is written.
    Written,
    /// A message was handed out, the application has done nothing.
    HandedOut,
    /// The application has done its work.
    Worked,
    /// The reply to a message in hand is recorded and synced.
    Replied,
    /// The session has told of a new series.
    NewSeries,
}

/// What an application says to a Logon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Judge {
    Accept,
    Refuse,
    /// Nothing yet.
    Later,
}

/// What a lying counterparty sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forgery {
    pub msg_type: u8,
    /// Above or below the next expected number.
    pub number: i8,
    pub poss_dup: bool,
    /// What the body says: a number for whatever field the type has.
    pub value: i64,
    pub flag: bool,
    pub header: Header,
    /// Cut off the frame's end, in bytes: the next frame is eaten.
    pub cut: u8,
}

/// What the header of a forged frame does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Header {
    Good,
    /// BeginString is another version's.
    OtherVersion,
    /// SenderCompID is another's.
    OtherSender,
    /// There is no TargetCompID.
    NoTarget,
    /// SendingTime is an hour old.
    Old,
    /// PossResend is neither Y nor N.
    BadFlag,
    /// OrigSendingTime is later than SendingTime.
    OriginalLater,
    /// LastMsgSeqNumProcessed is more than was ever sent.
    ProcessedTooMuch,
}

pub const KINDS: usize = 26;
pub const FORGE: usize = 25;
const FIRST_FAULT: usize = 13;

/// By the order of `Op`.
pub const WEIGHTS: [u8; KINDS] = [
    90, 90, 30, 30, 6, 6, 8, 2, 3, 2, 3, 1, 4, // the course of things
    5, 6, 3, 10, 14, 3, 3, 2, 8, 8, 6, 3, 20, // faults
];

pub fn is_fault(kind: usize) -> bool {
    // A process that ended begins again in any case, and a late answer comes.
    kind >= FIRST_FAULT && kind != 17 && kind != 22
}

impl Op {
    pub fn draw(draw: &mut impl Draw, plan: &Plan) -> Op {
        let total: u64 = plan.weights.iter().map(|&weight| u64::from(weight)).sum();
        let mut left = draw.below(total);
        let mut kind = 0;
        while left >= u64::from(plan.weights[kind]) {
            left -= u64::from(plan.weights[kind]);
            kind += 1;
        }
        let side = draw.below(2) as Side;
        let byte = |draw: &mut dyn FnMut(u64) -> u64, end| draw(end) as u8;
        let mut below = |end: u64| draw.below(end);
        match kind {
            0 => Op::Run(side, 1 + byte(&mut below, 30)),
            1 => Op::Deliver(side, pick(&mut below, &[1, 9, 60, 300, 5000])),
            2 => Op::Pass(pick(&mut below, &[1, 50, 400, 1100, 3100, 6100])),
            3 => Op::Send(side, 1 + byte(&mut below, 4), pick(&mut below, &[1, 20, 300])),
            4 => Op::Processed(side),
            5 => Op::SaveCheckpoint(side),
            6 => Op::Verdict(side, below(4) > 0),
            7 => Op::Logout(side),
            8 => Op::Reset(side),
            9 => Op::TestRequest(side),
            10 => Op::RequestResend(side, byte(&mut below, 9)),
            11 => Op::Disconnect(side),
            12 => Op::Enable(side),
            13 => Op::Cut(side, pick(&mut below, &[0, 7, 90, 5000]), below(2) == 0),
            14 => Op::Garble(side, below(200) as u16, 1 + byte(&mut below, 255)),
            15 => Op::Crash(side, byte(&mut below, 3)),
            16 => {
                use Point::*;
                let points = [Recorded, Synced, Committed, Written, HandedOut, Worked, Replied, NewSeries];
                Op::CrashAt(side, pick(&mut below, &points), byte(&mut below, 3))
            }
            17 => Op::Start(side),
            18 => Op::StepUtc(side, pick(&mut below, &[-200_000, -3_000, 3_000, 200_000])),
            19 => Op::JournalFails(side, byte(&mut below, 3), byte(&mut below, 2)),
            20 => Op::JournalLoses(side, byte(&mut below, 4)),
            21 => Op::JournalWaits(side, 1 + byte(&mut below, 3)),
            22 => Op::JournalAnswers(side),
            23 => Op::SlowCommit(side, byte(&mut below, 6)),
            24 => Op::Judge(side, pick(&mut below, &[Judge::Accept, Judge::Refuse, Judge::Later])),
            _ => Op::Forge(
                side,
                Forgery {
                    msg_type: pick(&mut below, b"0123445ADD8Z"),
                    number: pick(&mut below, &[0, 0, 0, 0, 1, 2, 9, -1, -2, -9]),
                    poss_dup: below(4) == 0,
                    value: pick(&mut below, &[0, 1, 2, 5, 30, 999_999, -1, 1_000_000_000_000_000_000]),
                    flag: below(2) == 0,
                    header: if below(3) == 0 { pick(&mut below, &HEADERS) } else { Header::Good },
                    cut: if below(6) == 0 { byte(&mut below, 30) } else { 0 },
                },
            ),
        }
    }

    /// The name under which a fault is counted; `None` for the course of things.
    pub fn fault(self) -> Option<&'static str> {
        Some(match self {
            Op::Cut(_, _, false) => "link cut",
            Op::Cut(_, _, true) => "link half open",
            Op::Garble(..) => "byte garbled",
            Op::Crash(..) => "crash between calls",
            Op::CrashAt(_, point, _) => match point {
                Point::Recorded => "crash after record",
                Point::Synced => "crash after sync",
                Point::Committed => "crash after commit",
                Point::Written => "crash within write",
                Point::HandedOut => "crash with message in hand",
                Point::Worked => "crash after work",
                Point::Replied => "crash after reply with message in hand",
                Point::NewSeries => "crash after reset, before truncation",
            },
            Op::StepUtc(..) => "clock step",
            Op::JournalFails(..) => "journal failure",
            Op::JournalLoses(..) => "journal lost messages",
            Op::JournalWaits(..) => "journal answers late",
            Op::SlowCommit(..) => "commit in two parts",
            Op::Judge(_, Judge::Refuse) => "application refuses Logons",
            Op::Judge(_, Judge::Later) => "application judges late",
            Op::Forge(_, Forgery { header: Header::Good, .. }) => "forged frame",
            Op::Forge(..) => "forged header",
            Op::Logout(_) => "logout",
            Op::Reset(_) => "reset",
            Op::RequestResend(..) => "resend asked by application",
            Op::Disconnect(_) => "disconnect by application",
            _ => return None,
        })
    }
}

const HEADERS: [Header; 7] = [
    Header::OtherVersion,
    Header::OtherSender,
    Header::NoTarget,
    Header::Old,
    Header::BadFlag,
    Header::OriginalLater,
    Header::ProcessedTooMuch,
];

fn pick<T: Copy>(below: &mut dyn FnMut(u64) -> u64, from: &[T]) -> T {
    from[below(from.len() as u64) as usize]
}
