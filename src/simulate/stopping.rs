//! When enough has been simulated.
//!
//! The rules are tested at fixed numbers of trials only, so that the end does not depend on
//! threads. A test at several places errs more often than one: where objectives end the run, each
//! interval is as wide as if the error probability were divided among all places at which it could
//! have ended (C. Bonferroni 1936). A relative half-width needs no such care once the first test
//! comes late (Y. Chow, H. Robbins 1965; P. Glynn, W. Whitt 1992), and 5,000 trials are late.

use poolproof_reports::document as doc;

use super::estimate::Confidence;
use super::run::BATCH;
use crate::objectives;
use crate::scenario::Scenario;
use crate::scenario::expect::Column;

/// Trials before the first test; each next test is after twice as many.
const FIRST: u64 = 10 * BATCH;

/// The numbers of trials after which a stage may end, the last being all of them.
#[must_use]
pub fn checkpoints(scenario: &Scenario, trials: u64) -> Vec<u64> {
    let settings = &scenario.simulate;
    let early = settings.precision > 0.0 || settings.stop_when_decided;
    let tests = std::iter::successors(Some(FIRST), |n| n.checked_mul(2));
    let mut found: Vec<u64> = match early {
        true => tests.take_while(|n| *n < trials).collect(),
        false => Vec::new(),
    };
    found.push(trials);
    found
}

/// The confidence of each interval, so that all tests together err no more often than stated.
#[must_use]
pub fn confidence(scenario: &Scenario) -> Confidence {
    let settings = &scenario.simulate;
    // Validation has refused everything else.
    let stated = Confidence::new(settings.confidence).unwrap_or_default();
    if !settings.stop_when_decided {
        return stated;
    }
    let most = settings.trials.max(settings.drill_trials);
    stated.shared_by(checkpoints(scenario, most).len() as u64)
}

/// Whether what the trials so far say is enough; `drills` for the stage of the drills.
#[must_use]
pub fn is_enough(scenario: &Scenario, so_far: &doc::Simulation, drills: bool) -> bool {
    let settings = &scenario.simulate;
    let mine = |column: Column| (column == Column::GivenSiteLoss) == drills;
    let mut rules = Vec::new();
    if settings.precision > 0.0 && mine(settings.precision_of.column) {
        let found = objectives::figure(settings.precision_of, so_far);
        rules.push(is_precise(&found, settings.precision));
    }
    if settings.stop_when_decided {
        let listed = scenario.expect.objectives.iter();
        let mut judged = listed
            .filter(|objective| mine(objective.column))
            .map(|objective| objectives::judge(objective, so_far).status)
            .peekable();
        if judged.peek().is_some() {
            rules.push(judged.all(|status| status != doc::ObjectiveStatus::Undecided));
        }
    }
    // Where no rule says anything about a stage, it runs to its end.
    !rules.is_empty() && rules.into_iter().all(|holds| holds)
}

/// Whether an interval is narrow against its estimate. Nothing is narrow against 0.
fn is_precise(estimate: &doc::Estimate, relative: f64) -> bool {
    match (estimate.value, estimate.low, estimate.high) {
        (Some(value), Some(low), Some(high)) => {
            value != 0.0 && (high - low) / 2.0 <= relative * value.abs()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_is_relative() {
        let estimate = |value: f64, half: f64| doc::Estimate {
            value: Some(value),
            low: Some(value - half),
            high: Some(value + half),
            confidence: 0.95,
            n: 5_000,
            method: String::new(),
        };
        assert!(is_precise(&estimate(100.0, 5.0), 0.05));
        assert!(!is_precise(&estimate(100.0, 5.1), 0.05));
        assert!(!is_precise(&estimate(0.0, 0.0), 0.05));
        let unlimited = doc::Estimate {
            high: None,
            ..estimate(100.0, 1.0)
        };
        assert!(!is_precise(&unlimited, 0.05));
    }
}
