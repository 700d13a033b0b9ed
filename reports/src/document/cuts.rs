//! Minimal cut sets: what has to happen so that a property can be broken, and how often that is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{CutOff, FaultClass};
use super::{Budget, Limits, Reduction, RunIdentity};
use crate::float;

/// The name and version of the format, the first field of every document.
pub const CUTS_SCHEMA: &str = "poolproof/cuts/v2";

/// The minimal cut sets of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Cut sets of poolproof, version 2")]
#[serde(deny_unknown_fields)]
pub struct CutSets {
    /// [`CUTS_SCHEMA`].
    #[schemars(description = "The name and version of this format.", extend("const" = CUTS_SCHEMA))]
    pub schema: String,
    /// What was run, and how to run it again.
    pub identity: RunIdentity,
    /// The largest number of basic events in a set that was asked for.
    pub order: u32,
    /// Every minimal cut set with at most so many basic events is listed; null if not even that
    /// without any is decided.
    pub complete_up_to: Option<u32>,
    /// The limit that ended the search early.
    pub cut_off_by: Option<CutOff>,
    /// The basic events that the scenario allows.
    pub budget: Budget,
    /// The limits of the search.
    pub limits: Limits,
    /// How many multisets of basic events were searched.
    pub multisets: u64,
    /// How many states were found, over all of them.
    pub states: u64,
    /// What makes the searched space smaller than the system.
    pub reductions: Vec<Reduction>,
    /// Per property, its cut sets.
    pub properties: Vec<PropertyCuts>,
    /// The basic events that occur in a cut set.
    pub basic_events: Vec<BasicEvent>,
}

/// The minimal cut sets of one property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyCuts {
    /// The stable short name, such as `SB`.
    pub property: String,
    /// A few words for people.
    pub title: String,
    /// What it says, in one sentence.
    pub meaning: String,
    /// How often any of the sets with an estimate happens, at most: their sum, but of sets that
    /// need the same event never more than that event. Times per year of 8766 h; null if none has
    /// one.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub per_year: Option<f64>,
    /// Whether the sum takes events on demand for certain, so that it is no more than this.
    pub at_most: bool,
    /// How many sets have no estimate.
    pub without_estimate: u32,
    /// The sets: the most frequent first, those without an estimate last.
    pub sets: Vec<CutSet>,
}

/// One minimal cut set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CutSet {
    /// Its place among the sets of the property, from 1.
    pub rank: u32,
    /// The number of its basic events.
    pub order: u32,
    /// The basic events, by stable name.
    pub events: Vec<CutEvent>,
    /// How often all of them are there at once, counted when the last begins, in times per year of
    /// 8766 h; null where there is no estimate.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub per_year: Option<f64>,
    /// Whether an event on demand was taken for certain, so that it is no more than this.
    pub at_most: bool,
    /// Why there is no estimate, or why it is only a bound; null otherwise.
    pub note: Option<RateNote>,
}

/// Why a cut set has no estimate, or why it is only a bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RateNote {
    /// It needs no fault.
    NoFault,
    /// A bound: these basic events were taken for certain; by stable name.
    Certain(Vec<String>),
    /// A bound: a mistake can happen at any step of a runbook.
    AnyStep,
    /// No estimate: these basic events have no rate; by stable name.
    NoRate(Vec<String>),
    /// No estimate: the same component fails again after its repair.
    Repeated,
}

/// A basic event of a cut set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CutEvent {
    /// The stable name of the event; of alike servers, that of the first.
    pub event: String,
    /// The event in words.
    pub text: String,
    /// How often it happens.
    pub count: u32,
}

/// What the scenario says about a basic event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicEvent {
    /// The stable name of the event; of alike servers, that of the first.
    pub event: String,
    /// The event in words.
    pub text: String,
    /// The class of fault.
    pub class: FaultClass,
    /// How many components it can happen to.
    pub components: u32,
    /// Times per component and year of 8766 h; null where the scenario has no rate.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub per_year: Option<f64>,
    /// Mean time until it is over, in hours; null where it has no rate or is never over.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub repair_h: Option<f64>,
}
