//! What there is: the topology that does not change, and the world that does.

pub mod deviations;
pub mod lineage;
pub mod topology;
pub mod world;
