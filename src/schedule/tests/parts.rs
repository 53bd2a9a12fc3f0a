//! Times, days, dates and zones as text, and what is refused.

use std::string::ToString;

use super::*;

#[test]
fn times_are_read_in_one_form_only() {
    assert_eq!(time("17:05:09"), TimeOfDay::new(17, 5, 9).unwrap());
    for wrong in
        ["24:00:00", "23:59:60", "7:00:00", "17:00", "17:00:00:00", "+1:00:00", "", "17.00.00", "١٧:00:00"]
    {
        assert_eq!(wrong.parse::<TimeOfDay>(), Err(ScheduleError::TimeOfDay { got: wrong.to_string() }));
    }
    assert!(TimeOfDay::new(0, 200, 0).is_err());
    assert_eq!(
        TimeOfDay::new(24, 0, 0).unwrap_err().to_string(),
        "expected a time from 00:00:00 to 23:59:59, got \"24:00:00\""
    );
}

#[test]
fn days_of_the_week_may_be_cut_short_to_two_letters() {
    for text in ["th", "Thu", "THURS", "thursday"] {
        assert_eq!(text.parse(), Ok(Weekday::Thursday));
    }
    for wrong in ["", "t", "thx", "thursdays", "dimanche", "é"] {
        assert_eq!(wrong.parse::<Weekday>(), Err(ScheduleError::Weekday { got: wrong.to_string() }));
    }
}

#[test]
fn a_set_of_weekdays_has_at_least_one() {
    let days: Weekdays = "Sun, mo,TUE".parse().unwrap();
    assert_eq!(Ok(days), Weekdays::new([Weekday::Tuesday, Weekday::Sunday, Weekday::Monday]));
    assert!(days.contains(Weekday::Monday) && !days.contains(Weekday::Saturday));
    assert_eq!(Weekdays::new([]), Err(ScheduleError::NoWeekdays));
    assert_eq!("Sun,,Mon".parse::<Weekdays>(), Err(ScheduleError::Weekday { got: "".to_string() }));
    assert_eq!("".parse::<Weekdays>(), Err(ScheduleError::Weekday { got: "".to_string() }));
}

#[test]
fn dates_are_read_in_fix_and_iso_form() {
    assert_eq!("20240229".parse(), Date::new(2024, 2, 29));
    assert_eq!("2024-02-29".parse(), Date::new(2024, 2, 29));
    for wrong in ["20230229", "2023-02-29", "2024-13-01", "2024-00-10", "24-02-29", "29.02.2024", ""] {
        assert_eq!(wrong.parse::<Date>(), Err(ScheduleError::Date { got: wrong.to_string() }));
    }
    assert!(Date::new(2024, 2, 200).is_err());
}

#[test]
fn a_zone_has_a_name_of_the_database_and_a_guess_is_refused() {
    assert_eq!("america/new_york".parse::<Zone>(), Zone::named("America/New_York"));
    assert!(Zone::named("US/Central").is_ok());
    for wrong in ["", "Mars/Base", "CST", "Etc/Unknown", "GMT+2", "../../etc/passwd"] {
        assert_eq!(Zone::named(wrong), Err(ScheduleError::UnknownZone { name: wrong.to_string() }));
    }
}

#[test]
fn a_zone_can_be_brought_along_as_tzif() {
    // Version 1, one type of local time: one hour east of UTC.
    let mut bytes = b"TZif".to_vec();
    bytes.extend([0; 16]);
    for count in [0u32, 0, 0, 0, 1, 4] {
        bytes.extend(count.to_be_bytes());
    }
    bytes.extend(3600i32.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(b"ONE\0");
    let zone = Zone::from_tzif("House/Rules", &bytes).unwrap();
    let schedule = held(Window::daily(time("09:00:00").in_zone(&zone), time("10:00:00")));
    let (opens, closes) = ("2026-01-07T08:00:00Z", "2026-01-07T10:00:00Z");
    assert_eq!(schedule.session_at(utc(opens)), period(opens, closes));
    assert_eq!(Zone::from_tzif("x", b"no"), Err(ScheduleError::ZoneData { name: "x".to_string() }));
}

#[test]
fn a_reset_at_a_bound_needs_a_window() {
    for reset in [Reset::AtOpening, Reset::AtClosing] {
        assert_eq!(Schedule::builder().reset(reset).build(), Err(ScheduleError::ResetWithoutWindow));
    }
}

#[test]
fn a_logon_window_outside_the_session_is_refused() {
    let session = Window::daily(time("08:00:00"), time("17:00:00"));
    let build = |logon| Schedule::builder().session(session.clone()).logon(logon).build();
    let outside = Window::daily(time("17:00:00"), time("08:00:00"));
    assert_eq!(build(outside), Err(ScheduleError::LogonOutsideSession));
    assert!(build(Window::daily(time("17:00:00"), time("08:00:01"))).is_ok());
}
