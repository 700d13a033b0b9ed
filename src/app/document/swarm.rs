//! What a swarm found, as the document has it.

use poolproof_engines::check::coverage::Fired;
use poolproof_engines::check::swarm::SearchRecord;
use poolproof_engines::check::swarm::sketch::Sketch;
use poolproof_models::names::property::Goal;
use poolproof_reports::document as doc;

use crate::app::compile::check;
use crate::app::compile::swarm::Swarm;
use crate::app::document::coverage::coverage;
use crate::app::document::names;
use crate::app::document::verdict::{event_counts, goals_reached, reductions, verdicts};

/// The document of the searches that were run, in their order; fewer than planned if the run was
/// interrupted.
#[must_use]
pub fn document(swarm: &Swarm, parts: &[SearchRecord], interrupted: bool) -> doc::Check {
    let (scenario, model) = (&swarm.scenario, &swarm.engine.model);
    let expected_goals: Vec<(Goal, bool)> = check::expected_goals(scenario).collect();
    let goals: Vec<Goal> = expected_goals.iter().map(|(goal, _)| *goal).collect();
    let found = swarm.engine.summary(parts, &goals);
    let limits = swarm.engine.limits;
    let fired = Fired {
        events: model.system.events(),
        all: &found.fired,
        as_fault: &found.fired_as_fault,
    };
    let (events, never_fired) = event_counts(fired);
    doc::Check {
        name: names::budget_name(scenario),
        budget: names::budget(&model.budget),
        limits: doc::Limits {
            states: limits.states,
            time_ms: None,
            bytes: None,
        },
        states: found.states,
        transitions: found.transitions,
        depth: found.depth,
        // Not even when every search has visited all that there is: none of them knows that.
        complete: false,
        cut_off_by: interrupted.then_some(doc::CutOff::Interrupt),
        second_opinion: None,
        swarm: Some(doc::Swarm {
            searches: found.searches,
            depth_limit: limits.depth,
            states_limit: limits.states,
            exhausted: found.exhausted,
            visits: found.visits,
            states_relative_error: Sketch::RELATIVE_ERROR,
            states_of_first_half: found.states_of_first_half,
        }),
        collision_odds: found.collision_odds,
        reductions: reductions(scenario, model),
        verdicts: verdicts(scenario, model, &found.verdicts),
        goals: goals_reached(model, &expected_goals, &found.goals, false),
        coverage: coverage(scenario, model, fired, false),
        events,
        never_fired,
    }
}
