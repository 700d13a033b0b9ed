//! The checker, run for a command: progress, timing, interruption.

use poolproof_engines::check::cuts::Progress as CutsProgress;
use poolproof_engines::check::search::Progress as Searched;
use poolproof_reports::document::CutSets;

use super::bounds::BoundArgs;
use super::progress::Progress;
use super::timing::{Stopwatch, Timing};
use super::{RunArgs, interrupt};
use crate::app::document::cut_sets::{self, Asked};
use crate::app::document::verdict::{self, Bounds, Checked, Stop};
use crate::scenario::Scenario;

/// Runs the checker.
pub fn check(scenario: &Scenario, args: &RunArgs, bounds: &BoundArgs) -> Checked {
    let watch = Stopwatch::start();
    let progress = Progress::open_ended("checking");
    let seconds = bounds.time().map(|limit| limit.as_secs_f64());
    let mut stop = |at: &Searched| {
        progress.message(&format!(
            "checking: {} states, {} faults{}",
            at.states,
            at.faults,
            bounds.left(&watch)
        ));
        if interrupt::requested() {
            return Some(Stop::Interrupt);
        }
        let late = seconds.is_some_and(|limit| watch.seconds() >= limit);
        late.then(|| Stop::Limit(bounds.time_words()))
    };
    let within = Bounds {
        bytes: bounds.bytes(),
        words: bounds.words(),
        stop: &mut stop,
    };
    let checked = verdict::check_within(scenario, within);
    drop(progress);
    if args.timing {
        let seconds = watch.seconds();
        Timing {
            stage: "check",
            seconds,
            states_per_second: Some(checked.progress.states as f64 / seconds),
            transitions_per_second: Some(checked.progress.transitions as f64 / seconds),
            bytes_per_state: Some(checked.stored_bytes as f64 / checked.progress.states as f64),
            ..Timing::default()
        }
        .print();
    }
    checked
}

/// The most basic events in the cut sets of a report; `poolproof cuts` looks for larger ones.
const CUTS_ORDER: u32 = 2;

/// Looks for the cut sets of a report, within the budget of the check. They judge nothing: a limit
/// that is reached is told in the document and nowhere else.
pub fn cuts(scenario: &Scenario, args: &RunArgs, bounds: &BoundArgs) -> Option<CutSets> {
    let properties = &scenario.check.properties;
    if properties.is_empty() || interrupt::requested() {
        return None;
    }
    let watch = Stopwatch::start();
    let progress = Progress::open_ended("looking for cut sets");
    let limit = bounds.time().map(|limit| limit.as_secs_f64());
    let mut stop = |_: &CutsProgress| {
        if interrupt::requested() {
            return Some(Stop::Interrupt);
        }
        let late = limit.is_some_and(|limit| watch.seconds() >= limit);
        late.then(|| Stop::Limit(bounds.time_words()))
    };
    let found = cut_sets::find(
        scenario,
        Asked {
            order: scenario.check.faults.min(CUTS_ORDER) as u8,
            properties,
            command: "",
            bytes: bounds.bytes(),
            stop: &mut stop,
        },
    );
    drop(progress);
    if args.timing {
        let seconds = watch.seconds();
        Timing {
            stage: "cuts",
            seconds,
            states_per_second: Some(found.document.states as f64 / seconds),
            ..Timing::default()
        }
        .print();
    }
    Some(found.document)
}
