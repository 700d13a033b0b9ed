//! Checking a scenario: verdicts, counterexamples and, for a report, its minimal cut sets.

use poolproof_engines::check::cuts::CutProgress as CutsProgress;
use poolproof_engines::check::search::Progress as SearchProgress;
use poolproof_reports::document as doc;

use super::clock::Stopwatch;
use super::document::result::document;
use super::error::AppError;
use super::evaluation::Evaluation;
use super::limits::SearchLimits;
use super::observer::{Execution, Observer, Progress, StageTiming};
use super::reproduction::Reproduction;
use super::second_opinion::{self, Compared};
use crate::app::document::cut_sets::{self, Asked};
use crate::app::document::verdict::{self, Bounds, Checked};
use crate::scenario::budget::UnknownBudget;
use crate::scenario::{Loaded, Scenario};

/// A check of one scenario.
pub struct CheckRequest<'a> {
    /// The scenario.
    pub loaded: &'a Loaded,
    /// The names of its budgets; without any, those that run without being asked for.
    pub budgets: &'a [String],
    /// The limits of each search.
    pub limits: &'a SearchLimits,
    /// Whether Stateright is asked for a second opinion.
    pub second_opinion: bool,
    /// The command that makes it again.
    pub command: &'a Reproduction,
}

/// Searches every combination of faults within the scenario's budgets. With a second opinion, a
/// difference between the checkers is a defect among the problems.
///
/// # Errors
///
/// When the scenario does not have a budget that is named.
pub fn check(
    request: &CheckRequest<'_>,
    execution: &Execution<'_>,
) -> Result<Evaluation, AppError> {
    let loaded = request.loaded;
    let (limits, observer) = (&request.limits.on(execution), execution.observer);
    let scenarios = within_budgets(&loaded.scenario, request.budgets)?;
    let (mut checks, mut problems, mut interrupted) = (Vec::new(), Vec::new(), false);
    for scenario in &scenarios {
        let mut checked = execution.on_threads(|| search(scenario, limits, observer));
        interrupted |= checked.interrupted;
        if request.second_opinion && !interrupted {
            let compared = execution.on_threads(|| {
                compared_with_stateright(scenario, &checked.document, limits, observer)
            });
            interrupted = observer.is_cancelled();
            problems.extend(compared.problems());
            checked.document.second_opinion = Some(compared.document);
        }
        checks.push(checked.document);
        if interrupted {
            break;
        }
    }
    Ok(Evaluation {
        interrupted,
        problems,
        ..Evaluation::of(document(
            &loaded.scenario,
            &loaded.warnings,
            &request.command.to_string(),
            checks,
            None,
        ))
    })
}

/// The scenario within each of some of its budgets.
pub(super) fn within_budgets(
    scenario: &Scenario,
    names: &[String],
) -> Result<Vec<Scenario>, AppError> {
    let unknown = |error: UnknownBudget| AppError::input(error.to_string());
    scenario.budgets(names).map_err(unknown)
}

/// Checks within several budgets on the threads at hand, until the caller ends it; whether it did.
pub(super) fn search_each(
    scenarios: &[Scenario],
    limits: &SearchLimits,
    observer: &dyn Observer,
) -> (Vec<doc::Check>, bool) {
    let mut checks = Vec::new();
    for scenario in scenarios {
        let checked = search(scenario, limits, observer);
        checks.push(checked.document);
        if checked.interrupted {
            return (checks, true);
        }
    }
    (checks, false)
}

/// Asks Stateright, within the same limits.
fn compared_with_stateright(
    scenario: &Scenario,
    checked: &doc::Check,
    limits: &SearchLimits,
    observer: &dyn Observer,
) -> Compared {
    let watch = Stopwatch::start();
    let mut go_on = |states: u64| {
        let left = limits.left(&watch);
        observer.progress(Progress::SecondOpinion { states, left });
        limits.stop(&watch, observer).is_none()
    };
    let compared = second_opinion::compare(scenario, checked, &mut go_on);
    let seconds = watch.seconds();
    observer.finished(&StageTiming {
        stage: "second-opinion",
        seconds,
        states_per_second: Some(compared.document.states as f64 / seconds),
        transitions_per_second: Some(compared.document.transitions as f64 / seconds),
        ..StageTiming::default()
    });
    compared
}

/// Runs the checker on the threads at hand.
pub(super) fn search(
    scenario: &Scenario,
    limits: &SearchLimits,
    observer: &dyn Observer,
) -> Checked {
    let watch = Stopwatch::start();
    let mut stop = |at: &SearchProgress| {
        observer.progress(Progress::Checking {
            states: at.states,
            faults: at.faults,
            left: limits.left(&watch),
        });
        limits.stop(&watch, observer)
    };
    let mut checked = verdict::check_within(
        scenario,
        Bounds {
            bytes: limits.bytes(),
            time_ms: limits.time_ms(),
            stop: &mut stop,
        },
    );
    let cut_off_by = checked.document.cut_off_by;
    checked.document.limits.bytes = limits.stated_bytes(cut_off_by);
    let seconds = watch.seconds();
    let states = checked.progress.states as f64;
    observer.finished(&StageTiming {
        stage: "check",
        seconds,
        states_per_second: Some(states / seconds),
        transitions_per_second: Some(checked.progress.transitions as f64 / seconds),
        bytes_per_state: Some(checked.stored_bytes as f64 / states),
        ..StageTiming::default()
    });
    checked
}

/// The most basic events in the cut sets of a report; a request of their own finds larger ones.
const REPORT_ORDER: u32 = 2;

/// Finds the cut sets of a report, within the budget of the check. They judge nothing: a limit that
/// is reached is in the document and nowhere else.
pub(super) fn cuts_of_report(
    scenario: &Scenario,
    limits: &SearchLimits,
    observer: &dyn Observer,
) -> Option<doc::CutSets> {
    let properties = &scenario.check.properties;
    if properties.is_empty() || observer.is_cancelled() {
        return None;
    }
    let order = scenario.check.faults.min(REPORT_ORDER) as u8;
    let found = cuts(scenario, order, properties, "", limits, observer);
    Some(found.document)
}

/// Finds cut sets on the threads at hand.
pub(super) fn cuts(
    scenario: &Scenario,
    order: u8,
    properties: &[poolproof_models::names::property::Property],
    command: &str,
    limits: &SearchLimits,
    observer: &dyn Observer,
) -> cut_sets::Found {
    let watch = Stopwatch::start();
    let mut stop = |at: &CutsProgress| {
        observer.progress(Progress::CutSets {
            order: at.order,
            multisets: at.multisets,
            states: at.states,
        });
        limits.stop(&watch, observer)
    };
    let mut found = cut_sets::find(
        scenario,
        Asked {
            order,
            properties,
            command,
            bytes: limits.bytes(),
            time_ms: limits.time_ms(),
            stop: &mut stop,
        },
    );
    let cut_off_by = found.document.cut_off_by;
    found.document.limits.bytes = limits.stated_bytes(cut_off_by);
    let seconds = watch.seconds();
    observer.finished(&StageTiming {
        stage: "cuts",
        seconds,
        states_per_second: Some(found.document.states as f64 / seconds),
        ..StageTiming::default()
    });
    found
}
