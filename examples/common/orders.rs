//! Both sides' applications: a desk that sends orders, an exchange that fills them, each of them once.

use sansfix::wire::{DataFields, TimePrecision, find, find_each};
use sansfix::{BeginString, Body, Event, MsgType, Now, Session, Utc, Value};

use super::Error;
use super::application::{Application, Port};
use super::book::Book;

/// How many orders of a desk may be unanswered, where nothing else is asked for.
pub(crate) const WINDOW: u64 = 4096;

const CL_ORD_ID: u32 = 11;
const EXEC_ID: u32 = 17;
const TRANSACT_TIME: u32 = 60;

/// The initiator's application: sends orders 1, 2, 3, .. and books the reports.
pub(crate) struct Desk {
    /// The execution reports that came.
    pub(crate) book: Book,
    /// How many orders there are to send.
    pub(crate) orders: u64,
    /// How many of them may be unanswered at a time.
    pub(crate) window: u64,
    /// How many of them are in the journal, in this series.
    pub(crate) sent: u64,
}

impl Desk {
    /// Orders are told apart by this field, which counts them.
    pub(crate) const COUNTED_BY: u32 = CL_ORD_ID;
}

impl Application for Desk {
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now) -> Result<(), Error> {
        if let Event::NewSeries { .. } = event {
            self.sent = 0;
        }
        take(&mut self.book, MsgType::EXECUTION_REPORT, event, session, now)
    }

    fn work(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error> {
        commit(&mut self.book, port)?;
        while self.sent < self.orders.min(self.book.len().saturating_add(self.window)) {
            let order = Order::number(self.sent + 1);
            let (version, time) = (port.version(), port.now.utc);
            let sent = port.send(MsgType::NEW_ORDER_SINGLE, |body| order.write(version, time, body))?;
            if !sent {
                return Ok(());
            }
            self.sent += 1;
        }
        if self.book.len() >= self.orders {
            port.log_out("every order is filled")?;
        }
        Ok(())
    }
}

/// The acceptor's application: books orders and answers each with an ExecutionReport.
pub(crate) struct Exchange {
    /// The orders that were taken.
    pub(crate) book: Book,
    /// How many reports are in the journal, in this series.
    pub(crate) answered: u64,
}

impl Exchange {
    /// Reports are told apart by this field, which is the order's place in the book.
    pub(crate) const COUNTED_BY: u32 = EXEC_ID;

    /// Makes the orders safe that came in.
    pub(crate) fn commit(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error> {
        commit(&mut self.book, port)
    }
}

impl Application for Exchange {
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now) -> Result<(), Error> {
        if let Event::NewSeries { .. } = event {
            self.answered = 0;
        }
        take(&mut self.book, MsgType::NEW_ORDER_SINGLE, event, session, now)
    }

    fn work(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error> {
        self.commit(port)?;
        while let Some(order) = self.book.entry(self.answered + 1) {
            let place = self.answered + 1;
            let (version, time) = (port.version(), port.now.utc);
            let [id, symbol, side, quantity, price] =
                find_each(order, [CL_ORD_ID, 55, 54, 38, 44], &DataFields::STANDARD);
            let sent = port.send(MsgType::EXECUTION_REPORT, |body| {
                // LastQty and CumQty are the order's quantity, LastPx and AvgPx its price, where it has a
                // limit.
                for (tag, value) in [
                    (CL_ORD_ID, id),
                    (55, symbol),
                    (54, side),
                    (38, quantity),
                    (32, quantity),
                    (14, quantity),
                ] {
                    if let Some(value) = value {
                        body.bytes(tag, value.as_bytes());
                    }
                }
                let price = price.map_or(b"0".as_slice(), Value::as_bytes);
                body.bytes(31, price).bytes(6, price);
                body.uint(37, place).uint(EXEC_ID, place).char(39, '2');
                // ExecType and LeavesQty came with 4.1, ExecTransType went with 4.3, where a fill became a
                // trade.
                if version > BeginString::Fix40 {
                    body.char(150, if version >= BeginString::Fix43 { 'F' } else { '2' }).uint(151, 0);
                }
                if version < BeginString::Fix43 {
                    body.char(20, '0');
                }
                body.utc(TRANSACT_TIME, time, TimePrecision::Millis);
            })?;
            if !sent {
                return Ok(());
            }
            self.answered += 1;
        }
        Ok(())
    }
}

/// An order that can be told from every other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Order {
    number: u64,
    symbol: &'static str,
    side: char,
    quantity: u64,
    price: &'static str,
}

impl Order {
    /// The `number`th order, counted from 1: always the same.
    pub(crate) fn number(number: u64) -> Self {
        let pick = |from: &[&'static str]| from[(number % from.len() as u64) as usize];
        Order {
            number,
            symbol: pick(&["VOD.L", "BARC.L", "AZN.L", "HSBA.L", "BP.L"]),
            side: if number.is_multiple_of(2) { '1' } else { '2' },
            quantity: 100 + number % 900,
            price: pick(&["72.48", "201.5", "10470", "664.2", "471.05", "99.9", "12.75"]),
        }
    }

    fn write(&self, version: BeginString, time: Utc, body: &mut Body<'_>) {
        body.uint(CL_ORD_ID, self.number).text(55, self.symbol).char(54, self.side).uint(38, self.quantity);
        body.char(40, '2').text(44, self.price);
        // HandlInst was required before 4.4, TransactTime came with 4.2.
        if version < BeginString::Fix44 {
            body.char(21, '1');
        }
        if version >= BeginString::Fix42 {
            body.utc(TRANSACT_TIME, time, TimePrecision::Millis);
        }
    }

    /// What tells it from others, as tags and values: both an order and a report on it bear these.
    pub(crate) fn fields(&self) -> [(u32, String); 4] {
        let Order { number, symbol, side, quantity, .. } = self;
        [
            (CL_ORD_ID, number.to_string()),
            (55, (*symbol).into()),
            (54, side.to_string()),
            (38, quantity.to_string()),
        ]
    }

    fn is_in(&self, entry: &[u8]) -> bool {
        let same =
            |(tag, text): &(u32, String)| value(entry, *tag).is_some_and(|value| value.as_str() == Ok(text));
        self.fields().iter().all(same)
    }
}

/// How a book differs from what it should hold: orders 1 to `orders`, or the reports on them, each once.
pub(crate) fn count_faults(book: &Book, orders: u64) -> Faults {
    let mut times = vec![0u64; usize::try_from(orders).unwrap_or(usize::MAX)];
    let mut faults = Faults::default();
    for entry in (1..=book.len()).filter_map(|number| book.entry(number)) {
        let number = value(entry, CL_ORD_ID).and_then(|id| id.uint().ok()).unwrap_or(0);
        let known = number.checked_sub(1).and_then(|index| times.get_mut(usize::try_from(index).ok()?));
        match known.filter(|_| Order::number(number).is_in(entry)) {
            Some(times) => *times += 1,
            None => faults.strange += 1,
        }
    }
    faults.lost = times.iter().filter(|&&times| times == 0).count() as u64;
    faults.duplicated = times.iter().map(|times| times.saturating_sub(1)).sum();
    faults
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    /// Entries that nobody sent.
    pub(crate) strange: u64,
}

/// Books what came in, for the next commit.
fn take(
    book: &mut Book,
    expected: MsgType<'_>,
    event: &Event<'_>,
    session: &mut Session,
    now: Now,
) -> Result<(), Error> {
    match event {
        // Here a password would be checked.
        Event::Logon(_) => session.accept(now)?,
        Event::NewSeries { .. } => book.begin_series(),
        Event::Message(message) if message.msg_type() == expected => {
            book.add(message.body(), session.checkpoint_after(message));
        }
        Event::Message(message) => eprintln!("no program for orders and reports knows {message}"),
        // Either means that a message will not get through: a person has to look.
        Event::Rejected(message) => return Err(format!("the counterparty rejects: {message}").into()),
        Event::Lost { from, to } => {
            return Err(format!("messages {from} to {to} are gone from the journal").into());
        }
        Event::Stopped { why } => return Err(format!("the session has stopped: {why}").into()),
        _ => {}
    }
    Ok(())
}

/// Effects first, and only then the word that their messages are finished, and only then the answers.
fn commit(book: &mut Book, port: &mut Port<'_, '_>) -> Result<(), Error> {
    book.commit()?;
    if let Some(last) = book.checkpoint().and_then(|after| after.next_in.previous()) {
        port.finished(last);
    }
    Ok(())
}

fn value(entry: &[u8], tag: u32) -> Option<Value<'_>> {
    find(entry, tag, &DataFields::STANDARD)
}
