//! A swarm over one scenario: many small searches in place of one of everything.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use poolproof_engines::check::swarm::{SearchRecord, SwarmLimits, SwarmObserver};

use super::clock::Stopwatch;
use super::document::result::document;
use super::evaluation::Evaluation;
use super::observer::{Execution, Progress, StageTiming};
use super::reproduction::Reproduction;
use crate::app::compile::swarm::Swarm;
use crate::app::document::swarm as swarm_document;
use crate::scenario::Loaded;

/// More searches than this cost more in sketches than they find.
pub const SEARCHES_MOST: u64 = 1_000_000;

/// A swarm over one scenario.
pub struct SwarmRequest<'a> {
    /// The scenario.
    pub loaded: &'a Loaded,
    /// How many searches.
    pub searches: u64,
    /// The limits of each.
    pub limits: SwarmLimits,
    /// The command that makes it again.
    pub command: &'a Reproduction,
}

/// Runs a swarm. What it does not find violated is undecided.
#[must_use]
pub fn swarm(request: &SwarmRequest<'_>, execution: &Execution<'_>) -> Evaluation {
    let SwarmRequest {
        loaded,
        searches,
        limits,
        command,
    } = *request;
    let swarm = Swarm::new(loaded.scenario.clone(), searches, limits);
    let parts = run(&swarm, 0..searches, execution);
    let interrupted = (parts.len() as u64) < searches;
    of_parts(loaded, &swarm, &parts, interrupted, &command.to_string())
}

/// The result of searches that have run.
pub(super) fn of_parts(
    loaded: &Loaded,
    swarm: &Swarm,
    parts: &[SearchRecord],
    interrupted: bool,
    command: &str,
) -> Evaluation {
    let checks = vec![swarm_document::document(swarm, parts, interrupted)];
    let (scenario, warnings) = (&loaded.scenario, &loaded.warnings);
    Evaluation {
        interrupted,
        ..Evaluation::of(document(scenario, warnings, command, checks, None))
    }
}

/// Runs a range of searches; fewer come back if the caller ended it.
pub(super) fn run(
    swarm: &Swarm,
    searches: Range<u64>,
    execution: &Execution<'_>,
) -> Vec<SearchRecord> {
    let watch = Stopwatch::start();
    let (total, observer) = (searches.end - searches.start, execution.observer);
    observer.progress(Progress::Searching { done: 0, total });
    let done = AtomicU64::new(0);
    let parts = execution.on_threads(|| {
        let watched = SwarmObserver {
            stop: &|| observer.is_cancelled(),
            done: &|| {
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                observer.progress(Progress::Searching { done, total });
            },
        };
        swarm.engine.run(searches, &watched)
    });
    let seconds = watch.seconds();
    let sum = |count: &dyn Fn(&SearchRecord) -> u64| parts.iter().map(count).sum::<u64>() as f64;
    observer.finished(&StageTiming {
        stage: "check",
        seconds,
        states_per_second: Some(sum(&|part| part.states) / seconds),
        transitions_per_second: Some(sum(&|part| part.transitions) / seconds),
        ..StageTiming::default()
    });
    parts
}
