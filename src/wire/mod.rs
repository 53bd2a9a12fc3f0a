//! Frames and fields: bytes of FIX, and nothing about sessions.

mod begin_string;
mod msg_type;

pub use begin_string::BeginString;
pub use msg_type::MsgType;
