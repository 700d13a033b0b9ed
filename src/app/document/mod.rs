//! Documents: what the engines found for a scenario, as the result document has it.

mod cost;
pub mod counterexample;
mod coverage;
pub mod cut_sets;
pub(crate) mod names;
pub mod rare;
pub mod recovery;
pub mod result;
pub mod simulation;
pub mod stopping;
pub mod swarm;
pub mod verdict;
