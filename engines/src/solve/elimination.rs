//! Elimination without subtraction.
//!
//! W. Grassmann, M. Taksar and D. Heyman ("Regenerative analysis and steady state distributions
//! for Markov chains", Operations Research 33, 1985) eliminate a state of a chain by giving its
//! flow to its neighbours: only positive numbers are added, multiplied and divided, so every
//! component of the answer has nearly all digits, however rare its state (C. O'Cinneide,
//! Numerische Mathematik 65, 1993). An ordinary solver loses as many digits as the rates are
//! orders of magnitude apart.
//!
//! Rows are sparse and the state that joins the fewest pairs of neighbours goes first (H.
//! Markowitz, Management Science 3, 1957).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What elimination may cost, in multiplications: a few seconds.
pub const WORK_MOST: u64 = 2_000_000_000;

/// A state with its transitions at the time when it was eliminated, to and from states that then
/// were left.
struct Pivot {
    state: usize,
    exit: f64,
    out: Vec<(u32, f64)>,
    into: Vec<(u32, f64)>,
}

/// A chain with all states eliminated but the last.
pub struct Elimination {
    pivots: Vec<Pivot>,
    last: usize,
    n: usize,
}

impl Elimination {
    /// Eliminates all states but `last`, which every state must be able to reach. `None` where
    /// that would take more than `work_most` multiplications, or where `last` is out of reach.
    pub fn new(rows: Vec<Vec<(u32, f64)>>, last: usize, work_most: u64) -> Option<Self> {
        let n = rows.len();
        let mut left = Left::new(rows);
        let mut heap: BinaryHeap<Reverse<(u64, usize)>> = (0..n)
            .filter(|state| *state != last)
            .map(|state| Reverse((left.cost(state), state)))
            .collect();
        let mut pivots = Vec::with_capacity(n);
        while let Some(Reverse((known, state))) = heap.pop() {
            let now = left.cost(state);
            // Neighbours have changed since the cost was noted: back into the queue if it is not
            // the least any more.
            if now > known && heap.peek().is_some_and(|Reverse((next, _))| *next < now) {
                heap.push(Reverse((now, state)));
                continue;
            }
            pivots.push(left.eliminate(state)?);
            if left.work > work_most {
                return None;
            }
        }
        Some(Self { pivots, last, n })
    }

    /// By state, what is expected to be collected until `last` is reached, at `reward` per hour.
    pub fn collected(&self, reward: &[f64]) -> Vec<f64> {
        let mut sum = reward.to_vec();
        for pivot in &self.pivots {
            let share = sum[pivot.state] / pivot.exit;
            for (from, rate) in &pivot.into {
                sum[*from as usize] += rate * share;
            }
        }
        sum[self.last] = 0.0;
        for pivot in self.pivots.iter().rev() {
            let onward: f64 = pivot
                .out
                .iter()
                .map(|(to, rate)| rate * sum[*to as usize])
                .sum();
            sum[pivot.state] = (sum[pivot.state] + onward) / pivot.exit;
        }
        sum
    }

    /// The share of time in each state in the long run.
    pub fn stationary(&self) -> Vec<f64> {
        let mut share = vec![0.0; self.n];
        share[self.last] = 1.0;
        for pivot in self.pivots.iter().rev() {
            let inflow: f64 = pivot
                .into
                .iter()
                .map(|(from, rate)| rate * share[*from as usize])
                .sum();
            share[pivot.state] = inflow / pivot.exit;
        }
        let total: f64 = share.iter().sum();
        share.iter_mut().for_each(|x| *x /= total);
        share
    }
}

/// The states that are left, on the way.
struct Left {
    rows: Vec<Vec<(u32, f64)>>,
    /// By state, those that lead to it.
    columns: Vec<Vec<u32>>,
    /// By target, its place in the row at hand, plus one.
    place: Vec<u32>,
    /// Multiplications so far, and what searching costs.
    work: u64,
}

impl Left {
    fn new(rows: Vec<Vec<(u32, f64)>>) -> Self {
        let mut columns: Vec<Vec<u32>> = vec![Vec::new(); rows.len()];
        for (from, row) in rows.iter().enumerate() {
            for (to, _) in row {
                columns[*to as usize].push(from as u32);
            }
        }
        Self {
            place: vec![0; rows.len()],
            rows,
            columns,
            work: 0,
        }
    }

    /// The pairs of neighbours that the state joins.
    fn cost(&self, state: usize) -> u64 {
        self.rows[state].len() as u64 * self.columns[state].len() as u64
    }

    /// Gives the flow through a state to its neighbours; `None` if it leads nowhere.
    fn eliminate(&mut self, state: usize) -> Option<Pivot> {
        let out = std::mem::take(&mut self.rows[state]);
        let exit: f64 = out.iter().map(|(_, rate)| rate).sum();
        if exit <= 0.0 {
            return None;
        }
        for (to, _) in &out {
            let column = &mut self.columns[*to as usize];
            self.work += column.len() as u64;
            column.retain(|from| *from as usize != state);
        }
        let mut into = Vec::new();
        for from in std::mem::take(&mut self.columns[state]) {
            let row = &mut self.rows[from as usize];
            self.work += (row.len() + out.len()) as u64;
            let at = row.iter().position(|(to, _)| *to as usize == state)?;
            let (_, rate) = row.swap_remove(at);
            into.push((from, rate));
            for (at, (to, _)) in row.iter().enumerate() {
                self.place[*to as usize] = at as u32 + 1;
            }
            for (to, onward) in out.iter().filter(|(to, _)| *to != from) {
                let flow = rate * (onward / exit);
                match self.place[*to as usize] {
                    0 => {
                        row.push((*to, flow));
                        self.columns[*to as usize].push(from);
                    }
                    at => row[at as usize - 1].1 += flow,
                }
            }
            row.iter().for_each(|(to, _)| self.place[*to as usize] = 0);
        }
        Some(Pivot {
            state,
            exit,
            out,
            into,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_states_by_hand() {
        // Fails at 3, is repaired at 5.
        let rows = vec![vec![(1, 3.0)], vec![(0, 5.0)]];
        let chain = Elimination::new(rows, 0, WORK_MOST).unwrap();
        let share = chain.stationary();
        assert!((share[1] - 3.0 / 8.0).abs() < 1e-16);
        assert_eq!(chain.collected(&[1.0, 1.0]), [0.0, 0.2]);
    }

    #[test]
    fn rare_states_keep_their_digits() {
        // A ladder that is a million times harder at each rung: shares by detailed balance.
        let n = 12;
        let rows = (0..n).map(|i| {
            let mut row = Vec::new();
            if i + 1 < n {
                row.push((i as u32 + 1, 1e-6));
            }
            if i > 0 {
                row.push((i as u32 - 1, 1.0));
            }
            row
        });
        let chain = Elimination::new(rows.collect(), 3, WORK_MOST).unwrap();
        let share = chain.stationary();
        for i in 0..n {
            let exact = share[0] * libm::pow(1e-6, f64::from(i));
            assert!((share[i as usize] / exact - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn limits_are_kept() {
        let rows = |n: u32| (0..n).map(|i| vec![((i + 1) % n, 1.0)]).collect();
        assert!(Elimination::new(rows(100), 0, 10).is_none());
        assert!(Elimination::new(vec![vec![], vec![(0, 1.0)]], 1, WORK_MOST).is_none());
    }
}
