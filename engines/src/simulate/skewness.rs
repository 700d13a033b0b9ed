//! Intervals for the mean of skewed values.
//!
//! The outage of a year is 0 or little in most years and much in a few. The sample mean is then
//! below the truth more often than above, and Student's interval about it misses the truth on that
//! side too often. P. Hall ("On the removal of skewness by transformation", Journal of the Royal
//! Statistical Society B 54, 1992) transforms Student's ratio so that its skewness is gone, and the
//! limits are what the transformation takes to the quantiles of t.
//!
//! A few large values also decide the sample's variance, so that it is known less well than t
//! supposes, whose degrees of freedom are those of normal values. Those of other values are about
//! 2 n / (kurtosis - 1) (B. O'Neill, "Some useful moment results in sampling problems", The
//! American Statistician 68, 2014). The kurtosis is taken as that of a gamma distribution of this
//! skewness.

use crate::numbers::special::student_quantile;
use crate::simulate::estimate::{Confidence, Interval};

/// The limits of a mean of values with this skewness: `error` is the standard error of the mean and
/// `freedom` its degrees of freedom if the values were normal.
#[must_use]
pub fn skewed_interval(
    value: f64,
    error: f64,
    freedom: f64,
    skewness: f64,
    confidence: Confidence,
) -> Interval {
    let known = freedom / (1.0 + 0.75 * skewness * skewness);
    let quantile = student_quantile(confidence.per_side(), known.max(1.0));
    // The skewness of the mean.
    let slant = skewness / libm::sqrt(freedom);
    let limit = |t: f64| value - error * straightened(t, slant);
    Interval::between(limit(quantile), limit(-quantile))
}

/// The value of Student's ratio that Hall's transformation takes to `t`.
fn straightened(t: f64, slant: f64) -> f64 {
    // Below this the transformation is none, and its formula would lose its digits.
    if slant.abs() < 1e-6 {
        return t;
    }
    3.0 / slant * (libm::cbrt(1.0 + slant * (t - slant / 6.0)) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::estimate::student_interval;

    fn limits(skewness: f64) -> (f64, f64) {
        let found = skewed_interval(10.0, 1.0, 400.0, skewness, Confidence::default());
        (found.low.unwrap(), found.high.unwrap())
    }

    #[test]
    fn without_skewness_it_is_students() {
        let expected = student_interval(10.0, 1.0, 400.0, Confidence::default());
        for skewness in [0.0, 1e-6, 1e-3] {
            let (low, high) = limits(skewness);
            assert!((low - expected.low.unwrap()).abs() < 1e-3);
            assert!((high - expected.high.unwrap()).abs() < 1e-3);
        }
    }

    #[test]
    fn the_interval_reaches_further_to_the_side_of_the_long_tail() {
        let (plain_low, plain_high) = limits(0.0);
        let (low, high) = limits(4.0);
        assert!(low > plain_low && high > plain_high, "{low} to {high}");
        let (other_low, other_high) = limits(-4.0);
        assert!((low - 10.0 + other_high - 10.0).abs() < 1e-12);
        assert!((high - 10.0 + other_low - 10.0).abs() < 1e-12);
        // The largest skewness that 400 values can have.
        let (low, high) = limits(20.0);
        assert!(low < 10.0 && high < 200.0, "{low} to {high}");
    }

    /// The transformation itself, of Hall 1992, undoes what is undone here.
    #[test]
    fn the_transformation_takes_the_limit_to_the_quantile() {
        for slant in [-0.3, 0.01, 0.2, 1.0] {
            for t in [-2.5, -1.0, 0.0, 1.96] {
                let ratio = straightened(t, slant);
                let back = ratio
                    + slant * ratio * ratio / 3.0
                    + slant * slant * ratio * ratio * ratio / 27.0
                    + slant / 6.0;
                assert!((back - t).abs() < 1e-12, "{slant} {t}: {back}");
            }
        }
    }
}
