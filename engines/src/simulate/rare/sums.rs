//! What the paths of one stratum come to. Sums of floats: they are added in the order of the paths.

use std::collections::BTreeMap;

use poolproof_models::system::Words;

use crate::simulate::trial::Cycle;

/// The paths of one stratum.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sums {
    /// Paths, those too that found something amiss already and contribute nothing.
    pub paths: u64,
    /// What they contribute.
    pub value: f64,
    /// Its squares.
    pub squares: f64,
    /// The largest contribution of a path.
    pub largest: f64,
    /// Paths on which the failure struck.
    pub begun: u64,
    /// Their weights in the end.
    pub weights: f64,
    /// The squares of these.
    pub weight_squares: f64,
    /// How long they took together, in milliseconds.
    pub length_ms: f64,
    /// The states in which they began, as words, and how often.
    pub from: BTreeMap<Words, u64>,
}

impl Sums {
    /// Counts a path.
    pub fn record(&mut self, value: f64) {
        self.paths += 1;
        self.value += value;
        self.squares += value * value;
        self.largest = self.largest.max(value);
    }

    /// Counts a path on which a failure was to strike.
    pub fn record_cycle(&mut self, cycle: Option<Cycle>) {
        self.record(cycle.map_or(0.0, |path| path.value));
        if let Some(path) = cycle {
            self.begun += 1;
            self.weights += path.weight;
            self.weight_squares += path.weight * path.weight;
            self.length_ms += path.length_ms as f64;
            *self.from.entry(path.from).or_default() += 1;
        }
    }

    /// Adds later paths.
    pub fn merge(&mut self, other: &Self) {
        self.paths += other.paths;
        self.value += other.value;
        self.squares += other.squares;
        self.largest = self.largest.max(other.largest);
        self.begun += other.begun;
        self.weights += other.weights;
        self.weight_squares += other.weight_squares;
        self.length_ms += other.length_ms;
        for (state, times) in &other.from {
            *self.from.entry(*state).or_default() += times;
        }
    }

    /// The mean contribution of a path.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.value / self.paths.max(1) as f64
    }

    /// The variance of the contribution of one path.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let n = self.paths as f64;
        if self.paths < 2 {
            return 0.0;
        }
        ((self.squares - self.value * self.value / n) / (n - 1.0)).max(0.0)
    }

    /// The variance of the mean. Paths that are all alike are not taken for certain: one more that
    /// contributes nothing is allowed for.
    #[must_use]
    pub fn variance_of_mean(&self) -> f64 {
        let n = self.paths.max(1) as f64;
        let unseen = self.mean() / n;
        self.variance() / n + unseen * unseen
    }
}

#[cfg(test)]
mod tests {
    use super::Sums;
    use crate::simulate::trial::Cycle;
    use poolproof_models::system::Words;

    fn cycle(value: f64, weight: f64, length_ms: u64) -> Cycle {
        Cycle {
            value,
            weight,
            length_ms,
            from: Words::default(),
        }
    }

    /// Powers of two, so that sums are exact in any order.
    fn paths() -> [Option<Cycle>; 5] {
        [
            Some(cycle(0.5, 2.0, 100)),
            None,
            Some(cycle(0.25, 0.5, 20)),
            Some(cycle(0.0, 1.0, 3)),
            Some(cycle(2.0, 0.25, 7)),
        ]
    }

    fn of(paths: &[Option<Cycle>]) -> Sums {
        let mut sums = Sums::default();
        paths.iter().for_each(|path| sums.record_cycle(*path));
        sums
    }

    #[test]
    fn sums_of_parts_are_the_sums_of_the_whole() {
        let paths = paths();
        for cut in 0..=paths.len() {
            let (first, rest) = paths.split_at(cut);
            let mut merged = of(first);
            merged.merge(&of(rest));
            assert_eq!(merged, of(&paths), "cut at {cut}");
        }
    }

    #[test]
    fn sums_are_what_the_paths_come_to() {
        let sums = of(&paths());
        assert_eq!((sums.paths, sums.begun), (5, 4));
        assert_eq!(
            (sums.value, sums.squares, sums.largest),
            (2.75, 4.3125, 2.0)
        );
        assert_eq!((sums.weights, sums.weight_squares), (3.75, 5.3125));
        assert_eq!(sums.length_ms, 130.0);
        assert_eq!(sums.from.values().sum::<u64>(), 4);
    }

    #[test]
    fn the_variance_is_that_of_the_contributions() {
        let sums = of(&paths());
        assert_eq!(sums.mean(), 0.55);
        // Deviations from 0.55: -0.05, -0.55, -0.3, -0.55, 1.45; their squares add up to 2.8.
        assert!(
            (sums.variance() - 2.8 / 4.0).abs() < 1e-12,
            "{}",
            sums.variance()
        );
        // One more path that contributes nothing: the mean over the number of paths, squared.
        let unseen = 0.55 / 5.0;
        let expected = 0.7 / 5.0 + unseen * unseen;
        assert!((sums.variance_of_mean() - expected).abs() < 1e-12);
        assert_eq!(of(&paths()[..1]).variance(), 0.0);
    }
}
