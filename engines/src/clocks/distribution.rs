//! Distributions of delays, as written in scenario files, and how a delay is drawn from them.
//!
//! A delay is the inverse of the distribution function at one uniform number. Rejection methods
//! (ziggurat and its like) are faster by little and were refused: they take a varying number of
//! draws, and then a draw no longer has an address (`simulate::random`) and two configurations no
//! longer see the same failures. All mathematics is `libm`'s, the same bits on every platform, and
//! what leaves this file is whole milliseconds.

mod moments;

use std::sync::Arc;

use crate::clocks::random::Uniform;
use crate::numbers::lognormal;
use crate::numbers::normal::normal_quantile;
use crate::numbers::special::standard_gamma;

/// A span of simulated time in whole milliseconds. It never mixes with the real clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimDuration {
    /// Milliseconds.
    pub ms: u64,
}

/// The distribution of a delay. Parameters are in milliseconds where they are times.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Fixed {
        /// The delay.
        value: SimDuration,
    },
    /// Uniform between two ends.
    Uniform {
        /// Lower end.
        low: SimDuration,
        /// Upper end.
        high: SimDuration,
    },
    /// Exponential with the given mean.
    Exponential {
        /// The mean.
        mean: SimDuration,
    },
    /// Lognormal.
    Lognormal {
        /// The median, exp of the mean of the logarithm.
        median: SimDuration,
        /// The standard deviation of the natural logarithm, above 0.
        sigma: f64,
        /// No delay is longer: a draw above it counts as this. `None` for no end.
        most: Option<SimDuration>,
    },
    /// Weibull with the given shape and mean.
    Weibull {
        /// The mean.
        mean: SimDuration,
        /// The shape; below 1 failures cluster.
        shape: f64,
    },
    /// Gamma with the given mean and shape; with a whole shape it is Erlang's, a row of that many
    /// exponential stages.
    Gamma {
        /// The mean.
        mean: SimDuration,
        /// The shape, above 0.
        shape: f64,
    },
    /// One of the values that were observed, each as likely as the other.
    Empirical {
        /// Milliseconds in ascending order, at least one.
        values: Arc<[u64]>,
    },
    /// A weighted choice between distributions; weights sum to 1.
    Mixture {
        /// Weight and part, at least one.
        parts: Vec<(f64, Self)>,
    },
}

impl Distribution {
    /// The delay below which a draw falls with probability `u`.
    ///
    /// Never decreasing in `u`, except across the parts of a mixture: there `u` first chooses the
    /// part, in the order written, and what is left of it is the probability within that part. The
    /// simulator's clocks use [`Sampler`], which gives the same and computes the constants once.
    #[must_use]
    pub fn quantile(&self, u: Uniform) -> SimDuration {
        Sampler::new(self).sample(u)
    }

    /// The mean, in milliseconds. Infinite where it is too large for a number.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Fixed { value } => value.ms as f64,
            Self::Uniform { low, high } => {
                // As `Sampler` has it: ends in the wrong order count as no width.
                low.ms as f64 + high.ms.saturating_sub(low.ms) as f64 / 2.0
            }
            Self::Exponential { mean } | Self::Weibull { mean, .. } | Self::Gamma { mean, .. } => {
                mean.ms as f64
            }
            Self::Empirical { values } => mean_of(values, |x| x),
            Self::Lognormal {
                median,
                sigma,
                most,
            } => lognormal::mean(median.ms, *sigma, most.map(|most| most.ms)),
            Self::Mixture { parts } => {
                let total: f64 = parts.iter().map(|(weight, _)| valid_or(*weight, 0.0)).sum();
                if total <= 0.0 {
                    return 0.0;
                }
                let weighted = |(weight, part): &(f64, Self)| match valid_or(*weight, 0.0) {
                    0.0 => 0.0, // and not 0 times an infinite mean
                    weight => weight / total * part.mean(),
                };
                parts.iter().map(weighted).sum()
            }
        }
    }

    /// The variance, in square milliseconds, before rounding to whole ones. Infinite where it is
    /// too large for a number.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        match self {
            Self::Fixed { .. } => 0.0,
            Self::Uniform { low, high } => {
                let width = high.ms.saturating_sub(low.ms) as f64;
                width * width / 12.0
            }
            Self::Exponential { .. } => mean * mean,
            Self::Lognormal {
                median,
                sigma,
                most,
            } => lognormal::variance(median.ms, *sigma, most.map(|most| most.ms)),
            Self::Weibull { shape, .. } => {
                let inverse = 1.0 / valid_or(*shape, 0.0);
                let ratio = libm::lgamma(1.0 + 2.0 * inverse) - 2.0 * libm::lgamma(1.0 + inverse);
                // As `Sampler` has it: an invalid shape means no spread.
                let spread = if ratio.is_finite() {
                    libm::expm1(ratio)
                } else {
                    0.0
                };
                mean * mean * spread
            }
            Self::Gamma { shape, .. } => match valid_or(*shape, 0.0) {
                0.0 => 0.0,
                shape => mean * mean / shape,
            },
            Self::Empirical { values } => mean_of(values, |x| (x - mean) * (x - mean)),
            Self::Mixture { parts } => {
                let total: f64 = parts.iter().map(|(weight, _)| valid_or(*weight, 0.0)).sum();
                let weighted = |(weight, part): &(f64, Self)| match valid_or(*weight, 0.0) {
                    0.0 => 0.0,
                    weight => {
                        let off = part.mean() - mean;
                        weight / total * (part.variance() + off * off)
                    }
                };
                parts.iter().map(weighted).sum()
            }
        }
    }
}

/// The mean of a function of the values; 0 without values.
fn mean_of(values: &[u64], of: impl Fn(f64) -> f64) -> f64 {
    let sum: f64 = values.iter().map(|value| of(*value as f64)).sum();
    sum / values.len().max(1) as f64
}

/// A distribution made ready for drawing: what does not depend on the draw is computed once.
///
/// Validation refuses bad parameters long before. Those that come here all the same give no panic
/// and no NaN: an invalid `sigma` counts as 0, a Weibull with an invalid shape always has its mean,
/// as does a gamma; a weight that is invalid counts as 0, and a mixture without parts is 0, as is
/// an empirical distribution without values.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler(Form);

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Fixed { ms: u64 },
    Uniform { low: u64, width: u64 },
    Exponential { mean: f64 },
    Lognormal { mu: f64, sigma: f64, most: u64 },
    Weibull { log_scale: f64, inverse_shape: f64 },
    Gamma { scale: f64, shape: f64 },
    Empirical { values: Arc<[u64]> },
    Mixture { parts: Box<[Part]> },
}

/// A part of a mixture: it takes `u` in `[from, to)`.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    from: f64,
    to: f64,
    form: Form,
}

impl Sampler {
    /// Prepares a distribution.
    #[must_use]
    pub fn new(distribution: &Distribution) -> Self {
        Self(Form::new(distribution))
    }

    /// The delay in milliseconds, if it is the same at every `u`.
    #[must_use]
    pub const fn constant(&self) -> Option<u64> {
        match self.0 {
            Form::Fixed { ms } => Some(ms),
            _ => None,
        }
    }

    /// The mean in milliseconds, if delays are exponential.
    #[must_use]
    pub const fn exponential_mean(&self) -> Option<f64> {
        match self.0 {
            Form::Exponential { mean } => Some(mean),
            _ => None,
        }
    }

    /// The delay at `u`, rounded to the nearest millisecond; the longest span there is where it
    /// would be longer.
    #[inline]
    #[must_use]
    pub fn sample(&self, u: Uniform) -> SimDuration {
        SimDuration {
            ms: self.0.sample(u.get()),
        }
    }
}

impl Form {
    fn new(distribution: &Distribution) -> Self {
        match distribution {
            Distribution::Fixed { value } => Self::Fixed { ms: value.ms },
            Distribution::Uniform { low, high } => Self::Uniform {
                low: low.ms,
                width: high.ms.saturating_sub(low.ms),
            },
            Distribution::Exponential { mean } => Self::Exponential {
                mean: mean.ms as f64,
            },
            Distribution::Lognormal { median, .. } if median.ms == 0 => Self::Fixed { ms: 0 },
            Distribution::Lognormal {
                median,
                sigma,
                most,
            } => Self::Lognormal {
                mu: libm::log(median.ms as f64),
                sigma: valid_or(*sigma, 0.0),
                most: most.map_or(u64::MAX, |most| most.ms),
            },
            Distribution::Weibull { mean, shape } => {
                let inverse_shape = 1.0 / valid_or(*shape, 0.0);
                // The mean is scale * gamma(1 + 1/shape). In logarithms, because that gamma
                // overflows at shapes that are odd but not absurd.
                let log_scale = libm::log(mean.ms as f64) - libm::lgamma(1.0 + inverse_shape);
                if log_scale.is_finite() {
                    Self::Weibull {
                        log_scale,
                        inverse_shape,
                    }
                } else {
                    Self::Fixed { ms: mean.ms }
                }
            }
            Distribution::Gamma { mean, shape } => match valid_or(*shape, 0.0) {
                0.0 => Self::Fixed { ms: mean.ms },
                shape => Self::Gamma {
                    scale: mean.ms as f64 / shape,
                    shape,
                },
            },
            Distribution::Empirical { values } => Self::Empirical {
                values: Arc::clone(values),
            },
            Distribution::Mixture { parts } => Self::mixture(parts),
        }
    }

    fn mixture(parts: &[(f64, Distribution)]) -> Self {
        let total: f64 = parts.iter().map(|(weight, _)| valid_or(*weight, 0.0)).sum();
        let mut from = 0.0;
        let mut ready = Vec::new();
        for (weight, part) in parts {
            let share = valid_or(*weight, 0.0) / total;
            if share > 0.0 {
                let to = from + share;
                let form = Self::new(part);
                ready.push(Part { from, to, form });
                from = to;
            }
        }
        match ready.last_mut() {
            // The sum of the shares may miss 1 by a rounding.
            Some(last) => last.to = 1.0,
            None => return Self::Fixed { ms: 0 },
        }
        Self::Mixture {
            parts: ready.into(),
        }
    }

    fn sample(&self, u: f64) -> u64 {
        match self {
            Self::Fixed { ms } => *ms,
            Self::Uniform { low, width } => {
                let offset = whole(u * *width as f64).min(*width);
                low.saturating_add(offset)
            }
            Self::Exponential { mean } => exponential(*mean, u),
            Self::Lognormal { mu, sigma, most } => {
                whole(libm::exp(mu + sigma * normal_quantile(u))).min(*most)
            }
            Self::Weibull {
                log_scale,
                inverse_shape,
            } => {
                let exponential = -libm::log(1.0 - u);
                whole(libm::exp(
                    log_scale + inverse_shape * libm::log(exponential),
                ))
            }
            Self::Gamma { scale, shape } => whole(scale * standard_gamma(u, *shape)),
            Self::Empirical { values } => {
                let rank = (u * values.len() as f64) as usize;
                values.get(rank).or(values.last()).copied().unwrap_or(0)
            }
            Self::Mixture { parts } => {
                let chosen = parts.iter().find(|part| u < part.to);
                let Some(part) = chosen else { return 0 };
                let within = (u - part.from) / (part.to - part.from);
                part.form
                    .sample(within.clamp(SMALLEST_UNIFORM, 1.0 - SMALLEST_UNIFORM))
            }
        }
    }
}

/// An exponential delay at `u`, strictly between 0 and 1, as [`Sampler::sample`] has it; it and its
/// mean are in milliseconds.
#[inline]
#[must_use]
pub fn exponential(mean_ms: f64, u: f64) -> u64 {
    // 1 - u is exact, u being a multiple of 2^-53: no need of the slower log1p.
    whole(-mean_ms * libm::log(1.0 - u))
}

/// 2^-53, the smallest uniform number that is ever drawn; the largest is as far below 1.
const SMALLEST_UNIFORM: f64 = 1.0 / (1_u64 << 53) as f64;

/// Rounds a time in milliseconds, not negative, to the nearest whole one, the upper of two.
///
/// The conversion saturates and takes NaN to 0.
#[inline]
fn whole(ms: f64) -> u64 {
    (ms + 0.5) as u64
}

/// The parameter if it is finite and not negative.
fn valid_or(parameter: f64, otherwise: f64) -> f64 {
    if parameter.is_finite() && parameter >= 0.0 {
        parameter
    } else {
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_distr::Distribution as _;
    use statrs::distribution::ContinuousCDF;

    const HOUR: SimDuration = SimDuration { ms: 3_600_000 };
    const ZERO: SimDuration = SimDuration { ms: 0 };

    fn at(distribution: &Distribution, u: f64) -> u64 {
        distribution.quantile(Uniform::new(u).expect("inside")).ms
    }

    fn lognormal(median: SimDuration, sigma: f64) -> Distribution {
        Distribution::Lognormal {
            median,
            sigma,
            most: None,
        }
    }

    fn weibull(mean: SimDuration, shape: f64) -> Distribution {
        Distribution::Weibull { mean, shape }
    }

    /// u = 0.0005, 0.0015, ..., 0.9995, and both edges.
    fn grid() -> impl Iterator<Item = f64> {
        let edges = [SMALLEST_UNIFORM, 1e-9, 1.0 - 1e-9, 1.0 - SMALLEST_UNIFORM];
        (0..1000)
            .map(|n| (f64::from(n) + 0.5) / 1000.0)
            .chain(edges)
    }

    /// The distribution function of another library, at our quantile, gives u back.
    fn assert_inverse(distribution: &Distribution, cdf: impl Fn(f64) -> f64) {
        for u in grid() {
            let ms = at(distribution, u) as f64;
            let (below, above) = (cdf(ms - 0.5 - ms * 1e-12), cdf(ms + 0.5 + ms * 1e-12));
            assert!(below <= u + 1e-12, "{distribution:?} at {u}: {ms}");
            assert!(u <= above + 1e-12, "{distribution:?} at {u}: {ms}");
        }
    }

    #[test]
    fn quantiles_invert_the_distribution_functions_of_statrs() {
        let mean = HOUR.ms as f64;
        let exponential = Distribution::Exponential { mean: HOUR };
        let theirs = statrs::distribution::Exp::new(1.0 / mean).unwrap();
        assert_inverse(&exponential, |x| theirs.cdf(x));
        for sigma in [0.1, 0.8, 2.5] {
            let theirs = statrs::distribution::LogNormal::new(libm::log(mean), sigma).unwrap();
            assert_inverse(&lognormal(HOUR, sigma), |x| theirs.cdf(x));
        }
        for shape in [0.4, 0.7, 1.0, 2.5] {
            let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
            let theirs = statrs::distribution::Weibull::new(shape, scale).unwrap();
            assert_inverse(&weibull(HOUR, shape), |x| theirs.cdf(x));
        }
        let low = SimDuration { ms: 600_000 };
        let theirs = statrs::distribution::Uniform::new(600_000.0, mean).unwrap();
        assert_inverse(&Distribution::Uniform { low, high: HOUR }, |x| {
            theirs.cdf(x)
        });
    }

    /// Mean and standard deviation of 10^5 draws at evenly spread u (less noise than random ones).
    fn moments(distribution: &Distribution) -> (f64, f64) {
        let sampler = Sampler::new(distribution);
        let count = 100_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for n in 0..count {
            let u = Uniform::new((f64::from(n) + 0.5) / f64::from(count)).expect("inside");
            let x = sampler.sample(u).ms as f64;
            sum += x;
            squares += x * x;
        }
        let mean = sum / f64::from(count);
        (mean, (squares / f64::from(count) - mean * mean).sqrt())
    }

    #[test]
    fn moments_agree_with_rand_distr_and_with_the_stated_mean() {
        use rand_chacha::rand_core::SeedableRng;
        let scale = HOUR.ms as f64;
        let shape = 1.5;
        let weibull_scale = scale / libm::tgamma(1.0 + 1.0 / shape);
        type Draw = Box<dyn Fn(&mut rand_chacha::ChaCha8Rng) -> f64>;
        let exponential = rand_distr::Exp::new(1.0 / scale).unwrap();
        let normal = rand_distr::LogNormal::new(libm::log(scale), 0.5).unwrap();
        let failures = rand_distr::Weibull::new(weibull_scale, shape).unwrap();
        let cases: [(Distribution, Draw); 3] = [
            (
                Distribution::Exponential { mean: HOUR },
                Box::new(move |r| exponential.sample(r)),
            ),
            (lognormal(HOUR, 0.5), Box::new(move |r| normal.sample(r))),
            (weibull(HOUR, shape), Box::new(move |r| failures.sample(r))),
        ];
        for (ours, theirs) in cases {
            let mut generator = rand_chacha::ChaCha8Rng::seed_from_u64(1);
            let count = 200_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..count {
                let x = theirs(&mut generator);
                sum += x;
                squares += x * x;
            }
            let mean = sum / f64::from(count);
            let deviation = (squares / f64::from(count) - mean * mean).sqrt();
            let found = moments(&ours);
            // Their noise is 0.2 % of the mean; 5 of those.
            assert!(
                (found.0 / mean - 1.0).abs() < 0.01,
                "{ours:?}: {found:?} {mean}"
            );
            assert!(
                (found.1 / deviation - 1.0).abs() < 0.03,
                "{ours:?}: {found:?}"
            );
            assert!((found.0 / ours.mean() - 1.0).abs() < 0.001, "{ours:?}");
        }
    }

    #[test]
    fn a_mixture_takes_its_parts_in_their_shares() {
        let fixed = |ms| Distribution::Fixed {
            value: SimDuration { ms },
        };
        let uniform = Distribution::Uniform {
            low: SimDuration { ms: 1000 },
            high: SimDuration { ms: 2000 },
        };
        let parts = vec![(0.25, fixed(7)), (0.5, uniform), (0.25, fixed(9))];
        let mixture = Distribution::Mixture { parts };
        assert_eq!(mixture.mean(), 0.25 * 7.0 + 0.5 * 1500.0 + 0.25 * 9.0);
        assert_eq!(at(&mixture, 0.2499), 7);
        assert_eq!(at(&mixture, 0.25), 1000);
        assert_eq!(at(&mixture, 0.5), 1500);
        assert_eq!(at(&mixture, 0.7499), 2000);
        assert_eq!(at(&mixture, 0.75), 9);
        assert_eq!(at(&mixture, 1.0 - SMALLEST_UNIFORM), 9);
        // A heavy-tailed last part stays finite at its own end.
        let parts = vec![(0.9, fixed(1)), (0.1, lognormal(HOUR, 3.0))];
        let mixture = Distribution::Mixture { parts };
        assert!(at(&mixture, 1.0 - SMALLEST_UNIFORM) < u64::MAX);
        let (mean, _) = moments(&Distribution::Mixture {
            parts: vec![
                (0.3, Distribution::Exponential { mean: HOUR }),
                (0.7, lognormal(HOUR, 0.4)),
            ],
        });
        let expected = HOUR.ms as f64 * (0.3 + 0.7 * libm::exp(0.08));
        assert!((mean / expected - 1.0).abs() < 0.001);
    }

    #[test]
    fn edges_and_bad_parameters_give_numbers() {
        let nan = f64::NAN;
        let huge = SimDuration { ms: u64::MAX };
        let empty = Distribution::Mixture { parts: vec![] };
        let worthless = Distribution::Mixture {
            parts: vec![(0.0, lognormal(HOUR, 1.0)), (nan, weibull(HOUR, 1.0))],
        };
        let backwards = Distribution::Uniform {
            low: HOUR,
            high: ZERO,
        };
        for u in [SMALLEST_UNIFORM, 0.5, 1.0 - SMALLEST_UNIFORM] {
            assert_eq!(at(&Distribution::Fixed { value: HOUR }, u), HOUR.ms);
            assert_eq!(at(&Distribution::Exponential { mean: ZERO }, u), 0);
            assert_eq!(at(&lognormal(ZERO, 1.0), u), 0);
            assert_eq!(at(&weibull(ZERO, 1.0), u), 0);
            assert_eq!(at(&backwards, u), HOUR.ms);
            assert_eq!(at(&weibull(HOUR, 0.0), u), HOUR.ms);
            assert_eq!(at(&weibull(HOUR, nan), u), HOUR.ms);
            assert_eq!(at(&empty, u), 0);
            assert_eq!(at(&worthless, u), 0);
            let median = at(&lognormal(HOUR, nan), u);
            assert_eq!(median, HOUR.ms);
        }
        assert_eq!(worthless.mean(), 0.0);
        assert_eq!(empty.mean(), 0.0);
        assert_eq!(lognormal(ZERO, 1e200).mean(), 0.0);
        assert_eq!(
            at(&Distribution::Exponential { mean: huge }, 0.99),
            u64::MAX
        );
        assert_eq!(at(&lognormal(HOUR, 1e200), 0.99), u64::MAX);
        assert_eq!(at(&lognormal(HOUR, 1e200), 0.01), 0);
        assert_eq!(at(&Distribution::Exponential { mean: HOUR }, 1e-15), 0);
        // 53 ln 2 means.
        let last = at(
            &Distribution::Exponential { mean: HOUR },
            1.0 - SMALLEST_UNIFORM,
        );
        assert_eq!(last, 132_252_482);
    }

    proptest! {
        #[test]
        fn quantiles_never_decrease(
            first in 0..u64::MAX, second in 0..u64::MAX,
            mean in 0..100_000_000_000_u64, sigma in 0.0..5.0_f64, shape in 0.05..10.0_f64,
        ) {
            let mean = SimDuration { ms: mean };
            let (low, high) = (first.min(second), first.max(second));
            let (low, high) = (Uniform::from_bits(low), Uniform::from_bits(high));
            for distribution in [
                Distribution::Exponential { mean },
                Distribution::Uniform { low: HOUR, high: mean.max(HOUR) },
                lognormal(mean, sigma),
                weibull(mean, shape),
            ] {
                let sampler = Sampler::new(&distribution);
                prop_assert!(sampler.sample(low) <= sampler.sample(high), "{:?}", distribution);
            }
        }
    }
}
