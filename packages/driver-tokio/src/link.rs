//! A session while it has a link.

use std::future::poll_fn;
use std::io;
use std::time::Duration;

use sansfix::{Farewell, Inbox, Session, State, Wait};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::acceptor::Arrival;
use crate::application::{Application, Verdict};
use crate::driver::{Driver, Pause, Traffic, sleep_or_forever};
use crate::store::StoreError;

/// With this many bytes unwritten, replays and the application pause until the transport has taken some.
pub(crate) const HIGH_WATER: usize = 256 * 1024;

/// How long writing the last bytes of a closing link may take.
const LAST_BYTES: Duration = Duration::from_secs(1);

impl<A: Application> Driver<A> {
    /// Serves one link until it ends. A second link from the same counterparty is dropped, and the session
    /// tests the first one (test case 1Sb).
    ///
    /// Reads while it writes: otherwise two sides that recover from each other, both only writing, would wait
    /// forever.
    pub(crate) async fn serve<S>(
        &mut self,
        link: Arrival<S>,
        links: &mut mpsc::Receiver<Arrival<S>>,
    ) -> Result<(), StoreError>
    where
        S: AsyncRead + AsyncWrite,
    {
        let longest = self.session.config().frame_max;
        let mut memory = vec![0; 2 * longest];
        let mut held = vec![0; longest];
        let mut inbox = Inbox::new(&mut memory).holding(&mut held);
        self.keep();
        if self.session.connected(self.clock.now(), &mut inbox).is_err() {
            return Ok(());
        }
        self.show(Traffic::Link);
        if !link.bytes.is_empty() {
            self.show(Traffic::In(&link.bytes));
        }
        inbox.extend(&link.bytes);
        let mut seat = link.seat;
        let (mut from, mut to) = split(link.stream);
        // What was committed for another link is recorded, and will be asked for on this one.
        self.batch.bytes.clear();
        let mut unwritten = Vec::new();
        let mut unflushed = false;
        loop {
            let choked = unwritten.len() >= HIGH_WATER;
            let pause = self.round(&mut inbox, choked);
            self.flush().await?;
            if !self.batch.bytes.is_empty() {
                let bytes = std::mem::take(&mut self.batch.bytes);
                self.show(Traffic::Out(&bytes));
                unwritten.extend_from_slice(&bytes);
                self.batch.bytes = bytes;
                self.batch.bytes.clear();
            }
            if self.session.state() == State::Active {
                seat = None;
            }
            let wait = match pause {
                Pause::Wait(wait) => wait,
                Pause::Replay(asked) if !choked => {
                    self.replay(asked).await?;
                    continue;
                }
                Pause::Replay(asked) => Wait { until: asked.until(), read: true },
                Pause::Connect(_) => continue,
                Pause::Disconnect => {
                    // Whatever is lost here would have been lost with the link.
                    let _ = timeout(LAST_BYTES, async {
                        to.write_all(&unwritten).await?;
                        to.shutdown().await
                    })
                    .await;
                    break;
                }
            };
            let read = wait.read && !inbox.space().is_empty();
            tokio::select! {
                came = from.read(inbox.space()), if read => match came {
                    Ok(0) | Err(_) => break,
                    Ok(bytes) => {
                        let space = inbox.space();
                        self.show(Traffic::In(space.get(..bytes).unwrap_or(space)));
                        inbox.filled(bytes);
                    }
                },
                went = transmit(&mut to, &unwritten), if unflushed || !unwritten.is_empty() => match went {
                    Ok(bytes) => {
                        unwritten.drain(..bytes);
                        unflushed = bytes > 0;
                    }
                    Err(_) => break,
                },
                () = sleep_or_forever(self.clock, self.wake(wait.until)) => {}
                Some(call) = self.calls.recv() => self.run(call),
                verdict = judged(&mut self.judging) => {
                    self.judging = None;
                    pronounce(&mut self.session, self.clock.now(), &verdict);
                }
                Some(_second) = links.recv() => {
                    // The session refuses, and notes that somebody asked.
                    let _ = self.session.connected(self.clock.now(), &mut Inbox::new(&mut []));
                }
            }
        }
        drop(seat);
        self.judging = None;
        self.session.disconnected(self.clock.now());
        Ok(())
    }
}

/// Writes what the transport takes, and flushes once that is everything; 0 means that nothing is left to do.
/// If it is cancelled, it has done nothing.
async fn transmit(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<usize> {
    if bytes.is_empty() {
        to.flush().await?;
        return Ok(0);
    }
    match to.write(bytes).await? {
        0 => Err(io::ErrorKind::WriteZero.into()),
        written => Ok(written),
    }
}

/// A verdict is too late once the session's own time limit has passed: the session is then closing.
fn pronounce(session: &mut Session, now: sansfix::Now, verdict: &Verdict) {
    let _ = match verdict {
        Verdict::Accept => session.accept(now),
        Verdict::AcceptWith { session_status } => session.accept_with(now, *session_status),
        Verdict::Refuse { text, session_status } => {
            session.refuse(now, Farewell::Logout { text, session_status: *session_status })
        }
        Verdict::Drop => session.refuse(now, Farewell::Silent),
    };
}

type Judging = Option<std::pin::Pin<Box<dyn Future<Output = Verdict> + Send>>>;

async fn judged(judging: &mut Judging) -> Verdict {
    poll_fn(|context| match judging {
        Some(verdict) => verdict.as_mut().poll(context),
        None => std::task::Poll::Pending,
    })
    .await
}
