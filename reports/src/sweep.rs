//! The sweep document: one scenario at many values of its parameters.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::comparison::ComparedVerdict;
use crate::document::{self, CutOff, Estimate, Promise};
use crate::figure::{Figure, Unit};
use crate::{float, quantity, words};

mod answers;
mod bundle;
mod charts;
mod html;
mod markdown;
pub(crate) mod sensitivity;
mod table;
mod view;

pub use bundle::{csv, json, render};
pub use html::page;
pub use markdown::text as markdown;
pub use table::text as table;
pub use view::{evidence, pictures};

/// The name and version of the format, the first field of every document.
pub const SCHEMA: &str = "poolproof/sweep/v2";

/// A scenario at many values of its parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Sweep of poolproof, version 2")]
#[serde(deny_unknown_fields)]
pub struct SweepDocument {
    /// [`SCHEMA`].
    #[schemars(description = "The name and version of this format.", extend("const" = SCHEMA))]
    pub schema: String,
    /// The version of poolproof.
    pub poolproof_version: String,
    /// The commit that it was built from, or `unknown`.
    #[serde(default = "document::unknown_build")]
    pub build: String,
    /// The command that makes this sweep again.
    pub command: String,
    /// The name of the scenario that is varied.
    pub scenario_name: String,
    /// One line about it.
    pub title: String,
    /// Its digest, without any change of a point.
    pub scenario_digest: String,
    /// The seed of all random numbers, the same at every point.
    pub seed: u64,
    /// How the points were chosen.
    pub method: SweepMethod,
    /// How many trials ran at each point.
    pub trials: u64,
    /// The simulated time of one trial.
    pub horizon_ms: u64,
    /// How many drills of a site loss ran at each point.
    pub drill_trials: u64,
    /// The limit that ended the sweep early; such a result is not reproducible.
    pub cut_off_by: Option<CutOff>,
    /// What is varied.
    pub parameters: Vec<ParameterHead>,
    /// The figures of every point, in the order of their estimates.
    pub figures: Vec<FigureHead>,
    /// How much of the variance of a figure each parameter accounts for; only where that was asked
    /// for, and without figures that no value was found of at some point, or that do not vary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sensitivities: Vec<SensitivityRow>,
    /// The objectives of the scenario that is varied.
    #[serde(default)]
    pub promises: Vec<Promise>,
    /// The points.
    pub points: Vec<SweepPoint>,
}

/// The share of a figure's variance over the ranges that a parameter accounts for: its Sobol
/// indices. By chance, an estimate can be a little below 0 or above 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SensitivityRow {
    /// The figure.
    pub figure: Figure,
    /// The path of the parameter.
    pub parameter: String,
    /// What the parameter explains alone.
    pub first: Estimate,
    /// With its interactions with the others.
    pub total: Estimate,
}

/// How the points of a sweep are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SweepMethod {
    /// Every combination of the values.
    Grid,
    /// A Latin hypercube.
    LatinHypercube,
    /// Two Latin hypercubes, and the first with each column of the second.
    Sensitivity,
    /// Each parameter alone, from the base.
    OneAtATime,
}

impl SweepMethod {
    /// Returns the method, as it follows "points by".
    const fn words(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::LatinHypercube => "latin-hypercube",
            Self::Sensitivity => "two latin-hypercubes and their mixtures",
            Self::OneAtATime => "one-at-a-time",
        }
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterHead {
    /// The path of the value in the scenario.
    pub path: String,
    /// Its values; of a range the ends, and perhaps the base between them.
    pub values: Vec<String>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureHead {
    /// The figure, by the name that objectives use: `given_site_loss.data_lost.p95`.
    pub figure: Figure,
    /// The unit of its values.
    pub unit: Unit,
}

/// One point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepPoint {
    /// The value of each parameter.
    pub values: Vec<String>,
    /// The digest of the scenario with these values.
    pub scenario_digest: String,
    /// What it costs per year; none where the scenario says no cost.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub cost_per_year: Option<f64>,
    /// What it costs per year with its outage and the messages that it loses; none where these have
    /// no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_cost: Option<Estimate>,
    /// An estimate for each figure.
    pub figures: Vec<Estimate>,
    /// The verdicts of the checker; empty when nothing was checked.
    pub verdicts: Vec<ComparedVerdict>,
    /// Whether no other point costs no more, is in no figure of [`Figure::OF_FRONT`] worse, and is
    /// better in one of them; of two intervals that overlap neither is better. None without a
    /// cost.
    pub on_front: Option<bool>,
}

impl SweepDocument {
    /// Says what was run, in one line.
    #[must_use]
    pub fn provenance(&self) -> String {
        let mut line = format!(
            "{}: {} by {}; at each {} of {} and {} of a site loss, seed {}",
            self.scenario_name,
            quantity::plural(self.points.len() as u64, "point", "points"),
            self.method.words(),
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

    /// The place of a figure in every point.
    #[must_use]
    pub fn figure(&self, figure: Figure) -> Option<usize> {
        self.figures.iter().position(|head| head.figure == figure)
    }

    /// Whether any point has a cost.
    #[must_use]
    pub fn has_cost(&self) -> bool {
        self.points
            .iter()
            .any(|point| point.cost_per_year.is_some())
    }
}

impl SweepPoint {
    /// Returns the cost per year in words: of the parts, and with outage and loss if they have a
    /// price; empty without prices.
    pub(crate) fn cost_words(&self) -> String {
        let parts = self.cost_per_year.map_or(String::new(), quantity::number);
        match &self.expected_cost {
            Some(cost) => {
                let all = quantity::estimate(cost, quantity::number);
                format!("{parts}; {all} with outage and loss")
            }
            None => parts,
        }
    }

    /// Verdicts that differ from what is expected, in words; `as expected` where none does.
    #[must_use]
    pub fn verdict_words(&self) -> String {
        if self.verdicts.is_empty() {
            return String::new();
        }
        let odd: Vec<String> = self
            .verdicts
            .iter()
            .filter(|verdict| !verdict.as_expected)
            .map(|verdict| format!("{} {}", verdict.property, words::status(verdict.status)))
            .collect();
        if odd.is_empty() {
            "as expected".to_owned()
        } else {
            odd.join(", ")
        }
    }
}
