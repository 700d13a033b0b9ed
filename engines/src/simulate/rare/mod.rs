//! How likely it is that something rare happens within a trial, where plain trials would hardly
//! ever see it.
//!
//! Two methods, each free of bias:
//!
//! - [`RareEventMethod::Hazard`]: plain trials, along which the rate of each failure that would
//!   lose data is integrated over the time in which it would. It needs no tuning and weights
//!   nothing, and serves where one failure after another ordinary one is enough.
//! - [`RareEventMethod::Cycles`]: a trial has regeneration states, in which nothing is under
//!   repair, and cycles from them. What begins by a failure is found by letting each failure strike
//!   at a uniformly random moment (its rate times the horizon is the factor), and following the
//!   cycle with further failures made likelier; what begins otherwise, as planned work does, by the
//!   other method. No return to the first state is needed, and nothing is assumed of a long run.
//!   Regeneration states that a pilot run hardly ever meets, as one in which a server is gone for
//!   good, belong to the cycles.
//!
//! Failures have their own share of the paths: first evenly in a pilot run, then by what each adds
//! to the variance (J. Neyman, Journal of the Royal Statistical Society 97, 1934). The pilot's
//! paths are not in the estimate, which would bias it.

pub mod doubt;
pub mod failures;
mod sums;

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;
use thiserror::Error;

pub use doubt::Doubt;
pub use sums::Sums;

use failures::Failures;

use poolproof_models::system::Words;

use crate::clocks::activities::Activities;
use crate::clocks::timed::Timed;
use crate::numbers::special::student_quantile;
use crate::simulate::estimate::{Confidence, Estimate, Interval};
use crate::simulate::tally::Tally;
use crate::simulate::trial::{Biasing, Rare, Runner, Scope, TargetEvent, TrialSettings};

/// Paths that a worker runs at a time; threads do not change it.
const BATCH: u64 = 250;

/// Batches between two looks at whether to go on.
const ROUND: usize = 64;

/// Paths from which the length of cycles and the states between them are taken: of each stratum
/// at least, and of all.
const FIRST_PATHS: u64 = 50;
const FIRST_PATHS_OF_ALL: u64 = 1_500;

/// A state in which nothing is under repair is a regeneration state if cycles began there once in
/// so many times.
const REGENERATION_ONE_IN: u64 = 300;

/// The part of the paths that are a pilot run: one in so many.
const PILOT: u64 = 10;

/// The part that is shared evenly whatever the pilot said: one in so many.
const EVENLY: u64 = 4;

/// Paths of each stratum, at least.
const PATHS_MIN: u64 = 50;

/// How it is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RareEventMethod {
    /// Failures forced, biased and integrated, cycle by cycle.
    Cycles,
    /// Hazards integrated along plain trials.
    Hazard,
}

/// What to estimate.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// What is looked for.
    pub rare: Rare,
    /// How.
    pub method: RareEventMethod,
    /// A plain trial.
    pub settings: &'a TrialSettings,
    /// The key of the random numbers.
    pub seed: u64,
    /// Paths, the pilot's included, about.
    pub paths: u64,
    /// The confidence of the interval.
    pub confidence: Confidence,
}

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RareError {
    /// Whether a failure ends service depends on what follows at once, which is not looked at.
    #[error("hazards are integrated for losses of data only, not for outages")]
    LossesOnly,
    /// A failure whose rate depends on the past cannot be made to strike at any moment.
    #[error("these failures are not exponential: {}", .events.join(", "))]
    NotExponential {
        /// Their names.
        events: Vec<String>,
    },
    /// Too few for all strata of first failures.
    #[error("{first_failures} failures that can be the first need at least {least} trials")]
    TooFewPaths {
        /// Failures that can be the first.
        first_failures: usize,
        /// What is enough.
        least: u64,
    },
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct RareEstimate {
    /// The probability within a trial; look at `doubts` too.
    pub probability: Estimate,
    /// Paths that it rests on.
    pub paths: u64,
    /// As many equal contributions would be as good: the square of the sum over the sum of squares.
    pub effective_paths: f64,
    /// The largest contribution of one path, as a share of all.
    pub largest_share: f64,
    /// The mean weight of the cycles, which is 1 but for chance; `None` where there are none.
    pub mean_weight: Option<Estimate>,
    /// How many cycles there were.
    pub begun: u64,
    /// What begins with each failure, largest first.
    pub first_failures: Vec<FirstFailure>,
    /// What speaks against the estimate.
    pub doubts: Vec<Doubt>,
}

/// The part of the probability that begins with one failure.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstFailure {
    /// Its name; `None` for what begins otherwise.
    pub name: Option<String>,
    /// The part.
    pub probability: f64,
}

/// A stratum of path.
#[derive(Debug, Clone, Copy)]
struct Stratum {
    /// The clock of the first failure; `None` for whole trials.
    clock: Option<usize>,
    /// What a path's contribution is multiplied by.
    factor: f64,
    biasing: Biasing,
}

/// A range of the paths of a stratum.
struct Batch {
    stratum: usize,
    first: u64,
    count: u64,
}

/// Estimates; `None` where `on_round` ended it, which gets the number of paths that are done and of
/// all.
///
/// # Errors
/// Where the method does not suit the failures, or paths are too few.
pub fn estimate<T: Timed>(
    system: &T,
    activities: &Activities,
    plan: &Plan<'_>,
    on_round: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Option<RareEstimate>, RareError> {
    let failures = Failures::of(system, activities);
    let whole = Stratum {
        clock: None,
        factor: 1.0,
        biasing: Biasing {
            scale_ms: f64::INFINITY,
        },
    };
    let forced = |clock: usize| Stratum {
        clock: Some(clock),
        factor: failures.rate(clock) * plan.settings.horizon_ms as f64,
        ..whole
    };
    let mut search = RareSearch {
        walk: Walk {
            rare: plan.rare,
            settings: plan.settings,
            failures: &failures,
            regeneration: None,
            scope: Scope::Everything,
            strata: vec![whole],
            runners: Mutex::new(Vec::new()),
            new_runner: &|| Runner::new(system, activities, plan.seed),
        },
        done: 0,
        paths: plan.paths,
        on_round,
    };
    let sums = match plan.method {
        RareEventMethod::Hazard if plan.rare != Rare::Loss => return Err(RareError::LossesOnly),
        RareEventMethod::Hazard => search.run(&[plan.paths], 0),
        RareEventMethod::Cycles => {
            let events = failures.unfit();
            if !events.is_empty() {
                return Err(RareError::NotExponential { events });
            }
            search.walk.scope = Scope::Unforced;
            search.walk.strata = failures.clocks().map(forced).collect();
            search.walk.strata.push(whole);
            let strata = search.walk.strata.len() as u64;
            let least = 2 * strata * (first_paths(strata) + 2 * PATHS_MIN);
            if plan.paths < least {
                return Err(RareError::TooFewPaths {
                    first_failures: search.walk.strata.len() - 1,
                    least,
                });
            }
            search.cycles()
        }
    };
    let Some(sums) = sums else { return Ok(None) };
    Ok(Some(search.found(&sums, plan.confidence)))
}

/// How paths are walked.
struct Walk<'a, 's, T: Timed> {
    rare: Rare,
    settings: &'a TrialSettings,
    failures: &'a Failures,
    /// The regeneration states that cycles begin and end in; `None` while they are not known.
    regeneration: Option<Vec<Words>>,
    scope: Scope,
    strata: Vec<Stratum>,
    /// Workers that are idle: what they know of the system is worth keeping.
    runners: Mutex<Vec<Runner<'s, T>>>,
    new_runner: &'a (dyn Fn() -> Runner<'s, T> + Sync),
}

/// How far the walks have come.
struct RareSearch<'a, 's, T: Timed> {
    walk: Walk<'a, 's, T>,
    done: u64,
    paths: u64,
    on_round: &'a mut dyn FnMut(u64, u64) -> bool,
}

impl<T: Timed> Walk<'_, '_, T> {
    fn run_batch(&self, batch: &Batch, phase: u64) -> Sums {
        let idle = self.runners.lock().ok().and_then(|mut idle| idle.pop());
        let mut runner = idle.unwrap_or_else(self.new_runner);
        let mut tally = Tally::default();
        let mut sums = Sums::default();
        let stratum = &self.strata[batch.stratum];
        let target = &TargetEvent {
            rare: self.rare,
            settings: self.settings,
            failures: self.failures,
            regeneration: self.regeneration.as_deref(),
        };
        for path in batch.first..batch.first + batch.count {
            let trial = phase << 60 | (batch.stratum as u64) << 48 | path;
            match stratum.clock {
                None => sums.record(runner.year(trial, target, self.scope, &mut tally)),
                Some(clock) => {
                    let path = runner.cycle(trial, clock, target, stratum.biasing, &mut tally);
                    sums.record_cycle(path);
                }
            }
        }
        if let Ok(mut idle) = self.runners.lock() {
            idle.push(runner);
        }
        sums
    }
}

impl<T: Timed> RareSearch<'_, '_, T> {
    /// Pilot runs, then the paths that count.
    fn cycles(&mut self) -> Option<Vec<Sums>> {
        let strata = self.walk.strata.len() as u64;
        let first = self.run(&vec![first_paths(strata); self.walk.strata.len()], 1)?;
        let mut from = BTreeMap::<Words, u64>::new();
        for (stratum, sums) in self.walk.strata.iter_mut().zip(&first) {
            if stratum.clock.is_some() && sums.length_ms > 0.0 {
                stratum.biasing.scale_ms = sums.length_ms / sums.begun as f64;
            }
            for (state, times) in &sums.from {
                *from.entry(*state).or_default() += times;
            }
        }
        let least = from.values().sum::<u64>().div_ceil(REGENERATION_ONE_IN);
        let regeneration = from.iter().filter(|(_, times)| **times >= least);
        self.walk.regeneration = Some(regeneration.map(|(state, _)| *state).collect());
        let each = (self.paths / PILOT / strata).max(PATHS_MIN);
        let pilot = self.run(&vec![each; self.walk.strata.len()], 2)?;
        let rest = self.paths.saturating_sub(self.done);
        let evenly = (rest / EVENLY / strata).max(PATHS_MIN);
        let spread =
            |(stratum, sums): (&Stratum, &Sums)| stratum.factor * libm::sqrt(sums.variance());
        let spreads: Vec<f64> = self.walk.strata.iter().zip(&pilot).map(spread).collect();
        let total: f64 = spreads.iter().sum();
        let more = rest.saturating_sub(evenly * strata) as f64;
        let share = |spread: &f64| match total {
            total if total > 0.0 => (more * spread / total) as u64,
            _ => (more / strata as f64) as u64,
        };
        let counts: Vec<u64> = spreads.iter().map(|s| evenly + share(s)).collect();
        self.run(&counts, 3)
    }

    /// Runs so many paths of each stratum. Each phase has random numbers of its own.
    fn run(&mut self, counts: &[u64], phase: u64) -> Option<Vec<Sums>> {
        let mut batches = Vec::new();
        for (stratum, count) in counts.iter().enumerate() {
            let firsts = (0..*count).step_by(BATCH as usize);
            batches.extend(firsts.map(|first| Batch {
                stratum,
                first,
                count: BATCH.min(count - first),
            }));
        }
        let mut sums = vec![Sums::default(); counts.len()];
        let walk = &self.walk;
        for round in batches.chunks(ROUND) {
            let parts: Vec<Sums> = round
                .par_iter()
                .map(|batch| walk.run_batch(batch, phase))
                .collect();
            for (batch, part) in round.iter().zip(&parts) {
                sums[batch.stratum].merge(part);
                self.done += batch.count;
            }
            if !(self.on_round)(self.done, self.paths.max(self.done)) {
                return None;
            }
        }
        Some(sums)
    }

    /// Puts the strata together.
    fn found(&self, sums: &[Sums], confidence: Confidence) -> RareEstimate {
        let mut value = 0.0;
        let (mut variance, mut freedom) = (0.0, 0.0);
        let (mut squares, mut largest) = (0.0, 0.0_f64);
        let mut weights = Sums::default();
        let mut first_failures = Vec::new();
        for (stratum, sums) in self.walk.strata.iter().zip(sums) {
            let part = stratum.factor * sums.mean();
            let spread = stratum.factor * stratum.factor * sums.variance_of_mean();
            let each = stratum.factor / sums.paths.max(1) as f64;
            value += part;
            variance += spread;
            freedom += spread * spread / (sums.paths.max(2) - 1) as f64;
            squares += each * each * sums.squares;
            largest = largest.max(each * sums.largest);
            weights.begun += sums.begun;
            weights.weights += sums.weights;
            weights.weight_squares += sums.weight_squares;
            if part > 0.0 {
                let name = stratum.clock.map(|c| self.walk.failures.name(c).to_owned());
                first_failures.push(FirstFailure {
                    name,
                    probability: part,
                });
            }
        }
        first_failures.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        // F. Satterthwaite 1946: as many degrees as the parts have together.
        let freedom = if freedom > 0.0 {
            variance * variance / freedom
        } else {
            1.0
        };
        let t = student_quantile((1.0 - confidence.get()) / 2.0, freedom.max(1.0));
        let half_width = t * libm::sqrt(variance);
        let mut found = RareEstimate {
            probability: Estimate {
                value,
                interval: Interval {
                    low: Some((value - half_width).max(0.0)),
                    high: Some((value + half_width).min(1.0)),
                },
            },
            paths: sums.iter().map(|sums| sums.paths).sum(),
            effective_paths: if squares > 0.0 {
                value * value / squares
            } else {
                0.0
            },
            largest_share: if value > 0.0 { largest / value } else { 0.0 },
            mean_weight: mean_weight(&weights, t),
            begun: weights.begun,
            first_failures,
            doubts: Vec::new(),
        };
        found.doubts = doubt::about(&found);
        found
    }
}

/// The paths of each stratum that only explore.
fn first_paths(strata: u64) -> u64 {
    FIRST_PATHS_OF_ALL.div_ceil(strata).max(FIRST_PATHS)
}

/// The mean weight of the cycles of all strata.
fn mean_weight(sums: &Sums, t: f64) -> Option<Estimate> {
    let n = sums.begun as f64;
    if sums.begun < 2 {
        return None;
    }
    let mean = sums.weights / n;
    let variance = ((sums.weight_squares - n * mean * mean) / (n - 1.0)).max(0.0);
    let half_width = t * libm::sqrt(variance / n);
    Some(Estimate {
        value: mean,
        interval: Interval {
            low: Some(mean - half_width),
            high: Some(mean + half_width),
        },
    })
}
