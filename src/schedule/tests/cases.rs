//! Calendars that people use, and the nights that break them.

use super::*;
use crate::number::Series;

const NEW_YORK: &str = "America/New_York";
const LONDON: &str = "Europe/London";
const SYDNEY: &str = "Australia/Sydney";

fn weekdays(text: &str) -> Weekdays {
    text.parse().unwrap()
}

#[test]
fn a_daily_session_includes_its_opening_and_not_its_closing() {
    let schedule = held(Window::daily(time("08:00:00"), time("17:00:00")));
    let (opens, closes) = ("2026-01-07T08:00:00Z", "2026-01-07T17:00:00Z");
    assert_eq!(schedule.session_at(just_before(utc(opens))), None);
    assert_eq!(schedule.session_at(utc(opens)), period(opens, closes));
    assert_eq!(schedule.session_at(just_before(utc(closes))), period(opens, closes));
    assert_eq!(schedule.session_at(utc(closes)), None);
    assert_eq!(schedule.next_opening(just_before(utc(opens))), Some(utc(opens)));
    assert_eq!(schedule.next_opening(utc(opens)), Some(utc("2026-01-08T08:00:00Z")));
    assert_eq!(schedule.next_closing(just_before(utc(closes))), Some(utc(closes)));
    assert_eq!(schedule.next_closing(utc(closes)), Some(utc("2026-01-08T17:00:00Z")));
}

#[test]
fn over_midnight_both_sides_of_it_are_one_instance() {
    let schedule = held(Window::daily(time("22:00:00"), time("06:00:00")));
    let (evening, night) = (utc("2026-01-07T23:00:00Z"), utc("2026-01-08T05:59:59Z"));
    assert!(schedule.same_session(evening, night) && schedule.same_session(night, evening));
    assert_eq!(schedule.session_at(night), period("2026-01-07T22:00:00Z", "2026-01-08T06:00:00Z"));
    assert!(!schedule.same_session(utc("2026-01-07T05:00:00Z"), evening));
    let noon = utc("2026-01-08T12:00:00Z");
    assert!(!schedule.same_session(noon, noon), "no session, so not the same");
}

#[test]
fn equal_times_are_a_day_of_24_hours_and_each_day_is_a_new_instance() {
    let schedule = held(Window::daily(time("00:00:00"), time("00:00:00")));
    let midnight = utc("2026-01-08T00:00:00Z");
    let today = period("2026-01-08T00:00:00Z", "2026-01-09T00:00:00Z");
    assert_eq!(schedule.session_at(midnight), today);
    assert!(!schedule.same_session(midnight, just_before(midnight)));
    assert_eq!(schedule.next_opening(just_before(midnight)), Some(midnight));
    assert_eq!(schedule.next_closing(just_before(midnight)), Some(midnight));
}

#[test]
fn weekdays_name_the_day_of_opening_when_the_session_crosses_midnight() {
    // Sunday to Thursday evening: trade dates Monday to Friday.
    let days = weekdays("Sun,Mon,Tue,Wed,Thu");
    let schedule = held(Window::on_weekdays(days, local("17:00:00", NEW_YORK), local("16:00:00", NEW_YORK)));
    let friday_noon = utc("2026-01-09T17:00:00Z");
    assert_eq!(schedule.session_at(friday_noon), period("2026-01-08T22:00:00Z", "2026-01-09T21:00:00Z"));
    for closed in ["2026-01-09T21:00:00Z", "2026-01-10T03:00:00Z", "2026-01-11T21:59:59Z"] {
        assert_eq!(schedule.session_at(utc(closed)), None, "{closed}");
    }
    let sunday_evening = utc("2026-01-11T22:00:00Z");
    assert_eq!(schedule.next_opening(friday_noon), Some(sunday_evening));
    let monday = period("2026-01-11T22:00:00Z", "2026-01-12T21:00:00Z");
    assert_eq!(schedule.session_at(sunday_evening), monday);
}

#[test]
fn a_weekly_session_runs_from_sunday_evening_to_friday_evening() {
    let (start, end) = (local("17:00:00", NEW_YORK), local("17:00:00", NEW_YORK));
    let schedule = held(Window::weekly(Weekday::Sunday, start, Weekday::Friday, end));
    let week = period("2026-01-04T22:00:00Z", "2026-01-09T22:00:00Z");
    for open in ["2026-01-04T22:00:00Z", "2026-01-07T12:00:00Z", "2026-01-09T21:59:59Z"] {
        assert_eq!(schedule.session_at(utc(open)), week, "{open}");
    }
    for closed in ["2026-01-04T21:59:59Z", "2026-01-09T22:00:00Z", "2026-01-10T12:00:00Z"] {
        assert_eq!(schedule.session_at(utc(closed)), None, "{closed}");
    }
    // Summer time begins on the Sunday of the opening: 17:00 in New York is an hour earlier in UTC.
    let spring = period("2026-03-08T21:00:00Z", "2026-03-13T21:00:00Z");
    assert_eq!(schedule.session_at(utc("2026-03-10T00:00:00Z")), spring);
}

#[test]
fn a_week_that_wraps_around_the_end_of_the_week_is_one_instance() {
    let schedule =
        held(Window::weekly(Weekday::Thursday, time("12:00:00"), Weekday::Tuesday, time("12:00:00")));
    let week = period("2026-01-08T12:00:00Z", "2026-01-13T12:00:00Z");
    assert_eq!(schedule.session_at(utc("2026-01-11T23:59:59Z")), week);
    assert_eq!(schedule.session_at(utc("2026-01-12T00:00:00Z")), week);
    assert_eq!(schedule.session_at(utc("2026-01-14T00:00:00Z")), None);
}

#[test]
fn the_same_day_twice_is_some_hours_or_a_whole_week() {
    let on_monday =
        |start, end| held(Window::weekly(Weekday::Monday, time(start), Weekday::Monday, time(end)));
    let some_hours = on_monday("08:00:00", "17:00:00");
    assert_eq!(some_hours.session_at(utc("2026-01-06T09:00:00Z")), None);
    assert_eq!(some_hours.next_closing(utc("2026-01-05T08:00:00Z")), Some(utc("2026-01-05T17:00:00Z")));
    let week = on_monday("08:00:00", "08:00:00");
    assert_eq!(
        week.session_at(utc("2026-01-11T00:00:00Z")),
        period("2026-01-05T08:00:00Z", "2026-01-12T08:00:00Z")
    );
    let almost_a_week = on_monday("08:00:00", "07:00:00");
    assert_eq!(almost_a_week.next_closing(utc("2026-01-05T08:00:00Z")), Some(utc("2026-01-12T07:00:00Z")));
    assert_eq!(almost_a_week.session_at(utc("2026-01-12T07:30:00Z")), None);
}

#[test]
fn each_bound_keeps_its_own_zone_when_only_one_of_them_changes() {
    // From 08:00 in New York to 17:00 in London. New York changes on 2026-03-08, London on 2026-03-29.
    let schedule = held(Window::daily(local("08:00:00", NEW_YORK), local("17:00:00", LONDON)));
    for (opens, closes) in [
        ("2026-03-05T13:00:00Z", "2026-03-05T17:00:00Z"),
        ("2026-03-10T12:00:00Z", "2026-03-10T17:00:00Z"),
        ("2026-03-31T12:00:00Z", "2026-03-31T16:00:00Z"),
    ] {
        assert_eq!(schedule.session_at(utc(opens)), period(opens, closes));
    }
}

#[test]
fn bounds_on_either_side_of_the_date_line_close_at_the_next_such_time() {
    // From 08:00 in Tokyo, still the evening before in New York, to 17:00 in New York.
    let schedule = held(Window::daily(local("08:00:00", "Asia/Tokyo"), local("17:00:00", NEW_YORK)));
    let long = period("2026-01-07T23:00:00Z", "2026-01-08T22:00:00Z");
    assert_eq!(schedule.session_at(utc("2026-01-08T12:00:00Z")), long);
    // And from 17:00 in New York to 08:00 in Tokyo, an hour later.
    let schedule = held(Window::daily(local("17:00:00", NEW_YORK), local("08:00:00", "Asia/Tokyo")));
    let short = period("2026-01-07T22:00:00Z", "2026-01-07T23:00:00Z");
    assert_eq!(schedule.session_at(utc("2026-01-07T22:30:00Z")), short);
}

#[test]
fn a_weekly_session_may_end_in_another_zone() {
    let (start, end) = (local("06:00:00", SYDNEY), local("17:00:00", NEW_YORK));
    let schedule = held(Window::weekly(Weekday::Monday, start, Weekday::Friday, end));
    let week = period("2026-01-04T19:00:00Z", "2026-01-09T22:00:00Z");
    assert_eq!(schedule.session_at(utc("2026-01-07T00:00:00Z")), week);
}

#[test]
fn a_bound_in_a_gap_moves_to_its_end() {
    for (zone, opens, closes) in [
        (NEW_YORK, "2026-03-08T07:00:00Z", "2026-03-08T21:00:00Z"),
        (LONDON, "2026-03-29T01:00:00Z", "2026-03-29T16:00:00Z"),
        (SYDNEY, "2026-10-03T16:00:00Z", "2026-10-04T06:00:00Z"),
    ] {
        // 01:30 in London, 02:30 elsewhere, do not exist on that night.
        let start = if zone == LONDON { "01:30:00" } else { "02:30:00" };
        let schedule = held(Window::daily(local(start, zone), local("17:00:00", zone)));
        assert_eq!(schedule.session_at(utc(opens)), period(opens, closes), "{zone}");
        assert_eq!(schedule.session_at(just_before(utc(opens))), None, "{zone}");
        let night = held(Window::daily(local("22:00:00", zone), local(start, zone)));
        assert_eq!(night.next_closing(just_before(utc(opens))), Some(utc(opens)), "{zone}");
    }
}

#[test]
fn a_window_within_a_gap_does_not_open_that_day() {
    let schedule = held(Window::daily(local("02:15:00", NEW_YORK), local("03:00:00", NEW_YORK)));
    assert_eq!(schedule.next_opening(utc("2026-03-07T12:00:00Z")), Some(utc("2026-03-09T06:15:00Z")));
}

#[test]
fn a_bound_that_comes_twice_opens_at_the_first_and_closes_at_the_second() {
    for (zone, opens, closes) in [
        (NEW_YORK, "2026-11-01T05:30:00Z", "2026-11-01T06:45:00Z"),
        (LONDON, "2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"),
        (SYDNEY, "2026-04-04T15:30:00Z", "2026-04-04T16:45:00Z"),
    ] {
        let (start, end) = if zone == SYDNEY { ("02:30:00", "02:45:00") } else { ("01:30:00", "01:45:00") };
        let schedule = held(Window::daily(local(start, zone), local(end, zone)));
        assert_eq!(schedule.session_at(utc(opens)), period(opens, closes), "{zone}");
    }
    // The very first moment that is repeated, 01:00 in London.
    let schedule = held(Window::daily(local("00:00:00", LONDON), local("01:00:00", LONDON)));
    assert_eq!(schedule.next_closing(utc("2026-10-24T23:00:00Z")), Some(utc("2026-10-25T01:00:00Z")));
}

#[test]
fn a_day_of_24_hours_takes_up_the_hour_that_a_night_lost_or_won() {
    let schedule = held(Window::daily(local("01:30:00", NEW_YORK), local("01:30:00", NEW_YORK)));
    // 01:30 comes twice on 2026-11-01: the new instance opens at the first, and the old one is closed by it.
    assert_eq!(
        schedule.session_at(utc("2026-11-01T05:00:00Z")),
        period("2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z")
    );
    assert_eq!(
        schedule.session_at(utc("2026-11-01T07:00:00Z")),
        period("2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z")
    );
    assert_eq!(
        schedule.session_at(utc("2026-03-08T07:00:00Z")),
        period("2026-03-08T06:30:00Z", "2026-03-09T05:30:00Z")
    );
    // So does a week of seven days.
    let sunday = local("01:30:00", NEW_YORK);
    let schedule = held(Window::weekly(Weekday::Sunday, sunday.clone(), Weekday::Sunday, sunday));
    assert_eq!(
        schedule.session_at(utc("2026-10-31T12:00:00Z")),
        period("2026-10-25T05:30:00Z", "2026-11-01T05:30:00Z")
    );
}

#[test]
fn a_date_that_a_zone_left_out_has_no_instance_of_its_own() {
    // Samoa had no 2011-12-30: it went from the end of the 29th to the 31st.
    let apia = "Pacific/Apia";
    let schedule = held(Window::daily(local("08:00:00", apia), local("17:00:00", apia)));
    let opening_29th = utc("2011-12-29T18:00:00Z");
    assert_eq!(schedule.session_at(opening_29th), period("2011-12-29T18:00:00Z", "2011-12-30T03:00:00Z"));
    assert_eq!(schedule.next_opening(opening_29th), Some(utc("2011-12-30T18:00:00Z")));
}

#[test]
fn on_a_holiday_a_daily_session_does_not_open_and_the_night_before_runs_to_its_end() {
    let night = Window::daily(time("22:00:00"), time("06:00:00"));
    let schedule = held(night.except([Date::new(2026, 12, 25).unwrap()]));
    assert!(schedule.session_at(utc("2026-12-25T05:00:00Z")).is_some());
    assert_eq!(schedule.session_at(utc("2026-12-25T23:00:00Z")), None);
    assert_eq!(schedule.next_opening(utc("2026-12-25T05:00:00Z")), Some(utc("2026-12-26T22:00:00Z")));
}

#[test]
fn a_holiday_is_a_date_of_the_openings_calendar() {
    let day = Window::daily(local("08:00:00", SYDNEY), local("17:00:00", SYDNEY));
    // 08:00 on the 26th in Sydney is still the 25th in UTC.
    let schedule = held(day.except(["2026-01-26".parse().unwrap()]));
    assert_eq!(schedule.next_opening(utc("2026-01-25T12:00:00Z")), Some(utc("2026-01-26T21:00:00Z")));
}

#[test]
fn a_week_that_begins_with_a_holiday_opens_on_the_next_day() {
    let week = Window::weekly(Weekday::Monday, time("08:00:00"), Weekday::Friday, time("17:00:00"));
    let days = |dates: &[&str]| {
        held(week.clone().except(dates.iter().map(|date| date.parse().unwrap()).collect::<Vec<_>>()))
    };
    let monday_off = days(&["2026-04-06"]);
    assert_eq!(monday_off.session_at(utc("2026-04-06T12:00:00Z")), None);
    assert_eq!(
        monday_off.session_at(utc("2026-04-08T12:00:00Z")),
        period("2026-04-07T08:00:00Z", "2026-04-10T17:00:00Z")
    );
    let three_off = days(&["2026-04-06", "2026-04-07", "2026-04-08"]);
    assert_eq!(three_off.next_opening(utc("2026-04-08T12:00:00Z")), Some(utc("2026-04-09T08:00:00Z")));
    let midweek = days(&["2026-04-08"]);
    assert!(midweek.same_session(utc("2026-04-06T08:00:00Z"), utc("2026-04-08T12:00:00Z")));
    let all_week = days(&["2026-04-06", "2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10"]);
    assert_eq!(all_week.next_opening(utc("2026-04-05T00:00:00Z")), Some(utc("2026-04-13T08:00:00Z")));
}

#[test]
fn holidays_for_years_end_the_search() {
    let first = jiff::civil::date(2026, 1, 1);
    let days = first
        .series(jiff::ToSpan::day(1))
        .take(1000)
        .map(|date| Date::new(date.year(), date.month() as u8, date.day() as u8).unwrap());
    let schedule = Schedule::builder()
        .session(Window::daily(time("08:00:00"), time("17:00:00")).except(days))
        .reset(Reset::AtOpening)
        .build()
        .unwrap();
    let inside = utc("2027-06-01T12:00:00Z");
    assert_eq!(schedule.next_opening(inside), None);
    assert_eq!(schedule.next_closing(inside), None);
    assert_eq!(schedule.next_logon(inside), None);
    assert_eq!(schedule.next_reset(inside), None);
    assert_eq!(schedule.session_at(inside), None);
    // Both ends are found from nearby.
    assert_eq!(schedule.next_opening(utc("2028-09-01T00:00:00Z")), Some(utc("2028-09-27T08:00:00Z")));
    let last = utc("2025-12-31T08:00:00Z");
    assert_eq!(schedule.due_reset(utc("2025-01-01T00:00:00Z"), utc("2026-06-01T00:00:00Z")), Some(last));
}

#[test]
fn a_non_stop_session_is_one_instance_without_end() {
    let schedule = Schedule::builder().build().unwrap();
    let (early, late) = (Utc::from_nanos(i64::MIN), Utc::from_nanos(i64::MAX - 1));
    assert!(schedule.same_session(early, late));
    assert_eq!(schedule.logon_at(early), schedule.session_at(late));
    for at in [early, Utc::EPOCH, late] {
        assert_eq!(schedule.next_opening(at), None);
        assert_eq!(schedule.next_closing(at), None);
        assert_eq!(schedule.next_logon(at), None);
        assert_eq!(schedule.next_logout(at), None);
        assert_eq!(schedule.next_reset(at), None);
    }
    assert_eq!(schedule.due_reset(early, late), None);
}

#[test]
fn one_may_log_on_by_day_in_a_session_that_lasts_the_week() {
    let week = Window::weekly(Weekday::Sunday, time("22:00:00"), Weekday::Friday, time("16:00:00"));
    let by_day = Window::daily(time("08:00:00"), time("18:00:00"));
    let schedule = Schedule::builder().session(week).logon(by_day).build().unwrap();
    // Sunday evening: held, but nobody logs on yet.
    let sunday = utc("2026-01-04T23:00:00Z");
    assert!(schedule.session_at(sunday).is_some());
    assert_eq!(schedule.logon_at(sunday), None);
    assert_eq!(schedule.next_logon(sunday), Some(utc("2026-01-05T08:00:00Z")));
    assert_eq!(schedule.next_logout(sunday), Some(utc("2026-01-05T18:00:00Z")));
    // On Friday the session ends before the logon window.
    let friday = utc("2026-01-09T12:00:00Z");
    assert_eq!(schedule.logon_at(friday), period("2026-01-09T08:00:00Z", "2026-01-09T16:00:00Z"));
    assert_eq!(schedule.next_logout(friday), Some(utc("2026-01-09T16:00:00Z")));
    // On Saturday the window is there, but no session.
    assert_eq!(schedule.logon_at(utc("2026-01-10T12:00:00Z")), None);
    assert_eq!(schedule.next_logon(friday), Some(utc("2026-01-12T08:00:00Z")));
}

#[test]
fn a_logon_window_over_the_end_of_an_instance_is_cut_in_two() {
    let schedule = Schedule::builder()
        .session(Window::daily(time("00:00:00"), time("00:00:00")))
        .logon(Window::daily(time("22:00:00"), time("02:00:00")))
        .build()
        .unwrap();
    let midnight = utc("2026-01-08T00:00:00Z");
    assert_eq!(schedule.next_logout(just_before(midnight)), Some(midnight));
    assert_eq!(schedule.next_logon(just_before(midnight)), Some(midnight));
    assert_eq!(schedule.logon_at(midnight), period("2026-01-08T00:00:00Z", "2026-01-08T02:00:00Z"));
}

#[test]
fn a_window_alone_resets_nothing() {
    let schedule = held(Window::daily(time("08:00:00"), time("17:00:00")));
    assert_eq!(schedule.next_reset(Utc::EPOCH), None);
    assert_eq!(schedule.due_reset(Utc::EPOCH, utc("2026-01-07T12:00:00Z")), None);
}

#[test]
fn a_reset_at_opening_or_closing_comes_once_an_instance() {
    let day = Window::daily(time("08:00:00"), time("17:00:00"));
    let with = |reset| Schedule::builder().session(day.clone()).reset(reset).build().unwrap();
    let noon = utc("2026-01-07T12:00:00Z");
    let opening = with(Reset::AtOpening);
    assert_eq!(opening.due_reset(Utc::EPOCH, noon), Some(utc("2026-01-07T08:00:00Z")));
    assert_eq!(opening.due_reset(utc("2026-01-07T08:00:00Z"), noon), None);
    assert_eq!(opening.next_reset(noon), Some(utc("2026-01-08T08:00:00Z")));
    let closing = with(Reset::AtClosing);
    assert_eq!(closing.due_reset(Utc::EPOCH, noon), Some(utc("2026-01-06T17:00:00Z")));
    assert_eq!(closing.next_reset(noon), Some(utc("2026-01-07T17:00:00Z")));
    let at_close = utc("2026-01-07T17:00:00Z");
    assert_eq!(closing.due_reset(noon, at_close), Some(at_close));
}

#[test]
fn a_reset_has_a_time_and_a_zone_of_its_own_and_needs_no_window() {
    let reset = Reset::At { days: Weekday::Sunday.into(), time: local("17:00:00", NEW_YORK) };
    let schedule = Schedule::builder().reset(reset).build().unwrap();
    let (winter, summer) = (utc("2026-03-01T22:00:00Z"), utc("2026-03-08T21:00:00Z"));
    assert_eq!(schedule.next_reset(winter), Some(summer));
    assert_eq!(schedule.due_reset(winter, just_before(summer)), None);
    assert_eq!(schedule.due_reset(winter, summer), Some(summer));
}

#[test]
fn a_reset_missed_while_the_process_was_down_is_still_due() {
    let reset = Reset::At { days: Weekdays::EVERY_DAY, time: time("05:00:00").into() };
    let day = Window::daily(time("00:00:00"), time("00:00:00"));
    let schedule = Schedule::builder().session(day).reset(reset).build().unwrap();
    let began = utc("2026-01-05T05:00:00Z");
    let poll = utc("2026-01-08T05:00:07Z");
    assert_eq!(schedule.due_reset(began, poll), Some(utc("2026-01-08T05:00:00Z")));
    assert_eq!(schedule.due_reset(began, utc("2026-01-06T04:59:59Z")), None);
    // Made late, it is made; the series that follows bears the time of the poll.
    assert!(Series::beginning(began).following(poll) > Series::beginning(began));
    assert_eq!(schedule.due_reset(poll, utc("2026-01-09T04:59:59Z")), None);
}

#[test]
fn the_latest_of_several_resets_counts() {
    let schedule = Schedule::builder()
        .session(Window::daily(time("08:00:00"), time("17:00:00")))
        .reset(Reset::AtOpening)
        .reset(Reset::At { days: weekdays("wed"), time: time("12:00:00").into() })
        .build()
        .unwrap();
    let opening = utc("2026-01-07T08:00:00Z");
    assert_eq!(schedule.next_reset(opening), Some(utc("2026-01-07T12:00:00Z")));
    assert_eq!(schedule.due_reset(opening, utc("2026-01-07T20:00:00Z")), Some(utc("2026-01-07T12:00:00Z")));
    assert_eq!(schedule.due_reset(opening, utc("2026-01-08T20:00:00Z")), Some(utc("2026-01-08T08:00:00Z")));
}

#[test]
fn a_reset_time_that_comes_twice_counts_at_the_first_and_one_in_a_gap_at_its_end() {
    let reset = Reset::At { days: Weekdays::EVERY_DAY, time: local("01:30:00", NEW_YORK) };
    let schedule = Schedule::builder().reset(reset).build().unwrap();
    let first = utc("2026-11-01T05:30:00Z");
    assert_eq!(schedule.next_reset(utc("2026-10-31T12:00:00Z")), Some(first));
    assert_eq!(schedule.next_reset(first), Some(utc("2026-11-02T06:30:00Z")));
    let reset = Reset::At { days: Weekdays::EVERY_DAY, time: local("02:30:00", NEW_YORK) };
    let schedule = Schedule::builder().reset(reset).build().unwrap();
    assert_eq!(schedule.next_reset(utc("2026-03-07T12:00:00Z")), Some(utc("2026-03-08T07:00:00Z")));
}

#[test]
fn a_clock_that_jumped_back_over_midnight_does_not_hide_an_opening() {
    // In Newfoundland the clock went from 00:01 back to 23:01: midnight came twice.
    let st_johns = "America/St_Johns";
    let schedule = held(Window::daily(local("00:00:30", st_johns), local("12:00:00", st_johns)));
    let opens = utc("2010-11-07T02:30:30Z");
    assert_eq!(schedule.next_opening(utc("2010-11-07T00:00:00Z")), Some(opens));
    let second_pass = utc("2010-11-07T03:00:00Z");
    assert_eq!(schedule.session_at(second_pass).map(|period| period.opens), Some(opens));
}
