//! Frames and fields: the bytes of FIX, and nothing about sessions.

mod begin_string;
mod body;
mod checksum;
mod copy;
mod data_fields;
mod decimal;
mod delimiters;
mod encode;
mod field;
mod find;
mod frame;
mod header;
mod msg_type;
mod scaled;
pub mod tag;
mod timestamp;
mod value;

pub use begin_string::BeginString;
pub(crate) use body::Guard;
pub use body::{Body, BodyFault};
pub(crate) use checksum::TRAILER_LEN;
pub use checksum::checksum;
#[cfg(test)]
pub(crate) use checksum::trailer;
pub(crate) use copy::{copy, holds_soh, put};
pub use data_fields::DataFields;
pub(crate) use decimal::{leading_uint, short_field, short_uint, write_uint};
pub(crate) use delimiters::leading_value;
pub use encode::SOH;
pub(crate) use encode::{EncodeError, HEADER_AT, encode, seal, unseal, write_body};
pub(crate) use field::leading_tag;
pub use field::{BadField, BadFieldKind, Field, Fields};
#[cfg(feature = "dictionary")]
pub(crate) use field::{leading_field, next_field};
pub use find::{find, find_each};
pub(crate) use find::{find_before, find_each_before};
pub use frame::{FrameSpan, Framing, Garbled, Scan, frame};
pub(crate) use frame::{ends_well, good_frame};
pub use header::Header;
pub use msg_type::MsgType;
pub use timestamp::{
    TimePrecision, UTC_TIMESTAMP_MAX, UtcTimestamp, date_and_seconds, fraction_text, split_utc, write_utc,
};
pub(crate) use value::same;
pub use value::{Value, ValueError};
