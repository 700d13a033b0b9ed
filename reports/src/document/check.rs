//! What the model checker found: verdicts, goals, counterexamples, and how far it went.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

use crate::float;

/// What can happen, and how far the search went to say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The budget of faults, in words.
    pub budget_text: String,
    /// The limits of the search, in words.
    pub limits_text: String,
    /// How many different states were found.
    pub states: u64,
    /// How many steps between them were taken.
    pub transitions: u64,
    /// The length of the longest shortest path.
    pub depth: u32,
    /// Whether every reachable state was visited.
    pub complete: bool,
    /// The limit that ended the search early.
    pub cut_off_by: Option<String>,
    /// Set where many small searches took the place of one of everything. No verdict is then
    /// *holds*, `states` is an estimate, and ways are minimal but perhaps not the shortest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swarm: Option<Swarm>,
    /// The odds that two states shared a fingerprint, so that one was never visited.
    #[serde(serialize_with = "float::serialize")]
    pub collision_odds: f64,
    /// The reductions in use, in words.
    pub reductions: Vec<String>,
    /// One verdict per property.
    pub verdicts: Vec<Verdict>,
    /// The states that should be reachable, so that a pass is not empty.
    pub goals: Vec<Goal>,
    /// The events and kinds of faults that have to fire, so that a pass is not empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// How often each event fired.
    pub events: Vec<EventCount>,
    /// The events that never fired.
    pub never_fired: Vec<String>,
}

/// Many small searches, each in an order of its own, and what they reached together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Swarm {
    /// How many searches there were.
    pub searches: u64,
    /// The most steps from the start in each.
    pub depth_limit: u32,
    /// The most different states of each.
    pub states_limit: u64,
    /// The searches that had nothing left to visit within these bounds.
    pub exhausted: u64,
    /// The different states of each search, summed: what several visited counts for each.
    pub visits: u64,
    /// The standard error of the estimated number of states, as a share of it.
    #[serde(serialize_with = "float::serialize")]
    pub states_relative_error: f64,
    /// The estimate for the first half of the searches alone. If it is nearly that of all, more
    /// searches like these would find little that is new.
    pub states_of_first_half: u64,
}

/// What is known about one property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The stable short name, such as `SB`.
    pub property: String,
    /// A few words for people.
    pub title: String,
    /// What it says, in one sentence.
    pub meaning: String,
    /// What was found.
    pub status: VerdictStatus,
    /// What the scenario expects.
    #[serde(default)]
    pub expected: VerdictStatus,
    /// Whether what was found is what the scenario expects.
    pub as_expected: bool,
    /// How far "holds" or "undecided" reaches; how the violation was found.
    pub how_far: String,
    /// The shortest way to the violation.
    pub counterexample: Option<Counterexample>,
}

/// The verdict of the search over one property.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VerdictStatus {
    /// No reachable state breaks it, and the search was complete.
    #[default]
    Holds,
    /// A reachable state breaks it.
    Violated,
    /// A limit was reached before an answer.
    Undecided,
}

/// A way to a state, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counterexample {
    /// How many of the steps are faults.
    pub faults: u32,
    /// Where it begins.
    #[serde(default)]
    pub start: Start,
    /// The steps in order.
    pub steps: Vec<Step>,
    /// What had to happen, in one sentence or two.
    pub cause: String,
}

/// Where a way begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The name of the start, as in `check.start` of a scenario.
    pub name: String,
    /// How everything stands there; may be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<HolderState>,
    /// How every link stands there; may be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkState>,
}

/// One step of a counterexample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The number of the step, from 1.
    pub number: u32,
    /// Who or what acts.
    pub actor: String,
    /// The stable name of the event.
    pub event: String,
    /// The event in words.
    pub text: String,
    /// The facts that changed, and only those.
    pub changes: Vec<String>,
    /// Whether the step is a fault.
    pub fault: bool,
    /// When it happened on the clock, in milliseconds; only in what a simulation recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// How everything stands after the step, for the picture of it; may be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<HolderState>,
    /// How every link stands after the step; may be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkState>,
}

/// How one server or copy stands after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderState {
    /// Its name.
    pub holder: String,
    /// The name of its site; empty for what stands in neither.
    pub site: String,
    /// What it is at this time, in words.
    pub role_text: String,
    /// Whether it runs.
    pub up: bool,
    /// What it holds at this time, in words; empty if it holds none by its nature.
    pub holds: String,
    /// The numbers of the posts that it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<u32>,
}

/// How a link stands after a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkState {
    /// Its name.
    pub link: String,
    /// Both ends: two servers, or two sites.
    pub ends: [String; 2],
    /// Whether it is cut.
    pub cut: bool,
    /// Whether its ends believe that the other end is there.
    pub believed: bool,
}

/// A state that should (or should not) be reachable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The stable name.
    pub name: String,
    /// A few words for people.
    pub title: String,
    /// Whether it was reached.
    pub reached: bool,
    /// Whether the scenario expects it to be reached.
    pub expected: bool,
    /// Whether the search was complete, so that "not reached" means "cannot be reached".
    pub complete: bool,
    /// The shortest way there.
    pub witness: Option<Counterexample>,
}

/// An event, or a kind of fault, without which the search says nothing about the scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Its name, as the scenario lists it: an event, a kind of event or a kind of fault.
    pub event: String,
    /// The key of the scenario that lists it.
    pub listed_in: String,
    /// How often it fired.
    pub fired: u64,
    /// Whether the search was complete, so that "did not fire" means "cannot fire".
    pub complete: bool,
}

/// How often one event fired during the search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventCount {
    /// The stable name of the event.
    pub event: String,
    /// How often it fired.
    pub fired: u64,
}
