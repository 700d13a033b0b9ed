//! The result document: what one evaluation found, and all that a report may draw.
//!
//! The engines fill it in, every renderer reads it, and `result.json` is its text. It is a
//! function of the scenario, the seed and the version: it holds no time stamp, no host name and
//! no path. Times are integers of milliseconds and say so in their names; a percentile or a mean
//! of times, which need not be an integer, is an `f64` of milliseconds rounded on writing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::figure::Figure;
use crate::float;

mod check;
mod cost;
mod cuts;
mod header;
mod names;
mod rare;
mod scenario;
mod second_opinion;
mod simulation;

pub use check::{
    Budget, Check, ClassLimit, Content, Counterexample, Coverage, EventCount, Goal, HolderState,
    LeftOut, Limits, LinkState, Reach, Reduction, Start, Step, Swarm, Verdict, VerdictStatus,
};
pub use cost::YearlyCost;
pub use cuts::{BasicEvent, CUTS_SCHEMA, CutEvent, CutSet, CutSets, PropertyCuts, RateNote};
pub use header::{DocumentError, OtherSchema};
pub(crate) use header::{parse, unknown_build};
pub use names::{
    Cause, CutOff, FaultClass, HolderRole, LinkKind, LinkNote, ListedIn, LossCause, Method,
    NodeRole, Phase, ShareLocation, ShippingJob,
};
pub use rare::{Doubt, FirstFailure, RareEvent, RareMethod, RareWhat};
pub use scenario::{Assumption, Grade, LinkJob, LinkView, NodeView, Scenario, SiteView, Warning};
pub use second_opinion::{OtherVerdict, SecondOpinion};
pub use simulation::{
    CauseShare, CdfPoint, Column, ColumnName, Distribution, Drilled, Estimate, ExampleName,
    ExampleTrial, ExceedancePoint, Incident, IncidentLength, OutcomeSeen, PhaseShare, Simulation,
    VarianceReduction, ViolationSeen,
};

/// The longest trial in milliseconds, a thousand years, and as much again for what began in it.
const TRIAL_MS_MOST: u64 = 2 * 366_000 * 86_400_000;

/// The name and version of the format, the first field of every document.
pub const SCHEMA: &str = "poolproof/result/v2";

/// Everything that one evaluation of one scenario found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Result of poolproof, version 2")]
#[serde(deny_unknown_fields)]
pub struct ResultDocument {
    /// [`SCHEMA`]; [`ResultDocument::parse`] refuses anything else.
    #[schemars(description = "The name and version of this format.", extend("const" = SCHEMA))]
    pub schema: String,
    /// What was run, and how to run it again.
    pub identity: RunIdentity,
    /// The system that was described.
    pub scenario: Scenario,
    /// What can happen within each budget of faults, in the order of the scenario; empty when
    /// nothing was checked.
    pub checks: Vec<Check>,
    /// How often it happens and what it costs; absent when nothing was simulated.
    pub simulation: Option<Simulation>,
    /// The minimal combinations of faults behind violations; absent when none were looked for.
    pub cut_sets: Option<CutSets>,
    /// The objectives of the scenario against what was observed.
    pub objectives: Vec<Objective>,
}

/// What makes a result reproducible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunIdentity {
    /// The version of poolproof.
    pub poolproof_version: String,
    /// The commit that it was built from, or `unknown`.
    #[serde(default = "header::unknown_build")]
    pub build: String,
    /// The name of the scenario, as in its file name.
    pub scenario_name: String,
    /// The digest of the scenario after `extends` and `--set`, in hexadecimal.
    pub scenario_digest: String,
    /// The seed of all random numbers.
    pub seed: u64,
    /// The scenario file, as it was named.
    pub scenario_path: String,
    /// The values that were set over those of the file, in the order of the command line.
    pub overrides: Vec<Override>,
    /// The command that makes this result again, for people.
    pub command: String,
}

/// A value of the scenario that was set on the command line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The path of the key, as in `log_shipping.share`.
    pub path: String,
    /// The value, as it was given.
    pub value: String,
}

/// How an objective compares the observed value with its limit.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// `<`.
    Below,
    /// `<=`.
    AtMost,
    /// `>`.
    Above,
    /// `>=`.
    AtLeast,
}

/// A target of the scenario, compared with what was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The objective as it stands in the scenario.
    pub text: String,
    /// The figure that it is about, by name, as in `given_site_loss.data_lost.p95`.
    pub figure: Figure,
    /// How the value is compared with the limit.
    pub comparison: Comparison,
    /// The limit, in the unit of the figure.
    #[serde(serialize_with = "float::serialize")]
    pub limit: f64,
    /// Whether the observation settles it.
    pub status: ObjectiveStatus,
    /// The observed value, in the unit of the figure.
    pub value: Estimate,
    /// The time without service that the limit leaves in a year; absent where the objective is not
    /// about outage or availability per year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downtime: Option<DowntimeBudget>,
}

/// The time without service that an objective leaves in a year, and how much of it is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DowntimeBudget {
    /// The budget in milliseconds per year, above 0.
    #[serde(serialize_with = "float::serialize")]
    pub ms_per_year: f64,
    /// The used part of it, with the interval by which the objective is judged; above 1 where the
    /// budget is overspent.
    pub used: Estimate,
}

/// What is promised for a figure, whatever was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The figure that it is about, by name, as in `given_site_loss.data_lost.p95`.
    pub figure: Figure,
    /// How the value is compared with the limit.
    pub comparison: Comparison,
    /// The limit, in the unit of the figure.
    #[serde(serialize_with = "float::serialize")]
    pub limit: f64,
}

impl Promise {
    /// Whether the worse end of an interval keeps it.
    pub(crate) fn is_kept(&self, estimate: &Estimate) -> bool {
        match self.comparison {
            Comparison::Below => estimate.high.is_some_and(|high| high < self.limit),
            Comparison::AtMost => estimate.high.is_some_and(|high| high <= self.limit),
            Comparison::Above => estimate.low.is_some_and(|low| low > self.limit),
            Comparison::AtLeast => estimate.low.is_some_and(|low| low >= self.limit),
        }
    }
}

/// Whether an objective is met, at the stated error probability.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ObjectiveStatus {
    /// The whole interval is on the right side of the limit.
    Met,
    /// The whole interval is on the wrong side of the limit.
    Missed,
    /// The interval holds the limit: more trials are needed.
    Undecided,
}

impl ResultDocument {
    /// Reads a document from the text of a `result.json`.
    ///
    /// # Errors
    /// When the text is not JSON, names another schema, does not fit the schema it names, or
    /// contradicts itself.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let document: Self = header::parse(text, "result", SCHEMA)?;
        match document.contradiction() {
            Some(what) => Err(DocumentError::Contradiction(what)),
            None => Ok(document),
        }
    }

    /// Where two fields cannot both be true: the text was edited.
    fn contradiction(&self) -> Option<String> {
        let (name, other) = (&self.identity.scenario_name, &self.scenario.name);
        if name != other {
            return Some(format!(
                "it is of the scenario {name:?}, and describes {other:?}"
            ));
        }
        let mut examples = self.simulation.iter().flat_map(|one| &one.examples);
        examples.find_map(|example| {
            let (trial, all) = (example.trial, example.incidents_in_all);
            let listed = example.incidents.len();
            if listed as u64 > all {
                return Some(format!("trial {trial} lists {listed} incidents of {all}"));
            }
            let long = |one: &Incident| one.times_ms().iter().any(|ms| *ms > TRIAL_MS_MOST);
            let long = example.incidents.iter().any(long);
            long.then(|| format!("an incident of trial {trial} is longer than any trial"))
        })
    }
}
