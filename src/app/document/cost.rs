//! What a year of a scenario costs, from its prices and what the trials say.

use poolproof_engines::simulate::estimate::Confidence;
use poolproof_engines::simulate::figure::{Figure, FigureMethod};
use poolproof_engines::simulate::summary::{SimulationSummary, SummaryRequest, YEAR_MS};
use poolproof_engines::simulate::tally::Tally;
use poolproof_reports::document as doc;

use super::simulation::estimate;
use crate::scenario::Scenario;

/// The costs of a year; `None` of a scenario without prices.
pub(super) fn yearly(
    scenario: &Scenario,
    request: SummaryRequest<'_>,
    plain: &Tally,
) -> Option<doc::YearlyCost> {
    let (parts, cost) = (scenario.cost_per_year()?, scenario.cost.as_ref()?);
    let stated = request.confidence;
    let request = SummaryRequest {
        // The outage and the loss together may miss once in so many times.
        confidence: stated.shared_by(2),
        ..request
    };
    let years = YEAR_MS as f64 / request.horizon_ms as f64;
    let found = SimulationSummary::of(request, plain, &Tally::default());
    let outage = priced(&found.outage_ms_per_year, cost.outage.per_ms());
    let loss = priced(
        &found.per_trial.messages_lost.mean,
        cost.lost_message * years,
    );
    Some(doc::YearlyCost {
        parts,
        total: estimate(&total(parts, &outage, &loss, stated)),
        outage: estimate(&outage),
        lost_messages: estimate(&loss),
    })
}

/// A figure at a price; what has none costs nothing, for certain.
fn priced(figure: &Figure, price: f64) -> Figure {
    let times = |x: Option<f64>| x.map(|x| x * price);
    if price == 0.0 {
        return Figure {
            value: Some(0.0),
            low: Some(0.0),
            high: Some(0.0),
            ..*figure
        };
    }
    Figure {
        value: times(figure.value),
        low: times(figure.low),
        high: times(figure.high),
        ..*figure
    }
}

/// The sum of what is known and two estimates, whose intervals hold together as stated.
fn total(parts: f64, outage: &Figure, loss: &Figure, stated: Confidence) -> Figure {
    let sum = |a: Option<f64>, b: Option<f64>| Some(parts + a? + b?);
    let is_few = |one: &Figure| one.method == FigureMethod::FewValues && one.low.is_none();
    Figure {
        value: sum(outage.value, loss.value),
        low: sum(outage.low, loss.low),
        high: sum(outage.high, loss.high),
        confidence: stated.get(),
        method: match is_few(outage) || is_few(loss) {
            true => FigureMethod::FewValues,
            false => FigureMethod::StudentT,
        },
        ..*outage
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use poolproof_engines::simulate::accumulator::Observation;
    use poolproof_engines::simulate::tally::{Measured, TrialMeans};

    use crate::app::document::simulation;
    use crate::scenario::load_with;

    /// Half of the years have an outage of an hour and lose ten messages: 500 an hour and 3 a
    /// message are 250 and 15 a year, beside parts of 7.
    #[test]
    fn a_year_costs_its_parts_its_outage_and_its_losses() {
        let set = [
            ("cost.database_server", "\"7/year\""),
            ("cost.outage", "\"500/h\""),
            ("cost.lost_message", "3.0"),
        ];
        let set = set.map(|(path, value)| (path.to_owned(), value.to_owned()));
        let path = Path::new("scenarios/oracles/m1.toml");
        let scenario = load_with(path, &set).expect("valid").scenario;
        let horizon = scenario.simulate.horizon.ms;
        let mut tally = Tally::default();
        for trial in 0..1_000 {
            let bad = trial % 2;
            tally.trials += 1;
            let (ms, messages) = (bad * 3_600_000, bad * 10);
            let observed = |value: u64| {
                Some(Observation {
                    value: value as i64,
                    divisor: 1,
                    controls: [0, 0],
                })
            };
            tally.per_trial.record(Measured {
                time_ms: Some(ms),
                lost: Some([ms, messages]),
            });
            tally.per_trial.record_means(&TrialMeans {
                time: observed(ms),
                data_lost: observed(ms),
                messages: observed(messages),
            });
        }
        let found = simulation::document(&scenario, &tally, &Tally::default(), false);
        let cost = found.cost.expect("prices are given");
        let years = YEAR_MS as f64 / horizon as f64;
        let value = |one: &doc::Estimate| one.value.expect("a value") / years;
        assert!((value(&cost.outage) - 250.0).abs() < 1e-6, "{cost:?}");
        assert!((value(&cost.lost_messages) - 15.0).abs() < 1e-6, "{cost:?}");
        let total = cost.total.value.expect("a value");
        assert!(
            (total - cost.parts - 265.0 * years).abs() < 1e-6,
            "{cost:?}"
        );
        // Of two bounds that are right together, the sums are right as stated: half-widths add up.
        let half = |one: &doc::Estimate| (one.high.unwrap() - one.low.unwrap()) / 2.0;
        let both = half(&cost.outage) + half(&cost.lost_messages);
        assert!((half(&cost.total) / both - 1.0).abs() < 1e-9, "{cost:?}");
        assert!(
            half(&cost.outage) > 1.96 * 250.0 / libm::sqrt(1_000.0),
            "{cost:?}"
        );
    }
}
