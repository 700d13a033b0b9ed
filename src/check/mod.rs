//! What a scenario's check says, in words and as a document; the search is the engine's.

pub use poolproof_engines::check::{cuts, layer, lift, minimise, recoverability, returns, search};
pub use poolproof_engines::fingerprints;

pub mod cause;
pub mod counterexample;
mod coverage;
pub mod recovery;
pub mod swarm;
pub mod verdict;
