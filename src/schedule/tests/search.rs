//! The calendar beside a slow search: a walk through the weeks in steps of a quarter of an hour that only
//! ever looks at what the clocks show. Bounds and changes of the zones used lie on quarters, so the walk is
//! exact.

use jiff::civil::{self, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;

const QUARTER: i64 = 900_000_000_000;
const DAY: i64 = 96 * QUARTER;
const ZONES: [&str; 9] = [
    "UTC",
    "America/New_York",
    "Europe/London",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/Santiago",
    "Asia/Kathmandu",
    "Pacific/Apia",
];
/// Dates around which a clock of these zones changes, and one of rest.
const AROUND: [&str; 9] = [
    "2026-03-08T06:00:00Z",
    "2026-11-01T06:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T01:00:00Z",
    "2026-04-04T16:00:00Z",
    "2026-10-03T16:00:00Z",
    "2018-11-04T03:00:00Z",
    "2011-12-30T10:00:00Z",
    "2024-02-29T00:00:00Z",
];

/// What a window is made of, as the walk sees it.
#[derive(Clone, Debug)]
struct Plan {
    /// Days of opening, counted from Monday.
    days: Vec<i8>,
    start: (usize, &'static str),
    end: (usize, &'static str),
    /// The day of closing, counted from Monday, for a weekly one, which has one day of opening.
    end_day: Option<i8>,
    holidays: Vec<civil::Date>,
}

/// The time of the `quarter`th quarter of a day.
fn clock(quarter: usize) -> civil::Time {
    civil::time((quarter / 4) as i8, (quarter % 4 * 15) as i8, 0, 0)
}

fn weekday(day: i8) -> Weekday {
    use Weekday::*;
    [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday][day as usize]
}

fn bound((quarter, zone): (usize, &str)) -> LocalTime {
    let time = TimeOfDay::new((quarter / 4) as u8, (quarter % 4 * 15) as u8, 0).unwrap();
    time.in_zone(&Zone::named(zone).unwrap())
}

impl Plan {
    fn window(&self) -> Window {
        let (start, end) = (bound(self.start), bound(self.end));
        let window = match self.end_day {
            Some(end_day) => Window::weekly(weekday(self.days[0]), start, weekday(end_day), end),
            None => {
                let days = Weekdays::new(self.days.iter().map(|&day| weekday(day))).unwrap();
                Window::on_weekdays(days, start, end)
            }
        };
        window.except(
            self.holidays.iter().map(|d| Date::new(d.year(), d.month() as u8, d.day() as u8).unwrap()),
        )
    }
}

/// Some weeks, a quarter of an hour at a time.
struct Walk {
    from: i64,
    steps: usize,
}

impl Walk {
    fn around(centre: Utc) -> Self {
        Walk { from: centre.as_nanos() - 24 * DAY, steps: 48 * 96 }
    }

    fn utc(&self, step: usize) -> Utc {
        Utc::from_nanos(self.from + step as i64 * QUARTER)
    }

    /// What a clock shows, step by step.
    fn clock(&self, zone: &str) -> Vec<DateTime> {
        let zone = TimeZone::get(zone).unwrap();
        let reading =
            |step| zone.to_datetime(Timestamp::from_nanosecond(self.utc(step).as_nanos().into()).unwrap());
        (0..self.steps).map(reading).collect()
    }

    /// All periods whose bounds both lie within the walk, in order.
    fn periods(&self, plan: &Plan) -> Vec<Period> {
        let (starts, ends) = (self.clock(plan.start.1), self.clock(plan.end.1));
        let mut raw = Vec::new();
        let mut day = starts[0].date();
        while day < starts[self.steps - 1].date() {
            day = day.tomorrow().unwrap();
            if !plan.days.contains(&day.weekday().to_monday_zero_offset()) {
                continue;
            }
            let nominal = day.to_datetime(clock(plan.start.0));
            let mut opening = nominal;
            let mut tries = 1;
            while plan.holidays.contains(&opening.date()) && plan.end_day.is_some() && tries < 7 {
                opening = opening.checked_add(1.day()).unwrap();
                tries += 1;
            }
            if plan.holidays.contains(&opening.date()) {
                continue;
            }
            // Opens at the first moment at which the clock shows that time or a later one.
            let at = |reading| starts.iter().position(|&shown| shown >= reading);
            let (Some(opens), Some(nominally)) = (at(opening), at(nominal)) else { break };
            let mut closing = if plan.start.1 == plan.end.1 { nominal } else { ends[nominally] };
            let shown_then = closing;
            closing = closing.date().to_datetime(clock(plan.end.0));
            while closing <= shown_then
                || plan.end_day.is_some_and(|day| closing.weekday().to_monday_zero_offset() != day)
            {
                closing = closing.checked_add(1.day()).unwrap();
            }
            // Closes at the last moment at which the clock shows that time or, if it never does, when it has
            // passed it by.
            let shown = ends.iter().rposition(|&shown| shown == closing);
            let passed = || ends.iter().rposition(|&shown| shown < closing).map(|before| before + 1);
            let Some(closes) = shown.or_else(passed) else { continue };
            raw.push((opens, closes));
        }
        let mut periods = Vec::new();
        for (at, &(opens, closes)) in raw.iter().enumerate() {
            let closes = raw.get(at + 1).map_or(closes, |&(next, _)| closes.min(next));
            if opens < closes && closes < self.steps {
                periods.push(Period { opens: self.utc(opens), closes: self.utc(closes) });
            }
        }
        periods
    }

    /// The moments of a reset at a time of day.
    fn moments(&self, days: &[i8], (quarter, zone): (usize, &str)) -> Vec<Utc> {
        let shown = self.clock(zone);
        let (first, last) = (shown[0].date().tomorrow().unwrap(), shown[self.steps - 1].date());
        let on = |date: &civil::Date| days.contains(&date.weekday().to_monday_zero_offset());
        let dates = first.series(1.day()).take_while(|&date| date < last).filter(on);
        let reading = |date: civil::Date| date.to_datetime(clock(quarter));
        dates.map(|date| self.utc(shown.iter().position(|&shown| shown >= reading(date)).unwrap())).collect()
    }
}

fn meet(one: &[Period], other: &[Period]) -> Vec<Period> {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let both = pairs.map(|(a, b)| Period { opens: a.opens.max(b.opens), closes: a.closes.min(b.closes) });
    both.filter(|period| period.opens < period.closes).collect()
}

fn bounds() -> impl Strategy<Value = (usize, &'static str)> {
    // The small hours, in which clocks change, as often as all others.
    (prop_oneof![0usize..16, 0usize..96], proptest::sample::select(&ZONES[..]))
}

/// A window, with times around the quarter of a day and holidays within ten days of `centre`.
fn plan(centre: Utc) -> impl Strategy<Value = Plan> {
    let around = Zone::utc().reading(centre).date();
    // Single ones, and a run of them.
    let single = proptest::collection::vec(-10i32..10, 0..4);
    let run = (-10i32..10, 0i32..6).prop_map(|(first, length)| (first..first + length).collect::<Vec<_>>());
    let holidays = (single, run).prop_map(|(single, run)| [single, run].concat());
    let days = proptest::sample::subsequence((0..7).collect::<Vec<i8>>(), 1..=7);
    let end_day = proptest::option::of(0i8..7);
    (bounds(), bounds(), any::<bool>(), days, end_day, holidays).prop_map(
        move |(start, end, one_zone, mut days, end_day, holidays)| {
            let end = if one_zone { (end.0, start.1) } else { end };
            if end_day.is_some() {
                days.truncate(1);
            }
            let holidays = holidays.iter().map(|&n| around.checked_add(n.days()).unwrap()).collect();
            Plan { days, start, end, end_day, holidays }
        },
    )
}

/// A centre, a session and a logon window, a time of reset, and moments to ask about as nanoseconds from the
/// centre.
type Case = (Utc, Plan, Option<Plan>, (usize, &'static str), Vec<i64>);

fn case() -> impl Strategy<Value = Case> {
    proptest::sample::select(&AROUND[..]).prop_map(utc).prop_flat_map(|centre| {
        let moment = prop_oneof![
            -6 * DAY..6 * DAY,
            (-6 * 96..6 * 96i64).prop_map(|quarter| quarter * QUARTER),
            (-6 * 96..6 * 96i64).prop_map(|quarter| quarter * QUARTER - 1),
        ];
        let moments = proptest::collection::vec(moment, 12);
        (Just(centre), plan(centre), proptest::option::of(plan(centre)), bounds(), moments)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn every_answer_is_that_of_the_slow_search((centre, session, logon, reset, moments) in case()) {
        let walk = Walk::around(centre);
        let held = walk.periods(&session);
        let allowed = match &logon {
            Some(logon) => meet(&held, &walk.periods(logon)),
            None => held.clone(),
        };
        let resets = walk.moments(&session.days, reset);
        let days = Weekdays::new(session.days.iter().map(|&day| weekday(day))).unwrap();
        let build = |reset| {
            let mut builder = Schedule::builder().session(session.window()).reset(reset);
            if let Some(logon) = &logon {
                builder = builder.logon(logon.window());
            }
            builder.build()
        };
        let schedule = match build(Reset::At { days, time: bound(reset) }) {
            Ok(schedule) => schedule,
            Err(error) => {
                prop_assert_eq!(error, ScheduleError::LogonOutsideSession);
                return Ok(());
            }
        };
        let (at_opening, at_closing) = (build(Reset::AtOpening).unwrap(), build(Reset::AtClosing).unwrap());

        // Where the walk finds nothing more, the real answer lies beyond it.
        let beyond = centre.as_nanos() + 12 * DAY;
        let same = |real: Option<Utc>, slow: Option<Utc>| {
            real == slow || real.is_none_or(|at| at.as_nanos() > beyond) && slow.is_none_or(|at| at.as_nanos() > beyond)
        };
        let first = |all: &mut dyn Iterator<Item = Utc>, after| all.filter(|&at| at > after).min();
        for offset in &moments {
            let now = Utc::from_nanos(centre.as_nanos() + offset);
            let within = |all: &[Period]| all.iter().copied().find(|period| period.contains(now));
            prop_assert_eq!(schedule.session_at(now), within(&held));
            prop_assert_eq!(schedule.logon_at(now), within(&allowed));
            let opening = first(&mut held.iter().map(|period| period.opens), now);
            let closing = first(&mut held.iter().map(|period| period.closes), now);
            prop_assert!(same(schedule.next_opening(now), opening), "{:?} {opening:?}", schedule.next_opening(now));
            prop_assert!(same(schedule.next_closing(now), closing), "{:?} {closing:?}", schedule.next_closing(now));
            prop_assert!(same(schedule.next_logon(now), first(&mut allowed.iter().map(|period| period.opens), now)));
            prop_assert!(same(schedule.next_logout(now), first(&mut allowed.iter().map(|period| period.closes), now)));
            prop_assert!(same(schedule.next_reset(now), first(&mut resets.iter().copied(), now)));
            prop_assert!(same(at_opening.next_reset(now), opening));
            prop_assert!(same(at_closing.next_reset(now), closing));
            for other in &moments {
                let since = Utc::from_nanos(centre.as_nanos() + other);
                let last = |all: &mut dyn Iterator<Item = Utc>| all.filter(|&at| since < at && at <= now).max();
                prop_assert_eq!(schedule.due_reset(since, now), last(&mut resets.iter().copied()));
                prop_assert_eq!(at_opening.due_reset(since, now), last(&mut held.iter().map(|period| period.opens)));
                prop_assert_eq!(at_closing.due_reset(since, now), last(&mut held.iter().map(|period| period.closes)));
                let together = held.iter().any(|period| period.contains(now) && period.contains(since));
                prop_assert_eq!(schedule.same_session(now, since), together);
            }
        }
    }

    #[test]
    fn at_any_moment_that_can_be_said_the_answers_agree_with_each_other(
        (_, session, logon, reset, _) in case(),
        at in prop_oneof![any::<i64>(), i64::MIN..i64::MIN + 9 * DAY, i64::MAX - 9 * DAY..=i64::MAX],
    ) {
        let at = Utc::from_nanos(at);
        let days = Weekdays::new(session.days.iter().map(|&day| weekday(day))).unwrap();
        let builder = Schedule::builder()
            .session(session.window())
            .reset(Reset::AtOpening)
            .reset(Reset::AtClosing)
            .reset(Reset::At { days, time: bound(reset) });
        let builder = match logon {
            Some(logon) => builder.logon(logon.window()),
            None => builder,
        };
        let Ok(schedule) = builder.build() else { return Ok(()) };
        if let Some(period) = schedule.session_at(at) {
            prop_assert!(period.contains(at));
            prop_assert_eq!(schedule.session_at(period.opens), Some(period));
            prop_assert_eq!(schedule.session_at(just_before(period.closes)), Some(period));
            prop_assert_eq!(schedule.next_closing(at), Some(period.closes));
        }
        if let Some(period) = schedule.logon_at(at) {
            prop_assert!(period.contains(at));
            prop_assert_eq!(schedule.next_logout(at), Some(period.closes));
            prop_assert!(schedule.same_session(at, period.opens));
        }
        if let Some(opening) = schedule.next_opening(at) {
            prop_assert!(opening > at);
            prop_assert_eq!(schedule.session_at(opening).map(|period| period.opens), Some(opening));
            prop_assert_eq!(schedule.next_opening(just_before(opening)), Some(opening));
        }
        if let Some(reset) = schedule.next_reset(at) {
            prop_assert!(reset > at);
            prop_assert_eq!(schedule.due_reset(at, reset), Some(reset));
            prop_assert_eq!(schedule.due_reset(at, just_before(reset)), None);
        }
        if let Some(logon) = schedule.next_logon(at) {
            prop_assert!(logon > at);
            prop_assert_eq!(schedule.logon_at(logon).map(|period| period.opens), Some(logon));
        }
    }
}
