//! The two engines, run for a command: progress, timing, interruption.

use super::progress::Progress;
use super::timing::{Stopwatch, Timing};
use super::{RunArgs, interrupt};
use crate::check::verdict::{self, Checked};
use crate::scenario::Scenario;
use crate::simulate::figures::{self, Simulated, Stage};

/// Runs the checker.
pub fn check(scenario: &Scenario, args: &RunArgs) -> Checked {
    let watch = Stopwatch::start();
    let progress = Progress::open_ended("checking");
    let checked = verdict::check(scenario, &mut |at| {
        progress.message(&format!(
            "checking: {} states, {} faults",
            at.states, at.faults
        ));
        !interrupt::requested()
    });
    drop(progress);
    if args.timing {
        let seconds = watch.seconds();
        Timing {
            stage: "check",
            seconds,
            states_per_second: Some(checked.progress.states as f64 / seconds),
            transitions_per_second: Some(checked.progress.transitions as f64 / seconds),
            ..Timing::default()
        }
        .print();
    }
    checked
}

/// Runs the simulator.
pub fn simulate(scenario: &Scenario, args: &RunArgs) -> Simulated {
    let watch = Stopwatch::start();
    let mut progress: Option<(Stage, Progress)> = None;
    let simulated = figures::simulate(scenario, &mut |stage, done, total| {
        if progress.as_ref().is_none_or(|(shown, _)| *shown != stage) {
            let what = if stage == Stage::Trials {
                "simulating"
            } else {
                "drills"
            };
            progress = None;
            progress = Some((stage, Progress::counted(what, total)));
        }
        if let Some((_, bar)) = &progress {
            bar.at(done);
        }
        !interrupt::requested()
    });
    drop(progress);
    if args.timing {
        let seconds = watch.seconds();
        Timing {
            stage: "simulate",
            seconds,
            events_per_second: Some(simulated.events as f64 / seconds),
            simulated_years_per_second: Some(simulated.years / seconds),
            ..Timing::default()
        }
        .print();
    }
    simulated
}
