//! What the searches of a swarm found together: a property is violated, with the best of all
//! paths, or it is undecided.

use poolproof_models::names::property::{Goal, Property};

use crate::check::minimise::Ground;
use crate::check::path::Path;
use crate::check::swarm::sketch::Sketch;
use crate::check::swarm::{FoundPath, SearchRecord, Swarm, indices};
use crate::check::verdict::{GoalResult, Reach, Status, Verdict, collision_odds};

/// What the searches of a swarm found together.
#[derive(Debug, Clone, PartialEq)]
pub struct SwarmSummary {
    /// The number of searches that were run.
    pub searches: u64,
    /// The searches that had nothing left to visit within their bounds.
    pub exhausted: u64,
    /// Distinct states: an estimate.
    pub states: u64,
    /// Distinct states of the first half of the searches alone: an estimate.
    pub states_of_first_half: u64,
    /// Distinct states of each search, summed.
    pub visits: u64,
    /// Successors generated.
    pub transitions: u64,
    /// The most steps from the start.
    pub depth: u32,
    /// How often each event happened, in the order of the topology's events.
    pub fired: Vec<u64>,
    /// How often each event happened as a fault.
    pub fired_as_fault: Vec<u64>,
    /// The probability that two states of one search shared a fingerprint.
    pub collision_odds: f64,
    /// One per property of the swarm, in its order.
    pub verdicts: Vec<Verdict>,
    /// One per goal that was asked for, in that order.
    pub goals: Vec<GoalResult>,
}

impl Swarm {
    /// Summarises searches that were run, in their order.
    #[must_use]
    pub fn summary(&self, records: &[SearchRecord], goals: &[Goal]) -> SwarmSummary {
        let events = self.model.system.events().len();
        let states_of_first_half = distinct(&records[..records.len() / 2]);
        let mut summary = SwarmSummary {
            searches: records.len() as u64,
            exhausted: records.iter().filter(|record| record.exhausted).count() as u64,
            states: distinct(records).max(states_of_first_half),
            states_of_first_half,
            visits: 0,
            transitions: 0,
            depth: 0,
            fired: vec![0; events],
            fired_as_fault: vec![0; events],
            collision_odds: 0.0,
            verdicts: Vec::new(),
            goals: goals.iter().map(|goal| self.goal(records, *goal)).collect(),
        };
        for record in records {
            summary.visits += record.states;
            summary.transitions += record.transitions;
            summary.depth = summary.depth.max(record.depth);
            add(&mut summary.fired, &record.fired);
            add(&mut summary.fired_as_fault, &record.fired_as_fault);
            // Each is small, so that their sum is the probability of any.
            summary.collision_odds += collision_odds(record.states);
        }
        let states = summary.states;
        let properties = self.properties.iter();
        summary.verdicts = properties
            .map(|property| self.verdict(records, states, *property))
            .collect();
        summary
    }

    fn verdict(&self, records: &[SearchRecord], states: u64, property: Property) -> Verdict {
        let to = |found: &&FoundPath| found.to == property.name();
        let paths = records
            .iter()
            .flat_map(|record| &record.violations)
            .filter(to);
        let (found_by, path) = self.best(paths);
        let searches = records.len() as u64;
        let (status, reach) = match &path {
            Some(path) => (
                Status::Violated,
                Reach::Minimal {
                    found_by,
                    searches,
                    faults: path.faults(),
                    steps: path.length(),
                },
            ),
            // It is about what can follow a state, and a swarm does not know all that can follow.
            None if property == Property::ServiceReturns => (Status::Undecided, Reach::NotSearched),
            None => (Status::Undecided, Reach::NotFound { states, searches }),
        };
        Verdict {
            property,
            status,
            reach,
            path,
        }
    }

    fn goal(&self, records: &[SearchRecord], goal: Goal) -> GoalResult {
        let to = |found: &&FoundPath| found.to == goal.name();
        let paths = records.iter().flat_map(|record| &record.goals).filter(to);
        GoalResult {
            goal,
            path: self.best(paths).1,
        }
    }

    /// The number of searches that found a path, and the best one: fewest faults, then steps, then
    /// the first search.
    fn best<'a>(&self, found: impl Iterator<Item = &'a FoundPath>) -> (u64, Option<Path>) {
        let ground = Ground::within(&self.model);
        let mut number = 0;
        let mut best: Option<((usize, usize), Vec<usize>)> = None;
        for found in found {
            number += 1;
            let Some(events) = indices(&self.model, found) else {
                continue;
            };
            let rank = (ground.faults(&events), events.len());
            if best.as_ref().is_none_or(|(known, _)| rank < *known) {
                best = Some((rank, events));
            }
        }
        (number, best.map(|(_, events)| Path::of(ground, &events)))
    }
}

fn add(sums: &mut [u64], counts: &[u64]) {
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum += count;
    }
}

/// An estimate of the number of distinct states: at least as many as of one search, at most as
/// many as of all if no two shared any.
fn distinct(records: &[SearchRecord]) -> u64 {
    let mut union = Sketch::default();
    let sketches = records
        .iter()
        .filter_map(|record| Sketch::parse(&record.sketch));
    sketches.for_each(|sketch| union.merge(&sketch));
    let states = || records.iter().map(|record| record.states);
    let (least, most) = (states().max().unwrap_or(0), states().sum());
    union.estimate().clamp(least, most)
}
