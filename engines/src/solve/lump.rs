//! States that do not differ in availability are merged into one.
//!
//! A world remembers what decides about messages, such as which log position is whose, and most of
//! it never decides whether users are served. Two states are lumped when both are up or both are
//! down and both go on to each other set of lumped states at the same rate (J. Kemeny and J. Snell,
//! "Finite Markov Chains", 1960, chapter 6): what is up and down when has the same law in the
//! smaller chain, so nothing is approximated. A chain of 25,000 states of a whole pool becomes one
//! of some hundreds.
//!
//! The sets are split until nothing splits any more. Rates count as the same when they are the
//! same number; sums are made in ascending order, so that the same rates make the same sum. Where
//! rounding makes two sums differ all the same, the states stay apart, which costs time and no
//! digit.

use std::collections::BTreeMap;

use crate::solve::chain::Generator;

/// A smaller chain with the same availability.
#[derive(Debug, Clone, PartialEq)]
pub struct Lumped {
    /// The smaller chain.
    pub generator: Generator,
    /// By state of the larger chain, the state of the smaller.
    pub block: Vec<u32>,
}

/// Lumps a chain as far as it goes.
#[must_use]
pub fn lump(generator: &Generator) -> Lumped {
    let n = generator.len();
    let mut block: Vec<u32> = generator.up.iter().map(|up| u32::from(*up)).collect();
    let mut blocks = 0;
    loop {
        // What distinguishes a state: its set, and its rates into the others.
        let mut known: BTreeMap<(u32, Vec<(u32, u64)>), u32> = BTreeMap::new();
        let split: Vec<u32> = (0..n)
            .map(|state| {
                let sums = sums(generator, &block, state);
                let bits = sums.iter().map(|(to, sum)| (*to, sum.to_bits()));
                let next = known.len() as u32;
                *known.entry((block[state], bits.collect())).or_insert(next)
            })
            .collect();
        let before = std::mem::replace(&mut blocks, known.len());
        block = split;
        if blocks == before {
            break;
        }
    }
    // Sets are numbered in the order in which their first states were found.
    let mut rows: Vec<Option<Vec<(u32, f64)>>> = vec![None; blocks];
    let mut up = vec![false; blocks];
    for state in 0..n {
        let row = &mut rows[block[state] as usize];
        if row.is_none() {
            *row = Some(sums(generator, &block, state));
            up[block[state] as usize] = generator.up[state];
        }
    }
    let rows = rows.into_iter().map(Option::unwrap_or_default).collect();
    let initial = block[generator.initial] as usize;
    Lumped {
        generator: Generator::new(rows, up, initial),
        block,
    }
}

/// The rates of a state into sets other than its own, by ascending set.
fn sums(generator: &Generator, block: &[u32], state: usize) -> Vec<(u32, f64)> {
    let row = generator.row(state).iter();
    let mut out: Vec<(u32, f64)> = row
        .map(|(to, rate)| (block[*to as usize], *rate))
        .filter(|(to, _)| *to != block[state])
        .collect();
    out.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    out.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_of_a_kind_become_a_count() {
        // States: both, first, second, none.
        let (lam, mu) = (0.1, 1.0);
        let rows = vec![
            vec![(1, lam), (2, lam)],
            vec![(0, mu), (3, lam)],
            vec![(0, mu), (3, lam)],
            vec![(1, mu), (2, mu)],
        ];
        let lumped = lump(&Generator::new(rows, vec![true, true, true, false], 0));
        assert_eq!(lumped.block, [0, 1, 1, 2]);
        let expected = vec![
            vec![(1, 2.0 * lam)],
            vec![(0, mu), (2, lam)],
            vec![(1, 2.0 * mu)],
        ];
        let expected = Generator::new(expected, vec![true, true, false], 0);
        assert_eq!(lumped.generator, expected);
    }

    #[test]
    fn different_rates_and_different_futures_stay_apart() {
        // 1 and 2 are both up; they are left at different rates, and so differ.
        let rows = vec![
            vec![(1, 1.0), (2, 1.0)],
            vec![(3, 1.0)],
            vec![(3, 2.0)],
            vec![(0, 1.0)],
        ];
        let generator = Generator::new(rows, vec![true, true, true, false], 0);
        assert_eq!(lump(&generator).block, [0, 1, 2, 3]);
        // Nothing ever goes down: all is one.
        let rows = vec![vec![(1, 1.0)], vec![(2, 5.0)], vec![]];
        let lumped = lump(&Generator::new(rows, vec![true; 3], 0));
        assert_eq!(lumped.generator.len(), 1);
        assert_eq!(lumped.generator.transitions(), 0);
    }
}
