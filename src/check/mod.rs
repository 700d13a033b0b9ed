//! The checker: search, verdicts, counterexamples.

pub mod counterexample;
mod coverage;
pub mod cuts;
pub mod fingerprints;
pub mod layer;
pub mod recoverability;
pub mod recovery;
pub mod returns;
pub mod search;
pub mod verdict;
