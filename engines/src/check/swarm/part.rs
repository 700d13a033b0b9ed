//! What one search has found, as a shard holds it: counts, a sketch of its states, and ways by the
//! names of their events, without steps that were not needed.

use std::ops::Range;

use poolproof_models::model::Bounded;
use poolproof_models::names::event::Event;
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::state::topology::Topology;
use serde::{Deserialize, Serialize};

use crate::check::lift::lift;
use crate::check::minimise::{Ground, Target, minimise};
use crate::check::swarm::Limits;
use crate::check::swarm::search::{Dive, Trodden};
use crate::check::swarm::sketch::Sketch;

/// The counts and findings of one search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
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
    /// For each property that was violated, the best way.
    pub violations: Vec<Way>,
    /// For each goal that was reached, the best way.
    pub goals: Vec<Way>,
    /// The registers of the sketch of its states.
    pub sketch: String,
}

/// A way from the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The property that it violates, or the goal that it reaches.
    pub to: String,
    /// Names of the events.
    pub events: Vec<String>,
}

/// Why parts are not those of a swarm.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// Other searches than stated.
    #[error("it has not the searches {} to {}, each once", .0.start, .0.end.saturating_sub(1))]
    Searches(Range<u64>),
    /// Counts that no such search can have.
    #[error("search {0} has counts that no search within these bounds has")]
    Counts(u64),
    /// A way that does not show what it should.
    #[error("search {search}: its way to {to} does not lead there")]
    Way {
        /// The number of the search.
        search: u64,
        /// The property or goal.
        to: String,
    },
}

impl Part {
    /// What a search found.
    pub(super) fn new(model: &Bounded<Topology>, search: u64, dive: &Dive) -> Self {
        let violations = Property::ALL.iter().filter_map(|property| {
            let way = dive.violations[*property as usize].as_ref()?;
            let target = Target::Violation(property.bit());
            Some(minimal(model, way, target, property.name()))
        });
        let goals = Goal::ALL.iter().filter_map(|goal| {
            let way = dive.goals[*goal as usize].as_ref()?;
            Some(minimal(model, way, Target::Goal(goal.bit()), goal.name()))
        });
        Self {
            search,
            states: dive.states,
            transitions: dive.transitions,
            depth: dive.depth,
            exhausted: dive.exhausted,
            fired: dive.fired.clone(),
            fired_as_fault: dive.fired_as_fault.clone(),
            violations: violations.collect(),
            goals: goals.collect(),
            sketch: dive.sketch.text(),
        }
    }

    /// Sees that the part is one of this model: counts within the bounds, and ways that lead where
    /// they say.
    pub(super) fn verify(
        &self,
        model: &Bounded<Topology>,
        mask: u32,
        limits: Limits,
    ) -> Result<(), PartError> {
        let events = model.system.events().len();
        let fits = self.states <= limits.states.max(1)
            && self.depth <= limits.depth
            && self.fired.len() == events
            && self.fired_as_fault.len() == events
            && Sketch::parse(&self.sketch).is_some();
        if !fits {
            return Err(PartError::Counts(self.search));
        }
        let violation = |way: &Way| {
            let bit = Property::from_name(&way.to).map_or(0, Property::bit) & mask;
            leads(model, way, Target::Violation(bit))
        };
        let goal = |way: &Way| {
            let bit = Goal::from_name(&way.to).map_or(0, Goal::bit);
            leads(model, way, Target::Goal(bit))
        };
        let violations = self.violations.iter().filter(|way| !violation(way));
        let goals = self.goals.iter().filter(|way| !goal(way));
        match violations.chain(goals).next() {
            None => Ok(()),
            Some(way) => Err(PartError::Way {
                search: self.search,
                to: way.to.clone(),
            }),
        }
    }
}

/// The way of a search on concrete servers, without what was not needed.
fn minimal(model: &Bounded<Topology>, way: &Trodden, target: Target, to: &str) -> Way {
    let path: Vec<usize> = way.events.iter().map(|event| usize::from(*event)).collect();
    let lifted = lift(model, &path);
    let events = minimise(Ground::within(model), &lifted, target).unwrap_or(lifted);
    let events = events
        .iter()
        .map(|event| model.system.events()[*event].name());
    Way {
        to: to.to_owned(),
        events: events.collect(),
    }
}

/// The events of a way; `None` where one is not of the model.
#[must_use]
pub fn indices(model: &Bounded<Topology>, way: &Way) -> Option<Vec<usize>> {
    let index = |name: &String| model.system.index_of(Event::from_name(name)?);
    way.events.iter().map(index).collect()
}

/// Whether every event of a way can happen, and the last one shows the target.
fn leads(model: &Bounded<Topology>, way: &Way, target: Target) -> bool {
    let Some(events) = indices(model, way) else {
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
