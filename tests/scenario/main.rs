//! The promises of scenario files: how they are read, refused and described.

#[path = "../support/mod.rs"]
mod support;

mod budgets;
mod default_figures;
mod factors;
mod fuzz;
mod key_effects;
mod mutations;
mod prices;
mod rule_limits;
mod scenario_files;
mod schema;
mod templates;
mod writer;
