//! Objectives: a figure against its limit; met, missed or undecided.

use poolproof_reports::document as doc;

use crate::scenario::expect::{Column, Comparison, Figure, Limit, Measure, Objective, Statistic};
use crate::scenario::value::duration_text;

/// Judges an objective: it is met, or missed, only if the whole interval says so.
#[must_use]
pub fn judge(objective: &Objective, simulation: &doc::Simulation) -> doc::Objective {
    let value = figure(
        Figure {
            column: objective.column,
            measure: objective.measure,
            statistic: objective.statistic,
        },
        simulation,
    );
    let (limit, limit_text) = match objective.limit {
        Limit::Duration(duration) => (duration.ms as f64, duration_text(duration)),
        Limit::Count(count) => (count, count.to_string()),
        Limit::Share(share) => (share, share.to_string()),
    };
    let within = |x: f64| match objective.comparison {
        Comparison::Below => x < limit,
        Comparison::AtMost => x <= limit,
        Comparison::Above => x > limit,
        Comparison::AtLeast => x >= limit,
    };
    let below = matches!(objective.comparison, Comparison::Below | Comparison::AtMost);
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
    let text = objective.text.clone();
    doc::Objective {
        text,
        status,
        value,
        limit_text,
    }
}

/// The estimate of a figure.
#[must_use]
pub fn figure(figure: Figure, simulation: &doc::Simulation) -> doc::Estimate {
    let name = match figure.column {
        Column::PerIncident => doc::ColumnName::PerIncident,
        Column::PerYear => doc::ColumnName::PerYear,
        Column::GivenSiteLoss => doc::ColumnName::GivenSiteLoss,
    };
    let Some(column) = simulation.columns.iter().find(|column| column.name == name) else {
        return simulation.availability.clone();
    };
    let distribution = match figure.measure {
        Measure::TimeToRecover | Measure::Outage => &column.time_ms,
        Measure::DataLost => &column.data_lost_ms,
        Measure::MessagesLost => &column.messages_lost,
        Measure::Availability => return simulation.availability.clone(),
        Measure::AnyLoss => return column.any_loss.clone(),
    };
    match figure.statistic {
        Statistic::Mean => distribution.mean.clone(),
        Statistic::P50 => distribution.p50.clone(),
        Statistic::P95 => distribution.p95.clone(),
        Statistic::P99 => distribution.p99.clone(),
    }
}
