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
    let (comparison, below) = match objective.comparison {
        Comparison::Below => (doc::Comparison::Below, true),
        Comparison::AtMost => (doc::Comparison::AtMost, true),
        Comparison::Above => (doc::Comparison::Above, false),
        Comparison::AtLeast => (doc::Comparison::AtLeast, false),
    };
    let within = |x: f64| match comparison {
        doc::Comparison::Below => x < limit,
        doc::Comparison::AtMost => x <= limit,
        doc::Comparison::Above => x > limit,
        doc::Comparison::AtLeast => x >= limit,
    };
    let (worst, best) = if below {
        (value.high, value.low)
    } else {
        (value.low, value.high)
    };
    let status = if worst.is_some_and(within) {
        doc::ObjectiveStatus::Met
    } else if best.is_some_and(|x| !within(x)) {
        doc::ObjectiveStatus::Missed
    } else {
        doc::ObjectiveStatus::Undecided
    };
    doc::Objective {
        text: objective.text.clone(),
        figure,
        comparison,
        limit,
        status,
        value,
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
