//! The promises of the engines: search, simulation and solution, each against other means.

#[path = "../support/mod.rs"]
mod support;

mod clocks;
mod coverage;
mod cut_sets;
mod cutoff;
mod data_age;
mod distributions;
mod drills;
mod frequencies;
mod goals;
mod horizons;
mod independence;
mod last_resort;
mod laws;
mod macro_steps;
mod means;
mod minimise;
mod oracles;
mod parity_clock;
mod rare;
mod recoverability;
mod search;
mod second_opinion;
mod shards;
mod stalls;
mod swarm;
mod traps;
