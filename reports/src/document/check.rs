//! What the model checker found: verdicts, goals, counterexamples, and how far it went.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{CutOff, FaultClass, HolderRole, ListedIn, LossCause};
use super::second_opinion::SecondOpinion;
use crate::float;

/// What can happen, and how far the search went to say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What the scenario calls the budget; null where it has only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The budget of faults.
    pub budget: Budget,
    /// The limits of the search.
    pub limits: Limits,
    /// How many different states were found.
    pub states: u64,
    /// How many steps between them were taken.
    pub transitions: u64,
    /// The length of the longest shortest path.
    pub depth: u32,
    /// Whether every reachable state was visited.
    pub complete: bool,
    /// The limit that ended the search early.
    pub cut_off_by: Option<CutOff>,
    /// Set where many small searches took the place of one of everything. No verdict is then
    /// *holds*, `states` is an estimate, and paths are minimal but perhaps not the shortest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swarm: Option<Swarm>,
    /// What another checker found, if one was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_opinion: Option<SecondOpinion>,
    /// The odds that two states shared a fingerprint, so that one was never visited.
    #[serde(serialize_with = "float::serialize")]
    pub collision_odds: f64,
    /// What makes the searched space smaller than the system.
    pub reductions: Vec<Reduction>,
    /// One verdict per property.
    pub verdicts: Vec<Verdict>,
    /// The states that should be reachable, so that a pass is not empty.
    pub goals: Vec<Goal>,
    /// The events and kinds of faults that have to occur, so that a pass is not empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// How often each event occurred.
    pub events: Vec<EventCount>,
    /// The events that never occurred.
    pub never_fired: Vec<String>,
}

/// How many faults a search allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// The most faults on a path.
    pub faults: u32,
    /// The most mistakes of operators beside these faults; null where they are among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mistakes: Option<u32>,
    /// The classes that are limited to fewer faults, in stable order.
    pub per_class: Vec<ClassLimit>,
}

/// The most faults of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassLimit {
    /// The class.
    pub class: FaultClass,
    /// The most faults of it; 0 excludes the class.
    pub faults: u32,
}

/// What may end a search early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The most states; in a swarm, of each search.
    pub states: u64,
    /// The longest time in milliseconds; null where there is no limit.
    pub time_ms: Option<u64>,
    /// The most bytes of the tables of the search; null where there is no limit.
    pub bytes: Option<u64>,
}

/// What makes the searched space smaller than the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reduction {
    /// Interchangeable pool servers are not distinguished.
    InterchangeableServers,
    /// Connections that can exist are made at once; only their losses take time.
    ConnectionsAtOnce,
    /// Clients reconnect at once.
    ClientsAtOnce,
    /// Of the pool servers that agree in site and activity only a few are modelled.
    FewerServers {
        /// How many are modelled.
        modelled: u32,
        /// How many the scenario has.
        of: u32,
        /// The most of each kind.
        per_class: u32,
    },
    /// The search begins after a completed failover to DC2.
    FailedOverStart,
    /// The event is assumed never to happen.
    ExcludedEvent(String),
    /// Nothing is assumed to go wrong in a part of the system.
    Without(LeftOut),
    /// A fence that a step of a runbook sets is assumed to take effect: the step, in words.
    FenceHolds(String),
}

/// A part of the system that a check does not model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// Its stable name, as in `check.slices` of a scenario.
    pub slice: String,
    /// What goes wrong there, in a few words.
    pub title: String,
}

/// Many small searches, each in an order of its own, and what they reached together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Swarm {
    /// How many searches there were.
    pub searches: u64,
    /// The maximum depth of each.
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
    pub reach: Reach,
    /// The parts of the system that the property reads and that the check leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The shortest path to the violation.
    pub counterexample: Option<Counterexample>,
}

/// How far a verdict reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reach {
    /// Holds: in every state within the budget.
    EveryState,
    /// Holds: service returns from each of these states, which are all within the budget.
    EveryReturn {
        /// How many states there are.
        states: u64,
    },
    /// Violated: no counterexample has fewer faults, and none with as many has fewer steps.
    Shortest {
        /// How many faults it has.
        faults: u32,
        /// How many steps it has.
        steps: u32,
    },
    /// Violated: the nearest state from which service cannot return.
    NearestTrap {
        /// How many faults lead there.
        faults: u32,
        /// How many steps lead there.
        steps: u32,
    },
    /// Violated: a swarm found it; no step can be left out, but a shorter path may exist.
    Minimal {
        /// How many searches found a violation.
        found_by: u64,
        /// How many searches there were.
        searches: u64,
        /// How many faults it has.
        faults: u32,
        /// How many steps it has.
        steps: u32,
    },
    /// Undecided: no violation in the states that were visited.
    NoViolation {
        /// How many states were visited.
        states: u64,
        /// All states with at most so many faults were visited; null if not even those without.
        complete_up_to: Option<u32>,
    },
    /// Undecided: no state without return among those that were visited.
    NoTrap {
        /// How many states were visited.
        states: u64,
        /// All states with at most so many faults were visited; null if not even those without.
        complete_up_to: Option<u32>,
    },
    /// Undecided: a swarm found no violation, and a swarm never shows that a property holds.
    NotFound {
        /// About how many states were visited.
        states: u64,
        /// How many searches there were.
        searches: u64,
    },
    /// Undecided: a swarm does not look for states from which service cannot return.
    NotSearched,
    /// Not checked: the property reads parts of the system that the check leaves out.
    LeftOut,
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
    /// The search leaves out a part of the system that the property reads.
    NotChecked,
}

/// A path to a state, step by step.
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
    /// What lost acknowledged messages; none where nothing is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_cause: Option<LossCause>,
}

/// Where a path begins.
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

impl Step {
    /// Whether the step is a fault.
    #[must_use]
    pub const fn is_fault(&self) -> bool {
        self.fault.is_some()
    }
}

/// One step of a counterexample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The number of the step, from 1.
    pub number: u32,
    /// Who or what acts.
    pub actor: String,
    /// The stable name of the event, as in `crash:server-1`.
    pub event: String,
    /// The stable name of the kind of the event, as in `crash`.
    pub kind: String,
    /// The stable name of the component that it happens to, as in `server-1`.
    pub component: String,
    /// The sites that it acts on: one, both for a link between them, none for a third place.
    pub sites: Vec<String>,
    /// The class of fault that it spends; null where it is no fault.
    pub fault: Option<FaultClass>,
    /// The event in words.
    pub text: String,
    /// The state labels that changed, and only those, in words.
    pub changes: Vec<String>,
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
    /// The name of its site; null for what stands in neither.
    pub site: Option<String>,
    /// What it is at this time.
    pub role: HolderRole,
    /// Whether it runs.
    pub up: bool,
    /// What it holds at this time.
    pub content: Content,
}

/// The messages that a server or place holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// It holds none by its nature.
    NoLog,
    /// It could hold messages and has no copy of the log.
    Absent,
    /// The numbers of the messages of this path in its copy of the log, in order.
    Messages(Vec<u32>),
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
    /// The shortest path there.
    pub witness: Option<Counterexample>,
}

/// An event, or a kind of fault, without which the search says nothing about the scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Its name, as the scenario lists it: an event, a kind of event or a kind of fault.
    pub event: String,
    /// The key of the scenario that lists it.
    pub listed_in: ListedIn,
    /// How often it occurred.
    pub fired: u64,
    /// Whether the search was complete, so that "did not occur" means "cannot occur".
    pub complete: bool,
}

/// How often one event fired during the search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventCount {
    /// The stable name of the event.
    pub event: String,
    /// How often it occurred.
    pub fired: u64,
}
