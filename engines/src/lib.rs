//! The engines: what can be said of a model by search, by chance and by linear algebra.
//!
//! [`check`] searches the states of a bounded model, [`simulate`] runs trials on the clock, and
//! [`solve`] makes a Markov chain of the same clocks and solves it. All are pure functions of a
//! model and of numbers: nothing here knows a scenario file, a report, a file or a terminal, and
//! no result holds a sentence.

pub mod check;
pub mod clocks;
pub mod fingerprints;
pub mod numbers;
pub mod pools;
pub mod simulate;
pub mod solve;
