//! Objectives: a figure against its limit; met, missed or undecided.

use poolproof_reports::document as doc;
use poolproof_reports::figure::{self, Figure};

use crate::scenario::expect::{Column, Comparison, Limit, Measure, Objective, Statistic};

/// Judges an objective: it is met, or missed, only if the whole interval says so.
#[must_use]
pub fn judge(objective: &Objective, simulation: &doc::Simulation) -> doc::Objective {
    let figure = figure(objective.column, objective.measure, objective.statistic);
    let value = value(figure, simulation);
    let limit = match objective.limit {
        Limit::Duration(duration) => duration.ms as f64,
        Limit::Count(number) | Limit::Share(number) => number,
    };
    let comparison = match objective.comparison {
        Comparison::Below => doc::Comparison::Below,
        Comparison::AtMost => doc::Comparison::AtMost,
        Comparison::Above => doc::Comparison::Above,
        Comparison::AtLeast => doc::Comparison::AtLeast,
    };
    let status = status(comparison, limit, &value);
    doc::Objective {
        text: objective.text.clone(),
        figure,
        comparison,
        limit,
        status,
        value,
    }
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
    use super::status;
    use poolproof_reports::document::{Comparison, Estimate, Method, ObjectiveStatus};

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
