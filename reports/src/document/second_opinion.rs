//! What another checker found over the same model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VerdictStatus;

/// What another checker found over the same model and budget of faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondOpinion {
    /// The name of the checker.
    pub checker: String,
    /// Its version.
    pub checker_version: String,
    /// How many different states it found.
    pub states: u64,
    /// How many transitions it took between them.
    pub transitions: u64,
    /// Whether it visited every reachable state.
    pub complete: bool,
    /// Its verdict on each property that it can decide.
    pub verdicts: Vec<OtherVerdict>,
}

/// The verdict of another checker on one property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherVerdict {
    /// The stable short name of the property, such as `SB`.
    pub property: String,
    /// What was found.
    pub status: VerdictStatus,
    /// The steps of the shortest path to the violation; null where there is none.
    pub steps: Option<u32>,
}
