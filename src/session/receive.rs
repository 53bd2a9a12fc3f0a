//! One inbound frame: from its classification to the inputs of the machines and the event for the
//! application.

use super::classify::{Against, Class, Classified, Kind, Unclassified, classify};
use super::owed::Owed;
use super::policy::{Above, Check, OutOfSequenceLogout, RepeatedAdmin, StaleRequest};
use super::react::{Reaction, react};
use super::recovery::Became;
use super::rules::MessageRules;
use super::state::{Farewell, Input, Place, State};
use super::{Outbound, Session, recovery};
use crate::event::{Event, Ignored};
use crate::inbox::Inbox;
use crate::message::{Flags, Layout, Message};
use crate::number::MsgSeqNum;
use crate::planted::{Bug, planted};
use crate::reject_reason::SessionRejectReason;
use crate::time::Now;
use crate::wire::{FrameSpan, tag};

/// What to tell the application about the frame in hand. It becomes an event once nothing else needs the
/// inbox.
// A tag that fills a word leaves no gap before the layout, so the two are written in place, not built
// elsewhere and copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(super) enum Told {
    Logon(Layout),
    Message(Layout),
    Rejected(Layout),
    Logout(Layout),
    Refused(Layout, SessionRejectReason, Option<u32>),
    Ignored(Layout, Ignored),
    Event(Event<'static>),
}

impl Told {
    #[inline]
    pub(super) fn with<'i>(&self, inbox: &'i Inbox<'_>, session: &Session) -> Event<'i> {
        let message = |layout| Message::new(inbox.current(), session.config.data_fields, layout);
        match *self {
            Told::Logon(layout) => Event::Logon(message(layout)),
            Told::Message(layout) => Event::Message(message(layout)),
            Told::Rejected(layout) => Event::Rejected(message(layout)),
            Told::Logout(layout) => Event::Logout(message(layout)),
            Told::Refused(layout, reason, tag) => Event::Refused { message: message(layout), reason, tag },
            Told::Ignored(layout, why) => Event::Ignored { message: message(layout), why },
            Told::Event(event) => event,
        }
    }
}

/// Whether the frame was just read, or had been held above a gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arrival {
    Fresh,
    Held,
}

impl Session {
    /// Takes in the frame in hand.
    pub(super) fn receive(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        span: &FrameSpan,
        arrival: Arrival,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let against = Against {
            config: &self.config,
            next_in: self.numbers.next_in,
            utc: (arrival == Arrival::Fresh).then_some(now.utc),
        };
        let mut classified = classify(inbox.current(), span, against);
        if arrival == Arrival::Fresh {
            self.memory.last_received = Some(now.monotonic);
        }
        match self.state {
            State::AwaitingLogon => self.first_message(now, inbox, classified, rules),
            State::LogonSent(opening) => self.answer_to_logon(now, inbox, opening, classified, rules),
            State::Active | State::LogoutSent | State::LogoutReceived(super::state::Answer::Owed) => {
                if let (Ok(message), State::Active, Arrival::Fresh) = (&classified, self.state, arrival) {
                    self.expect_alike_if_usual(inbox.current(), message);
                }
                let series = self.numbers.series;
                let told = self.established(now, inbox, &mut classified, arrival, rules);
                if self.numbers.series != series {
                    inbox.forget_all();
                }
                told
            }
            // FIX session layer 4.6.1: once a Logout is answered, the link only waits to be closed.
            State::LogoutReceived(super::state::Answer::Given) => {
                classified.ok().map(|message| Told::Ignored(message.layout, Ignored::Closing))
            }
            State::Disconnected | State::Connecting | State::LogonReceived(_) | State::Closing(_) => None,
        }
    }

    /// A message on a session that is logged on.
    fn established(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        classified: &mut Result<Classified, Unclassified>,
        arrival: Arrival,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        let message = match classified {
            Ok(message) => message,
            Err(why) => return self.unclassified(now, inbox, *why, Farewell::Logout),
        };
        // What was held was a sign of life, and an echo, when it came.
        if arrival == Arrival::Fresh {
            self.heard(now, inbox, message);
        }
        self.acknowledged(message.last_processed);
        if let Some(fault) = &message.fault {
            return self.header_at_fault(now, inbox, message, fault);
        }
        if self.config.policies.checks.sequence == Check::Off && message.kind != Kind::Reset {
            self.numbers.move_to(message.layout.number);
            message.class = Class::Next;
        }
        let duplicate = message.layout.flags.has(Flags::POSS_DUP);
        if message.kind == Kind::Logon && !duplicate {
            return self.second_logon(now, inbox, message, rules);
        }
        let repeated = duplicate && self.config.policies.checks.repeated_admin == RepeatedAdmin::CountOnly;
        let reaction = react(message.kind, message.class, repeated);
        match reaction {
            Reaction::Act => self.act_on(now, inbox, message, rules),
            Reaction::CountOnly => {
                self.count(now);
                Some(Told::Ignored(message.layout, Ignored::AdminDuplicate))
            }
            Reaction::Gap => {
                let became = self.hold(inbox, message);
                self.gap(now, message, became)
            }
            Reaction::GapAndServe => match self.requested(inbox, message) {
                Ok(asked) => {
                    let served = self.serve(now, asked);
                    let became = self.keep_acted(message.layout.number);
                    let gap = self.gap(now, message, became);
                    if gap.is_some() {
                        self.owe_event(served);
                    }
                    gap.or(Some(Told::Event(self.tell(served))))
                }
                // What is wrong with it is judged when its number is reached.
                Err(_) => {
                    let became = self.hold(inbox, message);
                    self.gap(now, message, became)
                }
            },
            Reaction::GapAndHeed => {
                if self.rejects_our_request(&self.message(inbox, message.layout)) {
                    let _ = self.hold(inbox, message);
                    self.recover(now, recovery::Input::Rejected);
                    return None;
                }
                let became = self.hold(inbox, message);
                self.gap(now, message, became)
            }
            Reaction::GapAndLogout => {
                let view = self.message(inbox, message.layout);
                self.memory.note_logout(&view);
                self.go(now, Input::Logout(Place::AboveGap));
                if planted(Bug::LogoutCountedAboveGap) {
                    self.numbers.move_to(message.layout.number.next());
                }
                if self.state == State::LogoutReceived(super::state::Answer::Owed) {
                    let became = self.keep_acted(message.layout.number);
                    let _ = self.gap(now, message, became);
                }
                Some(Told::Logout(message.layout))
            }
            Reaction::Duplicate => self.duplicate(now, message),
            Reaction::TooLow => self.too_low(now, message),
            Reaction::StaleRequest => match self.config.policies.gaps.stale_request {
                StaleRequest::Refuse => self.too_low(now, message),
                StaleRequest::Serve => match self.requested(inbox, message) {
                    Ok(asked) => {
                        let served = self.serve(now, asked);
                        Some(Told::Event(self.tell(served)))
                    }
                    Err(rejection) => self.reject_message(now, message, rejection, None),
                },
            },
            Reaction::StaleLogout => match self.config.policies.logout.out_of_sequence {
                // FIX session layer 4.6.3: the answer to ours is one whatever its number.
                OutOfSequenceLogout::Recover if self.state != State::LogoutSent => self.too_low(now, message),
                OutOfSequenceLogout::Recover | OutOfSequenceLogout::Answer => {
                    let view = self.message(inbox, message.layout);
                    self.memory.note_logout(&view);
                    self.go(now, Input::Logout(Place::InSequence));
                    Some(Told::Logout(message.layout))
                }
            },
            Reaction::Reset => self.take_reset(now, inbox, message, rules),
        }
    }

    /// Notes LastMsgSeqNumProcessed(369).
    #[inline]
    pub(super) fn acknowledged(&mut self, last_processed: Option<MsgSeqNum>) {
        // A number that was never sent acknowledges nothing.
        if last_processed.is_some_and(|number| number < self.numbers.next_out) {
            self.memory.acknowledged = self.memory.acknowledged.max(last_processed);
        }
    }

    /// The expected message: does what its kind asks for.
    fn act_on(
        &mut self,
        now: Now,
        inbox: &mut Inbox<'_>,
        message: &Classified,
        rules: &impl MessageRules,
    ) -> Option<Told> {
        if let (Kind::Application, Some(fault)) = (message.kind, &message.orig_sending_time) {
            return self.reject_message(now, message, message.rejection(fault), fault.fatal);
        }
        let view = self.message(inbox, message.layout);
        if let Err(violation) = rules.check(&view) {
            return self.violated(now, message, violation.reply, violation.tag);
        }
        match message.kind {
            Kind::Application => {
                self.numbers.hand_over();
                self.advanced(now);
                Some(Told::Message(message.layout))
            }
            // FIX session layer 4.5.1: its arrival is its only effect. A Logon in session and a
            // SequenceReset-Reset have paths of their own.
            Kind::Heartbeat | Kind::Logon | Kind::Reset => {
                self.count(now);
                None
            }
            // FIX session layer 4.5.5, test case 4b: answered at once, with its TestReqID.
            Kind::TestRequest => {
                if let Err(reason) = present(&view, tag::TEST_REQ_ID) {
                    return self.reject_field(now, message, reason, tag::TEST_REQ_ID);
                }
                self.count(now);
                self.owe(Owed::Echo { body_at: message.layout.body_at });
                None
            }
            Kind::ResendRequest => match self.requested(inbox, message) {
                Ok(asked) => {
                    self.count(now);
                    let served = self.serve(now, asked);
                    Some(Told::Event(self.tell(served)))
                }
                Err(rejection) => self.reject_message(now, message, rejection, None),
            },
            // FIX session layer 4.5.4, test case 7: told, counted, never answered by a Reject.
            Kind::Reject => {
                let ours = self.rejects_our_request(&view);
                self.count(now);
                if ours {
                    self.recover(now, recovery::Input::Rejected);
                }
                Some(Told::Rejected(message.layout))
            }
            Kind::GapFill => self.gap_fill(now, inbox, message),
            Kind::Logout => {
                self.memory.note_logout(&view);
                self.count(now);
                // FIX session layer 4.6.3: what the counterparty asked for goes out before our answer.
                let place = match self.outbound() {
                    Outbound::Live => Place::InSequence,
                    Outbound::Replaying(_) => Place::AboveGap,
                };
                self.go(now, Input::Logout(place));
                Some(Told::Logout(message.layout))
            }
        }
    }

    /// By policy a message above a gap is held, as long as there is room.
    pub(super) fn hold(&self, inbox: &mut Inbox<'_>, message: &Classified) -> Became {
        let held = self.config.policies.gaps.above == Above::Hold && inbox.hold(message.layout.number.get());
        if held { Became::Held } else { Became::Dropped }
    }

    /// FIX session layer 4.8.1, 4.8.2: a number above the expected one.
    pub(super) fn gap(&mut self, now: Now, message: &Classified, became: Became) -> Option<Told> {
        let (expected, number) = (self.numbers.next_in, message.layout.number);
        let asked = self.recover(now, recovery::Input::Gap { expected, number, became });
        asked.then_some(Told::Event(Event::Gap { missing: expected, received: number }))
    }

    /// Counts the expected number.
    pub(super) fn count(&mut self, now: Now) {
        self.numbers.count();
        self.advanced(now);
    }

    #[inline]
    pub(super) fn message<'i>(&self, inbox: &'i Inbox<'_>, layout: Layout) -> Message<'i> {
        Message::new(inbox.current(), self.config.data_fields, layout)
    }
}

#[inline]
pub(super) fn present(message: &Message<'_>, tag: u32) -> Result<(), SessionRejectReason> {
    match message.get(tag) {
        None => Err(SessionRejectReason::RequiredTagMissing),
        Some(value) if value.is_empty() => Err(SessionRejectReason::TagSpecifiedWithoutValue),
        Some(_) => Ok(()),
    }
}
