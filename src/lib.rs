//! poolproof: what can go wrong with a stretched Persistent Chat pool, how often, and what it
//! costs in lost messages and minutes of outage.
//!
//! [`scenario`] reads files, [`check`] searches the states of a scenario, [`simulate`] runs its
//! years, [`solve`] is exact where delays allow it, and [`evaluate`] puts a result document
//! together, which `poolproof_reports` draws. The rules of the system are in `poolproof_models`.
//!
//! # Example
//!
//! A hazard file is checked: one fault is enough for a split brain.
//!
//! ```
//! use std::path::Path;
//!
//! use poolproof::app::document::verdict;
//! use poolproof::scenario;
//!
//! let file = Path::new("scenarios/hazards/H-01-failover-during-partition.toml");
//! let loaded = scenario::load(file).expect("a valid scenario");
//! let checked = verdict::check(&loaded.scenario, &mut |_| true);
//! let split_brain = &checked.document.verdicts[0];
//! assert_eq!(split_brain.property, "SB");
//! let way = split_brain.counterexample.as_ref().expect("it is violated");
//! assert_eq!(way.faults, 1);
//! ```

pub use poolproof_engines as engines;

pub mod app;
pub mod cli;
pub mod explain;
pub mod records;
pub mod scenario;
pub mod serve;
