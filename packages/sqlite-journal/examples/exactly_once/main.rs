//! Exactly once across `kill -9`: a process that books orders is killed at random moments; no order is lost,
//! none booked twice.
//!
//! `cargo run --release -p sansfix-sqlite-journal --example exactly_once [KILLS [SEED]]`

mod book;
mod driver;
mod torment;

use std::process::Command;

fn main() -> Result<(), driver::Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, port, database] = &*arguments
        && word == "book"
    {
        return book::keep(port, database.as_ref());
    }
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (kills, seed) = (number(0, 100)?, number(1, u64::from(std::process::id()))?);
    println!("seed {seed}");
    let program = std::env::current_exe()?;
    let outcome = torment::torment(kills, seed, |port, database| {
        let mut command = Command::new(&program);
        command.arg("book").arg(port).arg(database);
        command
    })?;
    println!("{outcome}");
    Ok(())
}
