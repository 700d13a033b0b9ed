//! How likely it is that something rare happens within a trial, where plain trials would hardly
//! ever see it.
//!
//! Two methods, each free of bias:
//!
//! - [`Method::Hazard`]: plain trials, along which the rate of each failure that would lose data is
//!   integrated over the time in which it would. It needs no tuning and weights nothing, and serves
//!   where one failure after another ordinary one is enough.
//! - [`Method::Cycles`]: a trial has quiet times, in which nothing is under repair, and excursions
//!   from them. What begins by a failure is found by letting each failure strike at a uniformly
//!   random moment (its rate times the horizon is the factor), and following the excursion with
//!   further failures made likelier; what begins otherwise, as planned work does, by the other
//!   method. No return to the first state is needed, and nothing is assumed of a long run. Quiet
//!   states that a pilot run hardly ever meets, as one in which a server is gone for good, belong
//!   to the excursions.
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
use crate::simulate::trial::{Boost, Mission, Question, Rare, Runner, Scope};

/// Paths that a worker runs at a time; threads do not change it.
const BATCH: u64 = 250;

/// Batches between two looks at whether to go on.
const ROUND: usize = 64;

/// Paths from which the length of excursions and the states between them are taken: of each kind
/// at least, and of all.
const FIRST_PATHS: u64 = 50;
const FIRST_PATHS_OF_ALL: u64 = 1_500;

/// A quiet state is home to excursions if they began there once in so many times.
const HOME_ONE_IN: u64 = 300;

/// The part of the paths that are a pilot run: one in so many.
const PILOT: u64 = 10;

/// The part that is shared evenly whatever the pilot said: one in so many.
const EVENLY: u64 = 4;

/// Paths of each kind, at least.
const PATHS_MIN: u64 = 50;

/// How it is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Failures forced, biased and integrated, excursion by excursion.
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
    pub method: Method,
    /// A plain trial.
    pub mission: &'a Mission,
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
    /// Too few for all kinds of first failures.
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
pub struct Found {
    /// The probability within a trial; look at `doubts` too.
    pub probability: Estimate,
    /// Paths that it rests on.
    pub paths: u64,
    /// As many equal contributions would be as good: the square of the sum over the sum of squares.
    pub effective_paths: f64,
    /// The largest contribution of one path, as a share of all.
    pub largest_share: f64,
    /// The mean weight of the excursions, which is 1 but for chance; `None` where there are none.
    pub mean_weight: Option<Estimate>,
    /// How many excursions there were.
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

/// A kind of path.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// The clock of the first failure; `None` for whole trials.
    clock: Option<usize>,
    /// What a path's contribution is multiplied by.
    factor: f64,
    boost: Boost,
}

/// A stretch of the paths of a kind.
struct Batch {
    kind: usize,
    first: u64,
    count: u64,
}

/// Estimates; `None` where `on_round`, told how many paths are done of how many, ended it.
///
/// # Errors
/// Where the method does not suit the failures, or paths are too few.
pub fn estimate<T: Timed>(
    system: &T,
    activities: &Activities,
    plan: &Plan<'_>,
    on_round: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Option<Found>, RareError> {
    let failures = Failures::of(system, activities);
    let whole = Kind {
        clock: None,
        factor: 1.0,
        boost: Boost {
            scale_ms: f64::INFINITY,
        },
    };
    let forced = |clock: usize| Kind {
        clock: Some(clock),
        factor: failures.rate(clock) * plan.mission.horizon_ms as f64,
        ..whole
    };
    let mut search = Search {
        walk: Walk {
            rare: plan.rare,
            mission: plan.mission,
            failures: &failures,
            home: None,
            scope: Scope::Everything,
            kinds: vec![whole],
            runners: Mutex::new(Vec::new()),
            new_runner: &|| Runner::new(system, activities, plan.seed),
        },
        done: 0,
        paths: plan.paths,
        on_round,
    };
    let sums = match plan.method {
        Method::Hazard if plan.rare != Rare::Loss => return Err(RareError::LossesOnly),
        Method::Hazard => search.run(&[plan.paths], 0),
        Method::Cycles => {
            let events = failures.unfit();
            if !events.is_empty() {
                return Err(RareError::NotExponential { events });
            }
            search.walk.scope = Scope::Unforced;
            search.walk.kinds = failures.clocks().map(forced).collect();
            search.walk.kinds.push(whole);
            let kinds = search.walk.kinds.len() as u64;
            let least = 2 * kinds * (first_paths(kinds) + 2 * PATHS_MIN);
            if plan.paths < least {
                return Err(RareError::TooFewPaths {
                    first_failures: search.walk.kinds.len() - 1,
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
    mission: &'a Mission,
    failures: &'a Failures,
    /// The quiet states that excursions begin and end in; `None` while they are not known.
    home: Option<Vec<Words>>,
    scope: Scope,
    kinds: Vec<Kind>,
    /// Workers that are idle: what they know of the system is worth keeping.
    runners: Mutex<Vec<Runner<'s, T>>>,
    new_runner: &'a (dyn Fn() -> Runner<'s, T> + Sync),
}

/// How far the walks have come.
struct Search<'a, 's, T: Timed> {
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
        let kind = &self.kinds[batch.kind];
        let question = &Question {
            rare: self.rare,
            mission: self.mission,
            failures: self.failures,
            home: self.home.as_deref(),
        };
        for path in batch.first..batch.first + batch.count {
            let trial = phase << 60 | (batch.kind as u64) << 48 | path;
            match kind.clock {
                None => sums.record(runner.year(trial, question, self.scope, &mut tally)),
                Some(clock) => {
                    let path = runner.excursion(trial, clock, question, kind.boost, &mut tally);
                    sums.record_excursion(path);
                }
            }
        }
        if let Ok(mut idle) = self.runners.lock() {
            idle.push(runner);
        }
        sums
    }
}

impl<T: Timed> Search<'_, '_, T> {
    /// Pilot runs, then the paths that count.
    fn cycles(&mut self) -> Option<Vec<Sums>> {
        let kinds = self.walk.kinds.len() as u64;
        let first = self.run(&vec![first_paths(kinds); self.walk.kinds.len()], 1)?;
        let mut from = BTreeMap::<Words, u64>::new();
        for (kind, sums) in self.walk.kinds.iter_mut().zip(&first) {
            if kind.clock.is_some() && sums.length_ms > 0.0 {
                kind.boost.scale_ms = sums.length_ms / sums.begun as f64;
            }
            for (state, times) in &sums.from {
                *from.entry(*state).or_default() += times;
            }
        }
        let least = from.values().sum::<u64>().div_ceil(HOME_ONE_IN);
        let home = from.iter().filter(|(_, times)| **times >= least);
        self.walk.home = Some(home.map(|(state, _)| *state).collect());
        let each = (self.paths / PILOT / kinds).max(PATHS_MIN);
        let pilot = self.run(&vec![each; self.walk.kinds.len()], 2)?;
        let rest = self.paths.saturating_sub(self.done);
        let evenly = (rest / EVENLY / kinds).max(PATHS_MIN);
        let spread = |(kind, sums): (&Kind, &Sums)| kind.factor * libm::sqrt(sums.variance());
        let spreads: Vec<f64> = self.walk.kinds.iter().zip(&pilot).map(spread).collect();
        let total: f64 = spreads.iter().sum();
        let more = rest.saturating_sub(evenly * kinds) as f64;
        let share = |spread: &f64| match total {
            total if total > 0.0 => (more * spread / total) as u64,
            _ => (more / kinds as f64) as u64,
        };
        let counts: Vec<u64> = spreads.iter().map(|s| evenly + share(s)).collect();
        self.run(&counts, 3)
    }

    /// Runs so many paths of each kind. Each phase has random numbers of its own.
    fn run(&mut self, counts: &[u64], phase: u64) -> Option<Vec<Sums>> {
        let mut batches = Vec::new();
        for (kind, count) in counts.iter().enumerate() {
            let firsts = (0..*count).step_by(BATCH as usize);
            batches.extend(firsts.map(|first| Batch {
                kind,
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
                sums[batch.kind].merge(part);
                self.done += batch.count;
            }
            if !(self.on_round)(self.done, self.paths.max(self.done)) {
                return None;
            }
        }
        Some(sums)
    }

    /// Puts the kinds together.
    fn found(&self, sums: &[Sums], confidence: Confidence) -> Found {
        let mut value = 0.0;
        let (mut variance, mut freedom) = (0.0, 0.0);
        let (mut squares, mut largest) = (0.0, 0.0_f64);
        let mut weights = Sums::default();
        let mut first_failures = Vec::new();
        for (kind, sums) in self.walk.kinds.iter().zip(sums) {
            let part = kind.factor * sums.mean();
            let spread = kind.factor * kind.factor * sums.variance_of_mean();
            let each = kind.factor / sums.paths.max(1) as f64;
            value += part;
            variance += spread;
            freedom += spread * spread / (sums.paths.max(2) - 1) as f64;
            squares += each * each * sums.squares;
            largest = largest.max(each * sums.largest);
            weights.begun += sums.begun;
            weights.weights += sums.weights;
            weights.weight_squares += sums.weight_squares;
            if part > 0.0 {
                let name = kind.clock.map(|c| self.walk.failures.name(c).to_owned());
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
        let mut found = Found {
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

/// The paths of each kind that only explore.
fn first_paths(kinds: u64) -> u64 {
    FIRST_PATHS_OF_ALL.div_ceil(kinds).max(FIRST_PATHS)
}

/// The mean weight of the excursions of all kinds.
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
