//! The simulator: activities and clocks over the same transition relation.

pub mod accumulator;
pub mod automaton;
pub mod clusters;
pub mod estimate;
pub mod examples;
pub mod figure;
pub mod histogram;
pub mod ledger;
pub mod macro_steps;
mod moments;
pub mod pairs;
pub mod rare;
pub mod replay;
pub mod run;
pub mod shipping;
mod skewness;
pub mod sobol;
pub mod stage;
pub mod stopping;
pub mod summary;
pub mod tally;
pub mod trial;
