//! What there is: the topology that does not change, and the world that does.

pub(crate) mod bit_names;
pub(crate) mod changes;
pub mod control;
pub mod deviations;
pub mod latches;
pub mod lineage;
pub(crate) mod packed;
pub mod places;
pub mod session;
pub mod slices;
pub mod topology;
pub mod world;
