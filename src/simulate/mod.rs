//! What a scenario's simulation says, as a document; the trials are the engine's.

pub use poolproof_engines::clocks::{activities, purpose, random, timed};
pub use poolproof_engines::simulate::{
    accumulator, automaton, estimate, histogram, ledger, macro_steps, pairs, run, shipping, tally,
    trial,
};

mod examples;
pub mod figures;
pub mod rare;
pub mod replay;
mod stopping;
