//! The application: what the program can do, for any caller. Typed requests come in, typed
//! results and progress go out; a terminal, files of results and exit codes belong to the caller.

pub mod advise;
mod beside;
pub mod build;
pub mod chain;
pub mod check;
pub mod checkpoint;
pub mod clock;
pub mod compare;
pub mod compile;
pub mod conform;
pub mod cuts;
pub mod doctor;
pub mod document;
pub mod drift;
pub mod drill;
pub mod error;
pub mod evaluation;
pub mod explanation;
pub mod exploration;
pub mod fit;
mod front;
pub mod glossary;
pub mod import;
pub mod limits;
pub mod objectives;
pub mod observer;
pub mod regression;
pub mod replay;
pub mod reproduction;
pub mod runbook;
pub mod second_opinion;
pub mod shard;
pub mod simulation;
pub mod solution;
pub mod study;
pub mod swarm;
pub mod sweep;
pub mod trial;
pub mod whatif;

pub use error::{AppError, ErrorKind};
pub use observer::{Execution, Notice, Observer, Progress, StageTiming, Unobserved};
