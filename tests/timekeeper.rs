//! Two sessions kept to their calendars, from one day to the next, on a virtual clock.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::time::Duration;

use sansfix::schedule::{Reset, Schedule, TimeOfDay, Timekeeper, Weekday, Weekdays, Window};
use sansfix::testing::{Pair, What, Who};
use sansfix::{BeginString, Config, Now, Reason, Role, State, Utc};

/// 2026-01-05, a Monday; [`Pair`] begins on it, at 09:00 UTC.
const MONDAY: i64 = 1_767_571_200;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A pair, and the timekeepers of its sides.
struct Desk {
    pair: Pair,
    keepers: [Timekeeper; 2],
    /// How far the acceptor's wall clock is ahead of the initiator's, in milliseconds.
    ahead: i64,
}

impl Desk {
    fn new(version: BeginString, schedule: Schedule) -> Self {
        let config = |role, us, them| {
            let mut config = Config::new(role, version, us, them).unwrap();
            config.policies.logon.reconnect_after = sansfix::Millis(100);
            // Few heartbeats, so that the days pass quickly.
            config.heart_bt_int = 1800;
            config
        };
        let (initiator, acceptor) =
            (config(Role::Initiator, "BUYSIDE", "SELLSIDE"), config(Role::Acceptor, "SELLSIDE", "BUYSIDE"));
        let pair = Pair::with(initiator, acceptor).unwrap();
        Desk { pair, keepers: [Timekeeper::new(schedule.clone()), Timekeeper::new(schedule)], ahead: 0 }
    }

    /// Does what a driver does in each round, for both sides, until `then`.
    fn run_until(&mut self, then: i64) {
        let end = Utc::from_secs(then);
        loop {
            let now = self.pair.clock.now();
            let [initiator, acceptor] = &mut self.keepers;
            let acceptors = Utc::from_nanos(now.utc.as_nanos() + self.ahead * 1_000_000);
            let mut deadlines = Vec::new();
            deadlines.extend(initiator.keep(&mut self.pair.initiator.session, now));
            deadlines.extend(acceptor.keep(&mut self.pair.acceptor.session, Now { utc: acceptors, ..now }));
            let happened = self.pair.log().len();
            self.pair.drive();
            if self.pair.log().len() > happened {
                continue;
            }
            if now.utc >= end {
                return;
            }
            let sides = [&self.pair.initiator, &self.pair.acceptor];
            deadlines.extend(sides.into_iter().filter_map(|side| side.session.status().deadline));
            let next = deadlines.into_iter().min().map_or(Duration::MAX, |until| now.until(until));
            self.pair.pass(next.min(end.distance(now.utc)));
        }
    }

    fn now(&self) -> Now {
        self.pair.clock.now()
    }

    /// Why links were closed, from `line` of the log on.
    fn closed(&self, line: usize) -> Vec<Reason> {
        let closed = self.pair.log()[line..].iter().filter_map(|line| match line.what {
            What::Closed(why) => Some(why),
            What::Sent(_) | What::Told(_) => None,
        });
        closed.collect()
    }
}

fn hours(from: u8, to: u8) -> Window {
    let at = |hour| TimeOfDay::new(hour, 0, 0).unwrap();
    Window::daily(at(from), at(to))
}

fn daily(window: Window) -> Schedule {
    Schedule::builder().session(window).reset(Reset::AtOpening).build().unwrap()
}

#[test]
fn a_day_ends_by_logout_and_the_next_begins_at_number_one() {
    for version in [BeginString::Fix40, BeginString::Fix44] {
        let mut desk = Desk::new(version, daily(hours(8, 17)));
        desk.run_until(MONDAY + 17 * HOUR - 1);
        desk.pair.expect_state(State::Active, State::Active);

        let line = desk.pair.log().len();
        desk.run_until(MONDAY + 17 * HOUR);
        desk.pair.expect_state(State::Disconnected, State::Disconnected);
        assert!(desk.closed(line).contains(&Reason::LoggedOut));

        // At night there is no link, and the numbers are unchanged.
        let (_, next_in, next_out) = desk.pair.initiator.stands();
        assert!(next_in > 2 && next_out > 2);
        let line = desk.pair.log().len();
        desk.run_until(MONDAY + DAY + 8 * HOUR - 1);
        assert_eq!(desk.pair.log()[line..], [], "something was sent, told or closed at night");
        assert_eq!(desk.pair.initiator.stands(), (State::Disconnected, next_in, next_out));

        desk.run_until(MONDAY + DAY + 8 * HOUR + 2);
        desk.pair.expect_told("acceptor NewSeries\n initiator NewSeries\n acceptor LoggedOn");
        desk.pair.expect_state(State::Active, State::Active);
        desk.pair.expect_numbers(Who::Initiator, 2, 2);
        let said = |line: &&sansfix::testing::Line| matches!(&line.what, What::Sent(frame) if frame.contains("|141="));
        assert_eq!(desk.pair.log().iter().find(said), None, "a reset that is agreed on is not said");
    }
}

#[test]
fn a_process_that_begins_again_in_the_same_window_goes_on_with_its_series() {
    let schedule = daily(hours(8, 17));
    let mut desk = Desk::new(BeginString::Fix44, schedule.clone());
    desk.run_until(MONDAY + DAY + 10 * HOUR);
    let series = desk.pair.initiator.session.checkpoint().series;
    assert_eq!(series.began(), Utc::from_secs(MONDAY + DAY + 8 * HOUR + 2));
    let stands = desk.pair.initiator.stands();
    for who in [Who::Initiator, Who::Acceptor] {
        desk.pair.restart(who);
        desk.keepers = [Timekeeper::new(schedule.clone()), Timekeeper::new(schedule.clone())];
        desk.run_until(MONDAY + DAY + 10 * HOUR + 60);
        assert_eq!(desk.pair.initiator.session.checkpoint().series, series);
    }
    let (_, next_in, next_out) = desk.pair.initiator.stands();
    assert!(next_in > stands.1 && next_out > stands.2);
}

#[test]
fn a_reset_that_fell_into_a_night_without_a_process_is_made_before_the_next_logon() {
    let schedule = daily(hours(8, 17));
    let mut desk = Desk::new(BeginString::Fix44, schedule.clone());
    desk.run_until(MONDAY + 10 * HOUR);
    desk.pair.restart(Who::Initiator);
    desk.pair.restart(Who::Acceptor);
    desk.pair.clock.advance(Duration::from_secs(DAY as u64));
    desk.keepers = [Timekeeper::new(schedule.clone()), Timekeeper::new(schedule)];
    desk.run_until(MONDAY + DAY + 10 * HOUR);
    desk.pair.expect_state(State::Active, State::Active);
    desk.pair.expect_numbers(Who::Acceptor, 2, 2);
}

#[test]
fn a_window_that_opens_when_the_last_one_ends_is_a_session_of_its_own() {
    let mut desk = Desk::new(BeginString::Fix44, daily(hours(0, 0)));
    desk.run_until(MONDAY + DAY - 1);
    desk.pair.expect_state(State::Active, State::Active);
    let line = desk.pair.log().len();
    desk.run_until(MONDAY + DAY);
    desk.pair.expect_state(State::Disconnected, State::Disconnected);
    assert!(desk.closed(line).contains(&Reason::LoggedOut));
    desk.run_until(MONDAY + DAY + 2);
    desk.pair.expect_state(State::Active, State::Active);
    desk.pair.expect_numbers(Who::Initiator, 2, 2);
}

/// Whichever clock is ahead, the other side's Logon may belong to the series before or to the next.
#[test]
fn wall_clocks_that_differ_meet_in_the_new_series() {
    for ahead in [-1_999, -300, -1, 1, 300, 1_999] {
        for window in [hours(0, 0), hours(1, 0)] {
            let mut desk = Desk::new(BeginString::Fix44, daily(window));
            desk.ahead = ahead;
            desk.run_until(MONDAY + DAY - 3);
            desk.pair.expect_state(State::Active, State::Active);
            let line = desk.pair.log().len();
            desk.run_until(MONDAY + DAY + HOUR + 5);
            desk.pair.expect_state(State::Active, State::Active);
            let series =
                [&desk.pair.initiator, &desk.pair.acceptor].map(|side| side.session.checkpoint().series);
            for series in series {
                assert!(series.began() >= Utc::from_secs(MONDAY + DAY), "{ahead}");
            }
            let good = |why: &Reason| {
                matches!(why, Reason::LoggedOut | Reason::LoggedOutByPeer | Reason::LinkLeftOpen)
            };
            assert!(desk.closed(line).iter().all(good), "{ahead}: {:?}", desk.closed(line));
            desk.run_until(MONDAY + DAY + 2 * HOUR);
            let (ours, theirs) = (desk.pair.initiator.stands(), desk.pair.acceptor.stands());
            assert_eq!((ours.1, ours.2), (theirs.2, theirs.1), "{ahead}");
        }
    }
}

#[test]
fn a_reset_by_the_clock_ends_the_link_and_a_logon_follows() {
    let noon = TimeOfDay::new(12, 0, 0).unwrap().into();
    let reset = Reset::At { days: Weekdays::EVERY_DAY, time: noon };
    let mut desk = Desk::new(BeginString::Fix44, Schedule::builder().reset(reset).build().unwrap());
    desk.run_until(MONDAY + 12 * HOUR - 1);
    desk.pair.expect_state(State::Active, State::Active);
    desk.run_until(MONDAY + 12 * HOUR + 10);
    desk.pair.expect_state(State::Active, State::Active);
    desk.pair.expect_numbers(Who::Initiator, 2, 2);
}

#[test]
fn a_logon_window_without_a_reset_keeps_the_numbers_over_night() {
    let at = |hour| TimeOfDay::new(hour, 0, 0).unwrap();
    let week = Window::weekly(Weekday::Sunday, at(17), Weekday::Friday, at(16));
    let schedule =
        Schedule::builder().session(week).logon(hours(8, 18)).reset(Reset::AtOpening).build().unwrap();
    let mut desk = Desk::new(BeginString::Fix44, schedule);
    desk.run_until(MONDAY + 18 * HOUR);
    desk.pair.expect_state(State::Disconnected, State::Disconnected);
    let (_, next_in, next_out) = desk.pair.initiator.stands();
    desk.run_until(MONDAY + DAY + 8 * HOUR + 2);
    desk.pair.expect_state(State::Active, State::Active);
    desk.pair.expect_numbers(Who::Initiator, next_in + 1, next_out + 1);
}

#[test]
fn an_acceptor_is_offered_a_link_outside_its_hours_and_drops_it() {
    let mut desk = Desk::new(BeginString::Fix44, daily(hours(10, 17)));
    // The initiator has another calendar: it may always connect.
    desk.keepers[0] = Timekeeper::new(Schedule::builder().build().unwrap());
    desk.run_until(MONDAY + 10 * HOUR - 1);
    assert_eq!(desk.pair.log(), [], "no word, and no link that was ended");
    assert_eq!(desk.keepers.each_ref().map(Timekeeper::is_open), [true, false]);
    desk.run_until(MONDAY + 10 * HOUR + 10);
    desk.pair.expect_state(State::Active, State::Active);
}

#[test]
fn what_somebody_stopped_in_a_window_stays_so_until_the_next_opens() {
    let mut desk = Desk::new(BeginString::Fix44, daily(hours(8, 17)));
    desk.run_until(MONDAY + 10 * HOUR);
    let now = desk.now();
    desk.pair.initiator.session.disable(now, "maintenance");
    desk.run_until(MONDAY + 16 * HOUR);
    desk.pair.expect_state(State::Disconnected, State::Disconnected);
    desk.run_until(MONDAY + DAY + 8 * HOUR + 2);
    desk.pair.expect_state(State::Active, State::Active);
}

#[test]
fn a_session_around_the_clock_is_never_looked_at_again() {
    let mut desk = Desk::new(BeginString::Fix44, Schedule::builder().build().unwrap());
    let now = desk.now();
    let [keeper, _] = &mut desk.keepers;
    assert_eq!(keeper.keep(&mut desk.pair.initiator.session, now), None);
}

/// It is noticed within a minute that a wall clock was set, however far off the next bound was.
#[test]
fn a_wall_clock_that_is_set_is_noticed_within_a_minute() {
    let mut desk = Desk::new(BeginString::Fix44, daily(hours(8, 17)));
    desk.run_until(MONDAY + 10 * HOUR);
    desk.pair.expect_state(State::Active, State::Active);
    desk.pair.clock.step_utc(8 * HOUR * 1_000_000_000);
    desk.run_until(MONDAY + 18 * HOUR + 60);
    desk.pair.expect_state(State::Disconnected, State::Disconnected);
}
