//! Sweeps: one scenario at many values of its parameters.
//!
//! A point of a sweep is the scenario with overrides, the same as `--set` would make, so every
//! value of a scenario can be varied and every point can be run alone. All points share the seed:
//! what differs between them is not noise of the failures.

mod design;
mod document;
mod file;
mod parameter;

pub use design::{Design, Method, POINTS_MOST, Point};
pub use document::{Sweep, document};
pub use file::parse;
pub use parameter::Parameter;
