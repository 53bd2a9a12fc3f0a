//! No settings file makes the reader panic. The configurations that it accepts are valid for a session, and
//! the calendars can be queried.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sansfix::schedule::Timekeeper;
use sansfix::settings::Settings;
use sansfix::{Checkpoint, Instant, Now, Session, Utc};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(settings) = Settings::parse(text) else { return };
    for session in settings.sessions() {
        let begin = Checkpoint::begin(Utc::EPOCH);
        let Ok(mut made) = Session::new(session.config.clone(), begin) else { panic!("refused") };
        let Ok(schedule) = session.schedule() else { continue };
        let now = Now { monotonic: Instant::ZERO, utc: Utc::from_secs(1_767_225_600) };
        Timekeeper::new(schedule).keep(&mut made, now);
    }
});
