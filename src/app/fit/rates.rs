//! Rates of events: the exact interval of the records alone, and the value that is written.
//!
//! With few events a rate is combined with its prior. The prior is a gamma distribution that weighs
//! as much as one event: it expects that one in its own time. With `n` events in the time `t` the
//! mean of the posterior is `(1 + n) / (1 / prior + t)` (A. Gelman et al., Bayesian Data Analysis).

use poolproof_engines::simulate::estimate::{Confidence, poisson_rate};
use poolproof_reports::fit::{FitDecision, FitValue};

use super::EVENTS_FEW;
use crate::scenario::value::{Rate, RateUnit};

/// How many events in how much time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Evidence {
    pub(super) events: u64,
    pub(super) years: f64,
}

/// Decides on a rate; the value per year, unless the prior stays.
pub(super) fn decide(value: &mut FitValue, prior_per_year: f64, evidence: Evidence) -> Option<f64> {
    let Evidence { events, years } = evidence;
    value.n = events;
    if years <= 0.0 {
        return None;
    }
    value.years = Some(years);
    value.statistic = "rate".to_owned();
    let alone = events as f64 / years;
    let interval = poisson_rate(events, years, Confidence::default());
    value.estimate = Some(alone);
    (value.low, value.high) = (interval.low, interval.high);
    if events >= EVENTS_FEW || prior_per_year <= 0.0 && events > 0 {
        value.decision = FitDecision::Measured;
        if events < EVENTS_FEW {
            let note = "few events, and the prior is that it never happens: the records decide";
            value.notes.push(note.to_owned());
        }
        return Some(alone);
    }
    if prior_per_year <= 0.0 {
        return None;
    }
    let prior_years = 1.0 / prior_per_year;
    value.decision = FitDecision::Combined;
    value.prior_weight = Some(prior_years / (prior_years + years));
    Some((1.0 + events as f64) / (prior_years + years))
}

/// A rate with three significant digits, within what a scenario takes.
pub(super) fn rate(per_year: f64) -> Rate {
    Rate {
        count: significant(per_year.clamp(1e-7, 500_000.0)),
        per: RateUnit::Year,
    }
}

/// A number above 0 with three significant digits.
pub(super) fn significant(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use poolproof_reports::fit::FitUnit;

    use super::super::draft::blank;
    use super::*;

    fn decided(prior: f64, events: u64, years: f64) -> (FitValue, Option<f64>) {
        let mut value = blank("key", "title", String::new(), FitUnit::PerYear);
        let rate = decide(&mut value, prior, Evidence { events, years });
        (value, rate)
    }

    #[test]
    fn few_events_are_combined_with_the_prior() {
        let (value, rate) = decided(4.0, 3, 0.75);
        assert_eq!(value.decision, FitDecision::Combined);
        assert_eq!((rate, value.prior_weight), (Some(4.0), Some(0.25)));
        assert_eq!(value.estimate, Some(4.0));
        let (value, rate) = decided(4.0, 0, 0.75);
        assert_eq!(
            (rate, value.estimate, value.low),
            (Some(1.0), Some(0.0), Some(0.0))
        );
        let (value, rate) = decided(4.0, 20, 4.0);
        assert_eq!((value.decision, rate), (FitDecision::Measured, Some(5.0)));
        let (value, rate) = decided(4.0, 0, 0.0);
        assert_eq!((value.decision, rate), (FitDecision::Prior, None));
        let (value, rate) = decided(0.0, 2, 4.0);
        assert_eq!((value.decision, rate), (FitDecision::Measured, Some(0.5)));
        assert_eq!(decided(0.0, 0, 4.0).1, None);
    }

    #[test]
    fn rates_have_three_digits() {
        assert_eq!(rate(12.3456).count, 12.3);
        assert_eq!(rate(0.000_012_345).count, 0.000_012_3);
    }
}
