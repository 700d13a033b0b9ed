//! The share of time in each state in the long run.

use crate::solve::chain::Generator;
use crate::solve::elimination::{Elimination, WORK_MOST};
use crate::solve::{SolveError, Unfound, classes};

/// Sweeps of the iteration.
const SWEEPS_MOST: usize = 50_000;

/// The iteration ends when flows balance this well, and is refused when it cannot reach the other.
const RESIDUAL_AIM: f64 = 1e-15;
const RESIDUAL_MOST: f64 = 1e-11;

/// How a chain was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SteadyMethod {
    /// By elimination without subtraction: nearly all digits are right.
    Elimination,
    /// By Gauss-Seidel iteration: the residual says how well flows balance.
    Iteration,
}

/// The long run.
#[derive(Debug, Clone, PartialEq)]
pub struct Steady {
    /// By state.
    pub share: Vec<f64>,
    /// How it was found; the less exact, where both were needed.
    pub method: SteadyMethod,
    /// The sum over the states of what flows in but not out or the other way round, as a part of
    /// all that flows.
    pub residual: f64,
}

impl Steady {
    /// The long-run mean of something that each state has.
    #[must_use]
    pub fn mean(&self, by_state: &[f64]) -> f64 {
        self.share.iter().zip(by_state).map(|(a, b)| a * b).sum()
    }
}

/// Solves for the long run. A chain with several closed classes ends in one of them by chance,
/// and their shares are weighted with that.
///
/// # Errors
/// When the chain is too large to eliminate and the iteration does not converge.
pub fn solve(generator: &Generator) -> Result<Steady, SolveError> {
    solve_within(generator, WORK_MOST)
}

/// The same with another limit on what elimination may cost; beyond it the iteration is used.
///
/// # Errors
/// As [`solve`].
pub fn solve_within(generator: &Generator, work_most: u64) -> Result<Steady, SolveError> {
    let classes = classes::closed(generator);
    let odds = odds(generator, &classes, work_most)?;
    let mut share = vec![0.0; generator.len()];
    let mut method = SteadyMethod::Elimination;
    for (class, odds) in classes.iter().zip(odds) {
        // Of a class that is never reached, the shares do not count.
        if odds == 0.0 {
            continue;
        }
        let rows = restricted(generator, class);
        let last = class.iter().position(|s| *s == generator.initial);
        let found = match Elimination::new(rows.clone(), last.unwrap_or(0), work_most) {
            Some(eliminated) => eliminated.stationary(),
            None => {
                method = SteadyMethod::Iteration;
                iterate(&rows)?
            }
        };
        for (state, found) in class.iter().zip(found) {
            share[*state] = odds * found;
        }
    }
    let residual = residual(generator, &share);
    Ok(Steady {
        share,
        method,
        residual,
    })
}

/// By closed class, the probability that the chain ends in it.
fn odds(
    generator: &Generator,
    classes: &[Vec<usize>],
    work_most: u64,
) -> Result<Vec<f64>, SolveError> {
    if let [_] = classes {
        return Ok(vec![1.0]);
    }
    let n = generator.len();
    let mut class_of = vec![usize::MAX; n];
    for (number, class) in classes.iter().enumerate() {
        class.iter().for_each(|state| class_of[*state] = number);
    }
    if let Some(only) = classes.iter().position(|c| c.contains(&generator.initial)) {
        return Ok((0..classes.len())
            .map(|c| f64::from(u8::from(c == only)))
            .collect());
    }
    // The transient states, and one in which all the closed classes are.
    let transient: Vec<usize> = (0..n).filter(|s| class_of[*s] == usize::MAX).collect();
    let last = transient.len();
    let mut local = vec![last as u32; n];
    for (number, state) in transient.iter().enumerate() {
        local[*state] = number as u32;
    }
    let mut rows = Vec::new();
    for state in &transient {
        let row = generator.row(*state).iter();
        let inner = row
            .clone()
            .filter(|(to, _)| local[*to as usize] != last as u32);
        let mut inner: Vec<_> = inner
            .map(|(to, rate)| (local[*to as usize], *rate))
            .collect();
        let out: f64 = row
            .filter(|(to, _)| local[*to as usize] == last as u32)
            .map(|(_, rate)| rate)
            .sum();
        if out > 0.0 {
            inner.push((last as u32, out));
        }
        rows.push(inner);
    }
    rows.push(Vec::new());
    let eliminated =
        Elimination::new(rows, last, work_most).ok_or(SolveError::NotConverged(Unfound::End))?;
    let into = |class: usize| {
        let rate = |state: &usize| {
            let row = generator.row(*state).iter();
            row.filter(|(to, _)| class_of[*to as usize] == class)
                .map(|(_, rate)| rate)
                .sum()
        };
        let mut reward: Vec<f64> = transient.iter().map(rate).collect();
        reward.push(0.0);
        eliminated.collected(&reward)[local[generator.initial] as usize]
    };
    Ok((0..classes.len()).map(into).collect())
}

/// The rows of a closed class, in its own numbers.
pub(super) fn restricted(generator: &Generator, class: &[usize]) -> Vec<Vec<(u32, f64)>> {
    let mut local = vec![0_u32; generator.len()];
    for (number, state) in class.iter().enumerate() {
        local[*state] = number as u32;
    }
    let renumber = |(to, rate): &(u32, f64)| (local[*to as usize], *rate);
    let row = |state: &usize| generator.row(*state).iter().map(renumber).collect();
    class.iter().map(row).collect()
}

/// Gauss-Seidel: each state's share is made to balance, one after the other.
fn iterate(rows: &[Vec<(u32, f64)>]) -> Result<Vec<f64>, SolveError> {
    let n = rows.len();
    let mut columns: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n];
    let mut exits = vec![0.0; n];
    for (from, row) in rows.iter().enumerate() {
        for (to, rate) in row {
            columns[*to as usize].push((from as u32, *rate));
            exits[from] += rate;
        }
    }
    let mut share = vec![1.0 / n as f64; n];
    let mut best = f64::INFINITY;
    for sweep in 1..=SWEEPS_MOST {
        let (mut off, mut flow) = (0.0, 0.0);
        for state in 0..n {
            let inflow: f64 = columns[state]
                .iter()
                .map(|(from, rate)| rate * share[*from as usize])
                .sum();
            off += (inflow - share[state] * exits[state]).abs();
            flow += inflow;
            share[state] = inflow / exits[state];
        }
        let total: f64 = share.iter().sum();
        share.iter_mut().for_each(|x| *x /= total);
        let now = off / flow;
        // Rounding lets the residual go no further down at some point.
        let stuck = sweep % 64 == 0 && now > best * 0.9;
        if now < RESIDUAL_AIM || stuck && now < RESIDUAL_MOST {
            return Ok(share);
        }
        if sweep % 64 == 0 {
            best = best.min(now);
        }
    }
    if best < RESIDUAL_MOST {
        return Ok(share);
    }
    Err(SolveError::NotConverged(Unfound::LongRun))
}

fn residual(generator: &Generator, share: &[f64]) -> f64 {
    let mut balance = vec![0.0; share.len()];
    let mut flow = 0.0;
    for (state, share) in share.iter().enumerate() {
        for (to, rate) in generator.row(state) {
            balance[*to as usize] += share * rate;
            balance[state] -= share * rate;
            flow += share * rate;
        }
    }
    let off: f64 = balance.iter().map(|x: &f64| x.abs()).sum();
    if flow > 0.0 { off / flow } else { 0.0 }
}
