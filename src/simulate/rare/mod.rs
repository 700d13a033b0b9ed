//! What is rare in a scenario, as a document.

pub use poolproof_engines::simulate::rare::*;

pub mod figures;
