//! The messages that speed is measured on: an order of 18 fields, an execution report of 28, market data of 8
//! KiB, and admin messages.

use std::fmt::Write as _;

/// The counterparty, which sends what a session under test reads.
pub(crate) const PEER: &str = "BUYSIDE";
/// The session under test.
pub(crate) const US: &str = "SELLSIDE";
/// 2026-01-01T12:00:00Z, the SendingTime(52) of every message that does not move it, in seconds since the
/// epoch.
pub(crate) const NOON: i64 = 1_767_268_800;

/// Where a stream begins, so that every MsgSeqNum(34) has six digits.
pub(crate) const FIRST: u64 = 100_000;

/// How the header of a message is laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// 35 34 49 52 56, the usual one.
    ByTag,
    /// 35, and the other four in one of the 24 orders there are.
    Permuted(u64),
}

/// A source of varied values, the same in every run.
pub(crate) struct Draw(u64);

impl Draw {
    /// A source that begins at `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Draw(seed)
    }

    /// A number below `end` (SplitMix64).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn price(&mut self) -> String {
        let cents = 1_000 + self.below(98_999);
        format!("{}.{:02}", cents / 100, cents % 100)
    }

    fn side(&mut self) -> &'static str {
        ["1", "2"][self.below(2) as usize]
    }

    fn symbol(&mut self) -> &'static str {
        ["MSFT", "AAPL", "IBM", "VOD.L"][self.below(4) as usize]
    }
}

/// Noon and `millis` milliseconds as UTCTimestamp, within the hour.
pub(crate) fn sending_time(millis: u64) -> String {
    let (seconds, millis) = (millis / 1000 % 3600, millis % 1000);
    format!("20260101-12:{:02}:{:02}.{millis:03}", seconds / 60, seconds % 60)
}

/// BeginString, BodyLength and CheckSum around `fields`, which are separated by `|`.
pub(crate) fn frame(fields: &str) -> Vec<u8> {
    let body = fields.replace('|', "\u{1}");
    let mut frame = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len());
    let sum = frame.bytes().fold(0_u8, u8::wrapping_add);
    let _ = write!(frame, "10={sum:03}\u{1}");
    frame.into_bytes()
}

fn header(kind: &str, number: u64, order: Order, time: &str) -> String {
    let mut fields =
        [format!("34={number}|"), format!("49={PEER}|"), format!("52={time}|"), format!("56={US}|")];
    if let Order::Permuted(mut which) = order {
        for last in 1..4 {
            fields.swap(last, (which % (last as u64 + 1)) as usize);
            which /= last as u64 + 1;
        }
    }
    format!("35={kind}|{}", fields.concat())
}

/// A message of the counterparty, with `body` separated by `|`.
pub(crate) fn message(kind: &str, number: u64, body: &str) -> Vec<u8> {
    frame(&format!("{}{body}", header(kind, number, Order::ByTag, &sending_time(0))))
}

/// NewOrderSingle: 18 fields.
pub(crate) fn order(number: u64, draw: &mut Draw, order: Order, time: &str) -> Vec<u8> {
    let (quantity, price, side, symbol) =
        (100 + draw.below(99_900), draw.price(), draw.side(), draw.symbol());
    let body = format!(
        "11=O{number:07}|1=ACC7|21=1|38={quantity}|40=2|44={price}|54={side}|55={symbol}|59=0|60={time}|"
    );
    frame(&format!("{}{body}", header("D", number, order, time)))
}

/// ExecutionReport: 28 fields.
pub(crate) fn execution_report(number: u64, draw: &mut Draw) -> Vec<u8> {
    let (quantity, price, side, symbol) =
        (100 + draw.below(99_900), draw.price(), draw.side(), draw.symbol());
    let body = format!(
        "1=ACC7|6={price}|11=O{number:07}|14={quantity}|15=USD|17=E{number:06}|31={price}|32={quantity}|\
         37=O{number:07}|38={quantity}|39=2|40=2|44={price}|54={side}|55={symbol}|59=0|60={time}|150=F|151=0|30=XNAS|",
        time = sending_time(0)
    );
    message("8", number, &body)
}

/// MarketDataIncrementalRefresh with as many entries as make about `size` bytes.
pub(crate) fn market_data(number: u64, draw: &mut Draw, size: usize) -> Vec<u8> {
    let mut entries = String::new();
    let mut count = 0;
    while entries.len() + 100 < size {
        let entry = format!(
            "279=0|269={}|278=M{:07}|55={}|270={}|271={}|346={}|",
            draw.below(2),
            draw.below(10_000_000),
            draw.symbol(),
            draw.price(),
            100 + draw.below(99_900),
            1 + draw.below(20)
        );
        entries += &entry;
        count += 1;
    }
    message("X", number, &format!("262=SUB1|268={count}|{entries}"))
}
