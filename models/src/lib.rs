//! The transition relation of a stretched Persistent Chat pool: what there is, what can happen
//! next, and what it does. No clock, no random numbers, no input or output.
//!
//! The handbook is the specification; rules cite its numbers.

pub mod changes;
pub mod component;
pub mod deviations;
pub mod event;
mod event_table;
pub mod explored;
pub mod incident;
pub mod lineage;
pub mod log_shipping;
pub mod losses;
mod masks;
pub mod mirroring;
pub mod model;
pub mod mutant;
pub mod narrator;
pub mod network;
pub mod obstacles;
pub mod operations;
pub mod operators;
pub mod pool;
pub mod property;
pub mod refusal;
pub mod runbook;
mod settling;
pub mod site;
pub mod step;
pub mod story;
mod symmetry;
pub mod system;
pub mod topology;
mod witness;
pub mod world;
