//! Delays times a factor: longer or shorter, of the same shape.

use super::distribution::{Distribution, SimDuration};

impl SimDuration {
    /// Times a factor, to the nearest millisecond.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            ms: libm::round(self.ms as f64 * factor) as u64,
        }
    }
}

impl Distribution {
    /// Multiplies every delay that is drawn; the shape stays.
    pub fn multiply(&mut self, factor: f64) {
        let times = |duration: &mut SimDuration| *duration = duration.times(factor);
        match self {
            Self::Fixed { value } => times(value),
            Self::Uniform { low, high } => {
                times(low);
                times(high);
            }
            Self::Exponential { mean } | Self::Weibull { mean, .. } | Self::Gamma { mean, .. } => {
                times(mean);
            }
            Self::Lognormal { median, most, .. } => {
                times(median);
                most.iter_mut().for_each(times);
            }
            Self::Empirical { values } => {
                let all = values
                    .iter()
                    .map(|ms| SimDuration { ms: *ms }.times(factor).ms);
                *values = all.collect::<Vec<u64>>().into();
            }
            Self::Mixture { parts } => {
                parts.iter_mut().for_each(|(_, part)| part.multiply(factor));
            }
        }
    }
}
