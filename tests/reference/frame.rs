//! The frame finder again, as plainly as the rules can be put: it looks at everything afresh and keeps
//! nothing.

use sansfix::wire::{BeginString, FrameSpan, Framing, Garbled};

/// What [`sansfix::wire::frame`] must say.
pub(crate) fn frame(bytes: &[u8], limit: usize) -> Framing {
    if !bytes.is_empty() && !bytes[0].is_ascii_digit() {
        let len = bytes.iter().take_while(|byte| !byte.is_ascii_digit()).count();
        return Framing::Garbled { len, why: Garbled::NotAFrame, span: None };
    }
    let (version, count, body_at) = match head(bytes) {
        Ok(head) => head,
        Err(None) => return Framing::Incomplete,
        Err(Some(why)) => return drop_to_trailer(bytes, 0, limit, |_| (why, None)),
    };
    let trailer_at = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(body_at);
    let len = trailer_at.saturating_add(7);
    if len > limit {
        return Framing::TooLong { claimed: len };
    }
    let judged = |end: usize| {
        let msg_type = &bytes[body_at..];
        let Some(begin_string) = version else { return (Garbled::BeginString, None) };
        let span = FrameSpan { len: end, begin_string, body_at, trailer_at };
        if !bytes[trailer_at - 1..].starts_with(b"\x0110=") {
            (Garbled::BodyLength, None)
        } else if !msg_type.starts_with(b"35=") || msg_type[3] == 1 {
            (Garbled::MsgType, None)
        } else {
            (Garbled::CheckSum, Some(span))
        }
    };
    let sum: u32 = bytes.iter().take(trailer_at).map(|&byte| u32::from(byte)).sum();
    let right = format!("\x0110={:03}\x01", sum % 256);
    if bytes.get(trailer_at - 1..len) == Some(right.as_bytes())
        && let (Garbled::CheckSum, Some(span)) = judged(len)
    {
        return Framing::Frame(span);
    }
    drop_to_trailer(bytes, trailer_at, limit, judged)
}

type Head = (Option<BeginString>, u64, usize);

/// Fields 8 and 9 and where the body begins; `None` when they are not all here, the fault when they cannot be
/// read.
fn head(bytes: &[u8]) -> Result<Head, Option<Garbled>> {
    let value = field(bytes, b"8=", 16).map_err(|fault| fault.map(|()| Garbled::BeginString))?;
    let version = BeginString::ALL.into_iter().find(|version| version.as_str().as_bytes() == value);
    let why = if version.is_some() { Garbled::BodyLength } else { Garbled::BeginString };
    let at = 2 + value.len() + 1;
    let second = &bytes[at..];
    // A value that is no number is a fault before its end is here.
    if let Some(begun) = second.strip_prefix(b"9=") {
        let digits = begun.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits < begun.len() && begun[digits] != 1 {
            return Err(Some(why));
        }
    }
    let count = field(second, b"9=", 19).map_err(|fault| fault.map(|()| why))?;
    let number = std::str::from_utf8(count).ok().and_then(|text| text.parse().ok()).ok_or(Some(why))?;
    Ok((version, number, at + 2 + count.len() + 1))
}

/// The value of the field at the front: `Err(None)` while it may still come, `Err(Some(()))` when it cannot.
fn field<'a>(bytes: &'a [u8], name: &[u8], max: usize) -> Result<&'a [u8], Option<()>> {
    let Some(value) = bytes.strip_prefix(name) else {
        return Err(if name.starts_with(bytes) { None } else { Some(()) });
    };
    match value.iter().position(|&byte| byte == 1) {
        Some(len) if len <= max => Ok(&value[..len]),
        None if value.len() <= max => Err(None),
        _ => Err(Some(())),
    }
}

/// Everything up to the end of the first CheckSum field that begins at `from` or later.
fn drop_to_trailer(
    bytes: &[u8],
    from: usize,
    limit: usize,
    judged: impl Fn(usize) -> (Garbled, Option<FrameSpan>),
) -> Framing {
    let mut pieces = Vec::new();
    let mut at = 0;
    for piece in bytes.split_inclusive(|&byte| byte == 1) {
        pieces.push((at, piece));
        at += piece.len();
    }
    let trailer = pieces
        .iter()
        .find(|(at, piece)| *at >= from && piece.starts_with(b"10=") && piece.ends_with(b"\x01"));
    match trailer.map(|(at, piece)| at + piece.len()) {
        Some(end) if end <= limit => {
            let (why, span) = judged(end);
            Framing::Garbled { len: end, why, span }
        }
        None if bytes.len() < limit => Framing::Incomplete,
        _ => Framing::TooLong { claimed: limit.saturating_add(1) },
    }
}
