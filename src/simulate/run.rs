//! Many trials, on any number of threads: the same bytes.

use std::ops::Range;

use rayon::prelude::*;

use super::activities::Activities;
use super::tally::Tally;
use super::timed::Timed;
use super::trial::{Mission, Runner};

/// Trials are counted in batches of this size, which does not depend on the number of threads.
pub const BATCH: u64 = 500;

/// How a run is going; false ends it after the batches under way.
pub type OnBatch<'a> = &'a mut dyn FnMut(u64) -> bool;

/// A finished run, or the part of it that was.
pub struct Run {
    /// The counts.
    pub tally: Tally,
    /// Whether all trials were run.
    pub complete: bool,
}

/// Runs trials `0..trials`.
pub fn run<T: Timed>(
    system: &T,
    activities: &Activities,
    mission: &Mission,
    seed: u64,
    trials: u64,
    on_batch: OnBatch<'_>,
) -> Run {
    run_range(system, activities, mission, seed, 0..trials, on_batch)
}

/// Runs the trials of a range that begins with a batch. Counts of ranges one after the other merge
/// to those of the whole.
pub fn run_range<T: Timed>(
    system: &T,
    activities: &Activities,
    mission: &Mission,
    seed: u64,
    range: Range<u64>,
    on_batch: OnBatch<'_>,
) -> Run {
    let batches = range.end.div_ceil(BATCH);
    let mut tally = Tally::default();
    // A round is what is asked for between two reports; merging goes by the number of the batch.
    let round = rayon::current_num_threads() as u64 * 8;
    let mut next = range.start / BATCH;
    while next < batches {
        let end = (next + round).min(batches);
        let parts: Vec<Tally> = (next..end)
            .into_par_iter()
            .map_init(
                || Runner::new(system, activities, seed),
                |runner, batch| {
                    let mut tally = Tally::default();
                    for trial in batch * BATCH..((batch + 1) * BATCH).min(range.end) {
                        runner.run(trial, mission, &mut tally);
                    }
                    tally
                },
            )
            .collect();
        parts.into_iter().for_each(|part| tally.merge(part));
        next = end;
        if !on_batch(tally.trials) && next < batches {
            return Run {
                tally,
                complete: false,
            };
        }
    }
    Run {
        tally,
        complete: true,
    }
}
