//! The checker: search, verdicts, counterexamples.

pub mod counterexample;
mod coverage;
pub mod fingerprints;
pub mod search;
pub mod verdict;
