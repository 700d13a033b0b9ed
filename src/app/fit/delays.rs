//! Distributions of delays: a family by maximum likelihood where one fits, else what was observed.

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::random::Uniform;
use poolproof_engines::numbers::families::{Family, FittedFamily, anderson_darling};
use poolproof_engines::simulate::estimate::{
    Confidence, dkw_half_width, quantile_rank, quantile_ranks,
};
use poolproof_reports::document::CdfPoint;
use poolproof_reports::fit::{FitDecision, FitSample, FitValue};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use super::EVENTS_FEW;

/// What scenario files take as a shape or a deviation.
const SHAPES: std::ops::RangeInclusive<f64> = 0.01..=20.0;

/// A fit is refused below this probability of a worse one.
const REFUSED_BELOW: f64 = 0.05;

/// Resamples of the test, fewer where there are many observations.
const RESAMPLES: [usize; 2] = [99, 499];
const RESAMPLED_MOST: usize = 100_000;

/// The test looks at no more observations, drawn from all: it costs as many as its resamples have.
const TESTED_MOST: usize = 5_000;

/// Points of the line of a fitted distribution.
const POINTS: u32 = 100;

/// Decides on a delay by what was observed, in milliseconds; none where the prior stays.
pub(super) fn decide(value: &mut FitValue, observed: &[u64]) -> Option<(Distribution, FitSample)> {
    let mut values: Vec<u64> = observed.iter().map(|ms| (*ms).max(1)).collect();
    values.sort_unstable();
    let count = values.len() as u64;
    value.n = count;
    value.statistic = "median".to_owned();
    let at = |rank: Option<u64>| {
        let index = usize::try_from(rank?.checked_sub(1)?).ok()?;
        values.get(index).map(|ms| *ms as f64)
    };
    let ranks = quantile_ranks(count, 0.5, Confidence::default());
    value.estimate = at(quantile_rank(count, 0.5));
    (value.low, value.high) = (at(ranks.low), at(ranks.high));
    if count < EVENTS_FEW {
        if count > 0 {
            let note = format!("fewer than {EVENTS_FEW} observations say too little of a tail");
            value.notes.push(note);
        }
        return None;
    }
    value.decision = FitDecision::Measured;
    let plain: Vec<f64> = values.iter().map(|ms| *ms as f64).collect();
    let fits = Family::ALL.iter().filter_map(|family| family.fit(&plain));
    let mut fits: Vec<FittedFamily> = fits.filter(|fit| SHAPES.contains(&fit.shape)).collect();
    fits.sort_by(|a, b| a.criterion().total_cmp(&b.criterion()));
    let tested = tested(&plain);
    let chosen = fits.first().map(|fit| (*fit, probability(&tested, fit)));
    let sample = |family: &str, fitted, p_value| FitSample {
        key: value.key.clone(),
        title: value.title.clone(),
        observed: staircase(&values),
        fitted,
        family: family.to_owned(),
        p_value,
    };
    match chosen {
        Some((fit, p)) if p >= REFUSED_BELOW => {
            let distribution = rounded(fit.distribution());
            let sample = sample(name(fit.family), line(&fit), Some(p));
            let note = format!(
                "{}: of the families the most likely; a worse fit has the probability {p:.2}",
                name(fit.family)
            );
            value.notes.push(note);
            Some((distribution, sample))
        }
        _ => {
            let tried = chosen.map(|(fit, p)| {
                let name = name(fit.family);
                format!("no family fits, the best is {name} with a probability of {p:.2}: ")
            });
            let note = format!("{}the observations themselves", tried.unwrap_or_default());
            value.notes.push(note);
            let p_value = chosen.map(|(_, p)| p);
            let sample = sample("empirical", Vec::new(), p_value);
            let values = values.into();
            Some((Distribution::Empirical { values }, sample))
        }
    }
}

const fn name(family: Family) -> &'static str {
    match family {
        Family::Exponential => "exponential",
        Family::Lognormal => "lognormal",
        Family::Weibull => "Weibull",
        Family::Gamma => "gamma",
    }
}

/// The observations that the test looks at, in ascending order; always the same of many.
fn tested(ascending: &[f64]) -> Vec<f64> {
    if ascending.len() <= TESTED_MOST {
        return ascending.to_vec();
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    // None twice: equal observations would look like a worse fit.
    let mut tested = ascending.to_vec();
    for at in 0..TESTED_MOST {
        let left = tested.len() - at;
        let u = Uniform::from_bits(random.next_u64()).get();
        tested.swap(at, at + ((u * left as f64) as usize).min(left - 1));
    }
    tested.truncate(TESTED_MOST);
    tested.sort_by(f64::total_cmp);
    tested
}

/// The probability of a worse fit if the family were right: samples of it are fitted likewise
/// (parametric bootstrap). The draws are always the same.
fn probability(ascending: &[f64], fit: &FittedFamily) -> f64 {
    let n = ascending.len();
    let resamples = (RESAMPLED_MOST / n).clamp(RESAMPLES[0], RESAMPLES[1]);
    let statistic = anderson_darling(ascending, fit);
    let distribution = fit.distribution();
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut worse = 0_u32;
    for _ in 0..resamples {
        let draw = |_| {
            let u = Uniform::from_bits(random.next_u64());
            distribution.quantile(u).ms.max(1) as f64
        };
        let mut sample: Vec<f64> = (0..n).map(draw).collect();
        sample.sort_by(f64::total_cmp);
        let again = fit.family.fit(&sample);
        worse +=
            u32::from(again.is_none_or(|again| anderson_darling(&sample, &again) >= statistic));
    }
    f64::from(worse + 1) / (resamples as f64 + 1.0)
}

/// The same with parameters of few digits: more would only look exact.
fn rounded(distribution: Distribution) -> Distribution {
    let shaped = |shape: f64| libm::round(shape * 1_000.0).max(10.0) / 1_000.0;
    match distribution {
        Distribution::Lognormal {
            median,
            sigma,
            most,
        } => Distribution::Lognormal {
            median: super::jobs::rounded(median),
            sigma: shaped(sigma),
            most,
        },
        Distribution::Weibull { mean, shape } => Distribution::Weibull {
            mean: super::jobs::rounded(mean),
            shape: shaped(shape),
        },
        Distribution::Gamma { mean, shape } => Distribution::Gamma {
            mean: super::jobs::rounded(mean),
            shape: shaped(shape),
        },
        Distribution::Exponential { mean } => Distribution::Exponential {
            mean: super::jobs::rounded(mean),
        },
        other => other,
    }
}

/// The distribution function of the observations with its band.
fn staircase(ascending: &[u64]) -> Vec<CdfPoint> {
    let n = ascending.len();
    let band = dkw_half_width(n as u64, Confidence::default()).unwrap_or(1.0);
    // A line of more points than pixels looks the same.
    let step = n.div_ceil(400).max(1);
    let point = |(index, ms): (usize, &u64)| {
        let p = (index + 1) as f64 / n as f64;
        CdfPoint {
            x: *ms as f64,
            p,
            low: (p - band).max(0.0),
            high: (p + band).min(1.0),
        }
    };
    let points = ascending.iter().enumerate();
    let points = points.filter(|(index, _)| index % step == 0 || index + 1 == n);
    points.map(point).collect()
}

/// The line of a fitted distribution.
fn line(fit: &FittedFamily) -> Vec<CdfPoint> {
    let distribution = fit.distribution();
    let point = |index: u32| {
        let u = (f64::from(index) + 0.5) / f64::from(POINTS);
        let x = Uniform::new(u).map_or(0.0, |u| distribution.quantile(u).ms as f64);
        CdfPoint {
            x,
            p: u,
            low: u,
            high: u,
        }
    };
    (0..POINTS).map(point).collect()
}
