//! Clocks: how long things take, and the random numbers that decide it.
//!
//! The simulator and the solver share them: both ask a [`timed::Timed`] system which
//! [`activities`] it has, and how each delay is distributed.

pub mod activities;
pub mod distribution;
pub mod exponential;
mod factor;
pub mod purpose;
pub mod random;
pub mod timed;
