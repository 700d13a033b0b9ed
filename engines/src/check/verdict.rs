//! Verdicts: what a search says about each property and goal, and how far it reaches.

use poolproof_models::model::Bounded;
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::state::topology::Topology;

use crate::check::lift::lift;
use crate::check::minimise::{Ground, Target, minimise};
use crate::check::path::Path;
use crate::check::search::{CutOff, FoundState, Limits, Progress, SearchOutcome, search};

/// What is to be checked.
pub struct CheckRequest<'a> {
    /// The system and its budget of faults.
    pub model: &'a Bounded<Topology>,
    /// The properties.
    pub properties: &'a [Property],
    /// The goals.
    pub goals: &'a [Goal],
}

/// What a check found.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// Distinct states and successors of the search for violations.
    pub progress: Progress,
    /// The longest shortest path, in steps.
    pub depth: u32,
    /// Whether every reachable state was visited.
    pub complete: bool,
    /// Why it ended early.
    pub cut_off: Option<CutOff>,
    /// One per property of the request, in its order.
    pub verdicts: Vec<Verdict>,
    /// One per goal of the request, in its order.
    pub goals: Vec<GoalResult>,
    /// How often each event happened, in the order of the topology's events.
    pub fired: Vec<u64>,
    /// How often each event happened as a fault; some events are faults in some states only.
    pub fired_as_fault: Vec<u64>,
    /// The probability that two states shared a fingerprint, so that one was never visited.
    pub collision_odds: f64,
    /// Bytes of memory for what is stored of every state.
    pub stored_bytes: u64,
}

/// What is known about one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The property.
    pub property: Property,
    /// What was found.
    pub status: Status,
    /// How far that reaches, or how the violation was found.
    pub reach: Reach,
    /// The path to the violation, if there is one.
    pub path: Option<Path>,
}

/// The answer about a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// No reachable state violates it, and the search was complete.
    Holds,
    /// A reachable state violates it.
    Violated,
    /// A limit was reached before an answer.
    Undecided,
}

/// How far a verdict reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Holds in every state within the budget.
    EveryState,
    /// Holds: service returns from each of these states, which are all within the budget.
    EveryReturn {
        /// The number of states.
        states: u64,
    },
    /// Violated: no counterexample has fewer faults, and none with as many has fewer steps.
    Shortest {
        /// The faults spent.
        faults: u32,
        /// The steps from the start.
        steps: u32,
    },
    /// Violated: the nearest state from which service cannot return.
    NearestTrap {
        /// The faults that lead there.
        faults: u32,
        /// The steps that lead there.
        steps: u32,
    },
    /// Violated: found by searches of a swarm; no step can be left out, but a shorter path may
    /// exist.
    Minimal {
        /// The searches that found a violation.
        found_by: u64,
        /// All searches.
        searches: u64,
        /// The faults of the path.
        faults: u32,
        /// The steps of the path.
        steps: u32,
    },
    /// Undecided: no violation in the states that were visited.
    NoViolation {
        /// The number of states.
        states: u64,
        /// Every state with at most so many faults was visited; `None` if not even those without.
        complete_up_to: Option<u32>,
    },
    /// Undecided: among the states that were visited, service returns from each.
    NoTrap {
        /// The number of states.
        states: u64,
        /// Every state with at most so many faults was visited; `None` if not even those without.
        complete_up_to: Option<u32>,
    },
    /// Undecided: the searches of a swarm found no violation, which never shows that there is none.
    NotFound {
        /// An estimate of the number of states that were visited.
        states: u64,
        /// All searches.
        searches: u64,
    },
    /// Undecided: a swarm does not look for states from which service cannot return.
    NotSearched,
}

/// Whether a goal can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalResult {
    /// The goal.
    pub goal: Goal,
    /// A path to it; `None` where the search did not reach it.
    pub path: Option<Path>,
}

/// The bits of properties.
#[must_use]
pub fn mask(properties: &[Property]) -> u32 {
    properties.iter().fold(0, |mask, p| mask | p.bit())
}

/// The probability that two of so many states share a 64-bit fingerprint: about n² / 2⁶⁵.
#[must_use]
pub fn collision_odds(states: u64) -> f64 {
    let states = states as f64;
    states * states / libm::exp2(65.0)
}

/// Searches the model for violations and goals, and for states from which service cannot return
/// where [`Property::ServiceReturns`] is asked for.
pub fn check(request: &CheckRequest<'_>, limits: &mut Limits<'_>) -> CheckResult {
    let model = request.model;
    let outcome = search(model, mask(request.properties), limits);
    let verdicts = request.properties.iter().map(|property| match property {
        // No state violates recoverability by itself.
        Property::ServiceReturns => recovers(model, &outcome),
        _ => verdict(model, &outcome, *property),
    });
    let goals = request.goals.iter().map(|goal| GoalResult {
        goal: *goal,
        path: outcome.goals[*goal as usize].map(|found| {
            let events = lift(model, &outcome.path_to_goal(found));
            Path::of(Ground::within(model), &events)
        }),
    });
    CheckResult {
        verdicts: verdicts.collect(),
        goals: goals.collect(),
        progress: outcome.progress,
        depth: outcome.depth,
        complete: outcome.cut_off.is_none() && !outcome.pruned,
        cut_off: outcome.cut_off,
        collision_odds: collision_odds(outcome.progress.states),
        stored_bytes: outcome.stored_bytes,
        fired: outcome.fired,
        fired_as_fault: outcome.fired_as_fault,
    }
}

fn verdict(model: &Bounded<Topology>, outcome: &SearchOutcome, property: Property) -> Verdict {
    let found = outcome.violations[property as usize];
    let (status, reach) = match (found, outcome.cut_off) {
        (Some(found), _) => (
            Status::Violated,
            Reach::Shortest {
                faults: u32::from(found.faults),
                steps: found.depth,
            },
        ),
        (None, None) => (Status::Holds, Reach::EveryState),
        (None, Some(_)) => (
            Status::Undecided,
            Reach::NoViolation {
                states: outcome.progress.states,
                complete_up_to: outcome.progress.complete_up_to(),
            },
        ),
    };
    Verdict {
        property,
        status,
        reach,
        path: found.map(|found| violation(model, outcome, found, property)),
    }
}

/// The shortest path to a violation, without steps that were not needed.
fn violation(
    model: &Bounded<Topology>,
    outcome: &SearchOutcome,
    found: FoundState,
    property: Property,
) -> Path {
    let ground = Ground::within(model);
    let lifted = lift(model, &outcome.path(found));
    let target = Target::Violation(property.bit());
    let events = minimise(ground, &lifted, target).unwrap_or(lifted);
    Path::of(ground, &events)
}

/// The verdict on recoverability.
fn recovers(model: &Bounded<Topology>, outcome: &SearchOutcome) -> Verdict {
    let states = outcome.progress.states;
    let (status, reach) = match (outcome.trap, outcome.cut_off) {
        (Some(trap), _) => (
            Status::Violated,
            Reach::NearestTrap {
                faults: u32::from(trap.faults),
                steps: trap.depth,
            },
        ),
        (None, None) => (Status::Holds, Reach::EveryReturn { states }),
        (None, Some(_)) => (
            Status::Undecided,
            Reach::NoTrap {
                states,
                complete_up_to: outcome.progress.complete_up_to(),
            },
        ),
    };
    let path = |trap| Path::of(Ground::within(model), &lift(model, &outcome.path(trap)));
    Verdict {
        property: Property::ServiceReturns,
        status,
        reach,
        path: outcome.trap.map(path),
    }
}
