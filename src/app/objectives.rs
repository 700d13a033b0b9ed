//! Objectives: a figure against its limit; met, missed or undecided.

use poolproof_engines::simulate::summary::YEAR_MS;
use poolproof_reports::document as doc;
use poolproof_reports::figure::{self, Figure};

use crate::scenario::expect::{Column, Comparison, Limit, Measure, Objective, Statistic};

/// Judges an objective: it is met, or missed, only if the whole interval says so.
#[must_use]
pub fn judge(objective: &Objective, simulation: &doc::Simulation) -> doc::Objective {
    let doc::Promise {
        figure,
        comparison,
        limit,
    } = promise(objective);
    let value = value(figure, simulation);
    let bounds = with_no_return(figure, &value, simulation);
    let status = status(comparison, limit, &bounds);
    doc::Objective {
        text: objective.text.clone(),
        figure,
        comparison,
        limit,
        status,
        downtime: downtime(objective, limit, &bounds, simulation.horizon_ms),
        value,
    }
}

/// The time without service that an objective leaves in a year, and the used part of it.
fn downtime(
    objective: &Objective,
    limit: f64,
    found: &doc::Estimate,
    horizon_ms: u64,
) -> Option<doc::DowntimeBudget> {
    let is_upper = matches!(objective.comparison, Comparison::Below | Comparison::AtMost);
    let in_years = YEAR_MS as f64 / horizon_ms as f64;
    let (ms_per_year, found) = match (objective.measure, is_upper) {
        (Measure::Availability, false) => ((1.0 - limit) * YEAR_MS as f64, complement(found)),
        (Measure::Outage, true) => (limit * in_years, found.clone()),
        // Parts of the outage are scaled to a year already.
        (Measure::UnplannedOutage | Measure::PlannedOutage, true) => (limit, found.clone()),
        _ => return None,
    };
    let whole = match objective.measure {
        Measure::Availability => 1.0 - limit,
        _ => limit,
    };
    (whole > 0.0).then(|| doc::DowntimeBudget {
        ms_per_year,
        used: doc::Estimate {
            value: found.value.map(|x| x / whole),
            low: found.low.map(|x| x / whole),
            high: found.high.map(|x| x / whole),
            ..found
        },
    })
}

/// The share of time without service, of that with it.
fn complement(up: &doc::Estimate) -> doc::Estimate {
    let rest = |x: Option<f64>| x.map(|x| 1.0 - x);
    doc::Estimate {
        value: rest(up.value),
        low: rest(up.high),
        high: rest(up.low),
        method: match up.method {
            doc::Method::FewValuesUpper => doc::Method::FewValues,
            doc::Method::FewValues => doc::Method::FewValuesUpper,
            method => method,
        },
        ..up.clone()
    }
}

/// What an objective promises.
#[must_use]
pub fn promise(objective: &Objective) -> doc::Promise {
    doc::Promise {
        figure: figure(objective.column, objective.measure, objective.statistic),
        comparison: match objective.comparison {
            Comparison::Below => doc::Comparison::Below,
            Comparison::AtMost => doc::Comparison::AtMost,
            Comparison::Above => doc::Comparison::Above,
            Comparison::AtLeast => doc::Comparison::AtLeast,
        },
        limit: match objective.limit {
            Limit::Duration(duration) => duration.ms as f64,
            Limit::Count(number) | Limit::Share(number) => number,
        },
    }
}

/// The interval by which a mean outage is judged.
///
/// A mean does not hold the years in which service did not return. Where any were seen, they may be
/// as many as their own interval allows, and last from end to end.
fn with_no_return(
    figure: Figure,
    value: &doc::Estimate,
    simulation: &doc::Simulation,
) -> doc::Estimate {
    let mut columns = simulation.columns.iter();
    let per_year = columns.find(|column| column.name == doc::ColumnName::PerYear);
    let outcome = per_year.map(|column| &column.no_return);
    let seen = outcome.filter(|outcome| outcome.count > 0);
    let is_mean_outage = figure.column == doc::ColumnName::PerYear
        && figure.statistic == figure::Statistic::Mean
        && matches!(
            figure.measure,
            figure::Measure::Outage
                | figure::Measure::UnplannedOutage
                | figure::Measure::Availability
        );
    let Some(outcome) = seen.filter(|_| is_mean_outage) else {
        return value.clone();
    };
    let share = outcome.share.high.unwrap_or(1.0);
    let mut value = value.clone();
    if figure.measure == figure::Measure::Availability {
        value.low = value.low.map(|low| low - share);
    } else {
        value.high = value
            .high
            .map(|high| high + share * simulation.horizon_ms as f64);
    }
    value
}

/// Met if the worse limit of the interval is within, missed if the better one is not.
fn status(comparison: doc::Comparison, limit: f64, value: &doc::Estimate) -> doc::ObjectiveStatus {
    let within = |x: f64| match comparison {
        doc::Comparison::Below => x < limit,
        doc::Comparison::AtMost => x <= limit,
        doc::Comparison::Above => x > limit,
        doc::Comparison::AtLeast => x >= limit,
    };
    let (worst, best) = match comparison {
        doc::Comparison::Below | doc::Comparison::AtMost => (value.high, value.low),
        doc::Comparison::Above | doc::Comparison::AtLeast => (value.low, value.high),
    };
    if worst.is_some_and(within) {
        doc::ObjectiveStatus::Met
    } else if best.is_some_and(|x| !within(x)) {
        doc::ObjectiveStatus::Missed
    } else {
        doc::ObjectiveStatus::Undecided
    }
}

/// The figure that a scenario names.
#[must_use]
pub const fn figure(column: Column, measure: Measure, statistic: Statistic) -> Figure {
    Figure {
        column: match column {
            Column::PerIncident => doc::ColumnName::PerIncident,
            Column::PerYear => doc::ColumnName::PerYear,
            Column::GivenSiteLoss => doc::ColumnName::GivenSiteLoss,
        },
        measure: match measure {
            Measure::TimeToRecover => figure::Measure::TimeToRecover,
            Measure::Outage => figure::Measure::Outage,
            Measure::UnplannedOutage => figure::Measure::UnplannedOutage,
            Measure::PlannedOutage => figure::Measure::PlannedOutage,
            Measure::DataLost => figure::Measure::DataLost,
            Measure::MessagesLost => figure::Measure::MessagesLost,
            Measure::Availability => figure::Measure::Availability,
            Measure::AnyLoss => figure::Measure::AnyLoss,
        },
        statistic: match statistic {
            Statistic::Mean => figure::Statistic::Mean,
            Statistic::P50 => figure::Statistic::P50,
            Statistic::P95 => figure::Statistic::P95,
            Statistic::P99 => figure::Statistic::P99,
        },
    }
}

/// The estimate of a figure: every simulation of the engines has all columns.
///
/// # Panics
/// Where a column is missing, which is a defect.
#[must_use]
pub fn value(figure: Figure, simulation: &doc::Simulation) -> doc::Estimate {
    figure
        .of(simulation)
        .expect("a simulation has every column")
        .clone()
}

#[cfg(test)]
mod tests {
    use super::{status, with_no_return};
    use std::path::Path;

    use poolproof_engines::simulate::tally::{Measured, Tally};
    use poolproof_reports::document::{Comparison, Estimate, Method, ObjectiveStatus, Simulation};
    use poolproof_reports::figure;

    use crate::app::document::simulation;
    use crate::scenario::load_with;

    fn judged(comparison: Comparison, low: f64, high: f64) -> ObjectiveStatus {
        let value = Estimate {
            value: Some(f64::midpoint(low, high)),
            low: Some(low),
            high: Some(high),
            confidence: 0.95,
            n: 100,
            method: Method::StudentT,
        };
        status(comparison, 10.0, &value)
    }

    /// Years of a second's outage, in so many of which service did not return.
    fn years(without_return: u64) -> Simulation {
        let path = Path::new("scenarios/oracles/m1.toml");
        let scenario = load_with(path, &[]).expect("valid").scenario;
        let mut tally = Tally {
            without_return,
            ..Tally::default()
        };
        for _ in 0..5_000 {
            tally.trials += 1;
            tally.per_trial.time_mean.record(1_000);
            tally.per_trial.record(Measured {
                time_ms: Some(1_000),
                lost: Some([0; 2]),
            });
        }
        simulation::document(&scenario, &tally, &Tally::default(), false)
    }

    /// A mean does not hold the years without a return, and a promise about it has to.
    #[test]
    fn a_mean_outage_is_judged_with_the_years_in_which_service_did_not_return() {
        use ObjectiveStatus::{Met, Undecided};
        let (outage, availability) = (figure::Figure::OUTAGE, figure::Figure::AVAILABILITY);
        for (without_return, expected) in [(0, Met), (1, Undecided)] {
            let found = years(without_return);
            let judged = |comparison, limit, of| {
                let value = super::value(of, &found);
                status(comparison, limit, &with_no_return(of, &value, &found))
            };
            let at_most = judged(Comparison::AtMost, 2_000.0, outage);
            assert_eq!(at_most, expected, "{without_return}");
            let at_least = judged(Comparison::AtLeast, 0.9999, availability);
            assert_eq!(at_least, expected, "{without_return}");
        }
    }

    /// A second a year of an outage of two, and as an availability: both budgets are half used.
    #[test]
    fn a_downtime_budget_says_how_much_of_it_is_used() {
        let found = years(0);
        let year_s = found.horizon_ms as f64 / 1_000.0;
        let nines = format!("per_year.availability >= {:.12}", 1.0 - 2.0 / year_s);
        let judged = |text: &str| {
            let set = [("expect.objectives".to_owned(), format!("['{text}']"))];
            let path = Path::new("scenarios/oracles/m1.toml");
            let scenario = load_with(path, &set).expect("valid").scenario;
            super::judge(&scenario.expect.objectives[0], &found)
        };
        for text in ["per_year.outage.mean <= 2s", &nines] {
            let budget = judged(text).downtime.expect("a budget");
            assert!((budget.ms_per_year - 2_000.0).abs() < 10.0, "{budget:?}");
            let used = budget.used.value.expect("a share");
            assert!((used - 0.5).abs() < 1e-4, "{budget:?}");
        }
        let met = judged("per_year.availability.mean >= 3 nines");
        assert_eq!((met.limit, met.status), (0.999, ObjectiveStatus::Met));
        for without in [
            "per_year.any_loss <= 1%",
            "per_year.availability <= 99%",
            "per_year.outage.mean <= 0s",
        ] {
            assert_eq!(judged(without).downtime, None, "{without}");
        }
    }

    /// The limit is 10. An interval that ends at it decides between `<` and `<=`.
    #[test]
    fn an_interval_that_touches_the_limit_is_judged_by_the_comparison() {
        use ObjectiveStatus::{Met, Missed, Undecided};
        for (comparison, up_to, from) in [
            (Comparison::Below, Undecided, Missed),
            (Comparison::AtMost, Met, Undecided),
            (Comparison::Above, Missed, Undecided),
            (Comparison::AtLeast, Undecided, Met),
        ] {
            assert_eq!(judged(comparison, 8.0, 10.0), up_to, "{comparison:?}");
            assert_eq!(judged(comparison, 10.0, 12.0), from, "{comparison:?}");
        }
    }

    #[test]
    fn only_a_whole_interval_decides() {
        use ObjectiveStatus::{Met, Missed, Undecided};
        for (comparison, below, above) in [
            (Comparison::Below, Met, Missed),
            (Comparison::AtMost, Met, Missed),
            (Comparison::Above, Missed, Met),
            (Comparison::AtLeast, Missed, Met),
        ] {
            assert_eq!(judged(comparison, 8.0, 9.0), below, "{comparison:?}");
            assert_eq!(judged(comparison, 11.0, 12.0), above, "{comparison:?}");
            assert_eq!(judged(comparison, 9.0, 11.0), Undecided, "{comparison:?}");
        }
    }
}
