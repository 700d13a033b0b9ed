//! The checker: exhaustive search within a budget of faults, and what it finds.

pub mod coverage;
pub mod cut_rate;
pub mod cuts;
mod expansion;
pub mod layer;
pub mod lift;
pub mod minimise;
pub mod path;
pub mod recoverability;
pub mod returns;
pub mod search;
pub mod swarm;
mod trail;
pub mod verdict;
