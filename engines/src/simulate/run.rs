//! Many trials, on any number of threads: the same bytes.
//!
//! Scenarios that are compared run as a replication group, each trial number under all of them in
//! turn, because only the values of single trials give the interval of a paired difference.

use std::ops::Range;
use std::sync::Mutex;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::clocks::activities::Activities;
use crate::clocks::timed::Timed;
use crate::simulate::pairs::Pairs;
use crate::simulate::tally::Tally;
use crate::simulate::trial::{Runner, TrialOutcome, TrialSettings};

/// Trials are counted in batches of this size, which does not depend on the number of threads.
pub const BATCH: u64 = 500;

/// How a run is going, in trials; false ends it after the batches under way.
pub type OnBatch<'a> = &'a mut dyn FnMut(u64) -> bool;

/// How a group's run is going: what is counted, and the number of the next trial.
pub type OnRound<'a> = &'a mut dyn FnMut(&Counts, u64) -> bool;

/// Whether nothing of a run is wanted any more. It is asked before every trial, from every thread.
pub type IsAbandoned<'a> = &'a (dyn Fn() -> bool + Sync);

/// A finished run, or the part of it that was.
pub struct FinishedRun {
    /// The counts.
    pub tally: Tally,
    /// Whether all trials were run.
    pub complete: bool,
}

/// One scenario of a group.
pub struct Replication<'a, T: Timed> {
    /// What is run.
    pub system: &'a T,
    /// Its clocks.
    pub activities: &'a Activities,
    /// What a trial is about.
    pub settings: &'a TrialSettings,
    /// The key of its random numbers.
    pub seed: u64,
}

/// What a group's trials are counted into.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// One per replication.
    pub tallies: Vec<Tally>,
    /// One per replication after the first: it against the first.
    pub pairs: Vec<Pairs>,
}

impl Counts {
    /// Nothing counted yet.
    #[must_use]
    pub fn empty(group: usize) -> Self {
        Self {
            tallies: vec![Tally::default(); group],
            pairs: vec![Pairs::default(); group.saturating_sub(1)],
        }
    }

    /// Adds the counts of other trials of the same group, later in number.
    pub fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.tallies.iter_mut().zip(other.tallies) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.pairs.iter_mut().zip(&other.pairs) {
            mine.merge(theirs);
        }
    }
}

/// Runs trials `0..trials` of one scenario.
pub fn run<T: Timed>(
    system: &T,
    activities: &Activities,
    settings: &TrialSettings,
    seed: u64,
    trials: u64,
    on_batch: OnBatch<'_>,
) -> FinishedRun {
    let replication = Replication {
        system,
        activities,
        settings,
        seed,
    };
    let mut counts = Counts::empty(1);
    let on_round: OnRound<'_> = &mut |_, next| on_batch(next);
    let complete = run_group(&[replication], 0..trials, &mut counts, &|| false, on_round);
    FinishedRun {
        tally: counts.tallies.pop().unwrap_or_default(),
        complete,
    }
}

/// Runs a range of trials of a group and adds them to `counts`; whether all of them were run.
///
/// A range may begin and end anywhere: batches only bound what a worker holds at a time. A run that
/// is abandoned ends at once, and its last round is not counted.
pub fn run_group<T: Timed>(
    group: &[Replication<'_, T>],
    trials: Range<u64>,
    counts: &mut Counts,
    is_abandoned: IsAbandoned<'_>,
    on_round: OnRound<'_>,
) -> bool {
    let batches = trials.end.div_ceil(BATCH);
    // A round is what is run between two reports, and what a request to end waits for; merging goes
    // by the number of the batch.
    let round = rayon::current_num_threads() as u64 * 4;
    let mut next = trials.start / BATCH;
    // What a worker has compiled serves it in every batch: compiling it anew for each round took
    // as long as some thousand simulated years.
    let idle: Mutex<Vec<Vec<Runner<'_, T>>>> = Mutex::new(Vec::new());
    while next < batches && trials.start < trials.end {
        let end = (next + round).min(batches);
        let parts: Option<Vec<Counts>> = (next..end)
            .into_par_iter()
            .map(|batch| {
                let from = (batch * BATCH).max(trials.start);
                let to = ((batch + 1) * BATCH).min(trials.end);
                let known = idle.lock().ok().and_then(|mut idle| idle.pop());
                let mut worker = known.unwrap_or_else(|| runners(group));
                let counts = run_batch(group, &mut worker, from..to, is_abandoned);
                if let Ok(mut idle) = idle.lock() {
                    idle.push(worker);
                }
                counts
            })
            .collect();
        let Some(parts) = parts else {
            return false;
        };
        parts.into_iter().for_each(|part| counts.merge(part));
        next = end;
        let done = (next * BATCH).min(trials.end);
        if !on_round(counts, done) && next < batches {
            return false;
        }
    }
    true
}

fn runners<'s, T: Timed>(group: &[Replication<'s, T>]) -> Vec<Runner<'s, T>> {
    let runner = |replication: &Replication<'s, T>| {
        let Replication {
            system, activities, ..
        } = *replication;
        Runner::new(system, activities, replication.seed)
    };
    group.iter().map(runner).collect()
}

/// `None` where the run was abandoned.
fn run_batch<T: Timed>(
    group: &[Replication<'_, T>],
    runners: &mut [Runner<'_, T>],
    trials: Range<u64>,
    is_abandoned: IsAbandoned<'_>,
) -> Option<Counts> {
    let mut counts = Counts::empty(group.len());
    for trial in trials {
        if is_abandoned() {
            return None;
        }
        let mut first: Option<TrialOutcome> = None;
        for (index, runner) in runners.iter_mut().enumerate() {
            let settings = group[index].settings;
            let outcome = runner.run(trial, settings, &mut counts.tallies[index]);
            match first {
                None => first = Some(outcome),
                Some(first) => counts.pairs[index - 1].record(outcome, first),
            }
        }
    }
    Some(counts)
}
