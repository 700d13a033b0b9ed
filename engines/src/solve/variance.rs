//! How much the downtime of long stretches varies.

use crate::solve::chain::Generator;
use crate::solve::classes;
use crate::solve::elimination::{Elimination, WORK_MOST};
use crate::solve::steady::restricted;

/// The variance of the downtime in a long time, per hour of it, in hours; `None` where the chain
/// has several closed classes or is too large.
///
/// With g the solution of Poisson's equation for the downtime, it is 2 Σ π f g (P. Whitt,
/// "Asymptotic formulas for Markov processes", Operations Research 40, 1992). Here g is the
/// downtime until the first return to one state less what the same time has on average, so what is
/// subtracted is smaller than what it is subtracted from by the order of the unavailability.
pub fn rate(generator: &Generator) -> Option<f64> {
    let classes = classes::closed(generator);
    let [class] = &classes[..] else {
        return None;
    };
    let last = class
        .iter()
        .position(|s| *s == generator.initial)
        .unwrap_or(0);
    let eliminated = Elimination::new(restricted(generator, class), last, WORK_MOST)?;
    let share = eliminated.stationary();
    // Downtime and uptime vary alike; of the two, the rarer has digits that the other has lost.
    let is_down = |state: &usize| f64::from(u8::from(!generator.up[*state]));
    let mut down: Vec<f64> = class.iter().map(is_down).collect();
    let often = share.iter().zip(&down).map(|(p, d)| p * d).sum::<f64>() > 0.5;
    if often {
        down.iter_mut().for_each(|down| *down = 1.0 - *down);
    }
    let downtime = eliminated.collected(&down);
    let time = eliminated.collected(&vec![1.0; class.len()]);
    let mean = |f: &dyn Fn(usize) -> f64| -> f64 {
        share
            .iter()
            .enumerate()
            .map(|(state, p)| p * f(state))
            .sum()
    };
    let u = mean(&|s| down[s]);
    let first = mean(&|s| down[s] * downtime[s]);
    let second = mean(&|s| down[s] * time[s]) + mean(&|s| downtime[s]);
    let third = mean(&|s| time[s]);
    Some(2.0 * (first - u * second + u * u * third))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A unit that fails and is repaired: 2 λ μ / (λ + μ)^3, however rarely it is up.
    #[test]
    fn a_unit_has_its_closed_form_nearly_always_up_and_nearly_always_down() {
        for (fails, repaired) in [(1e-6, 1e3), (3.0, 5.0), (1e3, 1e-6), (2e2, 1e-9)] {
            let rows = vec![vec![(1, fails)], vec![(0, repaired)]];
            let found = rate(&Generator::new(rows, vec![true, false], 0)).unwrap();
            let sum: f64 = fails + repaired;
            let expected = 2.0 * fails * repaired / (sum * sum * sum);
            assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        }
    }
}
