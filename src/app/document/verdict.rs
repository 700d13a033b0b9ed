//! Verdicts: what the search says about a scenario, and how far.

use poolproof_engines::check::search::{CutOff, Limits, Outcome, Progress, search};
use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::property::{Goal, Property};
use poolproof_models::state::topology::{Start, Topology};
use poolproof_reports::document as doc;

use crate::app::compile;
use crate::app::document::counterexample;
use crate::app::document::coverage::{Fired, coverage};
use crate::app::document::recovery::{Recovery, recovery};
use crate::explain::properties::{goal_title, property_text};
use crate::scenario::Scenario;
use crate::scenario::check::FaultName;
use crate::scenario::expect::Verdict as Expected;

/// What bounds a check beside the scenario's own limit of states: what somebody at a terminal can
/// wait for. A result that such a bound cut off cannot be made again byte by byte.
pub struct Bounds<'a> {
    /// The most bytes of the search's tables.
    pub bytes: Option<u64>,
    /// The bounds in words, as they were given; for the result.
    pub words: Vec<String>,
    /// Called every few thousand expansions with the progress; why to stop, or `None` to go on.
    pub stop: &'a mut dyn FnMut(&Progress) -> Option<Stop>,
}

/// Why the caller of a search ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Somebody asked for the end.
    Interrupt,
    /// A limit of the caller was reached; which one, in words.
    Limit(String),
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

/// The bounded model that a scenario's check searches.
#[must_use]
pub fn model(scenario: &Scenario) -> Bounded<Topology> {
    model_within(scenario, scenario.check.faults as u8)
}

/// The same with another total of faults. The scenario's limits per class stay.
#[must_use]
pub fn model_within(scenario: &Scenario, faults: u8) -> Bounded<Topology> {
    Bounded::new(
        compile::checked_topology(scenario),
        budget(scenario, faults),
    )
}

fn budget(scenario: &Scenario, faults: u8) -> Budget {
    let settings = &scenario.check;
    let mut budget = Budget::of(faults);
    for class in FaultClass::ALL {
        let listed = settings.faults_enabled.as_ref().is_none_or(|faults| {
            faults.iter().any(|fault| match fault {
                FaultName::Class(listed) => *listed == class,
                FaultName::Mistake(_) | FaultName::Misoperation(_) => class == FaultClass::Mistake,
            })
        });
        let limit = settings
            .limits
            .get(&class)
            .map_or(budget.total, |limit| *limit as u8);
        budget = budget.with_limit(class, if listed { limit.min(budget.total) } else { 0 });
    }
    budget
}

/// Checks a scenario within its own limit of states; `on_progress` returns false to interrupt.
pub fn check(scenario: &Scenario, on_progress: &mut dyn FnMut(&Progress) -> bool) -> Checked {
    let bounds = Bounds {
        bytes: None,
        words: Vec::new(),
        stop: &mut |at| (!on_progress(at)).then_some(Stop::Interrupt),
    };
    check_within(scenario, bounds)
}

/// Checks a scenario within bounds.
pub fn check_within(scenario: &Scenario, bounds: Bounds<'_>) -> Checked {
    let model = model(scenario);
    let properties = properties(scenario);
    let mask = properties.iter().fold(0, |mask, p| mask | p.bit());
    let bytes = bounds.bytes.unwrap_or(u64::MAX);
    let mut stopped = None;
    let mut limits = Limits {
        states: scenario.check.states_limit,
        bytes,
        on_progress: &mut |at| {
            stopped = (bounds.stop)(at);
            stopped.is_none()
        },
    };
    let outcome = search(&model, mask, &mut limits);
    let complete = outcome.cut_off.is_none() && !outcome.pruned;
    // No state breaks RC by itself: it has a search of its own.
    let recovery =
        (mask & Property::ServiceReturns.bit() != 0).then(|| recovery(&model, &mut limits));
    let cut_off = outcome
        .cut_off
        .or_else(|| recovery.as_ref().and_then(|recovery| recovery.cut_off));
    let interrupted = stopped == Some(Stop::Interrupt);
    let cut_off_by = cut_off.map(|cut_off| match (cut_off, stopped) {
        (CutOff::States, _) => format!("the limit of {} states", scenario.check.states_limit),
        (CutOff::Memory, _) => format!("the memory limit of {bytes} bytes"),
        (CutOff::Interrupted, Some(Stop::Limit(words))) => words,
        (CutOff::Interrupted, _) => "an interrupt".to_owned(),
    });
    let mut limits_words = vec![format!("at most {} states", scenario.check.states_limit)];
    limits_words.extend(bounds.words);
    let names: Vec<String> = model.system.events().iter().map(|e| e.name()).collect();
    let by_fired = |fired: bool| {
        let wanted = move |n: &u64| (*n > 0) == fired;
        names
            .iter()
            .zip(&outcome.fired)
            .filter(move |(_, n)| wanted(n))
    };
    let states = outcome.progress.states as f64;
    let document = doc::Check {
        budget_text: model.budget.to_string(),
        limits_text: limits_words.join(", "),
        states: outcome.progress.states,
        transitions: outcome.progress.transitions,
        depth: outcome.depth,
        complete,
        cut_off_by,
        swarm: None,
        // n² / 2⁶⁵: two of n random 64-bit fingerprints are equal.
        collision_odds: states * states / libm::exp2(65.0),
        reductions: reductions(scenario, &model.system),
        verdicts: properties
            .iter()
            .map(|property| verdict(scenario, &model, &outcome, recovery.as_ref(), *property))
            .collect(),
        goals: goals(scenario, &model, &outcome, complete),
        coverage: coverage(
            scenario,
            &model,
            Fired {
                all: &outcome.fired,
                as_fault: &outcome.fired_as_fault,
            },
            complete,
        ),
        events: by_fired(true)
            .map(|(event, fired)| doc::EventCount {
                event: event.clone(),
                fired: *fired,
            })
            .collect(),
        never_fired: by_fired(false).map(|(event, _)| event.clone()).collect(),
    };
    Checked {
        document,
        progress: outcome.progress,
        stored_bytes: outcome.stored_bytes,
        interrupted,
    }
}

/// The listed properties, and the invariants of mirroring, which are part of every check.
#[must_use]
pub fn properties(scenario: &Scenario) -> Vec<Property> {
    let invariants = [
        Property::MirrorHasAll,
        Property::RegisterIsTrue,
        Property::OnePrincipal,
        Property::FailoverKeepsAll,
    ];
    let mut properties = scenario.check.properties.clone();
    properties.extend(invariants);
    properties.sort_unstable();
    properties.dedup();
    properties
}

fn verdict(
    scenario: &Scenario,
    model: &Bounded<Topology>,
    outcome: &Outcome,
    recovery: Option<&Recovery>,
    property: Property,
) -> doc::Verdict {
    let found = outcome.violations[property as usize];
    let recovery = recovery.filter(|_| property == Property::ServiceReturns);
    let (status, how_far) = match (found, outcome.cut_off) {
        _ if let Some(recovery) = recovery => (recovery.status, recovery.how_far.clone()),
        (Some(found), _) => (
            doc::VerdictStatus::Violated,
            format!(
                "shortest counterexample: {} and {} in all",
                counted(u64::from(found.faults), "fault"),
                counted(u64::from(found.depth), "step")
            ),
        ),
        (None, None) => (
            doc::VerdictStatus::Holds,
            format!("in every state within {}", model.budget),
        ),
        (None, Some(_)) => {
            let faults = outcome.progress.faults;
            let done = match faults.checked_sub(1) {
                Some(full) => format!("complete for at most {}", counted(u64::from(full), "fault")),
                None => "not even complete without a fault".to_owned(),
            };
            (
                doc::VerdictStatus::Undecided,
                format!("no violation in {} states; {done}", outcome.progress.states),
            )
        }
    };
    let counterexample = match recovery {
        Some(recovery) => recovery.counterexample.clone(),
        None => found.map(|found| counterexample::of_property(model, outcome, found, property)),
    };
    told(scenario, property, status, how_far, counterexample)
}

/// A verdict, with what the scenario expects of it.
pub(super) fn told(
    scenario: &Scenario,
    property: Property,
    status: doc::VerdictStatus,
    how_far: String,
    counterexample: Option<doc::Counterexample>,
) -> doc::Verdict {
    let expected = expected(scenario, property);
    doc::Verdict {
        property: property.name().to_owned(),
        title: property_text(property).title.to_owned(),
        meaning: property_text(property).meaning.to_owned(),
        status,
        expected,
        as_expected: status == expected,
        how_far,
        counterexample,
    }
}

/// What a scenario expects of a property.
pub(super) fn expected(scenario: &Scenario, property: Property) -> doc::VerdictStatus {
    match scenario.expect.verdict(property) {
        Expected::Holds => doc::VerdictStatus::Holds,
        Expected::Violated => doc::VerdictStatus::Violated,
        Expected::Undecided => doc::VerdictStatus::Undecided,
    }
}

fn goals(
    scenario: &Scenario,
    model: &Bounded<Topology>,
    outcome: &Outcome,
    complete: bool,
) -> Vec<doc::Goal> {
    expected_goals(scenario)
        .map(|(goal, expected)| {
            let found = outcome.goals[goal as usize];
            doc::Goal {
                name: goal.name().to_owned(),
                title: goal_title(goal).to_owned(),
                reached: found.is_some(),
                expected,
                complete,
                witness: found.map(|found| counterexample::of_goal(model, outcome, found)),
            }
        })
        .collect()
}

/// The goals that a scenario names, and whether it expects them to be reached.
pub(super) fn expected_goals(scenario: &Scenario) -> impl Iterator<Item = (Goal, bool)> {
    Goal::ALL.into_iter().filter_map(|goal| {
        let wanted = scenario.expect.reachable.contains(&goal);
        (wanted || scenario.expect.unreachable.contains(&goal)).then_some((goal, wanted))
    })
}

/// What makes the space smaller than the system, in words.
pub(crate) fn reductions(scenario: &Scenario, topology: &Topology) -> Vec<String> {
    let mut out = vec![
        "interchangeable pool servers are not told apart".to_owned(),
        "connections that can exist are made at once; only losses take their time".to_owned(),
        "clients reconnect at once".to_owned(),
    ];
    let all = scenario.pool.total() as usize;
    if topology.servers.len() < all {
        out.push(format!(
            "{} of {all} pool servers: at most {} that agree in site and activity",
            topology.servers.len(),
            scenario.check.servers_per_class
        ));
    }
    if topology.start != Start::Normal {
        out.push("begins after a failover to DC2 that is long done".to_owned());
    }
    for event in &topology.excluded {
        out.push(format!("assumed never to happen: {}", event.name()));
    }
    out
}

/// A number with its noun.
pub(super) fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}
