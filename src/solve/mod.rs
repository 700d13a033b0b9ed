//! The exact solution of a scenario.

pub use poolproof_engines::solve::*;

pub mod product;
