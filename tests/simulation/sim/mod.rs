//! The simulation: two real sessions, hostile surroundings, and what may never happen.

pub mod check;
mod commit;
mod count;
pub mod draw;
mod driver;
mod end;
mod forge;
mod link;
pub mod op;
pub mod plan;
mod reader;
mod settle;
mod story;
mod world;

pub use count::Counts;
pub use story::Story;
pub use world::{Memory, World};
