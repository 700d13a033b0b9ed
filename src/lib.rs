//! poolproof: what can go wrong with a stretched Persistent Chat pool, how often, and what it
//! costs in lost messages and minutes of outage.

pub mod check;
pub mod cli;
pub mod compare;
pub mod cut_sets;
pub mod distribution;
pub mod evaluate;
pub mod exit;
pub mod frequency;
pub mod objectives;
pub mod regression;
pub mod replay;
pub mod scenario;
pub mod shard;
pub mod simulate;
pub mod solve;
pub mod study;
pub mod sweep;
pub mod system;
