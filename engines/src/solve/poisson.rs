//! Weights of the Poisson distribution around its mode.
//!
//! As B. Fox and P. Glynn ("Computing Poisson probabilities", Communications of the ACM 31, 1988)
//! do it: from the mode outwards by ratios, then scaled to sum to 1, so that nothing underflows
//! where it matters.

/// What is left out on either side, relative to the weight of the mode: with the width of the
/// window, well below 1e-14 of the whole.
const LEAST: f64 = 1e-22;

/// The weights of a Poisson distribution within a window.
pub struct Poisson {
    /// The number that the first weight belongs to.
    pub left: usize,
    /// The weights; they sum to 1.
    pub weights: Vec<f64>,
    /// By weight, the probability of a greater number.
    pub above: Vec<f64>,
}

impl Poisson {
    /// The weights for a mean, not negative.
    pub fn new(mean: f64) -> Self {
        let mode = mean.floor();
        let mut below = Vec::new();
        let (mut weight, mut number) = (1.0, mode);
        while number > 0.0 {
            weight *= number / mean;
            if weight < LEAST {
                break;
            }
            below.push(weight);
            number -= 1.0;
        }
        let left = mode as usize - below.len();
        let mut weights: Vec<f64> = below.into_iter().rev().collect();
        let (mut weight, mut number) = (1.0, mode);
        while weight >= LEAST {
            weights.push(weight);
            number += 1.0;
            weight *= mean / number;
        }
        // From the ends, the small ones first.
        let mut above = vec![0.0; weights.len()];
        for at in (1..weights.len()).rev() {
            above[at - 1] = above[at] + weights[at];
        }
        let total = above[0] + weights[0];
        weights.iter_mut().for_each(|w| *w /= total);
        above.iter_mut().for_each(|w| *w /= total);
        Self {
            left,
            weights,
            above,
        }
    }

    /// The last number of the window.
    pub const fn right(&self) -> usize {
        self.left + self.weights.len() - 1
    }

    /// The weight of a number.
    pub fn weight(&self, number: usize) -> f64 {
        let at = number.checked_sub(self.left);
        at.and_then(|at| self.weights.get(at))
            .copied()
            .unwrap_or(0.0)
    }

    /// The probability of more than a number.
    pub fn above(&self, number: usize) -> f64 {
        match number.checked_sub(self.left) {
            None => 1.0,
            Some(at) => self.above.get(at).copied().unwrap_or(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_formula() {
        for mean in [0.0, 1e-9, 0.3, 1.0, 17.5, 400.0] {
            let poisson = Poisson::new(mean);
            for number in poisson.left..=poisson.right() {
                let n = number as f64;
                let log = if number == 0 {
                    0.0
                } else {
                    n * libm::log(mean)
                };
                let exact = libm::exp(log - mean - libm::lgamma(n + 1.0));
                let found = poisson.weight(number);
                assert!(
                    (found - exact).abs() <= 1e-12 * exact.max(1e-18),
                    "{mean} {number}"
                );
            }
        }
    }

    #[test]
    fn the_mean_of_the_window_is_the_mean() {
        for mean in [0.5, 1e3, 1.6e6, 2.5e7] {
            let poisson = Poisson::new(mean);
            let beyond: f64 = (poisson.left..=poisson.right())
                .rev()
                .map(|n| poisson.above(n))
                .sum();
            let found = poisson.left as f64 + beyond;
            assert!((found / mean - 1.0).abs() < 1e-12, "{mean} {found}");
            let width = poisson.weights.len() as f64;
            assert!(width < 24.0 * mean.sqrt() + 40.0, "{mean} {width}");
        }
    }
}
