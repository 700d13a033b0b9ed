//! What several test programs need.
#![allow(dead_code, reason = "each program uses a part of it")]

pub mod graphs;
pub mod program;
pub mod scenarios;
pub mod shards;
pub mod shell;
pub mod tree;
