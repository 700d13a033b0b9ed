//! What can happen and what it does: one file per part of the system.

#[cfg(feature = "mutants")]
mod conditions;
pub mod failback;
pub mod failures;
pub mod last_resort;
pub mod log_shipping;
pub mod losses;
pub mod mirroring;
pub mod mutant;
pub mod network;
pub mod operations;
pub mod operators;
mod outage;
pub mod planned;
pub mod pool;
mod properties;
mod reach;
pub mod refusal;
pub mod remirroring;
mod session_at_rest;
pub(crate) mod settling;
pub mod site_failover;
pub(crate) mod witness;
