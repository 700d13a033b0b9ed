//! How likely something is that plain trials hardly ever see.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;
use crate::float;

/// What is rare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RareWhat {
    /// Acknowledged messages are lost.
    Loss,
    /// Users are not served.
    Outage,
}

/// How its probability was estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RareMethod {
    /// Failure by failure: the first is forced, further ones are made likelier and weighted, and
    /// the last is integrated.
    Cycles,
    /// The rates of failures that would lose data are integrated along plain trials.
    Hazard,
}

/// The probability of something rare within a trial, and what it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RareEvent {
    /// What is rare.
    pub what: RareWhat,
    /// How it was estimated.
    pub how: RareMethod,
    /// How many paths the estimate rests on.
    pub paths: u64,
    /// The probability that it happens within a trial; no value where it is withheld.
    pub probability: Estimate,
    /// As many equal contributions would be as good: the effective sample size.
    #[serde(serialize_with = "float::serialize")]
    pub effective_paths: f64,
    /// The largest contribution of a single path, as a share of the whole.
    #[serde(serialize_with = "float::serialize")]
    pub largest_share: f64,
    /// The mean weight of the biased paths, which is 1 but for chance; none where none is biased.
    pub mean_weight: Option<Estimate>,
    /// With what it begins, largest share first.
    pub first_failures: Vec<FirstFailure>,
    /// What speaks against the estimate.
    pub doubts: Vec<Doubt>,
    /// Whether these forbid to give a number.
    pub withheld: bool,
}

/// What speaks against an estimate of something rare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Doubt {
    /// No path led there, which does not prove that none does.
    NothingSeen,
    /// One path carries most of the whole.
    Dominated {
        /// Its share, from 0 to 1.
        #[serde(serialize_with = "float::serialize")]
        share: f64,
        /// The share above which no number is given.
        #[serde(serialize_with = "float::serialize")]
        most: f64,
    },
    /// It rests on few effective paths.
    FewEffective {
        /// How many.
        #[serde(serialize_with = "float::serialize")]
        paths: f64,
        /// The number below which an interval is a rough one.
        #[serde(serialize_with = "float::serialize")]
        least: f64,
    },
    /// The weights do not average 1: paths with large weights were not seen.
    WeightsOff {
        /// Their mean.
        #[serde(serialize_with = "float::serialize")]
        mean: f64,
    },
}

/// The share of the probability that begins with one failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstFailure {
    /// The failure, as an event of the model; none for what begins otherwise, as planned work does,
    /// and where beginnings were not distinguished.
    pub failure: Option<String>,
    /// Its share, from 0 to 1.
    #[serde(serialize_with = "float::serialize")]
    pub share: f64,
}
