//! One session's turn: read, step, record, write, until nothing is left to do.

use sansfix::journal::Journal;
use sansfix::{
    Frame, Inbox, Instant, Now, Outbox, Output, PushError, Reason, Replay, ReplayError, Session, State,
};

use crate::link::{Came, Link};
use crate::reactor::Application;

/// A session and what belongs to it.
#[derive(Debug)]
pub(crate) struct Slot<A, J> {
    pub(crate) session: Session,
    pub(crate) application: A,
    pub(crate) journal: J,
    pub(crate) link: Option<Link>,
}

/// The buffers that all sessions share.
#[derive(Debug)]
pub(crate) struct Buffers {
    /// What was read, of the session whose turn it is.
    pub(crate) inbound: Vec<u8>,
    /// The frame that is built.
    pub(crate) frame: Vec<u8>,
    /// Frames that are recorded and wait for one sync and one write.
    pub(crate) outbound: Vec<u8>,
}

/// What a session wants after its turn.
pub(crate) enum Wish {
    /// Its next turn at this time at the latest.
    Wait(Option<Instant>),
    Connect,
    /// The link has ended, or is to be.
    Close,
}

/// Why a round of steps is over.
enum Pause {
    Wait(sansfix::Wait),
    Connect,
    Close,
}

impl<A: Application, J: Journal> Slot<A, J> {
    /// Serves the session until it waits and its link has nothing more to read.
    pub(crate) fn turn(&mut self, now: Now, buffers: &mut Buffers) -> Wish {
        let mut link = self.link.take();
        let memory: &mut [u8] = if link.is_some() { &mut buffers.inbound } else { &mut [] };
        let mut inbox = Inbox::new(memory);
        if let Some(link) = &mut link {
            inbox.extend(&std::mem::take(&mut link.unread));
        }
        let mut outbox = Outbox::new(&mut buffers.outbound);
        let wish = loop {
            let round = self.round(now, &mut inbox, &mut buffers.frame, &mut outbox, &mut link);
            let pause =
                round.and_then(|pause| flush(&mut outbox, &mut self.journal, &mut link).map(|()| pause));
            let pause = match pause {
                Ok(pause) => pause,
                Err(Failed::Link) => Pause::Close,
                Err(Failed::Journal) => {
                    // What could not be stored is not sent.
                    let _ = self.session.disconnect(now, Reason::JournalFailed);
                    Pause::Close
                }
            };
            match (pause, &mut link) {
                (Pause::Close, _) => break Wish::Close,
                (Pause::Connect, _) => break Wish::Connect,
                (Pause::Wait(wait), Some(link)) if wait.read => match link.read(inbox.space()) {
                    Came::Bytes(bytes) => inbox.filled(bytes),
                    Came::NothingNow => break Wish::Wait(wait.until),
                    Came::End => break Wish::Close,
                },
                (Pause::Wait(wait), _) => break Wish::Wait(wait.until),
            }
        };
        if let Some(link) = &mut link {
            link.unread = inbox.unread().to_vec();
        }
        self.link = link;
        wish
    }

    /// Steps until the session waits. Neither a replay nor the application goes on while the link takes no
    /// more.
    fn round(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        out: &mut Vec<u8>,
        outbox: &mut Outbox<'_>,
        link: &mut Option<Link>,
    ) -> Result<Pause, Failed> {
        loop {
            let choked = link.as_ref().is_some_and(Link::is_choked);
            let frame = match self.session.step(now, inbox, out) {
                Output::Event(ref event) => {
                    self.application.on(event, &mut self.session, now);
                    continue;
                }
                Output::Transmit(frame) => frame,
                // The transport is behind: the replay waits for it, reading goes on.
                Output::Replay(asked) if choked => {
                    return Ok(Pause::Wait(sansfix::Wait { until: asked.until(), read: true }));
                }
                Output::Replay(asked) => {
                    match replay(&mut self.session, &mut self.journal, now, asked, out)? {
                        Some(frame) => frame,
                        None => continue,
                    }
                }
                Output::NeedSpace(space) => {
                    out.resize(space, 0);
                    continue;
                }
                Output::Connect(_) => return Ok(Pause::Connect),
                // `Config::compose` asks for nothing here.
                Output::Compose(_) | Output::Disconnect(_) => return Ok(Pause::Close),
                Output::Wait(wait) => {
                    if choked || self.session.state() != State::Active {
                        return Ok(Pause::Wait(wait));
                    }
                    let Some(frame) = self.application.next(&mut self.session, now, out) else {
                        return Ok(Pause::Wait(wait));
                    };
                    push(frame, &mut self.session, &mut self.journal, outbox, link)?;
                    self.application.sent();
                    continue;
                }
            };
            push(frame, &mut self.session, &mut self.journal, outbox, link)?;
        }
    }
}

/// Why nothing more may be written.
enum Failed {
    Journal,
    Link,
}

fn replay<'o, J: Journal>(
    session: &mut Session,
    journal: &mut J,
    now: Now,
    asked: Replay,
    out: &'o mut Vec<u8>,
) -> Result<Option<Frame<'o>>, Failed> {
    let stored = journal.first_in(asked.series(), asked.from(), asked.to()).map_err(|_| Failed::Journal)?;
    // A stored message grows by PossDupFlag(43) and OrigSendingTime(122).
    let longest = session.config().frame_max + 256;
    if out.len() < longest {
        out.resize(longest, 0);
    }
    match session.replay(now, asked, stored, out) {
        Ok(frame) => Ok(frame),
        Err(ReplayError::Late) => Ok(None),
        Err(ReplayError::NeedSpace(_) | ReplayError::OutOfRange { .. }) => Err(Failed::Journal),
    }
}

/// Records a frame; makes room first where there is none.
fn push<J: Journal>(
    frame: Frame<'_>,
    session: &mut Session,
    journal: &mut J,
    outbox: &mut Outbox<'_>,
    link: &mut Option<Link>,
) -> Result<(), Failed> {
    match outbox.push(frame, session, journal) {
        Ok(()) | Err(PushError::Stale) => Ok(()),
        Err(PushError::Full(frame)) => {
            flush(outbox, journal, link)?;
            outbox.push(frame, session, journal).map_err(|_| Failed::Journal)
        }
        Err(PushError::Journal(_)) => Err(Failed::Journal),
    }
}

/// One sync, one write.
fn flush<J: Journal>(
    outbox: &mut Outbox<'_>,
    journal: &mut J,
    link: &mut Option<Link>,
) -> Result<(), Failed> {
    let bytes = outbox.flush(journal).map_err(|_| Failed::Journal)?;
    if let Some(link) = link {
        link.write(&bytes).map_err(|_| Failed::Link)?;
    }
    outbox.clear();
    Ok(())
}
