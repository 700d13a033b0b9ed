//! What a swarm says: a property is violated, with the best of all ways, or it is undecided.

use poolproof_engines::check::minimise::Ground;
use poolproof_engines::check::swarm::sketch::Sketch;
use poolproof_engines::check::swarm::{Part, Way, indices};
use poolproof_models::names::property::{Goal, Property};
use poolproof_reports::document as doc;

use crate::app::compile::swarm::Swarm;
use crate::app::document::counterexample::tell;
use crate::app::document::coverage::{Fired, coverage};
use crate::app::document::verdict::{counted, expected_goals, properties, reductions, told};
use crate::explain::properties::goal_title;

/// The document of the searches that were run, in their order; fewer than planned if the run was
/// interrupted.
#[must_use]
pub fn document(swarm: &Swarm, parts: &[Part], interrupted: bool) -> doc::Check {
    let (scenario, model) = (&swarm.scenario, &swarm.engine.model);
    let total = Total::of(parts, model.system.events().len());
    let limits = swarm.engine.limits;
    let names: Vec<String> = model.system.events().iter().map(|e| e.name()).collect();
    let fired = || names.iter().zip(&total.fired);
    let verdicts = properties(scenario).into_iter();
    doc::Check {
        budget_text: model.budget.to_string(),
        limits_text: format!(
            "{}, each of at most {} states and {}",
            searches(swarm.engine.searches),
            limits.states,
            counted(u64::from(limits.depth), "step")
        ),
        states: total.states,
        transitions: total.transitions,
        depth: total.depth,
        // Not even when every search has visited all that there is: none of them knows that.
        complete: false,
        cut_off_by: interrupted.then(|| "an interrupt".to_owned()),
        swarm: Some(doc::Swarm {
            searches: parts.len() as u64,
            depth_limit: limits.depth,
            states_limit: limits.states,
            exhausted: parts.iter().filter(|part| part.exhausted).count() as u64,
            visits: total.visits,
            states_relative_error: Sketch::RELATIVE_ERROR,
            states_of_first_half: total.states_of_first_half,
        }),
        collision_odds: total.collision_odds,
        reductions: reductions(scenario, &model.system),
        verdicts: verdicts
            .map(|property| verdict(swarm, parts, &total, property))
            .collect(),
        goals: goals(swarm, parts),
        coverage: coverage(
            scenario,
            model,
            Fired {
                all: &total.fired,
                as_fault: &total.fired_as_fault,
            },
            false,
        ),
        events: fired()
            .filter(|(_, fired)| **fired > 0)
            .map(|(event, fired)| doc::EventCount {
                event: event.clone(),
                fired: *fired,
            })
            .collect(),
        never_fired: fired()
            .filter(|(_, fired)| **fired == 0)
            .map(|(event, _)| event.clone())
            .collect(),
    }
}

/// What the searches reached together.
struct Total {
    /// Different states: an estimate.
    states: u64,
    states_of_first_half: u64,
    visits: u64,
    transitions: u64,
    depth: u32,
    fired: Vec<u64>,
    fired_as_fault: Vec<u64>,
    collision_odds: f64,
}

impl Total {
    fn of(parts: &[Part], events: usize) -> Self {
        let mut total = Self {
            states: 0,
            states_of_first_half: different(&parts[..parts.len() / 2]),
            visits: 0,
            transitions: 0,
            depth: 0,
            fired: vec![0; events],
            fired_as_fault: vec![0; events],
            collision_odds: 0.0,
        };
        for part in parts {
            total.visits += part.states;
            total.transitions += part.transitions;
            total.depth = total.depth.max(part.depth);
            add(&mut total.fired, &part.fired);
            add(&mut total.fired_as_fault, &part.fired_as_fault);
            // n² / 2⁶⁵ in each search, which is small.
            let states = part.states as f64;
            total.collision_odds += states * states / libm::exp2(65.0);
        }
        total.states = different(parts).max(total.states_of_first_half);
        total
    }
}

fn add(sums: &mut [u64], counts: &[u64]) {
    for (sum, count) in sums.iter_mut().zip(counts) {
        *sum += count;
    }
}

/// About how many different states were visited: at least as many as by one search, at most as many
/// as by all if no two shared any.
fn different(parts: &[Part]) -> u64 {
    let mut union = Sketch::default();
    let sketches = parts.iter().filter_map(|part| Sketch::parse(&part.sketch));
    sketches.for_each(|sketch| union.merge(&sketch));
    let states = || parts.iter().map(|part| part.states);
    let (least, most) = (states().max().unwrap_or(0), states().sum());
    union.estimate().clamp(least, most)
}

fn searches(number: u64) -> String {
    format!("{number} search{}", if number == 1 { "" } else { "es" })
}

/// The searches that found a way, and the best: fewest faults, then steps, then the first search.
fn best<'a>(swarm: &Swarm, found: impl Iterator<Item = &'a Way>) -> (u64, Option<Vec<usize>>) {
    let ground = Ground::within(&swarm.engine.model);
    let mut number = 0;
    let mut best: Option<((usize, usize), Vec<usize>)> = None;
    for way in found {
        number += 1;
        let Some(events) = indices(&swarm.engine.model, way) else {
            continue;
        };
        let rank = (ground.faults(&events), events.len());
        if best.as_ref().is_none_or(|(known, _)| rank < *known) {
            best = Some((rank, events));
        }
    }
    (number, best.map(|(_, events)| events))
}

fn verdict(swarm: &Swarm, parts: &[Part], total: &Total, property: Property) -> doc::Verdict {
    let ground = Ground::within(&swarm.engine.model);
    let to = |way: &&Way| way.to == property.name();
    let ways = parts.iter().flat_map(|part| &part.violations).filter(to);
    let (number, best) = best(swarm, ways);
    let counterexample = best.map(|events| tell(ground, &events, Some(property)));
    let of = searches(parts.len() as u64);
    let (status, how_far) = match &counterexample {
        Some(way) => (
            doc::VerdictStatus::Violated,
            format!(
                "found by {number} of {of}; minimal counterexample, perhaps not the shortest: {} \
                 and {} in all",
                counted(u64::from(way.faults), "fault"),
                counted(way.steps.len() as u64, "step")
            ),
        ),
        // It is about what can follow a state, and a swarm does not know all that can follow.
        None if property == Property::ServiceReturns => (
            doc::VerdictStatus::Undecided,
            "a swarm does not look for states from which service cannot return".to_owned(),
        ),
        None => (
            doc::VerdictStatus::Undecided,
            format!(
                "no violation in about {} states of {of}; a swarm never shows that a property \
                 holds",
                total.states
            ),
        ),
    };
    told(&swarm.scenario, property, status, how_far, counterexample)
}

fn goals(swarm: &Swarm, parts: &[Part]) -> Vec<doc::Goal> {
    let goal = |(goal, expected): (Goal, bool)| {
        let to = |way: &&Way| way.to == goal.name();
        let ways = parts.iter().flat_map(|part| &part.goals).filter(to);
        let (_, best) = best(swarm, ways);
        let ground = Ground::within(&swarm.engine.model);
        doc::Goal {
            name: goal.name().to_owned(),
            title: goal_title(goal).to_owned(),
            reached: best.is_some(),
            expected,
            complete: false,
            witness: best.map(|events| tell(ground, &events, None)),
        }
    };
    expected_goals(&swarm.scenario).map(goal).collect()
}
