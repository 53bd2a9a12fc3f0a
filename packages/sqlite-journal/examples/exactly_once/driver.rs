//! A session on one TCP link: the plain driver, with one write for each round.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};

use sansfix::journal::Journal;
use sansfix::session::OUT_MIN;
use sansfix::{Event, Inbox, Now, Outbox, Output, Session, State};

pub(crate) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// What an application works with.
pub(crate) struct Desk<'d, 'b, J> {
    pub(crate) now: Now,
    pub(crate) session: &'d mut Session,
    pub(crate) journal: &'d mut J,
    pub(crate) out: &'d mut [u8],
    pub(crate) outbox: &'d mut Outbox<'b>,
}

pub(crate) trait Application<J> {
    fn on(&mut self, event: &Event<'_>, desk: &mut Desk<'_, '_, J>) -> Result<(), Fault>;

    /// Asked before each wait while the session is logged on.
    fn idle(&mut self, desk: &mut Desk<'_, '_, J>) -> Result<(), Fault>;
}

/// Drives `session` from the first byte of `stream` to the end of the link. It calls the application at least
/// every `pace`.
pub(crate) fn converse<J>(
    session: &mut Session,
    journal: &mut J,
    application: &mut impl Application<J>,
    stream: &mut TcpStream,
    pace: Duration,
) -> Result<(), Fault>
where
    J: Journal,
    J::Error: std::error::Error + Send + Sync + 'static,
{
    stream.set_nodelay(true)?;
    let (mut read, mut held) = (vec![0; 128 * 1024], vec![0; 64 * 1024]);
    let (mut out, mut write) = (vec![0; 2 * OUT_MIN], vec![0; 256 * 1024]);
    let mut inbox = Inbox::new(&mut read).holding(&mut held);
    let mut outbox = Outbox::new(&mut write);
    session.connected(now(), &mut inbox)?;
    loop {
        let now = now();
        let wait = match session.step(now, &mut inbox, &mut out) {
            Output::Event(ref event) => {
                let out = &mut out;
                application.on(event, &mut Desk { now, session, journal, out, outbox: &mut outbox })?;
                continue;
            }
            Output::Transmit(frame) => {
                outbox.push(frame, session, journal).map_err(|error| error.to_string())?;
                continue;
            }
            Output::Replay(asked) => {
                let stored = journal.first_in(asked.series(), asked.from(), asked.to())?;
                if let Some(frame) = session.replay(now, asked, stored, &mut out)? {
                    outbox.push(frame, session, journal).map_err(|error| error.to_string())?;
                }
                continue;
            }
            Output::NeedSpace(space) => {
                out.resize(space, 0);
                continue;
            }
            Output::Wait(wait) => Some(wait),
            Output::Disconnect(_) | Output::Connect(_) | Output::Compose(_) => None,
        };
        if session.state() == State::Active {
            let out = &mut out;
            application.idle(&mut Desk { now, session, journal, out, outbox: &mut outbox })?;
        }
        let sent = stream.write_all(&outbox.flush(journal)?);
        outbox.clear();
        let Some(wait) = wait.filter(|_| sent.is_ok()) else { break };
        let patience = wait.until.map_or(pace, |until| now.until(until).min(pace));
        stream.set_read_timeout(Some(patience.max(Duration::from_micros(100))))?;
        match stream.read(inbox.space()) {
            Ok(0) => break,
            Ok(bytes) => inbox.filled(bytes),
            Err(late) if matches!(late.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    session.disconnected(self::now());
    Ok(())
}

/// The clock, read here only.
#[expect(clippy::disallowed_methods, reason = "a driver owns the clock")]
pub(crate) fn now() -> Now {
    static ORIGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    Now::new(ORIGIN.get_or_init(Instant::now).elapsed(), SystemTime::now())
}
