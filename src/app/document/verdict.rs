//! Verdicts: what the search says about a scenario, and how far.

use poolproof_engines::check::coverage::Fired;
use poolproof_engines::check::minimise::Ground;
use poolproof_engines::check::search::{Limits, Progress};
use poolproof_engines::check::verdict::{self, CheckRequest, GoalResult, Reach, Status, Verdict};
use poolproof_models::model::Bounded;
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::state::topology::{Start, Topology};
use poolproof_reports::document as doc;

use crate::app::compile::{check, slices};
use crate::app::document::counterexample::tell;
use crate::app::document::coverage::coverage;
use crate::app::document::names;
use crate::app::document::recovery::explained;
use crate::explain::operations::operation_text;
use crate::explain::properties::{goal_title, property_text};
use crate::scenario::Scenario;
use crate::scenario::expect::Verdict as Expected;

/// What bounds a check beside the scenario's own limit of states: what somebody at a terminal can
/// wait for. A result that such a bound cut off cannot be made again byte by byte.
pub struct Bounds<'a> {
    /// The most bytes of the search's tables.
    pub bytes: Option<u64>,
    /// The longest time in milliseconds, for the result; `stop` ends the search.
    pub time_ms: Option<u64>,
    /// Called every few thousand expansions with the progress; why to stop, or `None` to go on.
    pub stop: &'a mut dyn FnMut(&Progress) -> Option<Stop>,
}

/// Why the caller of a search ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody asked for the end.
    Interrupt,
    /// The time limit of the caller was reached.
    Time,
}

/// A finished check.
pub struct Checked {
    /// What goes into the result document.
    pub document: doc::Check,
    /// States and transitions, for timing.
    pub progress: Progress,
    /// Bytes of memory for what is stored of every state, for timing.
    pub stored_bytes: u64,
    /// Whether the search ended because somebody asked it to.
    pub interrupted: bool,
}

/// Checks a scenario within its own limit of states; `on_progress` returns false to interrupt.
pub fn check(scenario: &Scenario, on_progress: &mut dyn FnMut(&Progress) -> bool) -> Checked {
    let bounds = Bounds {
        bytes: None,
        time_ms: None,
        stop: &mut |at| (!on_progress(at)).then_some(Stop::Interrupt),
    };
    check_within(scenario, bounds)
}

/// Checks a scenario within bounds.
pub fn check_within(scenario: &Scenario, bounds: Bounds<'_>) -> Checked {
    let model = check::model(scenario);
    let expected_goals: Vec<(Goal, bool)> = check::expected_goals(scenario).collect();
    let goals: Vec<Goal> = expected_goals.iter().map(|(goal, _)| *goal).collect();
    let request = CheckRequest {
        model: &model,
        properties: &check::properties(scenario),
        goals: &goals,
    };
    let mut stopped = None;
    let mut limits = Limits {
        states: scenario.check.states_limit,
        bytes: bounds.bytes.unwrap_or(u64::MAX),
        on_progress: &mut |at| {
            stopped = (bounds.stop)(at);
            stopped.is_none()
        },
    };
    let result = verdict::check(&request, &mut limits);
    let interrupted = stopped == Some(Stop::Interrupt);
    let fired = Fired {
        events: model.system.events(),
        all: &result.fired,
        as_fault: &result.fired_as_fault,
    };
    let (events, never_fired) = event_counts(fired);
    let document = doc::Check {
        name: names::budget_name(scenario),
        budget: names::budget(&model.budget),
        limits: doc::Limits {
            states: scenario.check.states_limit,
            time_ms: bounds.time_ms,
            bytes: bounds.bytes,
        },
        states: result.progress.states,
        transitions: result.progress.transitions,
        depth: result.depth,
        complete: result.complete,
        cut_off_by: result
            .cut_off
            .map(|cut_off| names::cut_off(cut_off, stopped)),
        swarm: None,
        second_opinion: None,
        collision_odds: result.collision_odds,
        reductions: reductions(scenario, &model),
        verdicts: verdicts(scenario, &model, &result.verdicts),
        goals: goals_reached(&model, &expected_goals, &result.goals, result.complete),
        coverage: coverage(scenario, &model, fired, result.complete),
        events,
        never_fired,
    };
    Checked {
        document,
        progress: result.progress,
        stored_bytes: result.stored_bytes,
        interrupted,
    }
}

/// The events that happened, with how often, and the names of those that never did.
pub(super) fn event_counts(fired: Fired<'_>) -> (Vec<doc::EventCount>, Vec<String>) {
    let (mut events, mut never_fired) = (Vec::new(), Vec::new());
    for (event, times) in fired.events.iter().zip(fired.all) {
        let event = event.name();
        match *times {
            0 => never_fired.push(event),
            fired => events.push(doc::EventCount { event, fired }),
        }
    }
    (events, never_fired)
}

/// The verdicts of a search, with what the scenario expects of each.
pub(super) fn verdicts(
    scenario: &Scenario,
    model: &Bounded<Topology>,
    found: &[Verdict],
) -> Vec<doc::Verdict> {
    let document = |verdict: &Verdict| {
        let property = verdict.property;
        let missing = slices::missing(scenario, property);
        // A violation is one whatever is left out. What a scenario leaves out by its own list of
        // slices stands beside the verdict. Where it lists none, or without what the property is
        // about, there is no verdict.
        let lists_none = scenario.check.slices.as_ref().is_some_and(Vec::is_empty);
        let is_open = verdict.status != Status::Violated
            && missing
                .iter()
                .any(|slice| lists_none || property.is_about(*slice));
        let left_out: Vec<_> = missing.into_iter().map(names::left_out).collect();
        let (status, reach) = match is_open {
            true => (doc::VerdictStatus::NotChecked, doc::Reach::LeftOut),
            false => (status(verdict.status), names::reach(verdict.reach)),
        };
        let expected = expected(scenario, property);
        doc::Verdict {
            property: property.name().to_owned(),
            title: property_text(property).title.to_owned(),
            meaning: property_text(property).meaning.to_owned(),
            status,
            expected,
            as_expected: status == expected,
            reach,
            left_out,
            counterexample: verdict.path.as_ref().map(|path| match verdict.reach {
                Reach::NearestTrap { .. } => explained(model, path),
                _ => tell(Ground::within(model), &path.events(), Some(property)),
            }),
        }
    };
    found.iter().map(document).collect()
}

/// A status, as the document has it.
const fn status(status: Status) -> doc::VerdictStatus {
    match status {
        Status::Holds => doc::VerdictStatus::Holds,
        Status::Violated => doc::VerdictStatus::Violated,
        Status::Undecided => doc::VerdictStatus::Undecided,
    }
}

/// What a scenario expects of a property.
fn expected(scenario: &Scenario, property: Property) -> doc::VerdictStatus {
    match scenario.expect.verdict(property) {
        Expected::Holds => doc::VerdictStatus::Holds,
        Expected::Violated => doc::VerdictStatus::Violated,
        Expected::Undecided => doc::VerdictStatus::Undecided,
    }
}

/// The goals that a scenario names, with what was found.
pub(super) fn goals_reached(
    model: &Bounded<Topology>,
    expected: &[(Goal, bool)],
    found: &[GoalResult],
    complete: bool,
) -> Vec<doc::Goal> {
    let document = |((goal, expected), found): (&(Goal, bool), &GoalResult)| doc::Goal {
        name: goal.name().to_owned(),
        title: goal_title(*goal).to_owned(),
        reached: found.path.is_some(),
        expected: *expected,
        complete,
        witness: found
            .path
            .as_ref()
            .map(|path| tell(Ground::within(model), &path.events(), None)),
    };
    expected.iter().zip(found).map(document).collect()
}

/// The steps that set a fence, in words. Its failing is a mistake (handbook 13.13).
fn fences(topology: &Topology) -> impl Iterator<Item = String> {
    topology.runbooks.iter().flat_map(|runbook| {
        let steps = (1..).zip(&runbook.steps);
        let fences = steps.filter(|(_, step)| step.operation.sets_fence());
        fences.map(|(number, step)| {
            let text = operation_text(step.operation);
            format!("step {number} of \"{}\" ({text})", runbook.name)
        })
    })
}

/// What makes the space smaller than the system.
pub(super) fn reductions(scenario: &Scenario, model: &Bounded<Topology>) -> Vec<doc::Reduction> {
    let topology = &model.system;
    let mut out = vec![
        doc::Reduction::InterchangeableServers,
        doc::Reduction::ConnectionsAtOnce,
        doc::Reduction::ClientsAtOnce,
    ];
    let (modelled, of) = (topology.servers.len() as u32, scenario.pool.total());
    if modelled < of {
        out.push(doc::Reduction::FewerServers {
            modelled,
            of,
            per_class: scenario.check.servers_per_class,
        });
    }
    if topology.start != Start::Normal {
        out.push(doc::Reduction::FailedOverStart);
    }
    let without = scenario.check.without.iter();
    out.extend(without.map(|slice| doc::Reduction::Without(names::left_out(*slice))));
    let excluded = topology.excluded.iter();
    out.extend(excluded.map(|event| doc::Reduction::ExcludedEvent(event.name())));
    if model.budget.per_class[FaultClass::Mistake as usize] == 0 {
        out.extend(fences(topology).map(doc::Reduction::FenceHolds));
    }
    out
}
