//! What several test programs need.
#![allow(dead_code, reason = "each program uses a part of it")]

pub mod browser;
pub mod graphs;
pub mod imports;
pub mod program;
pub mod records;
pub mod scenarios;
pub mod server;
pub mod setup_records;
pub mod shards;
pub mod shell;
pub mod tree;
