//! An application as the driver sees it, and the driver as an application sees it.

use sansfix::journal::FileJournal;
use sansfix::{
    BeginString, Body, Event, Frame, MsgSeqNum, MsgType, Now, Outbox, PushError, SendError, Session, State,
};

use super::Error;
use super::driver::{BUFFER, RESERVE};

/// The application that a driver works for.
pub(crate) trait Application {
    /// Handles an event. The message in it, if any, is finished only once [`Port::finished`] is called for
    /// it.
    fn on(&mut self, event: &Event<'_>, session: &mut Session, now: Now) -> Result<(), Error>;

    /// Everything that came in has been delivered: do the work for all of it, and send.
    fn work(&mut self, port: &mut Port<'_, '_>) -> Result<(), Error>;
}

/// Where an application sends.
pub(crate) struct Port<'a, 'b> {
    pub(crate) now: Now,
    pub(super) session: &'a mut Session,
    pub(super) journal: &'a mut FileJournal,
    pub(super) outbox: &'a mut Outbox<'b>,
    pub(super) out: &'a mut Vec<u8>,
    /// The session has something new to do, or the application has more to send than there was room for: do
    /// not wait.
    pub(super) again: bool,
}

impl Port<'_, '_> {
    /// Sends an application message, if the session is logged on and there is room. Otherwise it returns
    /// `false`: try again in the next round.
    pub(crate) fn send(
        &mut self,
        msg_type: MsgType<'_>,
        body: impl Fn(&mut Body<'_>),
    ) -> Result<bool, Error> {
        while self.outbox.room() >= RESERVE {
            match self.session.send(self.now, msg_type, self.out, &body) {
                Ok(frame) => {
                    let sent = push(frame, self.outbox, self.session, self.journal)?;
                    self.again |= !sent;
                    return Ok(sent);
                }
                Err(SendError::NeedSpace(space)) => self.out.resize(space, 0),
                Err(SendError::NotNow(_)) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        self.again = true;
        Ok(false)
    }

    /// The session's version.
    pub(crate) fn version(&self) -> BeginString {
        self.session.config().begin_string
    }

    /// Messages up to this one need not come again.
    pub(crate) fn finished(&mut self, number: MsgSeqNum) {
        self.session.processed(number);
    }

    /// Logs out, if logged on.
    pub(crate) fn log_out(&mut self, text: &str) -> Result<(), Error> {
        if self.session.state() == State::Active {
            self.session.logout(self.now, text)?;
            self.again = true;
        }
        Ok(())
    }
}

/// Records the frame and takes its number; `false` if the outbox has no room.
pub(super) fn push(
    frame: Frame<'_>,
    outbox: &mut Outbox<'_>,
    session: &mut Session,
    journal: &mut FileJournal,
) -> Result<bool, Error> {
    match outbox.push(frame, session, journal) {
        Ok(()) => Ok(true),
        Err(PushError::Full(frame)) if frame.len() > BUFFER => {
            Err(format!("a message of {} bytes does not fit into {BUFFER}", frame.len()).into())
        }
        Err(PushError::Full(_)) => Ok(false),
        Err(PushError::Journal(error)) => Err(error.into()),
        Err(PushError::Stale) => Err(sansfix::Stale.into()),
    }
}
