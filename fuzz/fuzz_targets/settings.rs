//! No settings file makes the reader panic, and what it accepts are configurations that a session takes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sansfix::settings::Settings;
use sansfix::{Checkpoint, Session, Utc};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(settings) = Settings::parse(text) else { return };
    for session in settings.sessions() {
        assert!(Session::new(session.config.clone(), Checkpoint::begin(Utc::EPOCH)).is_ok());
    }
});
