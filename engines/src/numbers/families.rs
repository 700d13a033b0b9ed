//! Families of delays, fitted to observed ones by maximum likelihood, and how well they fit.
//!
//! The families are those that scenario files have (`clocks::distribution`). A fit is compared with
//! the observations by the statistic of Anderson and Darling, which looks at the tails.

use crate::clocks::distribution::{Distribution, SimDuration};
use crate::numbers::normal::normal_below;
use crate::numbers::special::gamma_tails;

/// A family of distributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// One parameter: the mean.
    Exponential,
    /// The median and the deviation of the logarithm.
    Lognormal,
    /// The mean and the shape.
    Weibull,
    /// The mean and the shape.
    Gamma,
}

/// A member of a family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FittedFamily {
    /// The family.
    pub family: Family,
    /// The mean, of a lognormal the median, in the unit of the values.
    pub scale: f64,
    /// The shape, of a lognormal the deviation of the logarithm; 1 of an exponential.
    pub shape: f64,
    /// The logarithm of the likelihood of the values.
    pub log_likelihood: f64,
}

impl Family {
    /// Every family, the simplest first.
    pub const ALL: [Self; 4] = [
        Self::Exponential,
        Self::Lognormal,
        Self::Weibull,
        Self::Gamma,
    ];

    /// How many parameters it has.
    #[must_use]
    pub const fn parameters(self) -> u32 {
        match self {
            Self::Exponential => 1,
            Self::Lognormal | Self::Weibull | Self::Gamma => 2,
        }
    }

    /// The member that makes the values most likely; `None` unless there are two different values,
    /// all above 0.
    #[must_use]
    pub fn fit(self, values: &[f64]) -> Option<FittedFamily> {
        let first = values.first()?;
        if values.iter().any(|x| !(*x > 0.0 && x.is_finite())) || values.iter().all(|x| x == first)
        {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let logs = values.iter().map(|x| libm::log(*x)).sum::<f64>() / n;
        let (scale, shape) = match self {
            Self::Exponential => (mean, 1.0),
            Self::Lognormal => {
                let off = |x: &f64| {
                    let off = libm::log(*x) - logs;
                    off * off
                };
                let variance = values.iter().map(off).sum::<f64>() / n;
                (libm::exp(logs), libm::sqrt(variance))
            }
            Self::Weibull => weibull(values, logs),
            Self::Gamma => (mean, gamma_shape(libm::log(mean) - logs)),
        };
        let fitted = FittedFamily {
            family: self,
            scale,
            shape,
            log_likelihood: 0.0,
        };
        let log_likelihood = values.iter().map(|x| fitted.log_density(*x)).sum();
        Some(FittedFamily {
            log_likelihood,
            ..fitted
        })
    }
}

/// Mean and shape of a Weibull distribution: the root of its likelihood's derivative, which
/// decreases in the shape.
fn weibull(values: &[f64], logs: f64) -> (f64, f64) {
    // Powers of the ratio to the largest do not overflow.
    let most = values.iter().fold(0.0, |a: f64, b| a.max(*b));
    let relative = logs - libm::log(most);
    let excess = |shape: f64| {
        let (mut sum, mut weighted) = (0.0, 0.0);
        for x in values {
            let log = libm::log(x / most);
            let power = libm::exp(shape * log);
            sum += power;
            weighted += power * log;
        }
        weighted / sum - 1.0 / shape - relative
    };
    let shape = root(excess);
    let power = |x: &f64| libm::exp(shape * libm::log(x / most));
    let mean_power = values.iter().map(power).sum::<f64>() / values.len() as f64;
    let scale = most * libm::exp(libm::log(mean_power) / shape);
    let mean = scale * libm::exp(libm::lgamma(1.0 + 1.0 / shape));
    (mean, shape)
}

/// The shape of a gamma distribution whose logarithm of the mean is `gap` above the mean of the
/// logarithms.
fn gamma_shape(gap: f64) -> f64 {
    root(|shape| gap - (libm::log(shape) - digamma(shape)))
}

/// The zero of an increasing function between 10^-3 and 10^4, or the nearer end.
fn root(increasing: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (libm::log(1e-3), libm::log(1e4));
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if increasing(libm::exp(middle)) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    libm::exp((low + high) / 2.0)
}

/// The derivative of the logarithm of the gamma function at x > 0 (Abramowitz and Stegun 6.3.18).
fn digamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 8.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    let inverse = 1.0 / (x * x);
    let series = inverse * (1.0 / 12.0 - inverse * (1.0 / 120.0 - inverse / 252.0));
    sum + libm::log(x) - 0.5 / x - series
}

impl FittedFamily {
    /// The logarithm of the density at a value above 0.
    fn log_density(&self, x: f64) -> f64 {
        const HALF_LOG_TWO_PI: f64 = 0.918_938_533_204_672_8;
        let (scale, shape) = (self.scale, self.shape);
        match self.family {
            Family::Exponential => -x / scale - libm::log(scale),
            Family::Lognormal => {
                let z = libm::log(x / scale) / shape;
                -0.5 * z * z - HALF_LOG_TWO_PI - libm::log(shape * x)
            }
            Family::Weibull => {
                let log = libm::log(x / self.weibull_scale());
                libm::log(shape) - libm::log(x) + shape * log - libm::exp(shape * log)
            }
            Family::Gamma => {
                let rate = shape / scale;
                shape * libm::log(rate * x) - libm::log(x) - rate * x - libm::lgamma(shape)
            }
        }
    }

    fn weibull_scale(&self) -> f64 {
        self.scale / libm::exp(libm::lgamma(1.0 + 1.0 / self.shape))
    }

    /// The probability of a value at or below `x`.
    #[must_use]
    pub fn below(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let (scale, shape) = (self.scale, self.shape);
        match self.family {
            Family::Exponential => -libm::expm1(-x / scale),
            Family::Lognormal => normal_below(libm::log(x / scale) / shape),
            Family::Weibull => {
                let log = libm::log(x / self.weibull_scale());
                -libm::expm1(-libm::exp(shape * log))
            }
            Family::Gamma => gamma_tails(x * shape / scale, shape).lower,
        }
    }

    /// Akaike's criterion: the smaller, the better, parameters counted.
    #[must_use]
    pub fn criterion(&self) -> f64 {
        2.0 * f64::from(self.family.parameters()) - 2.0 * self.log_likelihood
    }

    /// The same as a delay, where the values are milliseconds.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        let time = SimDuration {
            ms: libm::round(self.scale).max(1.0) as u64,
        };
        let shape = self.shape;
        match self.family {
            Family::Exponential => Distribution::Exponential { mean: time },
            Family::Lognormal => Distribution::Lognormal {
                median: time,
                sigma: shape,
                most: None,
            },
            Family::Weibull => Distribution::Weibull { mean: time, shape },
            Family::Gamma => Distribution::Gamma { mean: time, shape },
        }
    }
}

/// The statistic of Anderson and Darling of ascending values against a distribution: the larger,
/// the worse it fits (T. Anderson, D. Darling 1954). 0 without values.
#[must_use]
pub fn anderson_darling(ascending: &[f64], fitted: &FittedFamily) -> f64 {
    let n = ascending.len();
    let log = |p: f64| libm::log(p.clamp(1e-300, 1.0));
    let terms = ascending.iter().enumerate().map(|(index, x)| {
        let mirrored = ascending.get(n - 1 - index).copied().unwrap_or(*x);
        let weight = (2 * index + 1) as f64;
        weight * (log(fitted.below(*x)) + log(1.0 - fitted.below(mirrored)))
    });
    match n {
        0 => 0.0,
        n => -(n as f64) - terms.sum::<f64>() / n as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::random::Uniform;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs(), "{a} {b}");
    }

    /// The quantiles of a distribution at evenly spaced probabilities.
    fn spread(distribution: &Distribution, n: u32) -> Vec<f64> {
        let at = |index: u32| {
            let u = (f64::from(index) + 0.5) / f64::from(n);
            distribution.quantile(Uniform::new(u).expect("inside")).ms as f64
        };
        (0..n).map(at).collect()
    }

    #[test]
    fn digamma_is_known_at_one_and_a_half() {
        close(digamma(1.0), -0.577_215_664_901_532_9, 1e-9);
        close(digamma(0.5), -1.963_510_026_021_423_5, 1e-9);
    }

    #[test]
    fn each_family_finds_its_own_parameters() {
        let mean = SimDuration { ms: 3_600_000 };
        for (family, shape) in [
            (Family::Exponential, 1.0),
            (Family::Lognormal, 1.3),
            (Family::Weibull, 0.7),
            (Family::Weibull, 2.5),
            (Family::Gamma, 0.6),
            (Family::Gamma, 4.0),
        ] {
            let truth = FittedFamily {
                family,
                scale: mean.ms as f64,
                shape,
                log_likelihood: 0.0,
            };
            let values = spread(&truth.distribution(), 4_000);
            let fitted = family.fit(&values).expect("it fits");
            close(fitted.scale, truth.scale, 0.01);
            close(fitted.shape, shape, 0.01);
            assert!(anderson_darling(&values, &fitted) < 0.1, "{family:?}");
            let best = Family::ALL.iter().filter_map(|other| other.fit(&values));
            let best = best.min_by(|a, b| a.criterion().total_cmp(&b.criterion()));
            assert_eq!(best.map(|best| best.family), Some(family));
            close(fitted.below(values[1_000]), 0.250_125, 0.01);
        }
    }

    #[test]
    fn what_has_no_spread_has_no_family() {
        for values in [
            &[][..],
            &[5.0],
            &[5.0, 5.0],
            &[0.0, 1.0],
            &[1.0, f64::INFINITY],
        ] {
            for family in Family::ALL {
                assert!(family.fit(values).is_none(), "{values:?}");
            }
        }
    }
}
