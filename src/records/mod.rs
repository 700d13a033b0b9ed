//! Records of a real pool: what to collect, how it is read, and what is wrong with it.
//!
//! Nothing here guesses: a row that cannot be read is set aside with its file, its number and the
//! reason, and a server that the manifest does not name is refused.

pub mod aside;
pub mod backups;
pub mod chain;
pub mod collect;
pub mod decode;
pub mod drills;
pub mod instant;
pub mod jobs;
pub mod kind;
mod load;
pub mod manifest;
pub mod mirroring;
pub mod outages;
pub mod pool_records;
pub mod rows;
pub mod schedule;
pub mod server_name;
pub mod setup;
pub mod topology;
pub mod xml;

pub use load::{load, load_drill};
