//! How long until something happens for the first time.

use crate::solve::chain::Generator;
use crate::solve::elimination::{Elimination, WORK_MOST};
use crate::solve::{SolveError, Unfound};

/// Sweeps of the iteration, which large chains need.
const SWEEPS_MOST: usize = 20_000;

/// The iteration ends when no time changes by more than this part.
const CHANGE_MOST: f64 = 1e-14;

/// The mean time in hours until a state of `target` is reached from the first state; `None` where
/// it may never be, and the mean is infinite.
///
/// # Errors
/// When the chain is too large to eliminate and the iteration does not converge.
pub fn mean_time(generator: &Generator, target: &[bool]) -> Result<Option<f64>, SolveError> {
    mean_time_within(generator, target, WORK_MOST)
}

/// The same with another limit on what elimination may cost; beyond it the iteration is used.
///
/// # Errors
/// As [`mean_time`].
pub fn mean_time_within(
    generator: &Generator,
    target: &[bool],
    work_most: u64,
) -> Result<Option<f64>, SolveError> {
    if target[generator.initial] {
        return Ok(Some(0.0));
    }
    let before = reachable_before(generator, target);
    let last = before.len();
    let mut local = vec![last as u32; generator.len()];
    for (number, state) in before.iter().enumerate() {
        local[*state] = number as u32;
    }
    let mut rows: Vec<Vec<(u32, f64)>> = Vec::with_capacity(last + 1);
    for state in &before {
        let mut row = Vec::new();
        let mut out = 0.0;
        for (to, rate) in generator.row(*state) {
            match local[*to as usize] {
                to if to == last as u32 => out += rate,
                to => row.push((to, *rate)),
            }
        }
        if out > 0.0 {
            row.push((last as u32, out));
        }
        rows.push(row);
    }
    rows.push(Vec::new());
    if !all_reach(&rows, last) {
        return Ok(None);
    }
    // The first state is the first to be found.
    match Elimination::new(rows.clone(), last, work_most) {
        Some(eliminated) => Ok(Some(eliminated.collected(&vec![1.0; last + 1])[0])),
        None => iterate(&rows).map(Some),
    }
}

/// The states that can be reached from the first without passing through the target.
fn reachable_before(generator: &Generator, target: &[bool]) -> Vec<usize> {
    let mut seen = target.to_vec();
    let mut found = vec![generator.initial];
    seen[generator.initial] = true;
    let mut at = 0;
    while at < found.len() {
        for (to, _) in generator.row(found[at]) {
            if !std::mem::replace(&mut seen[*to as usize], true) {
                found.push(*to as usize);
            }
        }
        at += 1;
    }
    found
}

fn all_reach(rows: &[Vec<(u32, f64)>], last: usize) -> bool {
    let mut columns: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
    for (from, row) in rows.iter().enumerate() {
        for (to, _) in row {
            columns[*to as usize].push(from as u32);
        }
    }
    let mut seen = vec![false; rows.len()];
    let mut found = vec![last];
    seen[last] = true;
    let mut at = 0;
    while at < found.len() {
        for from in &columns[found[at]] {
            if !std::mem::replace(&mut seen[*from as usize], true) {
                found.push(*from as usize);
            }
        }
        at += 1;
    }
    found.len() == rows.len()
}

/// The sum of values at the neighbours, times the rates.
fn flow(neighbours: &[(u32, f64)], values: &[f64]) -> f64 {
    let part = |(state, rate): &(u32, f64)| rate * values[*state as usize];
    neighbours.iter().map(part).sum()
}

/// Gauss-Seidel with a correction of all times by one constant.
///
/// Where the target is rare, the times are nearly all the same and plain sweeps take as many
/// rounds as there are steps until the target. That common part is what the correction finds at
/// once, from the balance of the whole chain; the weights of its states are swept along.
fn iterate(rows: &[Vec<(u32, f64)>]) -> Result<f64, SolveError> {
    let last = rows.len() - 1;
    let exits: Vec<f64> = rows
        .iter()
        .map(|row| row.iter().map(|(_, r)| r).sum())
        .collect();
    let mut columns: Vec<Vec<(u32, f64)>> = vec![Vec::new(); rows.len()];
    for (from, row) in rows.iter().enumerate() {
        for (to, rate) in row {
            columns[*to as usize].push((from as u32, *rate));
        }
    }
    let mut times = vec![0.0; last + 1];
    let mut weights = vec![1.0 / last as f64; last];
    for _ in 0..SWEEPS_MOST {
        let mut change = 0.0_f64;
        for state in (0..last).rev() {
            let now = (1.0 + flow(&rows[state], &times)) / exits[state];
            change = change.max((now - times[state]).abs() / now);
            times[state] = now;
        }
        // What reaches the target comes back to the first state, so that the weights settle.
        let back = flow(&columns[last], &weights);
        for state in 0..last {
            let inflow = flow(&columns[state], &weights) + if state == 0 { back } else { 0.0 };
            weights[state] = inflow / exits[state];
        }
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        let mut missing = 0.0;
        for (state, weight) in weights.iter().enumerate() {
            let onward = flow(&rows[state], &times);
            missing += weight * (1.0 + onward - exits[state] * times[state]);
        }
        let shift = missing / flow(&columns[last], &weights);
        if change < CHANGE_MOST && shift.abs() <= CHANGE_MOST * times[0].abs() * 100.0 {
            return Ok(times[0]);
        }
        times[..last]
            .iter_mut()
            .for_each(|t| *t = (*t + shift).max(0.0));
    }
    Err(SolveError::NotConverged(Unfound::FirstOutage))
}
