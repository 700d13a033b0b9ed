//! The promises of the model: rules, properties, stable numbers, and the states of the library.

#[path = "../support/mod.rs"]
mod support;

mod choices;
mod field;
mod hazards;
mod mutants;
mod oracle;
mod parity;
mod parts;
mod properties;
mod refusals;
mod slices;
mod stable_ids;
mod state_counts;
mod vacuity;
