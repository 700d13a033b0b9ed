//! Figures: what trials say about a quantity, with an interval and how it was made.

use crate::simulate::accumulator::{MeanAccumulator, Slopes};
use crate::simulate::estimate::{Confidence, Proportion, TRIALS_MIN, poisson_rate};
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
    /// A mean that too few values carry: the truth may be far above it, and there is no interval.
    FewValues,
    /// The same of a quantity that falls where such a mean rises: it is an upper bound.
    FewValuesUpper,
    /// The quantile lies among what did not end: there is no number.
    Endless,
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
    /// By how much what is known besides the values divided the variance; 1 where nothing did.
    pub gain: f64,
}

/// What a mean is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeanOf {
    /// Of the observations.
    Observations,
    /// Of what the observations are sums of, as the incidents of a trial.
    Parts,
}

impl Figure {
    /// A mean, times a factor between units.
    #[must_use]
    pub fn mean(
        sums: &MeanAccumulator,
        of: MeanOf,
        slopes: Slopes,
        confidence: Confidence,
        factor: f64,
    ) -> Self {
        let found = match of {
            MeanOf::Observations => sums.estimate(slopes, confidence),
            MeanOf::Parts => sums.ratio(slopes, confidence),
        };
        // Of values that were all 0 nothing bounds the mean: the proportion beside it has the
        // limit.
        let nothing_seen = sums.sum() == 0;
        let few = found.is_some_and(|found| found.few);
        // A time or a count is never negative, whatever Student's t says of its mean.
        let scaled = |x: Option<f64>| x.map(|x| (x * factor).max(0.0));
        let interval = found.map(|found| found.estimate.interval);
        let interval = interval.filter(|_| !nothing_seen);
        Self {
            value: scaled(found.map(|found| found.estimate.value)),
            low: match nothing_seen {
                true => found.map(|_| 0.0).filter(|_| sums.count() >= TRIALS_MIN),
                false => scaled(interval.and_then(|interval| interval.low)),
            },
            high: scaled(interval.and_then(|interval| interval.high)),
            confidence: confidence.get(),
            n: sums.count(),
            method: match (nothing_seen, few) {
                (true, _) => FigureMethod::NothingSeen,
                (false, true) => FigureMethod::FewValues,
                (false, false) => FigureMethod::StudentT,
            },
            gain: found.map_or(1.0, |found| found.gain),
        }
    }

    /// The same mean where few values that were not seen may carry it.
    #[must_use]
    pub fn of_few(self) -> Self {
        if self.method != FigureMethod::StudentT {
            return self;
        }
        Self {
            low: None,
            high: None,
            method: FigureMethod::FewValues,
            ..self
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
            gain: 1.0,
        }
    }

    /// A quantile, `q` from 0 to 1, of values that come in clusters: by the value, how much larger
    /// than that of independent values the variance is.
    #[must_use]
    pub fn quantile(
        histogram: &Histogram,
        q: f64,
        confidence: Confidence,
        design_effect: &dyn Fn(u64) -> f64,
    ) -> Self {
        let alone = histogram.quantile_estimate(q, confidence, 1.0);
        let effect = alone.and_then(|one| one.value).map_or(1.0, design_effect);
        let found = histogram.quantile_estimate(q, confidence, effect);
        let value = found.as_ref().and_then(|f| f.value);
        Self {
            value: value.map(|value| value as f64),
            low: found.as_ref().and_then(|f| f.interval.low),
            high: found.as_ref().and_then(|f| f.interval.high),
            confidence: confidence.get(),
            n: histogram.count(),
            method: match (found, value) {
                (Some(_), None) => FigureMethod::Endless,
                _ => FigureMethod::OrderStatistics,
            },
            gain: 1.0,
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
            gain: 1.0,
        }
    }

    /// The same figure of another quantity that falls where this one rises.
    #[must_use]
    pub fn falling(self, convert: impl Fn(f64) -> f64) -> Self {
        Self {
            value: self.value.map(&convert),
            low: self.high.map(&convert),
            high: self.low.map(&convert),
            method: match self.method {
                FigureMethod::FewValues => FigureMethod::FewValuesUpper,
                method => method,
            },
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
    /// The mean and the quantiles of a sample of independent observations.
    #[must_use]
    pub fn of(
        histogram: &Histogram,
        sums: &MeanAccumulator,
        slopes: Slopes,
        confidence: Confidence,
    ) -> Self {
        let mean = Figure::mean(sums, MeanOf::Observations, slopes, confidence, 1.0);
        Self::with(histogram, mean, confidence, &|_| 1.0)
    }

    /// The mean and the quantiles of what comes in clusters, as the incidents of trials.
    #[must_use]
    pub fn of_parts(
        histogram: &Histogram,
        sums: &MeanAccumulator,
        slopes: Slopes,
        confidence: Confidence,
        design_effect: &dyn Fn(u64) -> f64,
    ) -> Self {
        let mean = Figure::mean(sums, MeanOf::Parts, slopes, confidence, 1.0);
        Self::with(histogram, mean, confidence, design_effect)
    }

    fn with(
        histogram: &Histogram,
        mean: Figure,
        confidence: Confidence,
        design_effect: &dyn Fn(u64) -> f64,
    ) -> Self {
        let quantile = |q| Figure::quantile(histogram, q, confidence, design_effect);
        Self {
            mean,
            p50: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            max: histogram.max().unwrap_or(0),
            n: histogram.count(),
        }
    }
}
