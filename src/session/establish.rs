//! What two Logons agree on: series, numbers, intervals, and who recovers what (FIX session layer 4.3.11,
//! 4.4).

use core::num::NonZeroU32;

use super::config::Role;
use super::news::News;
use super::numbers::OurReset;
use super::owed::Owed;
use super::policy::{Check, NextExpected, ResetOnLogon};
use super::{Goal, Liveness, PeerLogon, Session, Span};
use super::{liveness, recovery, replay};
use crate::number::MsgSeqNum;
use crate::time::Now;

impl Session {
    /// The counterparty's Logon is accepted: adopt what it says, its reset included, and owe the answer.
    pub(super) fn answer_logon(&mut self, now: Now, logon: PeerLogon) {
        let own = self.config.policies.logon.reset_on_logon;
        let taken = self.took_our_reset(&logon);
        self.numbers.reset = OurReset::None;
        if logon.reset || own != ResetOnLogon::Never || taken {
            self.new_series(now);
        }
        if taken {
            // Our Logon was the first message of the new series.
            self.numbers.next_out = MsgSeqNum::FIRST.next();
        }
        self.take_facts(logon);
        let reset = logon.reset || own == ResetOnLogon::Announced;
        self.owe(Owed::LogonAnswer { reset });
        // A reset that we announce makes the Logon the first message of the new series, whatever number it
        // had in the old one.
        if logon.number == self.numbers.next_in || self.announces_reset() {
            self.count(now);
        }
    }

    /// Whether our answer to a Logon begins a new series of our own accord, and says so (FIX session layer
    /// 4.4.3).
    pub(super) fn announces_reset(&self) -> bool {
        let policy = self.config.policies.logon.reset_on_logon;
        self.config.role == Role::Acceptor && policy == ResetOnLogon::Announced
    }

    /// The answer to our reset in session was lost with the link, and now the counterparty logs on again:
    /// whether it has begun the new series (FIX session layer 4.4.2).
    ///
    /// A number below the expected one means that it has. Any other number may belong to either series. In
    /// the new one we have sent only the Logon, so a NextExpectedMsgSeqNum(789) above 2 means that the old
    /// one goes on. A 789 up to 2 suggests the new one; but a counterparty that crashed expects again what
    /// it had not finished, so with the expected number the old series goes on all the same. Without 789 it
    /// goes on too.
    ///
    /// Our answer does not ask for the reset again: by FIX session layer 4.4.3 it is the initiator that
    /// resets at logon. A counterparty may refuse an answer with ResetSeqNumFlag(141) to a Logon without
    /// it, and would then continue a series that is over here.
    pub(super) fn took_our_reset(&self, logon: &PeerLogon) -> bool {
        let expected = self.numbers.next_in;
        let expects_new = logon.next_expected.is_some_and(|expects| expects <= MsgSeqNum::FIRST.next());
        let has_begun = logon.number < expected || (expects_new && logon.number > expected);
        self.numbers.reset.is_pending() && has_begun
    }

    /// The answer to our Logon is good.
    pub(super) fn take_answer(&mut self, now: Now, logon: PeerLogon) {
        if logon.reset {
            // Both Logons had number 1 of the new series (FIX session layer 4.4.3).
            self.begin_series(now, MsgSeqNum::FIRST.next());
        }
        self.take_facts(logon);
        if logon.number == self.numbers.next_in {
            self.count(now);
        }
    }

    fn take_facts(&mut self, logon: PeerLogon) {
        self.heart_bt_int = logon.heart_bt_int;
        self.peer_max = logon.max_message_size.and_then(NonZeroU32::new);
    }

    /// FIX session layer 4.3.11, 4.4.1: both sides compare the numbers said at logon and recover.
    pub(super) fn synchronise(&mut self, now: Now, logon: PeerLogon) {
        // The counterparty's numbers belong to the old series, not to the one that we announce.
        if self.announces_reset() {
            return;
        }
        // Where our own Logon answers, it is still owed: its number is the last that the counterparty cannot
        // have.
        let answers = self.owed.has_logon();
        let own = if answers { Some(self.numbers.next_out) } else { self.numbers.next_out.previous() };
        if let (Some(from), Some(to)) = (logon.next_expected, own)
            && from <= to
            && !(from == to && answers)
        {
            self.out(replay::Input::Requested(Span { from, to }));
        }
        let (expected, number) = (self.numbers.next_in, logon.number);
        if number > expected && self.config.policies.checks.sequence == Check::On {
            let became = self.keep_acted(number);
            let both =
                logon.next_expected.is_some() && self.config.policies.logon.next_expected == NextExpected::On;
            let input = if both {
                recovery::Input::GapAtLogon { expected, number }
            } else {
                recovery::Input::Gap { expected, number, became }
            };
            self.owe(Owed::Event(News::Gap { missing: expected, received: number }));
            self.recover(now, input);
        }
    }

    /// Both numbers are 1 again, under a new name. Nothing of the old series is asked for, held or sent any
    /// more.
    pub(super) fn new_series(&mut self, now: Now) {
        self.begin_series(now, MsgSeqNum::FIRST);
    }

    fn begin_series(&mut self, now: Now, next_out: MsgSeqNum) {
        self.numbers.reset(now.utc);
        self.numbers.next_out = next_out;
        self.ticket = self.ticket.wrapping_add(1);
        self.again = None;
        self.request = None;
        self.course.change(|detour| detour.acted.clear());
        // FIX session layer 4.4.2: nothing answers a TestRequest of the old series, and a reset that was
        // wanted has come.
        self.probe = None;
        if matches!(self.liveness, Liveness::Probing { .. }) {
            self.live(now, liveness::Input::Over);
            self.await_traffic(now);
        }
        if self.goal == Goal::Reset {
            self.goal = Goal::Stay;
        }
        self.out(replay::Input::Over);
        self.recover(now, recovery::Input::Over);
        self.memory.acknowledged = None;
        self.owe(Owed::Event(News::NewSeries));
    }
}
