//! A frame reader that shares nothing with the crate's own: plain, slow, and strict.

/// What the checkers look at in a frame.
#[derive(Clone, Copy, Default)]
pub struct Seen<'f> {
    pub msg_type: &'f [u8],
    pub number: u64,
    pub poss_dup: bool,
    pub has_orig_sending_time: bool,
    pub resets: bool,
    pub gap_fill: bool,
    pub new_seq_no: u64,
    /// ClOrdID(11): the name of an application message of the simulation.
    pub id: Option<u64>,
    /// A sum over the fields that a retransmission must not change.
    pub content: u64,
}

impl Seen<'_> {
    pub fn is_admin(&self) -> bool {
        matches!(self.msg_type, b"0" | b"1" | b"2" | b"3" | b"4" | b"5" | b"A")
    }
}

/// Reads exactly one frame.
pub fn read(frame: &[u8]) -> Result<Seen<'_>, String> {
    let mut seen = Seen::default();
    let mut at = 0;
    let mut body_from = 0;
    let mut body_length = None;
    for place in 0.. {
        let rest = &frame[at..];
        let end = rest.iter().position(|&byte| byte == 1).ok_or("the last field does not end")?;
        let equals = rest[..end].iter().position(|&byte| byte == b'=').ok_or("a field without =")?;
        let (tag, value) = (&rest[..equals], &rest[equals + 1..end]);
        if value.is_empty() {
            return Err(format!("tag {} has no value", tag.escape_ascii()));
        }
        let required: Option<&[u8]> = [b"8".as_slice(), b"9", b"35"].get(place).copied();
        if required.is_some_and(|required| required != tag) {
            return Err(format!("field {} is tag {}", place + 1, tag.escape_ascii()));
        }
        match tag {
            b"9" => {
                body_length = Some(number(value)?);
                body_from = at + end + 1;
            }
            b"10" => {
                if body_length != Some((at - body_from) as u64) {
                    return Err(format!("BodyLength {body_length:?}, counted {}", at - body_from));
                }
                let sum = frame[..at].iter().fold(0u8, |sum, &byte| sum.wrapping_add(byte));
                if value != format!("{sum:03}").as_bytes() {
                    return Err(format!("CheckSum {}, counted {sum:03}", value.escape_ascii()));
                }
                if at + end + 1 != frame.len() {
                    return Err("bytes behind CheckSum".into());
                }
                return Ok(seen);
            }
            b"35" => seen.msg_type = value,
            b"34" => seen.number = number(value)?,
            b"43" => seen.poss_dup = value == b"Y",
            b"122" => seen.has_orig_sending_time = true,
            b"123" => seen.gap_fill = value == b"Y",
            b"141" => seen.resets = value == b"Y",
            b"36" => seen.new_seq_no = number(value)?,
            b"11" => seen.id = Some(number(value)?),
            _ => {}
        }
        if !matches!(tag, b"8" | b"9" | b"43" | b"122" | b"52" | b"369") {
            for &byte in &rest[..=end] {
                seen.content = (seen.content ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        at += end + 1;
    }
    Err("no CheckSum".into())
}

fn number(digits: &[u8]) -> Result<u64, String> {
    let text = std::str::from_utf8(digits).map_err(|error| error.to_string())?;
    text.parse().map_err(|_| format!("{text} is no number"))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_frame_with_a_wrong_length_or_sum_is_no_frame() {
        let good = b"8=FIX.4.4\x019=5\x0135=0\x0110=163\x01";
        assert!(read(good).is_ok());
        for at in 0..good.len() {
            let mut bad = *good;
            bad[at] = bad[at].wrapping_add(1);
            assert!(read(&bad).is_err(), "{}", bad.escape_ascii());
            assert!(read(&good[..at]).is_err());
        }
    }
}
