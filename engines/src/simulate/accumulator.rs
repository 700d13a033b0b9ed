//! Means over trials.
//!
//! What carries the mean of a skewed measure may not be in the sample: a link that is cut for weeks
//! in one year of a thousand. So a trial can bring *controls* along, which are known to be 0 on
//! average and rise and fall with its value: the number of site losses less what was to be
//! expected, or the age of the data at one moment less its average over the year. The mean is what
//! a regression on the controls gives where they are 0 (P. Glasserman, "Monte Carlo Methods in
//! Financial Engineering", 2003, 4.1). Where the values are too few all the same there is no
//! interval, and the estimate says so.

use serde::{Deserialize, Serialize};

use crate::simulate::estimate::{Confidence, Estimate, Interval, TRIALS_MIN};
use crate::simulate::moments::{DIVISOR, Moments, VALUE, VARIABLES};
use crate::simulate::skewness::skewed_interval;

pub use crate::simulate::moments::CONTROLS;

/// A mean rests on fewer values than this where few of them carry it: the square of their sum over
/// the sum of their squares (L. Kish, "Survey Sampling", 1965).
const EFFECTIVE_LEAST: f64 = 100.0;

/// A mean of which one value carries a larger share has no interval.
const SHARE_MOST: f64 = 0.05;

/// Above this share of trials left out, those that are left in need not have controls of 0.
const LEFT_OUT_MOST: f64 = 1e-3;

/// How much a value rises with each control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slopes {
    /// As a regression of the values on the controls says. Of a pair, both rise alike.
    Fitted,
    /// As is known otherwise: where a few values are so much larger than all others that they would
    /// decide the regression. Of a trial, and of the other one of a pair.
    Given([[f64; CONTROLS]; 2]),
}

/// What an interval does about the skewness of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skewness {
    /// Reaches further to the side of the long tail.
    TakenOut,
    /// Nothing: the few large differences of pairs lie on both sides, and which of them are in the
    /// sample decides its skewness.
    Left,
}

/// What one trial contributes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observation {
    /// The value, for example milliseconds of outage.
    pub value: i64,
    /// What it is a sum of, for the mean of one: for example its incidents. 1 for a plain mean.
    pub divisor: i64,
    /// What is 0 on average and rises and falls with the value; 0 where there is none.
    pub controls: [i64; CONTROLS],
}

/// Sums of the observations of trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanAccumulator {
    moments: Moments,
    /// Observations that may carry too much: of the largest value, and of the controls' ends.
    extremes: [[i64; VARIABLES]; 3],
    /// Trials that were left out, having an outcome of another kind.
    left_out: u64,
}

/// A mean, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The estimate; without limits where too little carries it.
    pub estimate: Estimate,
    /// Too little carries it: few values, or one of them.
    pub few: bool,
    /// By how much the controls divide the variance of the plain mean; 1 without any.
    pub gain: f64,
}

impl MeanAccumulator {
    /// Adds one value without controls.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.observe(Observation {
            value: i64::try_from(value).unwrap_or(i64::MAX),
            divisor: 1,
            controls: [0; CONTROLS],
        });
    }

    /// Adds one observation.
    #[inline]
    pub fn observe(&mut self, observation: Observation) {
        let Observation {
            value,
            divisor,
            controls,
        } = observation;
        if value == 0 && divisor == 0 && controls == [0; CONTROLS] {
            self.moments.add_nothing();
        } else {
            self.add([value, divisor, controls[0], controls[1], 0, 0]);
        }
    }

    fn add(&mut self, one: [i64; VARIABLES]) {
        self.moments.add(one);
        self.keep_extremes(one);
    }

    /// Leaves a trial out: its outcome is of another kind, which is counted apart.
    pub fn leave_out(&mut self) {
        self.left_out = self.left_out.saturating_add(1);
    }

    #[inline]
    fn keep_extremes(&mut self, one: [i64; VARIABLES]) {
        let together = |o: &[i64; VARIABLES]| {
            let controls = o[2..].iter();
            controls.fold(0_i64, |sum, control| sum.saturating_add(*control))
        };
        let [largest, high, low] = &mut self.extremes;
        let key = |o: &[i64; VARIABLES]| (o[VALUE].unsigned_abs(), *o);
        if key(&one) > key(largest) {
            *largest = one;
        }
        if (together(&one), one) > (together(high), *high) {
            *high = one;
        }
        if (together(&one), one) < (together(low), *low) {
            *low = one;
        }
    }

    /// Adds all values of another accumulator, exactly.
    pub fn merge(&mut self, other: &Self) {
        self.moments.merge(&other.moments);
        self.left_out = self.left_out.saturating_add(other.left_out);
        other
            .extremes
            .iter()
            .for_each(|one| self.keep_extremes(*one));
    }

    /// The number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.moments.count()
    }

    /// The number of trials that were left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The sum of the values, in their unit.
    #[must_use]
    pub fn sum(&self) -> i128 {
        self.moments.sum(VALUE)
    }

    /// The size of the largest value.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.extremes[0][VALUE].unsigned_abs()
    }

    /// Whether a single value of this size would carry too much of what the values come to.
    #[must_use]
    pub fn would_be_carried_by(&self, value: u64) -> bool {
        value as f64 > SHARE_MOST * self.moments.sizes()
    }

    /// The plain mean, in the unit of the values; `None` without values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.moments.mean(VALUE))
    }

    /// The standard deviation of a value, with n - 1; `None` below two values or after saturation.
    #[must_use]
    pub fn standard_deviation(&self) -> Option<f64> {
        if self.count() < 2 || self.moments.is_saturated() {
            return None;
        }
        let centred = self.moments.centred(VALUE, VALUE);
        Some(libm::sqrt(centred / (self.count() - 1) as f64))
    }

    /// The mean of the values, with the limits of Student's t (W. Gosset 1908) on what the controls
    /// leave of their spread, and with its skewness taken out. `None` without values.
    #[must_use]
    pub fn estimate(&self, slopes: Slopes, confidence: Confidence) -> Option<Mean> {
        (self.count() > 0).then(|| self.regression(None, slopes, Skewness::TakenOut, confidence))
    }

    /// The sum of the values over the sum of the divisors, with limits by the delta method.
    ///
    /// For example milliseconds of outage per incident: the mean of the trials' own ratios would
    /// give a trial with one incident the weight of a trial with ten (W. Cochran, "Sampling
    /// Techniques", 1977, chapter 6). `None` where the sum of the divisors is 0.
    #[must_use]
    pub fn ratio(&self, slopes: Slopes, confidence: Confidence) -> Option<Mean> {
        let divisors = self.moments.sum(DIVISOR);
        (divisors > 0).then(|| {
            let ratio = self.sum() as f64 / divisors as f64;
            self.regression(Some(ratio), slopes, Skewness::TakenOut, confidence)
        })
    }

    /// The mean where the controls are 0: of the values, or where `ratio` is given of the values
    /// less `ratio` divisors, over the mean divisor.
    fn regression(
        &self,
        ratio: Option<f64>,
        slopes: Slopes,
        tails: Skewness,
        confidence: Confidence,
    ) -> Mean {
        let moments = &self.moments;
        let n = self.count() as f64;
        let share = ratio.unwrap_or(0.0);
        let divisor = ratio.map_or(1.0, |_| moments.mean(DIVISOR));
        let plain = ratio.unwrap_or(moments.mean(VALUE));
        let nothing = |few| Mean {
            estimate: Estimate {
                value: plain,
                interval: Interval::NONE,
            },
            few,
            gain: 1.0,
        };
        if self.count() < TRIALS_MIN || moments.is_saturated() {
            return nothing(true);
        }
        // Sums of squares and products about the means, of the value less its share of divisors.
        let with =
            |other: usize| moments.centred(VALUE, other) - share * moments.centred(DIVISOR, other);
        let spread = with(VALUE) - share * with(DIVISOR);
        let fit = match slopes {
            // Of the trials that are left, the controls need not be 0 on average.
            _ if self.left_out as f64 > LEFT_OUT_MOST * n => Fit::default(),
            Slopes::Fitted => self.fitted(&with),
            Slopes::Given([here, there]) => {
                self.given([here[0], here[1], there[0], there[1]], &with)
            }
        };
        let value = plain - fit.at_mean / divisor;
        let freedom = n - 1.0 - fit.used as f64;
        // A sum of squares in truth; below 0 only by rounding.
        let residual = (spread - fit.explained).max(0.0);
        let variance = residual / freedom;
        // How far the controls' means are from 0 adds to what the regression may miss.
        let error = libm::sqrt(variance * (1.0 / n + fit.distance)) / divisor;
        let [a, b, c, d] = fit.slopes;
        let weights = [1.0, -share, -a, -b, -c, -d];
        let skewness = match tails {
            Skewness::TakenOut => moments.skewness(&weights, residual),
            Skewness::Left => Some(0.0),
        };
        let Some(skewness) = skewness else {
            return nothing(true);
        };
        let carried = moments.sizes().max((value * divisor * n).abs());
        // Slopes that are fitted rest on the same values: what they explain is carried by those.
        let (left, own) = match slopes {
            Slopes::Fitted => (spread, &[0.0; 2 * CONTROLS]),
            Slopes::Given(_) => (residual, &fit.slopes),
        };
        let squares = left + n * value * value * divisor * divisor;
        let few = carried * carried < EFFECTIVE_LEAST * squares || self.one_carries(own, carried);
        Mean {
            estimate: Estimate {
                value,
                interval: if few {
                    Interval::NONE
                } else {
                    skewed_interval(value, error, freedom, skewness, confidence)
                },
            },
            few,
            gain: if residual > 0.0 && spread > 0.0 {
                spread / residual
            } else {
                1.0
            },
        }
    }

    /// Whether one of the extremes carries more than [`SHARE_MOST`] of what all values come to.
    /// Of a value what the controls explain with these slopes is not its own.
    fn one_carries(&self, slopes: &[f64; 2 * CONTROLS], carried: f64) -> bool {
        self.extremes.iter().any(|one| {
            let controls = slopes.iter().zip(&one[2..]);
            let expected: f64 = controls
                .map(|(slope, control)| slope * *control as f64)
                .sum();
            let own = one[VALUE] as f64 - expected;
            own.abs() > SHARE_MOST * carried
        })
    }

    /// The regression of something on the controls, from its products with each variable.
    fn fitted(&self, with: &dyn Fn(usize) -> f64) -> Fit {
        let moments = &self.moments;
        // Those of both trials of a pair together.
        let pair = |k: usize| [2 + k, 2 + CONTROLS + k];
        let means = [0, 1].map(|k| pair(k).map(|x| moments.mean(x)).iter().sum::<f64>());
        let square = |j: usize, k: usize| -> f64 {
            let all = pair(j).into_iter().flat_map(|x| pair(k).map(|y| (x, y)));
            all.map(|(x, y)| moments.centred(x, y)).sum()
        };
        let products = [0, 1].map(|k| pair(k).map(with).iter().sum::<f64>());
        let (squares, cross) = ([square(0, 0), square(1, 1)], square(0, 1));
        let determinant = squares[0] * squares[1] - cross * cross;
        let (slopes, distance, used) = if determinant > 1e-9 * squares[0] * squares[1] {
            let solve = |right: [f64; CONTROLS]| {
                [
                    (right[0] * squares[1] - right[1] * cross) / determinant,
                    (right[1] * squares[0] - right[0] * cross) / determinant,
                ]
            };
            let towards = solve(means);
            let distance = means[0] * towards[0] + means[1] * towards[1];
            (solve(products), distance, 2)
        } else {
            // One of them says all that both do.
            let k = usize::from(squares[1] > squares[0]);
            if squares[k] <= 0.0 {
                return Fit::default();
            }
            let mut slopes = [0.0; CONTROLS];
            slopes[k] = products[k] / squares[k];
            (slopes, means[k] * means[k] / squares[k], 1)
        };
        Fit {
            slopes: [slopes[0], slopes[1], slopes[0], slopes[1]],
            at_mean: slopes[0] * means[0] + slopes[1] * means[1],
            explained: slopes[0] * products[0] + slopes[1] * products[1],
            distance,
            used,
        }
    }

    /// The same where the slopes are known.
    fn given(&self, slopes: [f64; 2 * CONTROLS], with: &dyn Fn(usize) -> f64) -> Fit {
        let mut fit = Fit {
            slopes,
            ..Fit::default()
        };
        // A control beside that of the other trial: of two trials that are the same nothing is left.
        let pairs = || (0..CONTROLS).map(|k| [k, CONTROLS + k]);
        let both = |one: &dyn Fn(usize) -> f64, [here, there]: [usize; 2]| one(here) + one(there);
        for pair in pairs() {
            fit.at_mean += both(&|j| slopes[j] * self.moments.mean(2 + j), pair);
            fit.explained += both(&|j| 2.0 * slopes[j] * with(2 + j), pair);
            for other in pairs() {
                let product = |j: usize, k: usize| {
                    slopes[j] * slopes[k] * self.moments.centred(2 + j, 2 + k)
                };
                fit.explained -= both(&|j| both(&|k| product(j, k), other), pair);
            }
        }
        fit
    }
}

/// A regression on the controls.
#[derive(Default)]
struct Fit {
    slopes: [f64; 2 * CONTROLS],
    /// What it adds at the controls' means.
    at_mean: f64,
    /// Of the sum of squares.
    explained: f64,
    /// How far the controls' means are from 0, against their spread.
    distance: f64,
    used: usize,
}

/// Sums for the mean difference of two values per trial, for example under two configurations.
///
/// Under common random numbers its interval is narrower than two separate ones by far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferenceAccumulator(MeanAccumulator);

impl DifferenceAccumulator {
    /// Adds the observations of one trial under both.
    #[inline]
    pub fn record(&mut self, here: Observation, there: Observation) {
        let [one, two] = here.controls;
        let [three, four] = there.controls.map(i64::saturating_neg);
        let value = here.value.saturating_sub(there.value);
        self.0.add([value, 1, one, two, three, four]);
    }

    /// Leaves a trial out.
    pub fn leave_out(&mut self) {
        self.0.leave_out();
    }

    /// Adds all trials of another accumulator, exactly.
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// The number of trials.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.count()
    }

    /// The mean of here - there. `None` without trials.
    #[must_use]
    pub fn estimate(&self, slopes: Slopes, confidence: Confidence) -> Option<Mean> {
        (self.count() > 0).then(|| {
            let tails = Skewness::Left;
            self.0.regression(None, slopes, tails, confidence)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn confidence() -> Confidence {
        Confidence::new(0.95).expect("valid")
    }

    fn of(values: impl IntoIterator<Item = u64>) -> MeanAccumulator {
        let mut accumulator = MeanAccumulator::default();
        values.into_iter().for_each(|v| accumulator.record(v));
        accumulator
    }

    fn limits(accumulator: &MeanAccumulator) -> Interval {
        let found = accumulator.estimate(Slopes::Fitted, confidence());
        found.expect("values").estimate.interval
    }

    fn alone(value: u64) -> Observation {
        Observation {
            value: value as i64,
            divisor: 1,
            controls: [0; CONTROLS],
        }
    }

    #[test]
    fn mean_and_deviation_of_small_samples() {
        assert_eq!(of([]).mean(), None);
        assert_eq!(of([]).estimate(Slopes::Fitted, confidence()), None);
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
        let mut pairs = DifferenceAccumulator::default();
        for n in 0..1000_u64 {
            let x = base + n * 1_000_000;
            pairs.record(alone(x + n % 2), alone(x));
        }
        let difference = pairs
            .estimate(Slopes::Fitted, confidence())
            .unwrap()
            .estimate;
        assert_eq!(difference.value, 0.5);
        let half_width = difference.interval.high.unwrap() - 0.5;
        let expected = 1.962_341_461_133_4 * libm::sqrt(250.0 / 999.0 / 1000.0);
        assert!((half_width / expected - 1.0).abs() < 1e-9, "{half_width}");
    }

    #[test]
    fn no_limits_below_a_hundred_values_or_after_saturation() {
        assert_eq!(limits(&of(100..199)), Interval::NONE);
        assert_eq!(limits(&of([u64::MAX; 200])), Interval::NONE);
        // 1149.5 and t = 1.97601 with 149 degrees of freedom, s = 43.4453679924679.
        let interval = limits(&of(1075..1225));
        let half = 1.976_013_178 * 43.445_367_992 / libm::sqrt(150.0);
        assert!((interval.low.unwrap() - (1149.5 - half)).abs() < 1e-5);
        assert!((interval.high.unwrap() - (1149.5 + half)).abs() < 1e-5);
    }

    #[test]
    fn a_constant_ratio_has_no_width_and_a_difference_has_a_sign() {
        let mut sums = MeanAccumulator::default();
        assert_eq!(sums.ratio(Slopes::Fitted, confidence()), None);
        for n in 0..200 {
            sums.observe(Observation {
                value: 3 * n,
                divisor: n,
                controls: [0; CONTROLS],
            });
        }
        let ratio = sums.ratio(Slopes::Fitted, confidence()).unwrap().estimate;
        assert_eq!(ratio.value, 3.0);
        assert!((ratio.interval.high.unwrap() - 3.0).abs() < 1e-9);
        let mut pairs = DifferenceAccumulator::default();
        for n in 0..200 {
            pairs.record(alone(n), alone(n + 4));
        }
        let difference = pairs
            .estimate(Slopes::Fitted, confidence())
            .unwrap()
            .estimate;
        assert_eq!(difference.value, -4.0);
        assert_eq!(difference.interval.low, Some(-4.0));
        assert_eq!(difference.interval.high, Some(-4.0));
    }

    /// A value that is its control and a constant: the regression has no error, whatever the
    /// control's mean is, and the plain mean is off by it.
    #[test]
    fn what_a_control_explains_is_gone() {
        let mut sums = MeanAccumulator::default();
        for n in 0..400_i64 {
            sums.observe(Observation {
                value: 1000 + 3 * (n % 7) - 2 * (n % 5),
                divisor: 1,
                controls: [n % 7, n % 5],
            });
        }
        for slopes in [Slopes::Fitted, Slopes::Given([[3.0, -2.0], [0.0; 2]])] {
            let found = sums.estimate(slopes, confidence()).unwrap();
            assert!((found.estimate.value - 1000.0).abs() < 1e-6, "{found:?}");
            assert!(
                found.estimate.interval.high.unwrap() - 1000.0 < 1e-3,
                "{found:?}"
            );
        }
        assert!(sums.mean().unwrap() > 1004.0);
    }

    proptest! {
        #[test]
        fn merging_in_any_order_and_grouping_is_exact(
            values in proptest::collection::vec(
                (any::<i32>(), 0..1_i64 << 40, any::<i32>(), any::<i16>()), 0..60),
            cut in 0..60_usize, second_cut in 0..60_usize,
        ) {
            let of = |values: &[(i32, i64, i32, i16)]| {
                let mut accumulator = MeanAccumulator::default();
                for (value, divisor, one, two) in values {
                    accumulator.observe(Observation {
                        value: i64::from(*value),
                        divisor: *divisor,
                        controls: [i64::from(*one), i64::from(*two)],
                    });
                }
                accumulator
            };
            let merged = |parts: &[&MeanAccumulator]| {
                let mut accumulator = MeanAccumulator::default();
                parts.iter().for_each(|part| accumulator.merge(part));
                accumulator
            };
            let (cut, second_cut) = (cut.min(values.len()), second_cut.min(values.len()));
            let (a, b) = (cut.min(second_cut), cut.max(second_cut));
            let (x, y, z) = (of(&values[..a]), of(&values[a..b]), of(&values[b..]));
            prop_assert_eq!(merged(&[&x, &y, &z]), of(&values));
            prop_assert_eq!(merged(&[&z, &merged(&[&y, &x])]), of(&values));
        }
    }
}
