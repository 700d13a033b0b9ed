//! From an estimate of a rare event to its part of the result document.

use poolproof_engines::pools::estimate;
use poolproof_engines::simulate::estimate::Estimate;
use poolproof_engines::simulate::rare::{
    Doubt, Plan, RareError, RareEstimate, RareEventMethod, doubt,
};
use poolproof_engines::simulate::trial::Rare;
use poolproof_reports::document as doc;

use crate::app::compile;
use crate::app::compile::simulation::trial_settings;
use crate::app::document::stopping::stated_confidence;
use crate::scenario::Scenario;

/// Estimates how likely something rare is within a trial of a scenario, with as many paths as the
/// scenario has trials; `None` where `on_round`, told how many are done of how many, ended it.
///
/// # Errors
/// Where the method does not suit the scenario's failures, or trials are too few.
pub fn simulated(
    scenario: &Scenario,
    method: RareEventMethod,
    rare: Rare,
    on_round: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Option<doc::RareEvent>, RareError> {
    let topology = compile::timed_topology(scenario);
    let activities = compile::activities(scenario, &topology);
    let confidence = stated_confidence(scenario);
    let plan = Plan {
        rare,
        method,
        settings: &trial_settings(scenario),
        seed: scenario.simulate.seed,
        paths: scenario.simulate.trials,
        confidence,
    };
    let found = estimate(&topology, &activities, &plan, on_round)?;
    Ok(found.map(|found| document(&found, &plan)))
}

fn document(found: &RareEstimate, plan: &Plan<'_>) -> doc::RareEvent {
    let forbidden = found.doubts.iter().any(|doubt| doubt.forbids());
    let (how, method) = match plan.method {
        RareEventMethod::Cycles => (
            doc::RareMethod::Cycles,
            doc::Method::StratifiedImportanceSampling,
        ),
        RareEventMethod::Hazard => (doc::RareMethod::Hazard, doc::Method::ConditionalMonteCarlo),
    };
    let shown = |estimate: &Estimate, n: u64, method| doc::Estimate {
        value: Some(estimate.value),
        low: estimate.interval.low,
        high: estimate.interval.high,
        confidence: plan.confidence.get(),
        n,
        method,
    };
    let probability = shown(&found.probability, found.paths, method);
    doc::RareEvent {
        what: match plan.rare {
            Rare::Loss => doc::RareWhat::Loss,
            Rare::Outage => doc::RareWhat::Outage,
        },
        how,
        paths: found.paths,
        probability: if forbidden {
            doc::Estimate {
                value: None,
                low: None,
                high: None,
                ..probability
            }
        } else {
            probability
        },
        effective_paths: found.effective_paths,
        largest_share: found.largest_share,
        mean_weight: found
            .mean_weight
            .map(|weight| shown(&weight, found.begun, doc::Method::StudentTOfWeights)),
        first_failures: found
            .first_failures
            .iter()
            .map(|first| doc::FirstFailure {
                failure: first.name.clone(),
                share: first.probability / found.probability.value,
            })
            .collect(),
        doubts: found
            .doubts
            .iter()
            .map(|doubt| doubt_named(*doubt))
            .collect(),
        withheld: forbidden,
    }
}

fn doubt_named(doubt: Doubt) -> doc::Doubt {
    match doubt {
        Doubt::NothingSeen => doc::Doubt::NothingSeen,
        Doubt::Dominated { share } => doc::Doubt::Dominated {
            share,
            most: doubt::SHARE_MOST,
        },
        Doubt::FewEffective { paths } => doc::Doubt::FewEffective {
            paths,
            least: doubt::EFFECTIVE_MIN,
        },
        Doubt::WeightsOff { mean } => doc::Doubt::WeightsOff { mean },
    }
}
