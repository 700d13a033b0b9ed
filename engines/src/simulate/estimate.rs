//! Estimates with intervals: never a bare number.
//!
//! Intervals are given at a stated [`Confidence`] and have two sides with equal error probability
//! unless said otherwise. A side without a finite or trustworthy limit is `None`. Nothing here
//! looks at how an estimate is used: several at once need [`Confidence::shared_by`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::numbers::normal::normal_quantile;
use crate::numbers::special::{
    Tail, beta_quantile, binomial_tails, gamma_quantile, student_quantile,
};

/// Below this many trials the mean of a skewed measure has no trustworthy limits: at nominal 95 %,
/// ten trials of a ten-year downtime covered 92.7 %, and the misses were on the dangerous side.
pub const TRIALS_MIN: u64 = 100;

/// The probability, strictly between 0 and 1, that a procedure's interval covers the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// 1 - confidence.
    error: f64,
}

impl Default for Confidence {
    /// 95 %.
    fn default() -> Self {
        Self { error: 0.05 }
    }
}

impl Confidence {
    /// A confidence such as 0.95; `None` unless strictly between 0 and 1.
    #[must_use]
    pub fn new(confidence: f64) -> Option<Self> {
        // 1 - 0.95 is 0.050000000000000044. The digits beyond the sixteenth are not meant.
        let error = libm::round((1.0 - confidence) * 1e15) / 1e15;
        (error > 0.0 && error < 1.0).then_some(Self { error })
    }

    /// The confidence.
    #[must_use]
    pub fn get(self) -> f64 {
        1.0 - self.error
    }

    /// The confidence that each of `count` intervals needs so that all hold together with this one
    /// (C. Bonferroni 1936). Of 0 intervals it is this one.
    #[must_use]
    pub fn shared_by(self, count: u64) -> Self {
        Self {
            error: self.error / count.max(1) as f64,
        }
    }

    /// The error probability of each of two sides.
    pub(super) fn per_side(self) -> f64 {
        self.error / 2.0
    }
}

/// What the truth lies between, in the unit of the estimate; `None` for a side without a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower limit.
    pub low: Option<f64>,
    /// The upper limit.
    pub high: Option<f64>,
}

impl Interval {
    /// Without limits: too little is known.
    pub const NONE: Self = Self {
        low: None,
        high: None,
    };

    pub(super) fn between(low: f64, high: f64) -> Self {
        Self {
            low: Some(low),
            high: Some(high),
        }
    }

    /// Whether a value is inside, limits included; a missing limit excludes nothing.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low.is_none_or(|low| low <= value) && self.high.is_none_or(|high| value <= high)
    }
}

/// A number and what the truth lies between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its limits, in the same unit.
    pub interval: Interval,
}

/// The limits of a mean of `count` values with the standard deviation `deviation` of one value:
/// Student's t; none below [`TRIALS_MIN`] values.
#[must_use]
pub fn mean_interval(mean: f64, deviation: f64, count: u64, confidence: Confidence) -> Interval {
    if count < TRIALS_MIN {
        return Interval::NONE;
    }
    let error = deviation / libm::sqrt(count as f64);
    student_interval(mean, error, (count - 1) as f64, confidence)
}

/// The limits of an estimate with this standard error: Student's t.
#[must_use]
pub fn student_interval(value: f64, error: f64, freedom: f64, confidence: Confidence) -> Interval {
    let half_width = student_quantile(confidence.per_side(), freedom) * error;
    Interval::between(value - half_width, value + half_width)
}

/// How many of a number of trials had a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "StoredProportion")]
pub struct Proportion {
    hits: u64,
    trials: u64,
}

/// A proportion in a file, which may come from anywhere.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredProportion {
    hits: u64,
    trials: u64,
}

/// Why a stored proportion is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{hits} of {trials} trials had a property")]
pub struct MoreThanAll {
    hits: u64,
    trials: u64,
}

impl TryFrom<StoredProportion> for Proportion {
    type Error = MoreThanAll;

    fn try_from(stored: StoredProportion) -> Result<Self, Self::Error> {
        let StoredProportion { hits, trials } = stored;
        Self::new(hits, trials).ok_or(MoreThanAll { hits, trials })
    }
}

impl Proportion {
    /// `None` where there are more hits than trials.
    #[must_use]
    pub fn new(hits: u64, trials: u64) -> Option<Self> {
        (hits <= trials).then_some(Self { hits, trials })
    }

    /// Adds one trial.
    #[inline]
    pub fn record(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.trials += 1;
    }

    /// Adds the trials of another proportion, exactly.
    pub fn merge(&mut self, other: &Self) {
        self.hits = self.hits.saturating_add(other.hits);
        self.trials = self.trials.saturating_add(other.trials);
    }

    /// The number of trials that had the property.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// The number of all trials.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Hits over trials, between 0 and 1; `None` without trials.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.trials > 0).then(|| self.hits as f64 / self.trials as f64)
    }

    /// The exact limits, which never cover less often than stated: what objectives are judged by.
    ///
    /// C. Clopper, E. Pearson 1934. No limits without trials.
    #[must_use]
    pub fn clopper_pearson(&self, confidence: Confidence) -> Interval {
        if self.trials == 0 {
            return Interval::NONE;
        }
        let error = confidence.per_side();
        Interval::between(self.exact_low(error), self.exact_high(error))
    }

    /// The exact lower limit that errs with probability `error`.
    fn exact_low(&self, error: f64) -> f64 {
        let (hits, misses) = (self.hits as f64, (self.trials - self.hits) as f64);
        match self.hits {
            0 => 0.0,
            _ => beta_quantile(error, Tail::Lower, hits, misses + 1.0),
        }
    }

    /// The exact upper limit that errs with probability `error`.
    fn exact_high(&self, error: f64) -> f64 {
        let (hits, misses) = (self.hits as f64, (self.trials - self.hits) as f64);
        if self.hits == self.trials {
            return 1.0;
        }
        match self.hits {
            // 1 - error^(1/n), closed and exact.
            0 => -libm::expm1(libm::log(error) / misses),
            _ => beta_quantile(error, Tail::Upper, hits + 1.0, misses),
        }
    }

    /// Limits that cover as often as stated on average over shares: for display and charts.
    ///
    /// E. Wilson 1927; L. Brown, T. Cai, A. DasGupta 2001. No limits without trials.
    #[must_use]
    pub fn wilson(&self, confidence: Confidence) -> Interval {
        let Some(share) = self.share() else {
            return Interval::NONE;
        };
        let n = self.trials as f64;
        let z = -normal_quantile(confidence.per_side());
        let scale = 1.0 + z * z / n;
        let centre = (share + z * z / (2.0 * n)) / scale;
        let spread = share * (1.0 - share) / n + z * z / (4.0 * n * n);
        let half_width = z * libm::sqrt(spread) / scale;
        // At the ends the formula gives 0 and 1 but for the rounding.
        let low = if self.hits == 0 {
            0.0
        } else {
            centre - half_width
        };
        let high = if self.hits == self.trials {
            1.0
        } else {
            centre + half_width
        };
        Interval::between(low, high)
    }

    /// The exact upper limit alone, with the whole error probability on its side.
    ///
    /// It is what "not seen in n trials" says: then it is 1 - (1 - confidence)^(1/n), about 3/n at
    /// 95 % (J. Hanley, A. Lippman-Hand 1983). `None` without trials.
    #[must_use]
    pub fn upper_limit(&self, confidence: Confidence) -> Option<f64> {
        (self.trials > 0).then(|| self.exact_high(confidence.error))
    }
}

/// The exact limits of a rate of independent events, per unit of `exposure` (for example years).
///
/// By the chi-square distribution (F. Garwood 1936), with equal tails even without events.
/// No limits unless the exposure is positive and finite.
#[must_use]
pub fn poisson_rate(events: u64, exposure: f64, confidence: Confidence) -> Interval {
    if !(exposure > 0.0 && exposure.is_finite()) {
        return Interval::NONE;
    }
    let error = confidence.per_side();
    let events = events as f64;
    // A chi-square with 2k degrees of freedom, halved, is Gamma(k, 1).
    let low = match events {
        0.0 => 0.0,
        _ => gamma_quantile(error, Tail::Lower, events),
    };
    let high = match events {
        0.0 => -libm::log(error),
        _ => gamma_quantile(error, Tail::Upper, events + 1.0),
    };
    Interval::between(low / exposure, high / exposure)
}

/// Ranks among sorted values, 1 being the smallest; `None` where the values are too few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranks {
    /// The rank of the lower limit.
    pub low: Option<u64>,
    /// The rank of the upper limit.
    pub high: Option<u64>,
}

impl Ranks {
    /// The same ranks further from the quantile's own, by the root of a design effect above 1.
    #[must_use]
    pub fn spread(self, rank: u64, count: u64, design_effect: f64) -> Self {
        if design_effect <= 1.0 {
            return self;
        }
        let root = libm::sqrt(design_effect);
        let further = |steps: u64| libm::ceil(steps as f64 * root) as u64;
        let low = self
            .low
            .map(|low| rank.saturating_sub(further(rank.saturating_sub(low))));
        let high = self
            .high
            .map(|high| rank.saturating_add(further(high.saturating_sub(rank))));
        Self {
            low: low.filter(|low| *low > 0),
            high: high.filter(|high| *high <= count),
        }
    }
}

/// The ranks whose values are limits of the quantile `q`, whatever the distribution: equal tails,
/// each side erring with at most its half of the error probability.
///
/// The number of values below the quantile is binomial (W. Thompson 1936; H. David, H. Nagaraja,
/// "Order Statistics", 7.1). The values must be independent. Neither rank for `q` outside [0, 1].
#[must_use]
pub fn quantile_ranks(count: u64, q: f64, confidence: Confidence) -> Ranks {
    if !(0.0..=1.0).contains(&q) {
        return Ranks {
            low: None,
            high: None,
        };
    }
    let error = confidence.per_side();
    // With X values below the quantile: low errs if X < low, high errs if X >= high.
    let below = |rank: u64| binomial_tails(rank - 1, count, q);
    let low = partition(count, |rank| below(rank).lower <= error);
    let high = partition(count, |rank| below(rank).upper > error) + 1;
    Ranks {
        low: (low > 0).then_some(low),
        high: (high <= count).then_some(high),
    }
}

/// The largest rank in 1..=count that fulfils a condition which holds up to some rank; 0 if none.
fn partition(count: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut yes, mut no) = (0, count.saturating_add(1));
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if holds(middle) {
            yes = middle;
        } else {
            no = middle;
        }
    }
    yes
}

/// The rank of the sample quantile `q`: the smallest value that a share `q` of all are not above.
///
/// `None` without values or for `q` outside [0, 1].
#[must_use]
pub fn quantile_rank(count: u64, q: f64) -> Option<u64> {
    if count == 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    // 0.07 * 100 is 7.000000000000001, which must not become rank 8.
    let product = q * count as f64;
    let rank = libm::ceil(product - product * 1e-14) as u64;
    Some(rank.clamp(1, count))
}

/// Half the width of the band around an empirical distribution function of `count` independent
/// values, as a probability; `None` without values.
///
/// A. Dvoretzky, J. Kiefer, J. Wolfowitz 1956, with the constant of P. Massart 1990.
#[must_use]
pub fn dkw_half_width(count: u64, confidence: Confidence) -> Option<f64> {
    let half_width = libm::sqrt(libm::log(2.0 / confidence.error) / (2.0 * count as f64));
    (count > 0).then_some(half_width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confidence() -> Confidence {
        Confidence::new(0.95).expect("valid")
    }

    /// Relative to the expected value, or exactly 0 and 1.
    fn assert_close(found: Option<f64>, expected: f64) {
        let found = found.expect("a limit");
        let tolerance = if expected == 0.0 || expected == 1.0 {
            0.0
        } else {
            // The references have twelve digits.
            2e-12 * expected.max(1e-3) + expected * 1e-11
        };
        assert!(
            (found - expected).abs() <= tolerance,
            "{found:e} {expected:e}"
        );
    }

    #[test]
    fn proportions_match_the_reference() {
        let cases = [
            // hits, trials, Wilson, Clopper-Pearson
            (0, 100, [0.0, 0.036993498207], [0.0, 0.0362166926452]),
            (
                1,
                100,
                [0.00176743206414, 0.0544861961787],
                [0.000253146032977, 0.0544593853921],
            ),
            (
                3,
                1000,
                [0.00102078388114, 0.0087830140535],
                [0.00061909993165, 0.00874202323848],
            ),
            (
                50,
                100,
                [0.403831530366, 0.596168469634],
                [0.398321129503, 0.601678870497],
            ),
            (100, 100, [0.963006501793, 1.0], [0.963783307355, 1.0]),
            (
                0,
                100_000,
                [0.0, 3.8413112583e-05],
                [0.0, 3.68881141579e-05],
            ),
            (
                7,
                100_000,
                [3.39090377902e-05, 0.000144498696957],
                [2.8144078805e-05, 0.000144221400922],
            ),
        ];
        for (hits, trials, wilson, exact) in cases {
            let proportion = Proportion::new(hits, trials).unwrap();
            let found = proportion.wilson(confidence());
            assert_close(found.low, wilson[0]);
            assert_close(found.high, wilson[1]);
            let found = proportion.clopper_pearson(confidence());
            assert_close(found.low, exact[0]);
            assert_close(found.high, exact[1]);
        }
    }

    #[test]
    fn rare_hits_in_very_many_trials_keep_their_digits() {
        // Binomial sums in 60 digits, solved by halving.
        for (hits, trials, low, high) in [
            (7, 100_000, 2.814407880503679e-5, 1.442214009223486e-4),
            (7, 1_000_000_000, 2.814363056002636e-9, 1.442267530817496e-8),
            (
                1000,
                100_000_000,
                9.389733002270437e-6,
                1.063951795805474e-5,
            ),
            (
                3,
                1_000_000_000_000,
                6.186721228960286e-13,
                8.767273069717044e-12,
            ),
        ] {
            let proportion = Proportion::new(hits, trials).unwrap();
            let found = proportion.clopper_pearson(confidence());
            for (found, expected) in [(found.low, low), (found.high, high)] {
                let error = found.unwrap() / expected - 1.0;
                assert!(error.abs() < 2e-13, "{hits} {trials}: {error:e}");
            }
        }
    }

    #[test]
    fn what_was_never_seen_has_an_upper_limit() {
        for (trials, expected) in [(100, 0.029513049607), (100_000, 2.995687402e-5)] {
            let never = Proportion::new(0, trials).unwrap();
            let found = never.upper_limit(confidence()).unwrap();
            assert!((found / expected - 1.0).abs() < 2e-10, "{found:e}");
        }
        // One-sided at 97.5 % is the upper side at 95 %.
        let some = Proportion::new(3, 1000).unwrap();
        let one_sided = Confidence::new(0.975).unwrap();
        assert_close(some.upper_limit(one_sided), 0.00874202323848);
        let always = Proportion::new(10, 10).unwrap();
        assert_eq!(always.upper_limit(confidence()), Some(1.0));
    }

    #[test]
    fn poisson_rates_match_the_reference() {
        for (events, low, high) in [
            (0, 0.0, 0.00368887945411),
            (1, 2.53178079843e-05, 0.00557164339094),
            (5, 0.00162348639012, 0.0116683320793),
        ] {
            let found = poisson_rate(events, 1000.0, confidence());
            assert_close(found.low, low);
            assert_close(found.high, high);
        }
        for exposure in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(poisson_rate(5, exposure, confidence()), Interval::NONE);
        }
    }

    #[test]
    fn quantile_ranks_match_the_reference() {
        for (q, count, low, high, coverage) in [
            (0.5, 100, 40, 61, 0.9647997998),
            (0.5, 1000, 469, 532, 0.9537088026),
            (0.95, 1000, 936, 964, 0.9580952682),
            (0.99, 1000, 983, 997, 0.9760947635),
            (0.99, 10_000, 9880, 9920, 0.9557546828),
        ] {
            let ranks = quantile_ranks(count, q, confidence());
            assert_eq!(
                (ranks.low, ranks.high),
                (Some(low), Some(high)),
                "{q} {count}"
            );
            let found =
                binomial_tails(high - 1, count, q).lower - binomial_tails(low - 1, count, q).lower;
            assert!((found - coverage).abs() < 1e-10, "{found}");
        }
    }

    #[test]
    fn too_few_values_have_no_limits() {
        let ranks = |count, q| quantile_ranks(count, q, confidence());
        assert_eq!(ranks(100, 0.99).high, None);
        assert_eq!(ranks(367, 0.99).high, None);
        assert_eq!(ranks(368, 0.99).high, Some(368));
        assert_eq!(ranks(368, 0.01).low, Some(1));
        assert_eq!(ranks(367, 0.01).low, None);
        for (count, q) in [(0, 0.5), (1, 0.5), (100, -0.1), (100, 1.1), (100, f64::NAN)] {
            let none = Ranks {
                low: None,
                high: None,
            };
            assert_eq!(ranks(count, q), none);
        }
        assert_eq!(ranks(100, 1.0).high, None);
        assert_eq!(ranks(100, 0.0).low, None);
    }

    #[test]
    fn sample_quantiles_have_the_smallest_rank_that_reaches_them() {
        assert_eq!(quantile_rank(100, 0.07), Some(7));
        assert_eq!(quantile_rank(1000, 0.95), Some(950));
        assert_eq!(quantile_rank(1000, 0.9501), Some(951));
        assert_eq!(quantile_rank(3, 0.5), Some(2));
        assert_eq!(quantile_rank(100, 0.0), Some(1));
        assert_eq!(quantile_rank(100, 1.0), Some(100));
        assert_eq!(quantile_rank(0, 0.5), None);
        assert_eq!(quantile_rank(10, 1.01), None);
    }

    #[test]
    fn confidences_are_probabilities() {
        for bad in [0.0, 1.0, -1.0, 2.0, f64::NAN] {
            assert_eq!(Confidence::new(bad), None);
        }
        let shared = confidence().shared_by(5);
        assert!((shared.get() - 0.99).abs() < 1e-15);
        assert_eq!(confidence().shared_by(0), confidence());
    }

    #[test]
    fn without_trials_nothing_is_known() {
        let none = Proportion::default();
        assert_eq!(none.share(), None);
        assert_eq!(none.clopper_pearson(confidence()), Interval::NONE);
        assert_eq!(none.wilson(confidence()), Interval::NONE);
        assert_eq!(none.upper_limit(confidence()), None);
        assert_eq!(Proportion::new(2, 1), None);
        assert_eq!(dkw_half_width(0, confidence()), None);
        assert!(Interval::NONE.contains(1e300));
    }

    #[test]
    fn proportions_add_up() {
        let mut proportion = Proportion::default();
        proportion.record(true);
        proportion.record(false);
        proportion.merge(&Proportion::new(2, 2).unwrap());
        assert_eq!(proportion.share(), Some(0.75));
        assert_eq!((proportion.hits(), proportion.trials()), (3, 4));
    }

    #[test]
    fn the_band_shrinks_with_the_root_of_the_count() {
        // sqrt(ln 40 / 200)
        let found = dkw_half_width(100, confidence()).unwrap();
        assert!((found - 0.135_810_151_574_063).abs() < 1e-12, "{found}");
    }
}
