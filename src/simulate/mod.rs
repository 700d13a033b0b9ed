//! The simulator: activities and clocks over the same transition relation.

pub mod accumulator;
pub mod estimate;
pub mod histogram;
pub mod normal;
pub mod random;
mod special;
pub mod activities;
pub mod automaton;
pub mod ledger;
pub mod purpose;
pub mod run;
pub mod shipping;
pub mod tally;
pub mod timed;
pub mod trial;
