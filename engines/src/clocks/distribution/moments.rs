//! The mean of what a sampler draws.

use super::{Form, Sampler};
use crate::numbers::lognormal;

impl Sampler {
    /// The mean of its draws in milliseconds, before they are rounded to whole ones. Infinite where
    /// it is too large for a number.
    #[must_use]
    pub fn mean_ms(&self) -> f64 {
        self.0.mean()
    }
}

impl Form {
    fn mean(&self) -> f64 {
        match self {
            Self::Fixed { ms } => *ms as f64,
            Self::Uniform { low, width } => *low as f64 + *width as f64 / 2.0,
            Self::Exponential { mean } => *mean,
            Self::Lognormal { mu, sigma, most } => {
                let median = libm::round(libm::exp(*mu)) as u64;
                let most = (*most < u64::MAX).then_some(*most);
                lognormal::mean(median, *sigma, most)
            }
            Self::Weibull {
                log_scale,
                inverse_shape,
            } => libm::exp(log_scale + libm::lgamma(1.0 + inverse_shape)),
            Self::Gamma { scale, shape } => scale * shape,
            Self::Empirical { values } => {
                let sum: f64 = values.iter().map(|value| *value as f64).sum();
                sum / values.len().max(1) as f64
            }
            Self::Mixture { parts } => {
                let part = |part: &super::Part| (part.to - part.from) * part.form.mean();
                parts.iter().map(part).sum()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::distribution::{Distribution, SimDuration};

    #[test]
    fn a_sampler_has_the_mean_of_its_distribution() {
        let of = |ms| SimDuration { ms };
        let exponential = Distribution::Exponential { mean: of(7_000) };
        let lognormal = |most| Distribution::Lognormal {
            median: of(40_000),
            sigma: 1.3,
            most,
        };
        for distribution in [
            Distribution::Fixed { value: of(123) },
            Distribution::Uniform {
                low: of(10),
                high: of(30),
            },
            exponential.clone(),
            lognormal(None),
            lognormal(Some(of(90_000))),
            Distribution::Weibull {
                mean: of(80_000),
                shape: 0.7,
            },
            Distribution::Gamma {
                mean: of(80_000),
                shape: 2.5,
            },
            Distribution::Empirical {
                values: [1, 2, 6].into(),
            },
            Distribution::Mixture {
                parts: vec![(0.3, exponential), (0.7, lognormal(None))],
            },
        ] {
            let found = Sampler::new(&distribution).mean_ms();
            let expected = distribution.mean();
            assert!((found / expected - 1.0).abs() < 1e-9, "{distribution:?}");
        }
    }
}
