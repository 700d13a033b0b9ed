//! The application: what the program can do, for whoever calls it. Typed requests come in, typed
//! results and progress go out; a terminal, files of results and exit codes belong to the caller.

pub mod compare;
pub mod compile;
pub mod document;
pub mod evaluate;
pub mod objectives;
pub mod shard;
pub mod study;
pub mod sweep;
