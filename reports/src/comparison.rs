//! The comparison document: scenarios side by side under the same random numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{self, Budget, CdfPoint, Check, CutOff, Estimate, Reach, VerdictStatus};
use crate::figure::{Figure, Unit};
use crate::look::{BAD, GOOD, Look, NONE};
use crate::{float, quantity, words};

mod bundle;
mod decision;
mod html;
mod markdown;
mod table;
mod view;

pub use bundle::{csv, json, render};
pub(crate) use decision::chosen;
pub use html::page;
pub(crate) use markdown::cell;
pub use markdown::text as markdown;
pub use table::text as table;
pub use view::{evidence, pictures};

/// The name and version of the format, the first field of every document.
pub const SCHEMA: &str = "poolproof/comparison/v2";

/// What is said of a difference whose interval contains 0.
pub const NOT_VISIBLE: &str = "no significant difference: the interval contains 0";

/// Scenarios compared with the first of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Comparison of poolproof, version 2")]
#[serde(deny_unknown_fields)]
pub struct ComparisonDocument {
    /// [`SCHEMA`].
    #[schemars(description = "The name and version of this format.", extend("const" = SCHEMA))]
    pub schema: String,
    /// The version of poolproof.
    pub poolproof_version: String,
    /// The commit that it was built from, or `unknown`.
    #[serde(default = "document::unknown_build")]
    pub build: String,
    /// The command that makes this comparison again.
    pub command: String,
    /// The seed of all random numbers, the same for every scenario.
    pub seed: u64,
    /// How many trials ran of each scenario.
    pub trials: u64,
    /// The simulated time of one trial.
    pub horizon_ms: u64,
    /// How many drills of a site loss ran of each scenario.
    pub drill_trials: u64,
    /// The limit that ended the simulation early; such a result is not reproducible.
    pub cut_off_by: Option<CutOff>,
    /// The confidence of all differences together: each has its share of the error.
    #[serde(serialize_with = "float::serialize")]
    pub confidence_together: f64,
    /// How many differences share the error.
    pub differences: u64,
    /// The scenarios; the first is what the others are compared with.
    pub scenarios: Vec<Compared>,
    /// What differs between the scenarios, in the order of their keys.
    #[serde(default)]
    pub differing: Vec<DifferingKey>,
    /// Each figure under each scenario.
    pub figures: Vec<FigureRow>,
}

/// A key whose value differs between the scenarios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DifferingKey {
    /// The path of the key, as in `mirroring.witness`.
    pub key: String,
    /// Its value in each scenario, in their order; none where a scenario has no such key.
    pub values: Vec<Option<String>>,
}

/// One of the scenarios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// What it is called here: its name, or where two have the same its file.
    pub label: String,
    /// One line about it.
    pub title: String,
    /// The digest of the scenario after `extends` and `--set`.
    pub scenario_digest: String,
    /// What it costs per year; none where the scenario says no cost.
    #[serde(default)]
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub cost_per_year: Option<f64>,
    /// The verdicts of the checker; empty when nothing was checked.
    pub verdicts: Vec<ComparedVerdict>,
    /// In how many trials anything differed from the first scenario; 0 for the first itself.
    pub trials_differing: u64,
    /// In how many drills anything differed from the first scenario; 0 for the first itself.
    pub drills_differing: u64,
    /// The distribution function of the time to recover given loss of the first site.
    pub time_cdf: Vec<CdfPoint>,
    /// The distribution function of the data lost given loss of the first site.
    pub data_lost_cdf: Vec<CdfPoint>,
}

/// A verdict in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparedVerdict {
    /// The stable name of the property.
    pub property: String,
    /// The verdict.
    pub status: VerdictStatus,
    /// Whether the scenario expects it.
    pub as_expected: bool,
    /// How far it reaches.
    pub reach: Reach,
    /// The budget of faults within which it does.
    pub budget: Budget,
}

impl ComparedVerdict {
    /// Returns the verdicts of a check.
    #[must_use]
    pub fn of(check: &Check) -> Vec<Self> {
        let verdicts = check.verdicts.iter();
        verdicts
            .map(|verdict| Self {
                property: verdict.property.clone(),
                status: verdict.status,
                as_expected: verdict.as_expected,
                reach: verdict.reach,
                budget: check.budget.clone(),
            })
            .collect()
    }

    /// Returns the verdict, and whether it is news.
    pub(crate) fn words(&self) -> String {
        expected(words::status(self.status), self.as_expected)
    }
}

/// Adds to what was found that nobody expects it.
fn expected(found: &str, as_expected: bool) -> String {
    if as_expected {
        found.to_owned()
    } else {
        format!("{found}, NOT AS EXPECTED")
    }
}

/// A figure under every scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureRow {
    /// The figure, by the name that objectives use: `given_site_loss.data_lost.p95`.
    pub figure: Figure,
    /// The unit of values and differences.
    pub unit: Unit,
    /// The value under each scenario, in their order.
    pub values: Vec<Estimate>,
    /// The difference to the first, for each scenario after it.
    pub differences: Vec<Difference>,
}

/// How a difference looks: better, worse, or nothing that an interval shows.
pub(crate) fn look(difference: &Difference, unit: Unit) -> Look {
    match (difference.visible, difference.estimate.value) {
        (Some(true), Some(value)) if (value > 0.0) == unit.more_is_better() => GOOD,
        (Some(true), Some(_)) => BAD,
        _ => NONE,
    }
}

/// A difference to the first scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The scenario less the first one.
    pub estimate: Estimate,
    /// Whether the interval lies on one side of 0. None where there is no interval.
    pub visible: Option<bool>,
}

impl Difference {
    /// What the interval says, in words.
    #[must_use]
    pub fn words(&self, unit: Unit) -> String {
        let Some(value) = self.estimate.value else {
            return quantity::NOT_AVAILABLE.to_owned();
        };
        match self.visible {
            Some(true) => {
                let low = self.estimate.low.unwrap_or(value);
                let high = self.estimate.high.unwrap_or(value);
                let better = (value > 0.0) == unit.more_is_better();
                format!(
                    "{} ({} to {}), {}",
                    unit.difference(value),
                    unit.difference(low),
                    unit.difference(high),
                    if better { "better" } else { "worse" }
                )
            }
            Some(false) => NOT_VISIBLE.to_owned(),
            None => format!("{} (no interval)", unit.difference(value)),
        }
    }
}

impl ComparisonDocument {
    /// Says what was run, in one line.
    #[must_use]
    pub fn provenance(&self) -> String {
        let mut line = format!(
            "{} of {} and {} of a site loss for each, seed {}",
            quantity::plural(self.trials, "trial", "trials"),
            quantity::horizon(self.horizon_ms),
            quantity::plural(self.drill_trials, "drill", "drills"),
            self.seed
        );
        if let Some(by) = self.cut_off_by {
            line += &format!("; cut off by {}", words::cut_off(by, None));
        }
        line
    }

    /// Says how the differences are to be read.
    #[must_use]
    pub fn reading(&self) -> String {
        format!(
            "Differences are to {}, under the same random numbers. All {} intervals of differences \
             hold together with {} confidence.",
            self.scenarios.first().map_or("the first", |one| &one.label),
            self.differences,
            quantity::probability(self.confidence_together)
        )
    }

    /// Says in one sentence what a scenario changes, compared with the first one.
    #[must_use]
    pub fn summary(&self, scenario: usize) -> String {
        decision::sentence(self, scenario)
    }

    /// Whether a trial is a year.
    pub(crate) fn horizon_is_a_year(&self) -> bool {
        quantity::is_a_year(self.horizon_ms)
    }

    /// The properties that any scenario was checked for, in order of appearance.
    #[must_use]
    pub fn properties(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for verdict in self.scenarios.iter().flat_map(|one| &one.verdicts) {
            if !names.contains(&verdict.property.as_str()) {
                names.push(&verdict.property);
            }
        }
        names
    }
}

impl Compared {
    /// A verdict in words: what was found, and whether that is news.
    #[must_use]
    pub fn verdict_words(&self, property: &str) -> String {
        let mut verdicts = self.verdicts.iter();
        let Some(verdict) = verdicts.find(|one| one.property == property) else {
            return "not checked".to_owned();
        };
        verdict.words()
    }
}
