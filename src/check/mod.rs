//! The checker: search, verdicts, counterexamples.

pub mod counterexample;
pub mod fingerprints;
pub mod search;
pub mod verdict;
