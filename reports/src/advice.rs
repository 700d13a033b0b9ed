//! The advice document: which of many designs meets the objectives, and what it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Estimate, Objective, ObjectiveStatus, Phase, VerdictStatus};
use crate::figure::Unit;
use crate::{float, quantity};

mod bundle;
mod sentences;
mod table;
mod view;

pub use bundle::{csv, json, page, render};
pub use table::text as table;
pub use view::evidence;

/// The name and version of the format, the first field of every document.
pub const SCHEMA: &str = "poolproof/advice/v1";

/// What is advised for a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Advice of poolproof, version 1")]
#[serde(deny_unknown_fields)]
pub struct AdviceDocument {
    /// [`SCHEMA`].
    #[schemars(description = "The name and version of this format.", extend("const" = SCHEMA))]
    pub schema: String,
    /// The version of poolproof.
    pub poolproof_version: String,
    /// The command that makes this advice again.
    pub command: String,
    /// The name of the scenario.
    pub scenario_name: String,
    /// One line about it.
    pub title: String,
    /// Its digest, without any change of a candidate.
    pub scenario_digest: String,
    /// The seed of all random numbers, the same for every candidate.
    pub seed: u64,
    /// The most trials of a candidate.
    pub trials: u64,
    /// The simulated time of one trial.
    pub horizon_ms: u64,
    /// The most drills of a site loss of a candidate.
    pub drill_trials: u64,
    /// The budget of the checker, where the scenario names it.
    pub budget: Option<String>,
    /// The confidence of all intervals together: a half of the error is shared by the objectives,
    /// the other half by the comparisons of outage.
    #[serde(serialize_with = "float::serialize")]
    pub confidence_together: f64,
    /// How many intervals of objectives share the error.
    pub intervals: u64,
    /// How many comparisons share the error.
    pub comparisons: u64,
    /// How the candidates were chosen.
    pub search: AdviceSearch,
    /// The objectives, as the scenario has them.
    pub objectives: Vec<String>,
    /// The decisions that vary.
    pub decisions: Vec<AdviceDecision>,
    /// Candidates that are no valid scenario.
    pub invalid: Vec<InvalidCandidate>,
    /// The candidates, best first; those that are not safe at the end.
    pub candidates: Vec<AdviceCandidate>,
    /// What the advice comes to.
    pub outcome: AdviceOutcome,
    /// The command that evaluates the first candidate; none where no candidate is safe.
    pub best_command: Option<String>,
    /// The objective that binds: the one that the best candidate misses by most. None where one
    /// meets them all, or where no candidate is safe.
    pub binding: Option<usize>,
    /// What becomes of the advice where an assumption is wrong by a factor of two.
    pub sensitivities: Vec<Sensitivity>,
}

/// What an advice comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdviceOutcome {
    /// The first candidate meets every objective.
    Advised,
    /// Every candidate that is safe misses an objective; the first comes nearest.
    NoneMeets,
    /// Every candidate breaks a property.
    NoneSafe,
    /// No candidate is shown to meet every objective, and not all are shown to miss one.
    Undecided,
}

/// How the candidates were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AdviceSearch {
    /// Every combination of the decisions.
    Every,
    /// One decision at a time, from the best candidate so far.
    OneAtATime {
        /// How many combinations there are.
        combinations: u64,
        /// How many times all neighbours of the best candidate were looked at.
        passes: u64,
    },
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceDecision {
    /// The settings of each choice in place of the scenario's own.
    pub choices: Vec<Vec<AdviceSetting>>,
}

/// A value in place of the scenario's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceSetting {
    /// The path of the key.
    pub path: String,
    /// The value.
    pub value: String,
}

/// A candidate that is no valid scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvalidCandidate {
    /// What differs from the scenario, in words.
    pub changes: Vec<String>,
    /// The first error: its code, with the rule of the handbook before it where it is one.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// A candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceCandidate {
    /// What differs from the scenario, in words; empty for the scenario as it is.
    pub changes: Vec<String>,
    /// The values that differ.
    pub settings: Vec<AdviceSetting>,
    /// The digest of the scenario with these values.
    pub scenario_digest: String,
    /// What it costs per year; none where the scenario says no cost.
    #[serde(serialize_with = "float::serialize_option")]
    #[serde(deserialize_with = "float::deserialize_option")]
    pub cost_per_year: Option<f64>,
    /// What is known of it.
    pub status: CandidateStatus,
    /// The properties that it breaks against what the scenario expects; where it breaks none, those
    /// that the search leaves open.
    pub properties: Vec<CandidateProperty>,
    /// How many trials it ran; 0 where it is not safe.
    pub trials: u64,
    /// How many drills of a site loss it ran.
    pub drill_trials: u64,
    /// Why it ran no more of them; none where it stayed in the race.
    pub ended: Option<RaceEnd>,
    /// Mean outage of a trial, data lost and time to recover at a site loss that 95 % stay within.
    /// None where it is not safe.
    pub figures: Option<AdviceFigures>,
    /// Each objective, judged; empty where it is not safe.
    pub objectives: Vec<Objective>,
    /// Mean time of each phase of the recovery from a site loss; empty without drills.
    pub recovery: Vec<PhaseMean>,
    /// Whether no other safe candidate costs no more, is in no figure worse, and is better in one:
    /// outage, data lost in a year, data lost and time to recover at a site loss. Of two intervals
    /// that overlap neither is better.
    pub on_front: bool,
}

/// What a design is chosen by, beside its cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdviceFigures {
    /// Mean outage of a trial, in milliseconds.
    pub outage_ms: Estimate,
    /// Data lost at a site loss that 95 % stay within, in milliseconds.
    pub data_lost_ms: Estimate,
    /// Time to recover from a site loss that 95 % stay within, in milliseconds.
    pub time_to_recover_ms: Estimate,
}

/// What is known of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CandidateStatus {
    /// It is safe and meets every objective.
    Meets,
    /// It is safe and misses an objective.
    Misses,
    /// It is safe, and its trials do not decide every objective.
    Undecided,
    /// It breaks a property that the scenario expects to hold.
    Unsafe,
    /// The search for counterexamples reached a limit, or left out what a property reads.
    SafetyUndecided,
}

/// Why a candidate runs no more trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RaceEnd {
    /// It misses an objective, and another candidate meets them all.
    Misses,
    /// It costs more than another candidate that meets every objective.
    CostsMore,
    /// It has more outage than another candidate that meets every objective and costs no more.
    MoreOutage,
    /// It misses an objective by more than another candidate misses any.
    FurtherAway,
}

/// A property that a candidate breaks, or that the search leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateProperty {
    /// The stable short name, such as `SB`.
    pub property: String,
    /// A few words for people.
    pub title: String,
    /// What was found.
    pub status: VerdictStatus,
    /// How many faults the shortest counterexample has; none where there is none.
    pub faults: Option<u32>,
    /// How many steps it has.
    pub steps: Option<u32>,
    /// The command that shows it.
    pub command: String,
}

/// The mean time of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseMean {
    /// The phase.
    pub phase: Phase,
    /// Milliseconds of a drill.
    #[serde(serialize_with = "float::serialize")]
    pub ms: f64,
}

/// An assumption that is wrong by a factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sensitivity {
    /// What is assumed, in words.
    pub assumption: String,
    /// The factor: 2 or 0.5.
    #[serde(serialize_with = "float::serialize")]
    pub factor: f64,
    /// The candidates that ran under it by their indices, best first as they are then.
    pub ranking: Vec<usize>,
    /// What is known of each of them then, in the same order.
    pub statuses: Vec<CandidateStatus>,
    /// Whether the advice is another one then. None where the trials do not decide it.
    pub changes: Option<bool>,
}

impl AdviceDocument {
    /// The best candidate, where there is a safe one.
    #[must_use]
    pub fn best(&self) -> Option<&AdviceCandidate> {
        self.candidates.first().filter(|one| one.is_safe())
    }

    /// Whether the candidates have costs.
    #[must_use]
    pub fn has_cost(&self) -> bool {
        let mut candidates = self.candidates.iter();
        candidates.any(|one| one.cost_per_year.is_some())
    }

    /// Says what was run, in one line.
    fn provenance(&self) -> String {
        format!(
            "{}; up to {} of {} and {} of a site loss for each, seed {}",
            quantity::plural(self.candidates.len() as u64, "candidate", "candidates"),
            quantity::plural(self.trials, "trial", "trials"),
            quantity::horizon(self.horizon_ms),
            quantity::plural(self.drill_trials, "drill", "drills"),
            self.seed
        )
    }
}

impl AdviceCandidate {
    /// Whether it took part in the race.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        !matches!(
            self.status,
            CandidateStatus::Unsafe | CandidateStatus::SafetyUndecided
        )
    }

    /// The objectives of this status, by their indices.
    fn judged(&self, status: ObjectiveStatus) -> impl Iterator<Item = usize> {
        let all = self.objectives.iter().enumerate();
        all.filter(move |(_, one)| one.status == status)
            .map(|(index, _)| index)
    }

    /// What it costs, in words.
    fn cost(&self) -> String {
        let cost = self.cost_per_year;
        cost.map_or(String::new(), |cost| Unit::CostPerYear.words(cost))
    }
}

/// Says what differs from the scenario.
fn difference(changes: &[String]) -> String {
    match changes {
        [] => "the scenario as it is".to_owned(),
        changes => changes.join(", "),
    }
}
