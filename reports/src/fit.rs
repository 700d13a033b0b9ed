//! The fit document: what the records of a pool say about the values of its scenario, from which
//! rows, and what could not be used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::CdfPoint;
use crate::error::ReportError;
use crate::{float, quantity};

mod charts;
mod page;
mod table;

pub use page::page;
pub use table::text as table;

/// The name and version of the format, the first field of every document.
pub const SCHEMA: &str = "poolproof/fit/v1";

/// What records say about the values of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Fit of poolproof, version 1")]
#[serde(deny_unknown_fields)]
pub struct FitDocument {
    /// [`SCHEMA`].
    #[schemars(description = "The name and version of this format.", extend("const" = SCHEMA))]
    pub schema: String,
    /// The version of poolproof.
    pub poolproof_version: String,
    /// The command that makes this fit again.
    pub command: String,
    /// The scenario that the priors are from; none where they are the defaults.
    pub scenario: Option<String>,
    /// The files that were read.
    pub files: Vec<FitFile>,
    /// The values, in the order of the scenario file.
    pub values: Vec<FitValue>,
    /// Observed delays beside the distributions that were fitted to them.
    pub samples: Vec<FitSample>,
    /// How much log is written at each hour of the day; empty where it is not known.
    pub volume: Vec<HourVolume>,
    /// What the log chain shows.
    pub chain: FitChain,
    /// Rows that were set aside.
    pub asides: Vec<FitAside>,
    /// What could be read and not be used, and what the records do not say, one sentence each.
    pub unused: Vec<String>,
}

/// A file of records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitFile {
    /// Its path in the manifest.
    pub path: String,
    /// What is in it.
    pub kind: String,
    /// How many rows it has.
    pub rows: u64,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FitDecision {
    /// The records alone decide.
    Measured,
    /// Few events: the records and the prior decide together.
    Combined,
    /// The records say too little: the prior stays.
    Prior,
}

impl FitDecision {
    /// The decision in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Combined => "combined with the prior",
            Self::Prior => "the prior stays",
        }
    }
}

/// The unit of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FitUnit {
    /// A time in milliseconds.
    Ms,
    /// Events in a year of 8766 h.
    PerYear,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitValue {
    /// Its key in the scenario, as `poolproof show` lists it.
    pub key: String,
    /// What it is, in words.
    pub title: String,
    /// What became of it.
    pub decision: FitDecision,
    /// What is written, in TOML; none where the prior stays.
    pub written: Option<String>,
    /// The prior, in TOML.
    pub prior: String,
    /// What the records alone say.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub estimate: Option<f64>,
    /// The lower limit of what the truth is between.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub low: Option<f64>,
    /// The upper limit.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub high: Option<f64>,
    /// The unit of all three.
    pub unit: FitUnit,
    /// What is estimated: a rate, a mean or a median.
    pub statistic: String,
    /// How many events or observations.
    pub n: u64,
    /// For a rate, how long was watched, in years.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub years: Option<f64>,
    /// The share of the prior in a combined value.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub prior_weight: Option<f64>,
    /// The files that it is from.
    pub from: Vec<String>,
    /// What else is worth knowing, one sentence each.
    pub notes: Vec<String>,
}

impl FitValue {
    /// A number in the unit of the value.
    #[must_use]
    pub fn words(&self, number: f64) -> String {
        match self.unit {
            FitUnit::Ms => quantity::duration(number),
            FitUnit::PerYear => format!("{} a year", quantity::number(number)),
        }
    }

    /// What the records alone say, with the interval.
    #[must_use]
    pub fn estimate_words(&self) -> String {
        let Some(estimate) = self.estimate else {
            return quantity::NOT_AVAILABLE.to_owned();
        };
        let statistic = &self.statistic;
        let value = format!("{statistic} {}", self.words(estimate));
        match (self.low, self.high) {
            (Some(low), Some(high)) => {
                let (low, high) = (self.words(low), self.words(high));
                let low = low.trim_end_matches(" a year");
                format!("{value} (95 % CI {low} to {high})")
            }
            _ => value,
        }
    }

    /// How much was seen.
    #[must_use]
    pub fn seen_words(&self) -> String {
        let years = self.years.map_or_else(String::new, |years| {
            format!(" in {} years", quantity::number(years))
        });
        format!("n = {}{years}", quantity::count(self.n))
    }

    /// What became of it, with the weight of the prior.
    #[must_use]
    pub fn decision_words(&self) -> String {
        let weight = self.prior_weight.map_or_else(String::new, |weight| {
            format!(", which weighs {}", quantity::probability(weight))
        });
        format!("{}{weight}", self.decision.words())
    }
}

/// Observed delays and the distribution that was fitted to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitSample {
    /// The key of the value.
    pub key: String,
    /// What was observed.
    pub title: String,
    /// The observed delays as a distribution function with its band.
    pub observed: Vec<CdfPoint>,
    /// The fitted distribution; its band has no width.
    pub fitted: Vec<CdfPoint>,
    /// The name of the family; empirical where none fits.
    pub family: String,
    /// The probability of a worse fit if the family were right.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub p_value: Option<f64>,
}

/// How much log is written in an hour of the day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HourVolume {
    /// From 0 to 23, in the time of the principal.
    pub hour: u64,
    /// Bytes of log a minute, the mean over all days.
    #[serde(serialize_with = "float::serialize")]
    pub bytes_per_minute: f64,
    /// How many hours it is the mean of.
    #[serde(serialize_with = "float::serialize")]
    pub hours: f64,
}

/// The log chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitChain {
    /// One sentence.
    pub summary: String,
    /// Whether the secondary can follow, as far as the records show.
    pub is_whole: bool,
    /// What was found, in the order of time.
    pub findings: Vec<String>,
}

/// Rows of one file that were set aside for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FitAside {
    /// The file.
    pub file: String,
    /// How many rows.
    pub count: u64,
    /// Which ones, in words.
    pub rows: String,
    /// What is wrong with them.
    pub reason: String,
    /// What would be right; may be empty.
    pub help: String,
}

impl FitDocument {
    /// The document as indented JSON.
    ///
    /// # Errors
    /// When it holds a number that is not finite.
    pub fn json(&self) -> Result<String, ReportError> {
        crate::json::pretty(self)
    }

    /// How many values became what.
    #[must_use]
    pub fn summary(&self) -> String {
        let count = |decision| {
            let values = self.values.iter();
            values.filter(|value| value.decision == decision).count() as u64
        };
        format!(
            "{} measured, {} combined with the prior, {} left to the prior; {} set aside",
            quantity::plural(count(FitDecision::Measured), "value", "values"),
            quantity::count(count(FitDecision::Combined)),
            quantity::count(count(FitDecision::Prior)),
            quantity::plural(self.asides.iter().map(|one| one.count).sum(), "row", "rows")
        )
    }
}
