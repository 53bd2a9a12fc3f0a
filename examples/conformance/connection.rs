//! One connection: whose Logon it is, then the session's loop over a blocking socket.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use sansfix::session::Check;
use sansfix::wire::tag;
use sansfix::{Event, Inbox, Instant, Now, Output, Peek, Wait, peek};

use crate::served::{Place, Served, Table};

const FRAME_MAX: usize = 64 * 1024;
/// How long a stranger may take to say who it is.
const LOGON_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the counterparty may take to close its side after we closed ours.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

pub(crate) fn serve(mut stream: TcpStream, table: &Table) -> Result<(), Box<dyn Error>> {
    stream.set_nodelay(true)?;
    let (mut read, mut held) = (vec![0; 2 * FRAME_MAX], vec![0; 2 * FRAME_MAX]);
    let mut inbox = Inbox::new(&mut read).holding(&mut held);
    let deadline = now().monotonic.saturating_add(LOGON_TIMEOUT);
    let place = loop {
        match peek(inbox.unread(), FRAME_MAX) {
            Peek::Logon(id) => break table.find(&id),
            Peek::BadCheckSum(id) => {
                break table.find(&id).filter(|place| place.config.policies.checks.checksum == Check::Off);
            }
            Peek::TooLong | Peek::NotALogon => break None,
            Peek::Incomplete => {}
        }
        if fill(&mut stream, &mut inbox, Some(deadline))? == Came::End || now().monotonic >= deadline {
            break None;
        }
    };
    let first = inbox.unread().to_vec();
    if let Some(place) = place
        && place.enter(&mut inbox).is_ok()
    {
        inbox.extend(&first);
        let result = run(&mut stream, &mut inbox, place);
        place.leave();
        result?;
    }
    close(stream);
    Ok(())
}

/// Until the session or the counterparty closes the link.
fn run(stream: &mut TcpStream, inbox: &mut Inbox<'_>, place: &Place) -> Result<(), Box<dyn Error>> {
    let mut out = vec![0; FRAME_MAX];
    loop {
        let Some(wait) = step(stream, inbox, &mut out, &mut place.lock())? else { return Ok(()) };
        if fill(stream, inbox, wait.until)? == Came::End {
            return Ok(());
        }
    }
}

/// Does what the session wants until it waits; `None` when it wants the link closed.
fn step(
    stream: &mut TcpStream,
    inbox: &mut Inbox<'_>,
    out: &mut [u8],
    served: &mut Served,
) -> Result<Option<Wait>, Box<dyn Error>> {
    let Served { session, rules, journal, application } = served;
    loop {
        let now = now();
        match session.step_with(now, inbox, out, rules) {
            Output::Event(Event::Logon(_)) => session.accept(now)?,
            Output::Event(ref event) => {
                // FIX session layer 4.3.7: the Logon says which version its sender's messages are of.
                if let Event::LoggedOn(logon) = event
                    && let Some(id) = logon.get(tag::DEFAULT_APPL_VER_ID)
                {
                    rules.set_default_appl_ver_id(id.as_bytes());
                }
                if let Some(frame) = application.on(event, session, rules, now, out)? {
                    stream.write_all(&frame.commit(session, journal)?)?;
                }
            }
            Output::Transmit(frame) => stream.write_all(&frame.commit(session, journal)?)?,
            Output::Replay(asked) => {
                use sansfix::Journal;
                let stored = journal.first_in(asked.series(), asked.from(), asked.to())?;
                if let Some(frame) = session.replay(now, asked, stored, out)? {
                    stream.write_all(&frame.commit(session, journal)?)?;
                }
            }
            Output::Wait(wait) => return Ok(Some(wait)),
            Output::Disconnect(_) | Output::Connect(_) => return Ok(None),
            Output::NeedSpace(bytes) => return Err(format!("a frame needs {bytes} bytes").into()),
            Output::Compose(_) => return Err("no admin message is composed here".into()),
        }
    }
}

#[derive(PartialEq, Eq)]
enum Came {
    Bytes,
    /// The time is over.
    Nothing,
    /// The counterparty has closed the link.
    End,
}

/// Waits for bytes, not longer than `until`.
fn fill(
    stream: &mut TcpStream,
    inbox: &mut Inbox<'_>,
    until: Option<Instant>,
) -> Result<Came, Box<dyn Error>> {
    let left = until.map(|until| until.saturating_since(now().monotonic));
    if left.is_some_and(|left| left.is_zero()) {
        return Ok(Came::Nothing);
    }
    stream.set_read_timeout(left)?;
    match stream.read(inbox.space()) {
        Ok(0) => Ok(Came::End),
        Ok(bytes) => {
            inbox.filled(bytes);
            Ok(Came::Bytes)
        }
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(Came::Nothing),
            ErrorKind::ConnectionReset => Ok(Came::End),
            _ => Err(error.into()),
        },
    }
}

/// Closes our side and drains the other: unread bytes would turn the close into a reset that may overtake our
/// last message.
fn close(mut stream: TcpStream) {
    let deadline = now().monotonic.saturating_add(CLOSE_TIMEOUT);
    let mut rest = [0; 1024];
    if stream.shutdown(Shutdown::Write).is_err() || stream.set_read_timeout(Some(CLOSE_TIMEOUT)).is_err() {
        return;
    }
    while now().monotonic < deadline && matches!(stream.read(&mut rest), Ok(1..)) {}
}

/// Both clocks.
#[allow(clippy::disallowed_methods, reason = "a driver owns the clocks that the session is told of")]
pub(crate) fn now() -> Now {
    static START: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);
    let nanos = u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX);
    Now { monotonic: Instant::from_nanos(nanos), utc: SystemTime::now().into() }
}
