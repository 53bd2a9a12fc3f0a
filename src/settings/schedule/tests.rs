//! Each key of the calendar, alone and with the others.

use std::format;
use std::string::{String, ToString};

use crate::Utc;
use crate::schedule::{
    LocalTime, Period, Reset, Schedule, ScheduleBuilder, TimeOfDay, Weekday, Weekdays, Window, Zone,
};
use crate::settings::{SessionSettings, Settings};

const DAY: &str = "StartTime=08:00:00\nEndTime=17:00:00";

/// The lines begin as the eighth of the file; in `[DEFAULT]` as the second.
fn session(default: &str, lines: &str) -> SessionSettings {
    let text = format!(
        "[DEFAULT]\n{default}\n[SESSION]\nConnectionType=acceptor\nBeginString=FIX.4.4\nSenderCompID=US\nTargetCompID=THEM\n{lines}\n"
    );
    Settings::parse(&text).unwrap().into_sessions().remove(0)
}

fn schedule(lines: &str) -> Schedule {
    session("", lines).schedule().unwrap_or_else(|error| panic!("{error}\n{lines}"))
}

fn error(lines: &str) -> String {
    session("", lines).schedule().unwrap_err().to_string()
}

fn at(time: &str) -> LocalTime {
    time.parse::<TimeOfDay>().unwrap().into()
}

fn at_in(time: &str, zone: &str) -> LocalTime {
    time.parse::<TimeOfDay>().unwrap().in_zone(&Zone::named(zone).unwrap())
}

fn held(window: Window) -> ScheduleBuilder {
    Schedule::builder().session(window).reset(Reset::AtOpening)
}

fn day() -> ScheduleBuilder {
    held(Window::daily(at("08:00:00"), at("17:00:00")))
}

fn around_the_clock() -> Schedule {
    Schedule::builder().build().unwrap()
}

#[test]
fn times_alone_are_a_session_of_each_day_whose_numbers_begin_at_one() {
    assert_eq!(schedule(DAY), day().build().unwrap());
    let night = held(Window::daily(at("22:00:00"), at("06:00:00")));
    assert_eq!(schedule("StartTime=22:00:00\nEndTime=06:00:00"), night.build().unwrap());
}

#[test]
fn days_make_it_a_week() {
    let week = held(Window::weekly(Weekday::Sunday, at("08:00:00"), Weekday::Friday, at("17:00:00")));
    assert_eq!(schedule(&format!("{DAY}\nStartDay=sun\nEndDay=Friday")), week.build().unwrap());
}

#[test]
fn weekdays_are_the_days_on_which_it_opens() {
    let days = Weekdays::new([Weekday::Monday, Weekday::Wednesday]).unwrap();
    let some_days = held(Window::on_weekdays(days, at("08:00:00"), at("17:00:00")));
    assert_eq!(schedule(&format!("{DAY}\nWeekdays=Mon, wed")), some_days.build().unwrap());
}

#[test]
fn a_session_that_says_nothing_or_never_stops_is_held_around_the_clock() {
    assert_eq!(schedule(""), around_the_clock());
    assert_eq!(schedule("TimeZone=Europe/London\nNonStopSession=N"), around_the_clock());
    assert_eq!(schedule("NonStopSession=Y"), around_the_clock());
    // The bounds of the others stand in [DEFAULT].
    let non_stop = session("StartTime=nonsense", "NonStopSession=Y").schedule().unwrap();
    assert_eq!(non_stop, around_the_clock());
}

#[test]
fn times_are_those_of_time_zone_unless_they_bring_their_own() {
    let london = held(Window::daily(at_in("08:00:00", "Europe/London"), at_in("17:00:00", "Europe/London")));
    assert_eq!(schedule(&format!("{DAY}\nTimeZone=Europe/London")), london.build().unwrap());
    let both = held(Window::daily(at_in("08:00:00", "Asia/Tokyo"), at_in("17:00:00", "America/New_York")));
    let lines = "StartTime=08:00:00 Asia/Tokyo\nEndTime=17:00:00\nTimeZone=America/New_York";
    assert_eq!(schedule(lines), both.build().unwrap());
    let one = held(Window::daily(at_in("08:00:00", "Asia/Tokyo"), at("17:00:00")));
    assert_eq!(schedule("StartTime=08:00:00  Asia/Tokyo\nEndTime=17:00:00"), one.build().unwrap());
}

#[test]
fn local_time_is_that_of_the_zone_that_is_named() {
    let london = schedule(&format!("{DAY}\nTimeZone=Europe/London"));
    assert_eq!(schedule(&format!("{DAY}\nTimeZone=Europe/London\nUseLocalTime=Y")), london);
    assert_eq!(schedule(&format!("{DAY}\nUseLocalTime=N")), day().build().unwrap());
    assert_eq!(
        error(&format!("{DAY}\nUseLocalTime=Y")),
        "line 10: UseLocalTime: nothing here asks the machine for its zone: name it, as in TimeZone=Europe/London"
    );
    // It is the bounds' own zone that counts, and nobody asks for another.
    let own = "StartTime=08:00:00 UTC\nEndTime=17:00:00 UTC\nUseLocalTime=Y";
    let eight = Utc::from_secs(1_767_945_600); // 2026-01-09 08:00 UTC
    assert_eq!(schedule(own).session_at(eight).map(|period| period.opens), Some(eight));
}

/// 08:00 to 17:00 in New York, on the days around the change of 2026-03-08.
#[test]
fn summer_time_moves_the_session_by_an_hour_of_utc() {
    let schedule = schedule(&format!("{DAY}\nTimeZone=America/New_York"));
    for (noon, hour) in [(1_772_884_800, 13), (1_772_971_200, 12)] {
        let midnight = noon - 12 * 3600;
        let opens = Utc::from_secs(midnight + hour * 3600);
        let closes = Utc::from_secs(midnight + (hour + 9) * 3600);
        assert_eq!(schedule.session_at(Utc::from_secs(noon + 2 * 3600)), Some(Period { opens, closes }));
    }
}

#[test]
fn a_logon_window_takes_from_the_session_what_it_does_not_say() {
    let daily = |start, end| day().logon(Window::daily(at(start), at(end))).build().unwrap();
    assert_eq!(schedule(&format!("{DAY}\nLogonTime=09:00:00")), daily("09:00:00", "17:00:00"));
    assert_eq!(schedule(&format!("{DAY}\nLogoutTime=16:00:00")), daily("08:00:00", "16:00:00"));
    let week = |start_day, end_day| {
        let session = Window::weekly(Weekday::Sunday, at("08:00:00"), Weekday::Friday, at("17:00:00"));
        let logon = Window::weekly(start_day, at("09:00:00"), end_day, at("17:00:00"));
        held(session).logon(logon).build().unwrap()
    };
    let lines = format!("{DAY}\nStartDay=Sunday\nEndDay=Friday\nLogonTime=09:00:00");
    assert_eq!(schedule(&lines), week(Weekday::Sunday, Weekday::Friday));
    assert_eq!(schedule(&format!("{lines}\nLogonDay=Monday")), week(Weekday::Monday, Weekday::Friday));
    assert_eq!(schedule(&format!("{lines}\nLogoutDay=Tuesday")), week(Weekday::Sunday, Weekday::Tuesday));
    let on_monday = Window::weekly(Weekday::Monday, at("08:00:00"), Weekday::Monday, at("17:00:00"));
    let lines = format!("{DAY}\nLogonDay=Monday\nLogoutDay=Monday");
    assert_eq!(schedule(&lines), day().logon(on_monday).build().unwrap());
}

#[test]
fn a_session_that_never_stops_may_have_hours_for_logon() {
    let hours = Schedule::builder().logon(Window::daily(at("08:00:00"), at("17:00:00")));
    let lines = "NonStopSession=Y\nLogonTime=08:00:00\nLogoutTime=17:00:00";
    assert_eq!(schedule(lines), hours.build().unwrap());
    assert_eq!(
        error(&format!("{DAY}\nNonStopSession=Y\nLogonTime=08:00:00")),
        "line 3: LogoutTime: required, but neither this session nor [DEFAULT] has it"
    );
}

#[test]
fn an_error_names_line_and_key() {
    let missing =
        |key: &str| format!("line 3: {key}: required, but neither this session nor [DEFAULT] has it");
    for (lines, says) in [
        ("StartTime=08:00:00", missing("EndTime")),
        ("EndTime=08:00:00", missing("StartTime")),
        ("Weekdays=Mon", missing("StartTime")),
        ("StartDay=Mon\nEndDay=Tue", missing("StartTime")),
        ("LogonTime=08:00:00", missing("LogoutTime")),
    ] {
        assert_eq!(error(lines), says, "{lines}");
    }
    for (line, says) in [
        ("StartDay=Monday", &*missing("EndDay")),
        ("EndDay=Monday", &*missing("StartDay")),
        ("LogonDay=Monday", &*missing("LogoutDay")),
        ("LogoutDay=Monday", &*missing("LogonDay")),
        ("NonStopSession=yes", "line 10: NonStopSession: expected Y or N, got \"yes\""),
        ("UseLocalTime=yes", "line 10: UseLocalTime: expected Y or N, got \"yes\""),
        (
            "TimeZone=Mars/Base",
            "line 10: TimeZone: unknown time zone \"Mars/Base\", expected a name such as America/New_York",
        ),
        ("LogonTime=8 o'clock", "line 10: LogonTime: expected a time from 00:00:00 to 23:59:59, got \"8\""),
        (
            "LogonTime=24:00:00",
            "line 10: LogonTime: expected a time from 00:00:00 to 23:59:59, got \"24:00:00\"",
        ),
        (
            "LogonTime=09:00:00 Mars/Base",
            "line 10: LogonTime: unknown time zone \"Mars/Base\", expected a name such as America/New_York",
        ),
        (
            "Weekdays=Mon,M",
            "line 10: Weekdays: expected a day of the week in English, two letters or more, got \"M\"",
        ),
        (
            "Weekdays=",
            "line 10: Weekdays: expected a day of the week in English, two letters or more, got \"\"",
        ),
        (
            "LogonTime=18:00:00\nLogoutTime=19:00:00",
            "line 10: LogonTime: the logon window never overlaps the session, so nobody could log on",
        ),
        (
            "Weekdays=Mon\nStartDay=Mon\nEndDay=Tue",
            "line 10: Weekdays: these days, or the week from StartDay to EndDay, but not both",
        ),
    ] {
        assert_eq!(error(&format!("{DAY}\n{line}")), says, "{line}");
    }
}

/// What stands in `[DEFAULT]` is blamed where it stands.
#[test]
fn a_default_is_named_by_its_own_line() {
    let says = session("TimeZone=Mars/Base", DAY).schedule().unwrap_err().to_string();
    assert!(says.starts_with("line 2: TimeZone: "), "{says}");
}

#[test]
fn a_file_is_named_in_the_errors_of_its_calendar() {
    let file = std::env::temp_dir().join(format!("sansfix-schedule-{}.cfg", std::process::id()));
    let least =
        "[SESSION]\nConnectionType=acceptor\nBeginString=FIX.4.4\nSenderCompID=US\nTargetCompID=THEM\n";
    std::fs::write(&file, format!("{least}StartTime=8\nEndTime=9\n")).unwrap();
    let settings = Settings::load(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let says = settings.sessions()[0].schedule().unwrap_err().to_string();
    assert!(says.starts_with(&format!("{}: line 6: StartTime: expected", file.display())), "{says}");
}
