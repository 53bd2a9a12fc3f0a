//! Frames and fields: bytes of FIX, and nothing about sessions.

mod begin_string;
mod field;
mod msg_type;

pub use begin_string::BeginString;
pub use field::{BadField, BadFieldKind, DataFields, Field, Fields, Value};
pub use msg_type::MsgType;
