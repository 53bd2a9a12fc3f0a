//! A message log that FIX log viewers can read.

use std::io::{self, Write};

use sansfix::Utc;
use sansfix::wire::{BadField, DataFields, Field, Fields, SOH, TimePrecision, UTC_TIMESTAMP_MAX, write_utc};

/// Password(554), NewPassword(925), EncryptedPassword(1402), EncryptedNewPassword(1404).
const SECRET: [u32; 4] = [554, 925, 1402, 1404];

/// The direction of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// From the counterparty.
    In,
    /// To the counterparty.
    Out,
}

/// Writes one line for each frame: the time, the direction, and the frame with its SOH bytes unchanged.
///
/// ```text
/// 20260101-12:00:00.000 <- 8=FIX.4.4␁9=61␁35=A␁34=1␁49=BUYSIDE␁52=20260101-12:00:00␁56=SELLSIDE␁10=065␁
/// ```
///
/// Viewers find the frame by its `8=FIX` and the direction by its CompIDs, as in QuickFIX's logs. The mask
/// for a password does not show its length, but BodyLength(9) and CheckSum(10) are those of the frame as
/// sent.
#[derive(Debug)]
pub struct MessageLog<W> {
    to: W,
    data: &'static DataFields,
    line: Vec<u8>,
}

impl<W: Write> MessageLog<W> {
    /// A log that writes to `to`. Flushing is left to the caller.
    pub fn new(to: W) -> Self {
        MessageLog { to, data: &DataFields::STANDARD, line: Vec::new() }
    }

    /// Sets the data fields of the session, if it has its own: `Config::data_fields`.
    #[must_use]
    pub fn with_data_fields(self, data: &'static DataFields) -> Self {
        MessageLog { data, ..self }
    }

    /// Writes one frame's line. Nothing is written for a frame without bytes: a replay will send that message
    /// later.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, at: Utc, direction: Direction, frame: &[u8]) -> io::Result<()> {
        if frame.is_empty() {
            return Ok(());
        }
        self.line.clear();
        let mut time = [0; UTC_TIMESTAMP_MAX];
        let len = write_utc(at, TimePrecision::Millis, &mut time);
        self.line.extend_from_slice(time.get(..len).unwrap_or_default());
        self.line.extend_from_slice(match direction {
            Direction::In => b" <- ",
            Direction::Out => b" -> ",
        });
        for field in Fields::new(frame, self.data) {
            match field {
                Ok(Field { tag, .. }) if SECRET.contains(&tag) => write!(self.line, "{tag}=***")?,
                Ok(Field { tag, value }) => {
                    write!(self.line, "{tag}=")?;
                    self.line.extend(value.as_bytes().iter().map(|&byte| plain(byte)));
                }
                Err(BadField { text, .. }) => self.line.extend(text.iter().map(|&byte| plain(byte))),
            }
            self.line.push(SOH);
        }
        self.line.push(b'\n');
        self.to.write_all(&self.line)
    }

    /// Returns the writer.
    pub fn into_inner(self) -> W {
        self.to
    }
}

/// A line break inside a value would start a log line for a frame that nobody sent.
fn plain(byte: u8) -> u8 {
    if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }
}
