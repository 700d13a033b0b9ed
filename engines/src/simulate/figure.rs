//! Figures: what trials say about a quantity, with an interval and how it was made.

use crate::simulate::accumulator::MeanAccumulator;
use crate::simulate::estimate::{Confidence, Proportion, poisson_rate};
use crate::simulate::histogram::Histogram;

/// How a figure and its interval were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureMethod {
    /// Order statistics of the sample, whatever its distribution.
    OrderStatistics,
    /// Student's t on a mean.
    StudentT,
    /// The exact interval of a proportion (C. Clopper, E. Pearson 1934).
    ClopperPearson,
    /// The exact interval of a Poisson rate.
    PoissonExact,
    /// Nothing was seen: a mean has no upper limit, and that of a proportion is one-sided.
    NothingSeen,
}

/// What trials say about one quantity, in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The estimate; `None` where there is nothing to estimate it from.
    pub value: Option<f64>,
    /// The lower limit of the interval; `None` where there is none.
    pub low: Option<f64>,
    /// The upper limit of the interval; `None` where there is none.
    pub high: Option<f64>,
    /// The probability with which such an interval covers the truth, 0 to 1.
    pub confidence: f64,
    /// The size of the sample.
    pub n: u64,
    /// How it was made.
    pub method: FigureMethod,
}

impl Figure {
    /// A mean, times a factor between units.
    #[must_use]
    pub fn mean(sums: &MeanAccumulator, confidence: Confidence, factor: f64) -> Self {
        let found = sums.estimate(confidence);
        // Of values that were all 0 nothing bounds the mean: the proportion beside it has the
        // limit.
        let nothing_seen = sums.sum() == 0;
        let scaled = |x: Option<f64>| x.map(|x| x * factor);
        Self {
            value: scaled(found.as_ref().map(|f| f.value)),
            // A time or a count is never negative, whatever Student's t says of its mean.
            low: scaled(found.as_ref().and_then(|f| f.interval.low)).map(|x| x.max(0.0)),
            high: scaled(found.as_ref().and_then(|f| f.interval.high)).filter(|_| !nothing_seen),
            confidence: confidence.get(),
            n: sums.count(),
            method: if nothing_seen {
                FigureMethod::NothingSeen
            } else {
                FigureMethod::StudentT
            },
        }
    }

    /// A proportion.
    #[must_use]
    pub fn proportion(proportion: &Proportion, confidence: Confidence) -> Self {
        let interval = proportion.clopper_pearson(confidence);
        let nothing_seen = proportion.hits() == 0 && proportion.trials() > 0;
        let (low, high, method) = if nothing_seen {
            let high = proportion.upper_limit(confidence);
            (Some(0.0), high, FigureMethod::NothingSeen)
        } else {
            (interval.low, interval.high, FigureMethod::ClopperPearson)
        };
        Self {
            value: proportion.share(),
            low,
            high,
            confidence: confidence.get(),
            n: proportion.trials(),
            method,
        }
    }

    /// A quantile, `q` from 0 to 1.
    #[must_use]
    pub fn quantile(histogram: &Histogram, q: f64, confidence: Confidence) -> Self {
        let found = histogram.quantile_estimate(q, confidence);
        Self {
            value: found.as_ref().map(|f| f.value as f64),
            low: found.as_ref().and_then(|f| f.interval.low),
            high: found.as_ref().and_then(|f| f.interval.high),
            confidence: confidence.get(),
            n: histogram.count(),
            method: FigureMethod::OrderStatistics,
        }
    }

    /// A rate: so many events in so many units of exposure.
    #[must_use]
    pub fn rate(events: u64, exposure: f64, confidence: Confidence) -> Self {
        let interval = poisson_rate(events, exposure, confidence);
        Self {
            value: (exposure > 0.0).then(|| events as f64 / exposure),
            low: interval.low,
            high: interval.high,
            confidence: confidence.get(),
            n: events,
            method: FigureMethod::PoissonExact,
        }
    }

    /// The same figure of another quantity that falls where this one rises.
    #[must_use]
    pub fn falling(self, convert: impl Fn(f64) -> f64) -> Self {
        Self {
            value: self.value.map(&convert),
            low: self.high.map(&convert),
            high: self.low.map(&convert),
            ..self
        }
    }
}

/// How a quantity is distributed over a sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantiles {
    /// The mean.
    pub mean: Figure,
    /// The median.
    pub p50: Figure,
    /// What 95 % of the sample stay within.
    pub p95: Figure,
    /// What 99 % of the sample stay within.
    pub p99: Figure,
    /// The largest value.
    pub max: u64,
    /// The size of the sample.
    pub n: u64,
}

impl Quantiles {
    /// The mean and the quantiles of a sample.
    #[must_use]
    pub fn of(histogram: &Histogram, sums: &MeanAccumulator, confidence: Confidence) -> Self {
        let quantile = |q| Figure::quantile(histogram, q, confidence);
        Self {
            mean: Figure::mean(sums, confidence, 1.0),
            p50: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            max: histogram.max().unwrap_or(0),
            n: histogram.count(),
        }
    }
}
