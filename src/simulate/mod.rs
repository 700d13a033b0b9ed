//! The simulator: activities and clocks over the same transition relation.

pub mod accumulator;
pub mod activities;
pub mod automaton;
pub mod estimate;
mod examples;
pub mod figures;
pub mod histogram;
pub mod ledger;
pub mod macro_steps;
pub mod normal;
pub mod pairs;
pub mod purpose;
pub mod random;
pub mod rare;
pub mod replay;
pub mod run;
pub mod shipping;
pub(crate) mod special;
mod stopping;
pub mod tally;
pub mod timed;
pub mod trial;
