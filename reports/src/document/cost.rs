//! What a year costs: the parts of the pool, its outage and the messages that it loses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::float;

/// What a year costs, in the currency of the scenario's prices. Estimates are per year; the three
/// intervals hold together with the stated confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearlyCost {
    /// All parts of the pool, which is known.
    #[serde(serialize_with = "float::serialize")]
    pub parts: f64,
    /// The time without service.
    pub outage: Estimate,
    /// The lost messages.
    pub lost_messages: Estimate,
    /// All of it.
    pub total: Estimate,
}
