//! The driver's answers to the session's questions, from its application and its journal.

use sansfix::session::ComposeError;
use sansfix::{Compose, Inbox, Message, Now, Reason, Replay, ReplayError};

use crate::application::Application;
use crate::driver::Driver;
use crate::store::{Found, StoreError};

impl<A: Application> Driver<A> {
    /// A field that cannot be sent ends the link: without it the message is not what the counterparty
    /// expects.
    pub(crate) fn compose(&mut self, now: Now, asked: Compose, inbox: &Inbox<'_>) {
        let Driver { session, application, out, batch, .. } = self;
        match session.compose(now, asked.clone(), inbox, out, |body| application.compose(&asked, body)) {
            Ok(frame) => {
                let _ = batch.push(frame, session);
            }
            Err(ComposeError::Late) => {}
            Err(ComposeError::NeedSpace(space)) => out.resize(space, 0),
            Err(ComposeError::Body(_)) => drop(session.disconnect(now, Reason::Closed)),
        }
    }

    /// Answers a question to the journal. Everything recorded is made safe before the journal is asked.
    pub(crate) async fn replay(&mut self, asked: Replay) -> Result<(), StoreError> {
        self.flush().await?;
        let found = self.store.first_in(asked.series(), asked.from(), asked.to()).await?;
        let now = self.clock.now();
        let found = found.map(|found| self.unless_withheld(found, now));
        let stored = found.as_ref().map(Found::as_stored);
        match self.session.replay(now, asked, stored, &mut self.out) {
            Ok(Some(frame)) => {
                let _ = self.batch.push(frame, &mut self.session);
            }
            Ok(None) | Err(ReplayError::Late) => {}
            // The question is asked again.
            Err(ReplayError::NeedSpace(space)) => self.out.resize(space, 0),
            Err(wrong @ ReplayError::OutOfRange { .. }) => return Err(StoreError::new(&wrong)),
        }
        Ok(())
    }

    /// FIX session layer 4.8.5: the application says what is not worth sending again. Bytes that are not a
    /// message are left for the session to judge.
    fn unless_withheld(&mut self, found: Found, now: Now) -> Found {
        let Found::Message { number, frame } = &found else { return found };
        match Message::read(frame, self.session.config().data_fields) {
            Ok(message) if !self.application.resends(&message, now) => Found::Withheld(*number),
            _ => found,
        }
    }
}
