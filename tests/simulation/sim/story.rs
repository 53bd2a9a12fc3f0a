//! A run told as a sequence diagram, for a person.

use std::fmt;
use std::fmt::Write as _;

use sansfix::Instant;

use super::op::Side;

/// The lines so far; a story that nobody asked for costs nothing.
#[derive(Default)]
pub struct Story {
    text: Option<String>,
}

const WIDTH: usize = 72;

impl Story {
    /// A story that is kept.
    pub fn told() -> Self {
        let mut text = String::new();
        let _ = writeln!(text, "   seconds  {:<width$}SELL", "BUY", width = WIDTH - 3);
        Story { text: Some(text) }
    }

    fn line(&mut self, at: Instant, line: &str) {
        if let Some(text) = &mut self.text {
            let millis = at.as_nanos() / 1_000_000;
            let _ = writeln!(text, "{:>6}.{:03}  {line}", millis / 1000, millis % 1000);
        }
    }

    /// A frame leaves a side.
    pub fn frame(&mut self, at: Instant, side: Side, frame: &[u8]) {
        if self.text.is_none() {
            return;
        }
        let text = frame.escape_ascii().to_string().replace("\\x01", " ");
        // Of the header the type and number are enough; the trailer is always there.
        let shown: Vec<&str> = text
            .split(' ')
            .filter(|field| {
                !["8=", "9=", "49=", "56=", "52=", "10=", "122="].iter().any(|tag| field.starts_with(tag))
            })
            .collect();
        let label = format!(" {} ", shown.join(" ").trim());
        let label: String = label.chars().take(WIDTH - 6).collect();
        let arrow = if side == 0 {
            format!("|{label:─^w$}▶|", w = WIDTH - 3)
        } else {
            format!("|◀{label:─^w$}|", w = WIDTH - 3)
        };
        self.line(at, &arrow);
    }

    /// Something happens at a side.
    pub fn at(&mut self, at: Instant, side: Side, what: impl fmt::Display) {
        if self.text.is_none() {
            return;
        }
        let what: String = what.to_string().chars().take(WIDTH + 60).collect();
        let line =
            if side == 0 { format!("| * {what}") } else { format!("|{:>w$} *", what, w = WIDTH - 4) + "|" };
        self.line(at, &line);
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.as_deref().unwrap_or_default())
    }
}
