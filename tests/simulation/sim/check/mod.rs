//! What may never happen, each rule in a checker of its own.

mod bodies;
mod cause;
mod delivery;
mod finished;
mod greeting;
mod numbers;
mod recovery;
mod rest;
mod silence;
mod stored;
mod truth;

pub use bodies::Bodies;
pub use cause::Cause;
pub use delivery::Delivery;
pub use finished::Finished;
pub use greeting::Greeting;
pub use numbers::Numbers;
pub use recovery::Recovery;
pub use rest::Rest;
pub use silence::Silence;
pub use stored::Stored;
pub use truth::Truth;

/// A rule that did not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Which checker saw it.
    pub checker: &'static str,
    pub what: String,
}

pub type Check = Result<(), Broken>;

pub fn broken(checker: &'static str, what: String) -> Check {
    Err(Broken { checker, what })
}

/// The checkers of one side.
#[derive(Default)]
pub struct Checks {
    pub bodies: Bodies,
    pub cause: Cause,
    pub delivery: Delivery,
    pub finished: Finished,
    pub greeting: Greeting,
    pub numbers: Numbers,
    pub recovery: Recovery,
    pub rest: Rest,
    pub silence: Silence,
}
