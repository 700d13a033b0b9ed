//! What one search has found, as a shard holds it: counts, a sketch of its states, and paths by the
//! names of their events, without steps that were not needed.

use std::ops::Range;

use poolproof_models::model::Bounded;
use poolproof_models::names::event::Event;
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::state::topology::Topology;
use serde::{Deserialize, Serialize};

use crate::check::lift::lift;
use crate::check::minimise::{Ground, Target, minimise};
use crate::check::swarm::SwarmLimits;
use crate::check::swarm::search::{SearchResult, VisitedPath};
use crate::check::swarm::sketch::Sketch;

/// The counts and findings of one search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchRecord {
    /// Number of the search.
    pub search: u64,
    /// Distinct states.
    pub states: u64,
    /// Successors generated.
    pub transitions: u64,
    /// The most steps from the start.
    pub depth: u32,
    /// Whether nothing was left to visit within the bounds.
    pub exhausted: bool,
    /// How often each event happened, in the order of the scenario's events.
    pub fired: Vec<u64>,
    /// How often each event happened as a fault.
    pub fired_as_fault: Vec<u64>,
    /// For each property that was violated, the best path.
    pub violations: Vec<FoundPath>,
    /// For each goal that was reached, the best path.
    pub goals: Vec<FoundPath>,
    /// The registers of the sketch of its states.
    pub sketch: String,
}

/// A path from the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundPath {
    /// The property that it violates, or the goal that it reaches.
    pub to: String,
    /// Names of the events.
    pub events: Vec<String>,
}

/// Why records are not those of a swarm.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Other searches than stated.
    #[error("it has not the searches {} to {}, each once", .0.start, .0.end.saturating_sub(1))]
    Searches(Range<u64>),
    /// Counts that no such search can have.
    #[error("search {0} has counts that no search within these bounds has")]
    Counts(u64),
    /// A path that does not show what it should.
    #[error("search {search}: its path to {to} does not lead there")]
    Path {
        /// The number of the search.
        search: u64,
        /// The property or goal.
        to: String,
    },
}

impl SearchRecord {
    /// What a search found.
    pub(super) fn new(model: &Bounded<Topology>, search: u64, result: &SearchResult) -> Self {
        let violations = Property::ALL.iter().filter_map(|property| {
            let found = result.violations[*property as usize].as_ref()?;
            let target = Target::Violation(property.bit());
            Some(minimal(model, found, target, property.name()))
        });
        let goals = Goal::ALL.iter().filter_map(|goal| {
            let found = result.goals[*goal as usize].as_ref()?;
            Some(minimal(model, found, Target::Goal(goal.bit()), goal.name()))
        });
        Self {
            search,
            states: result.states,
            transitions: result.transitions,
            depth: result.depth,
            exhausted: result.exhausted,
            fired: result.fired.clone(),
            fired_as_fault: result.fired_as_fault.clone(),
            violations: violations.collect(),
            goals: goals.collect(),
            sketch: result.sketch.text(),
        }
    }

    /// Whether its transitions are the events that fired, at most one of each from each state, and
    /// no event was a fault more often than it fired. So no sum over searches is too large.
    fn fires_as_often_as_it_steps(&self) -> bool {
        let mut fired = self.fired.iter();
        let fired = fired.try_fold(0_u64, |sum, count| sum.checked_add(*count));
        let most = self.states.saturating_mul(self.fired.len() as u64);
        let mut faults = self.fired_as_fault.iter().zip(&self.fired);
        fired == Some(self.transitions)
            && self.transitions <= most
            && faults.all(|(as_fault, fired)| as_fault <= fired)
    }

    /// Checks that the record is one of this model: counts within the bounds, and paths that lead
    /// where they say.
    pub(super) fn verify(
        &self,
        model: &Bounded<Topology>,
        mask: u32,
        limits: SwarmLimits,
    ) -> Result<(), RecordError> {
        let events = model.system.events().len();
        let fits = self.states <= limits.states.max(1)
            && self.depth <= limits.depth
            && self.fired.len() == events
            && self.fired_as_fault.len() == events
            && self.fires_as_often_as_it_steps()
            && Sketch::parse(&self.sketch).is_some();
        if !fits {
            return Err(RecordError::Counts(self.search));
        }
        let violation = |found: &FoundPath| {
            let bit = Property::from_name(&found.to).map_or(0, Property::bit) & mask;
            leads(model, found, Target::Violation(bit))
        };
        let goal = |found: &FoundPath| {
            let bit = Goal::from_name(&found.to).map_or(0, Goal::bit);
            leads(model, found, Target::Goal(bit))
        };
        let violations = self.violations.iter().filter(|found| !violation(found));
        let goals = self.goals.iter().filter(|found| !goal(found));
        match violations.chain(goals).next() {
            None => Ok(()),
            Some(found) => Err(RecordError::Path {
                search: self.search,
                to: found.to.clone(),
            }),
        }
    }
}

/// The path of a search on concrete servers, without what was not needed.
fn minimal(model: &Bounded<Topology>, found: &VisitedPath, target: Target, to: &str) -> FoundPath {
    let path: Vec<usize> = found
        .events
        .iter()
        .map(|event| usize::from(*event))
        .collect();
    let lifted = lift(model, &path);
    let events = minimise(Ground::within(model), &lifted, target).unwrap_or(lifted);
    let events = events
        .iter()
        .map(|event| model.system.events()[*event].name());
    FoundPath {
        to: to.to_owned(),
        events: events.collect(),
    }
}

/// The events of a path; `None` where one is not of the model.
#[must_use]
pub fn indices(model: &Bounded<Topology>, found: &FoundPath) -> Option<Vec<usize>> {
    let index = |name: &String| model.system.index_of(Event::from_name(name)?);
    found.events.iter().map(index).collect()
}

/// Whether every event of a path can happen, and the last one shows the target.
fn leads(model: &Bounded<Topology>, found: &FoundPath, target: Target) -> bool {
    let Some(events) = indices(model, found) else {
        return false;
    };
    let ground = Ground::within(model);
    let mut at = ground.start();
    for event in &events {
        match ground.step(&at, *event) {
            Some(next) => at = next,
            None => return false,
        }
    }
    ground.shows(&at, events.last().copied(), target)
}
