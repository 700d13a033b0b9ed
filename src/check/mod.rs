//! The checker: search, verdicts, counterexamples.

pub mod cause;
pub mod counterexample;
mod coverage;
pub mod cuts;
mod expansion;
pub mod fingerprints;
pub mod layer;
pub mod minimise;
pub mod recoverability;
pub mod recovery;
pub mod returns;
pub mod search;
pub mod swarm;
mod trail;
pub mod verdict;
