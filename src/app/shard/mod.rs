//! Shards: a study cut into ranges of its work list of trials, or a swarm of its work list of
//! searches, each run anywhere, and put together to the same bytes as on one machine.
//!
//! The contract is a manifest and files. An engine only has to see that every shard is run at
//! least once: a shard that is run again writes the same bytes, and [`merge`] refuses everything
//! that is not exactly the study.

mod file;
mod manifest;
mod merge;
mod plan;
pub mod swarm_job;

pub use file::{Shard, ShardError, decode, encode};
pub use manifest::{
    MANIFEST_SCHEMA, Manifest, ManifestError, Recorder, SHARDS_MOST, ShardRange, SourceText, Task,
    Texts, WorkList,
};
pub use merge::{MergeError, merge, merge_swarm};
pub use plan::{Plan, ShardText, plan};
