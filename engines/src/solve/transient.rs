//! What happens within an interval of time from the first state on.
//!
//! Uniformisation (A. Jensen, Skandinavisk Aktuarietidskrift 36, 1953): the chain makes steps at
//! one constant rate, some of which lead nowhere, and the number of steps in a time is Poisson.
//! Sums of positive numbers only, so rare outcomes keep their digits. A year of 20-second failovers
//! is 1.6 million steps; when the shape of the distribution has settled, before or after an
//! absorbing state has had its part, the rest is a geometric series and is summed at once.

use crate::solve::chain::Generator;
use crate::solve::poisson::Poisson;
use crate::solve::{SolveError, Unfound};

/// Steps between two looks at whether the shape has settled.
const BLOCK: usize = 1024;

/// What it may cost, in multiplications: half a minute.
const WORK_MOST: f64 = 3e10;

/// After this part of what it may cost, a run that would take much longer is given up: one over
/// [`HOPE_AFTER`] of it, and [`HOPE_MOST`] times as long.
const HOPE_AFTER: f64 = 12.0;
const HOPE_MOST: f64 = 4.0;

/// The outcome of an interval of time.
#[derive(Debug, Clone, PartialEq)]
pub struct TransientOutcome {
    /// By state, the probability at the end; what was absorbed is missing.
    pub at_end: Vec<f64>,
    /// By reward, what is expected to have been collected.
    pub collected: Vec<f64>,
}

impl TransientOutcome {
    /// The probability that nothing was absorbed.
    #[must_use]
    pub fn left(&self) -> f64 {
        self.at_end.iter().sum()
    }
}

/// Follows the chain for some hours and collects rewards, each by state and per hour. With
/// `absorb`, the chain ends in those states and collects nothing in them.
///
/// # Errors
/// When it would take too long.
pub fn follow(
    generator: &Generator,
    hours: f64,
    absorb: Option<&[bool]>,
    rewards: &[Vec<f64>],
) -> Result<TransientOutcome, SolveError> {
    let n = generator.len();
    let ends = |state: usize| absorb.is_some_and(|absorb| absorb[state]);
    let exits: Vec<f64> = (0..n)
        .map(|s| if ends(s) { 0.0 } else { generator.exit(s) })
        .collect();
    // A little above the fastest state: in step with it, a chain could swing for ever.
    let pace = 1.05 * exits.iter().copied().fold(0.0, f64::max);
    let mut start = vec![0.0; n];
    if !ends(generator.initial) {
        start[generator.initial] = 1.0;
    }
    if pace <= 0.0 || hours <= 0.0 {
        let collected = rewards.iter().map(|r| dot(&start, r) * hours.max(0.0));
        return Ok(TransientOutcome {
            collected: collected.collect(),
            at_end: start,
        });
    }
    let mut columns: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    let mut absorbed = vec![0.0; n];
    for from in (0..n).filter(|s| !ends(*s)) {
        for (to, rate) in generator.row(from) {
            if ends(*to as usize) {
                absorbed[from] += rate / pace;
            } else {
                columns[*to as usize].push((from as u32, rate / pace));
            }
        }
    }
    let walk = Uniformisation {
        stay: exits.iter().map(|exit| 1.0 - exit / pace).collect(),
        columns,
        absorbed,
        pace,
    };
    walk.run(start, hours, rewards)
}

struct Uniformisation {
    stay: Vec<f64>,
    columns: Vec<Vec<(u32, f64)>>,
    /// By state, the probability that a step is absorbed.
    absorbed: Vec<f64>,
    /// Steps per hour.
    pace: f64,
}

impl Uniformisation {
    fn run(
        &self,
        start: Vec<f64>,
        hours: f64,
        rewards: &[Vec<f64>],
    ) -> Result<TransientOutcome, SolveError> {
        let steps = self.pace * hours;
        let poisson = Poisson::new(steps);
        let entries: usize = self.columns.iter().map(Vec::len).sum();
        let step_cost = (entries + self.stay.len() * (2 + rewards.len())) as f64;
        let mut now = start;
        let mut next = vec![0.0; now.len()];
        let mut at_end = vec![0.0; now.len()];
        let mut sums = vec![Sum::default(); rewards.len()];
        let mut gone = Sum::default();
        let mut settling = Settling::default();
        for step in 0..=poisson.right() {
            if step % BLOCK == 0 {
                self.balance(&mut now, gone.total());
                if step < poisson.left && settling.settled(&now) {
                    self.rest(step, steps, &now, rewards, &mut sums, &mut at_end);
                    break;
                }
                let done = step as f64 * step_cost;
                // After a part of the work it shows whether all of it will do.
                let late = done > WORK_MOST / HOPE_AFTER
                    && steps * step_cost > WORK_MOST
                    && settling.steps_left() * step_cost > HOPE_MOST * WORK_MOST;
                if late || done > WORK_MOST {
                    return Err(SolveError::NotConverged(Unfound::WithinTime));
                }
            }
            let weight = poisson.weight(step);
            if weight > 0.0 {
                at_end
                    .iter_mut()
                    .zip(&now)
                    .for_each(|(e, p)| *e += weight * p);
            }
            let above = poisson.above(step);
            for (sum, reward) in sums.iter_mut().zip(rewards) {
                sum.add(above * dot(&now, reward));
            }
            gone.add(dot(&now, &self.absorbed));
            for (state, next) in next.iter_mut().enumerate() {
                let inflow: f64 = self.columns[state]
                    .iter()
                    .map(|(from, share)| share * now[*from as usize])
                    .sum();
                *next = now[state] * self.stay[state] + inflow;
            }
            std::mem::swap(&mut now, &mut next);
        }
        Ok(TransientOutcome {
            at_end,
            collected: sums.iter().map(|sum| sum.total() / self.pace).collect(),
        })
    }

    /// Rounding is the same at each step and would add up over millions of them: what is left and
    /// what is gone must stay 1.
    fn balance(&self, now: &mut [f64], gone: f64) {
        let left: f64 = now.iter().sum();
        if gone < 0.999 && left > 0.0 {
            let scale = (1.0 - gone) / left;
            now.iter_mut().for_each(|p| *p *= scale);
        }
    }

    /// From `step` on, each step takes the same share of every state.
    fn rest(
        &self,
        step: usize,
        steps: f64,
        now: &[f64],
        rewards: &[Vec<f64>],
        sums: &mut [Sum],
        at_end: &mut [f64],
    ) {
        let left: f64 = now.iter().sum();
        let lost = dot(now, &self.absorbed) / left;
        // The logarithm of what is left at the end of what is left now: a step keeps `1 - lost`,
        // and the number of steps in the time is Poisson.
        let log = -steps * lost - step as f64 * libm::log1p(-lost);
        let count = if lost > 0.0 {
            -libm::expm1(log) / lost
        } else {
            steps - step as f64
        };
        for (sum, reward) in sums.iter_mut().zip(rewards) {
            sum.add(count * dot(now, reward));
        }
        let kept = libm::exp(log);
        at_end.iter_mut().zip(now).for_each(|(e, p)| *e = kept * p);
    }
}

/// Whether the shape of a distribution still changes.
#[derive(Default)]
struct Settling {
    shape: Vec<f64>,
    /// The last change of a component, relative to it.
    change: Option<f64>,
    /// The last change as a part of the one before.
    ratio: Option<f64>,
    /// Looks in a row that saw none to come.
    quiet: u32,
}

impl Settling {
    /// Three looks in a row have to agree: a fast change can hide a slow one for a while.
    const QUIET: u32 = 3;

    /// How many more steps it takes to settle, if the changes go on shrinking as they do now.
    fn steps_left(&self) -> f64 {
        match (self.change, self.ratio) {
            (Some(change), Some(ratio)) if change > 1e-14 && ratio > 0.0 && ratio < 1.0 => {
                libm::log(1e-14 / change) / libm::log(ratio) * BLOCK as f64
            }
            (Some(_), Some(ratio)) if ratio >= 1.0 => f64::INFINITY,
            _ => 0.0,
        }
    }

    fn settled(&mut self, now: &[f64]) -> bool {
        let left: f64 = now.iter().sum();
        let shape: Vec<f64> = now.iter().map(|p| p / left).collect();
        let part = |(new, old): (&f64, &f64)| {
            let most = new.max(*old);
            if most > 0.0 {
                (new - old).abs() / most
            } else {
                0.0
            }
        };
        let changes = shape.iter().zip(&self.shape).map(part);
        let change = (!self.shape.is_empty()).then(|| changes.fold(0.0, f64::max));
        let still = match (change, self.change) {
            // Changes shrink as a geometric series, whose rest follows from its ratio.
            (Some(change), Some(last)) => {
                let ratio = change / last;
                change < 2e-15 || ratio < 0.9 && change * ratio / (1.0 - ratio) < 1e-14
            }
            _ => false,
        };
        self.ratio = self.change.zip(change).map(|(last, change)| change / last);
        self.quiet = if still { self.quiet + 1 } else { 0 };
        (self.shape, self.change) = (shape, change);
        self.quiet >= Self::QUIET
    }
}

/// A sum that keeps what rounding takes off (A. Neumaier, ZAMM 54, 1974).
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sum: f64,
    rest: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let sum = self.sum + x;
        self.rest += if self.sum.abs() >= x.abs() {
            self.sum - sum + x
        } else {
            x - sum + self.sum
        };
        self.sum = sum;
    }

    fn total(self) -> f64 {
        self.sum + self.rest
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
