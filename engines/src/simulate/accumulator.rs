//! Sums over trials, in integers: merged in any order and any grouping they are the same.
//!
//! Floating sums would differ in their last digits with the number of threads. All sums saturate,
//! which keeps merging associative, and a saturated sum gives no estimate rather than a wrong one.

use serde::{Deserialize, Serialize};

use crate::simulate::estimate::{Confidence, Estimate, Interval, mean_interval};

/// Above this a sum of squares is taken as saturated. A thousand years in milliseconds, squared,
/// times 10^11 trials is below it.
const SUM_MAX: u128 = 1 << 126;

/// Count, sum and sum of squares of one value per trial, for example its outage in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanAccumulator {
    count: u64,
    sum: u128,
    squares: u128,
}

impl MeanAccumulator {
    /// Adds one value.
    #[inline]
    pub fn record(&mut self, value: u64) {
        let value = u128::from(value);
        self.count = self.count.saturating_add(1);
        self.sum = self.sum.saturating_add(value);
        self.squares = self.squares.saturating_add(value * value);
    }

    /// Adds all values of another accumulator, exactly.
    pub fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        self.squares = self.squares.saturating_add(other.squares);
    }

    /// The number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sum of the values, in their unit.
    #[must_use]
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The mean, in the unit of the values; `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// The standard deviation of a value, with n - 1; `None` below two values or after saturation.
    #[must_use]
    pub fn standard_deviation(&self) -> Option<f64> {
        if self.count < 2 || self.squares >= SUM_MAX {
            return None;
        }
        let centred = Centred::new(self.count, self.sum, self.sum, self.squares);
        Some(libm::sqrt(centred.get() / (self.count - 1) as f64))
    }

    /// The mean with the limits of Student's t (W. Gosset 1908), which hold for skewed values only
    /// when there are many: below 100 there are none.
    #[must_use]
    pub fn estimate(&self, confidence: Confidence) -> Option<Estimate> {
        let value = self.mean()?;
        let interval = match self.standard_deviation() {
            Some(deviation) => mean_interval(value, deviation, self.count, confidence),
            None => Interval::NONE,
        };
        Some(Estimate { value, interval })
    }
}

/// Sums and products of two values per trial, for their difference and the ratio of their sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairAccumulator {
    first: MeanAccumulator,
    second: MeanAccumulator,
    products: u128,
}

impl PairAccumulator {
    /// Adds the two values of one trial, or of one trial number under two configurations.
    #[inline]
    pub fn record(&mut self, first: u64, second: u64) {
        self.first.record(first);
        self.second.record(second);
        let product = u128::from(first) * u128::from(second);
        self.products = self.products.saturating_add(product);
    }

    /// Adds all pairs of another accumulator, exactly.
    pub fn merge(&mut self, other: &Self) {
        self.first.merge(&other.first);
        self.second.merge(&other.second);
        self.products = self.products.saturating_add(other.products);
    }

    /// The first values alone.
    #[must_use]
    pub fn first(&self) -> &MeanAccumulator {
        &self.first
    }

    /// The second values alone.
    #[must_use]
    pub fn second(&self) -> &MeanAccumulator {
        &self.second
    }

    /// The mean of first - second, with the limits of Student's t on the differences.
    ///
    /// Under common random numbers these are narrower than two separate intervals by far. `None`
    /// without pairs; no limits below 100 pairs.
    #[must_use]
    pub fn difference(&self, confidence: Confidence) -> Option<Estimate> {
        let count = self.first.count;
        if count == 0 {
            return None;
        }
        let (larger, smaller, sign) = if self.first.sum >= self.second.sum {
            (self.first.sum, self.second.sum, 1.0)
        } else {
            (self.second.sum, self.first.sum, -1.0)
        };
        // Subtracted as integers: close means keep their digits.
        let value = sign * ((larger - smaller) as f64 / count as f64);
        Some(self.combined(value, 1.0, 1.0, confidence))
    }

    /// The sum of the first values over the sum of the second, with limits by the delta method.
    ///
    /// For example milliseconds of outage per incident: the mean of the trials' own ratios would
    /// give a trial with one incident the weight of a trial with ten (W. Cochran, "Sampling
    /// Techniques", 1977, chapter 6). `None` where the second sum is 0; no limits below 100 pairs.
    #[must_use]
    pub fn ratio(&self, confidence: Confidence) -> Option<Estimate> {
        if self.second.sum == 0 {
            return None;
        }
        let value = self.first.sum as f64 / self.second.sum as f64;
        let denominator = self.second.sum as f64 / self.second.count as f64;
        Some(self.combined(value, value, denominator, confidence))
    }

    /// `value`, with the limits that the mean of first - `factor` * second has, over `denominator`.
    fn combined(
        &self,
        value: f64,
        factor: f64,
        denominator: f64,
        confidence: Confidence,
    ) -> Estimate {
        let (count, x, y) = (self.first.count, &self.first, &self.second);
        let none = Estimate {
            value,
            interval: Interval::NONE,
        };
        let saturated = [x.squares, y.squares, self.products];
        if count < 2 || saturated.iter().any(|&sum| sum >= SUM_MAX) {
            return none;
        }
        let squares_x = Centred::new(count, x.sum, x.sum, x.squares);
        let squares_y = Centred::new(count, y.sum, y.sum, y.squares);
        let products = Centred::new(count, x.sum, y.sum, self.products);
        let residual = if factor == 1.0 {
            squares_x.plus_minus_twice(&squares_y, &products)
        } else {
            squares_x.get() - 2.0 * factor * products.get() + factor * factor * squares_y.get()
        };
        // A sum of squares in truth; below 0 only by rounding.
        let deviation = libm::sqrt(residual.max(0.0) / (count - 1) as f64) / denominator;
        Estimate {
            value,
            interval: mean_interval(value, deviation, count, confidence),
        }
    }
}

/// The sum over trials of (x - mean of x)(y - mean of y): `whole` - `excess` / count.
///
/// The plain sum of products less the product of the sums over n loses all digits when the spread
/// is small against the mean. Here the values are shifted by the means' whole parts, in integers.
struct Centred {
    whole: i128,
    rests: (u64, u64),
    count: u64,
}

impl Centred {
    /// For sums of x, of y, and of x y, the last below 2^126; `count` is not 0.
    fn new(count: u64, sum_x: u128, sum_y: u128, products: u128) -> Self {
        let n = u128::from(count);
        let (mean_x, mean_y) = (sum_x / n, sum_y / n);
        let (rest_x, rest_y) = (sum_x % n, sum_y % n);
        // sum (x - mean_x)(y - mean_y); it fits although the terms on the way may not.
        let whole = products
            .wrapping_sub(mean_x.wrapping_mul(sum_y))
            .wrapping_sub(mean_y.wrapping_mul(rest_x));
        Self {
            whole: whole as i128,
            rests: (rest_x as u64, rest_y as u64),
            count,
        }
    }

    /// The part that the whole means leave over.
    fn excess(&self) -> f64 {
        self.rests.0 as f64 * self.rests.1 as f64 / self.count as f64
    }

    fn get(&self) -> f64 {
        self.whole as f64 - self.excess()
    }

    /// self + other - 2 products, the sum of squares of the differences, in integers as far as
    /// possible: under common random numbers it is much smaller than its three terms.
    fn plus_minus_twice(&self, other: &Self, products: &Self) -> f64 {
        let whole = self
            .whole
            .wrapping_add(other.whole)
            .wrapping_sub(products.whole.wrapping_mul(2));
        let rest = self.rests.0 as f64 - other.rests.0 as f64;
        whole as f64 - rest * rest / self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::random::Draws;
    use proptest::prelude::*;

    fn confidence() -> Confidence {
        Confidence::new(0.95).expect("valid")
    }

    fn of(values: impl IntoIterator<Item = u64>) -> MeanAccumulator {
        let mut accumulator = MeanAccumulator::default();
        values.into_iter().for_each(|v| accumulator.record(v));
        accumulator
    }

    #[test]
    fn mean_and_deviation_of_small_samples() {
        assert_eq!(of([]).mean(), None);
        assert_eq!(of([]).estimate(confidence()), None);
        assert_eq!(of([5]).mean(), Some(5.0));
        assert_eq!(of([5]).standard_deviation(), None);
        let accumulator = of([2, 4, 4, 4, 5, 5, 7, 9]);
        assert_eq!(accumulator.mean(), Some(5.0));
        let deviation = accumulator.standard_deviation().unwrap();
        assert!((deviation - libm::sqrt(32.0 / 7.0)).abs() < 1e-15);
        assert_eq!(of([7; 50]).standard_deviation(), Some(0.0));
    }

    #[test]
    fn a_small_spread_around_a_large_mean_keeps_its_digits() {
        let base = 1_u64 << 45;
        let accumulator = of((0..1000).map(|n| base + n % 2));
        let deviation = accumulator.standard_deviation().unwrap();
        assert!((deviation / libm::sqrt(250.0 / 999.0) - 1.0).abs() < 1e-12);
        let mut pairs = PairAccumulator::default();
        for n in 0..1000_u64 {
            let x = base + n * 1_000_000;
            pairs.record(x + n % 2, x);
        }
        let difference = pairs.difference(confidence()).unwrap();
        assert_eq!(difference.value, 0.5);
        let half_width = difference.interval.high.unwrap() - 0.5;
        let expected = 1.962_341_461_133_4 * libm::sqrt(250.0 / 999.0 / 1000.0);
        assert!((half_width / expected - 1.0).abs() < 1e-9, "{half_width}");
    }

    #[test]
    fn no_limits_below_a_hundred_values_or_after_saturation() {
        let limits =
            |accumulator: MeanAccumulator| accumulator.estimate(confidence()).unwrap().interval;
        assert_eq!(limits(of(0..99)), Interval::NONE);
        assert!(limits(of(0..100)).low.is_some());
        assert_eq!(limits(of([u64::MAX; 200])), Interval::NONE);
        // 49.5 and t = 1.98421695 with 99 degrees of freedom, s = 29.01149198.
        let interval = limits(of(0..100));
        assert!(
            (interval.low.unwrap() - 43.743_490_58).abs() < 1e-7,
            "{interval:?}"
        );
        assert!((interval.high.unwrap() - 55.256_509_42).abs() < 1e-7);
    }

    #[test]
    fn a_constant_ratio_has_no_width_and_a_difference_has_a_sign() {
        let mut pairs = PairAccumulator::default();
        assert_eq!(pairs.ratio(confidence()), None);
        assert_eq!(pairs.difference(confidence()), None);
        for n in 0..200 {
            pairs.record(3 * n, n);
        }
        let ratio = pairs.ratio(confidence()).unwrap();
        assert_eq!(ratio.value, 3.0);
        assert!((ratio.interval.high.unwrap() - 3.0).abs() < 1e-9);
        let mut pairs = PairAccumulator::default();
        for n in 0..200 {
            pairs.record(n, n + 4);
        }
        let difference = pairs.difference(confidence()).unwrap();
        assert_eq!(difference.value, -4.0);
        assert_eq!(difference.interval.low, Some(-4.0));
        assert_eq!(difference.interval.high, Some(-4.0));
    }

    /// An exponential of mean 10^6 by inversion.
    fn exponential(draws: &mut Draws, purpose: u8) -> u64 {
        (-1e6 * libm::log(draws.next(0, purpose).get())) as u64
    }

    #[test]
    fn the_limits_of_the_mean_cover_it_about_as_often_as_stated() {
        let (mut draws, mut covered) = (Draws::new(1), 0);
        let repetitions = 2000;
        for trial in 0..repetitions {
            draws.start_trial(trial);
            let interval = of((0..100).map(|_| exponential(&mut draws, 0)))
                .estimate(confidence())
                .unwrap()
                .interval;
            // The mean of the whole milliseconds, rounded down, is half below.
            covered += u64::from(interval.contains(1e6 - 0.5));
        }
        // About 94.3 % for this skewness and n (94.1 % to 94.9 %); noise 0.5 %.
        let coverage = covered as f64 / repetitions as f64;
        assert!((0.925..0.962).contains(&coverage), "{coverage}");
    }

    #[test]
    fn the_limits_of_a_ratio_and_a_difference_cover_them_as_often_as_stated() {
        let (mut draws, mut ratios, mut differences) = (Draws::new(2), 0, 0);
        let repetitions = 1000;
        for trial in 0..repetitions {
            draws.start_trial(trial);
            let mut pairs = PairAccumulator::default();
            let mut paired = PairAccumulator::default();
            for _ in 0..200 {
                // 0 to 3 incidents, each of mean 10^6: the ratio is 10^6.
                let incidents = (draws.next(1, 0).get() * 4.0) as u64;
                let outage = (0..incidents).map(|_| exponential(&mut draws, 0)).sum();
                pairs.record(outage, incidents);
                // The same failure, half a second later.
                let common = exponential(&mut draws, 1);
                paired.record(common + 500 + exponential(&mut draws, 2) / 1000, common);
            }
            let ratio = pairs.ratio(confidence()).unwrap();
            ratios += u64::from(ratio.interval.contains(1e6 - 0.5));
            let difference = paired.difference(confidence()).unwrap();
            differences += u64::from(difference.interval.contains(1499.5));
        }
        for covered in [ratios, differences] {
            let coverage = covered as f64 / repetitions as f64;
            assert!((0.925..0.97).contains(&coverage), "{coverage}");
        }
    }

    proptest! {
        #[test]
        fn merging_in_any_order_and_grouping_is_exact(
            pairs in proptest::collection::vec((any::<u64>(), 0..1_u64 << 40), 0..60),
            cut in 0..60_usize, second_cut in 0..60_usize,
        ) {
            let of = |pairs: &[(u64, u64)]| {
                let mut accumulator = PairAccumulator::default();
                pairs.iter().for_each(|&(x, y)| accumulator.record(x, y));
                accumulator
            };
            let merged = |parts: &[&PairAccumulator]| {
                let mut accumulator = PairAccumulator::default();
                parts.iter().for_each(|part| accumulator.merge(part));
                accumulator
            };
            let (cut, second_cut) = (cut.min(pairs.len()), second_cut.min(pairs.len()));
            let (a, b) = (cut.min(second_cut), cut.max(second_cut));
            let (x, y, z) = (of(&pairs[..a]), of(&pairs[a..b]), of(&pairs[b..]));
            let whole = of(&pairs);
            prop_assert_eq!(merged(&[&x, &y, &z]), whole);
            prop_assert_eq!(merged(&[&z, &merged(&[&y, &x])]), whole);
        }
    }
}
