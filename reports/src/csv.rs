//! Tables for the reader's own analysis: `incidents.csv`, one line per incident, and the figures of
//! a run, one line per figure.
//!
//! The names of the columns are part of the format, so they are written even when there is nothing
//! below them.

use serde::Serialize;

use crate::document::{ColumnName, Estimate, Incident, RareWhat, ResultDocument};
use crate::error::ReportError;
use crate::figure::{Measure, Statistic};
use crate::{float, visible, words};

/// The columns of `incidents.csv`, in order.
pub const COLUMNS: [&str; 12] = [
    "trial",
    "start_ms",
    "end_ms",
    "cause",
    "detect_ms",
    "decide_ms",
    "act_ms",
    "recover_ms",
    "reconnect_ms",
    "data_lost_ms",
    "messages_lost",
    "loss_cause",
];

/// Returns the text of `incidents.csv`; an incident without an end has an empty `end_ms`.
///
/// # Errors
/// Never for an incident as it is; the signature leaves room for the writer's errors.
pub fn incidents(incidents: &[Incident]) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::WriterBuilder::new()
        .has_headers(false)
        .from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for incident in incidents {
        writer.serialize(incident).map_err(failed)?;
    }
    finish(writer)
}

/// Returns what was written.
pub(crate) fn finish(writer: ::csv::Writer<Vec<u8>>) -> Result<String, ReportError> {
    let bytes = writer
        .into_inner()
        .map_err(|error| ReportError::Csv(error.to_string()))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|error| ReportError::Csv(error.to_string()))?;
    Ok(visible::text(text))
}

/// The columns of the figures, in order.
pub const FIGURE_COLUMNS: [&str; 9] = [
    "scenario",
    "column",
    "figure",
    "statistic",
    "value",
    "low",
    "high",
    "confidence",
    "n",
];

/// Returns the figures of simulated results as text, in the order of the documents: the names of
/// columns, figures and statistics as in the result document, where the units are. What has no
/// value, or no finite end of its interval, has an empty field.
///
/// # Errors
/// Never for a document as it is; the signature leaves room for the writer's errors.
pub fn figures<'a>(
    documents: impl IntoIterator<Item = &'a ResultDocument>,
) -> Result<String, ReportError> {
    let failed = |error: ::csv::Error| ReportError::Csv(error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(FIGURE_COLUMNS).map_err(failed)?;
    for document in documents {
        for (column, figure, statistic, estimate) in of(document) {
            writer
                .write_record([
                    document.identity.scenario_name.as_str(),
                    column,
                    &figure,
                    statistic,
                    &number(estimate.value),
                    &number(estimate.low),
                    &number(estimate.high),
                    &number(Some(estimate.confidence)),
                    &estimate.n.to_string(),
                ])
                .map_err(failed)?;
        }
    }
    finish(writer)
}

type FigureLine<'a> = (&'static str, String, &'static str, &'a Estimate);

fn of(document: &ResultDocument) -> Vec<FigureLine<'_>> {
    let mut figures = Vec::new();
    let Some(simulation) = &document.simulation else {
        return figures;
    };
    let mean = Statistic::Mean.name();
    figures.push((
        "",
        "availability".to_owned(),
        mean,
        &simulation.availability,
    ));
    let outage = &simulation.mean_outage_ms_per_year;
    figures.push(("", "outage_ms_per_year".to_owned(), mean, outage));
    for (figure, estimate) in [
        ("unavailability", &simulation.unavailability),
        (
            "unplanned_outage_ms_per_year",
            &simulation.unplanned_outage_ms_per_year,
        ),
        (
            "planned_outage_ms_per_year",
            &simulation.planned_outage_ms_per_year,
        ),
        ("user_minutes_per_year", &simulation.user_minutes_per_year),
    ] {
        figures.push(("", figure.to_owned(), mean, estimate));
    }
    if let Some(cost) = &simulation.cost {
        for (figure, estimate) in [
            ("outage_cost_per_year", &cost.outage),
            ("lost_messages_cost_per_year", &cost.lost_messages),
            ("cost_per_year", &cost.total),
        ] {
            figures.push(("", figure.to_owned(), mean, estimate));
        }
    }
    for class in &simulation.incidents_by_length {
        let length = class
            .up_to_ms
            .map_or_else(|| "longer".to_owned(), |ms| format!("{ms}"));
        for (kind, estimate) in [
            ("unplanned", &class.unplanned_per_year),
            ("planned", &class.planned_per_year),
        ] {
            let figure = format!("{kind}_incidents_per_year.{length}");
            figures.push(("", figure, mean, estimate));
        }
    }
    for column in &simulation.columns {
        for measure in Measure::of_column(column.name) {
            for (statistic, estimate) in measure.rows(column) {
                let figure = measure.field().to_owned();
                figures.push((column.name.name(), figure, statistic, estimate));
            }
        }
        for (figure, outcome) in [
            ("no_return", &column.no_return),
            ("no_copy_left", &column.no_copy_left),
        ] {
            figures.push((column.name.name(), figure.to_owned(), mean, &outcome.share));
        }
    }
    for share in &simulation.outage_by_phase {
        let figure = format!("time_ms.{}", words::phase(share.phase));
        for (column, sample) in [
            (ColumnName::PerIncident, &share.ms_per_incident),
            (ColumnName::GivenSiteLoss, &share.given_site_loss_ms),
        ] {
            for (statistic, estimate) in sample.rows() {
                figures.push((column.name(), figure.clone(), statistic, estimate));
            }
        }
    }
    if let Some(rare) = &simulation.rare {
        let figure = match rare.what {
            RareWhat::Loss => "any_loss",
            RareWhat::Outage => "any_outage",
        };
        figures.push(("rare", figure.to_owned(), mean, &rare.probability));
    }
    figures
}

/// Returns a number as the documents have it; nothing where there is none.
pub(crate) fn number(value: Option<f64>) -> String {
    let finite = value.filter(|number| number.is_finite());
    finite.map_or(String::new(), |number| float::rounded(number).to_string())
}

/// Returns the word that stands for a value in the documents.
pub(crate) fn word(value: &impl Serialize) -> Result<String, ReportError> {
    let value = serde_json::to_value(value)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn figures_are_one_table_over_all_results() {
        let documents = [sample::document(), sample::empty(), sample::quiet()];
        let text = figures(&documents).expect("written");
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().expect("a header"), &FIGURE_COLUMNS[..]);
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        // Six figures of the whole, 15 in each of the three columns, and four of each of the five
        // phases in two columns; twice. Four lengths of incidents, planned or not, where there are
        // any.
        assert_eq!(rows.len(), 2 * (6 + 3 * 15 + 5 * 2 * 4) + 8);
        let simulation = documents[0].simulation.as_ref().expect("simulated");
        let p95 = &simulation.columns[2].data_lost_ms.p95;
        let row = rows
            .iter()
            .find(|row| (&row[1], &row[2], &row[3]) == ("given_site_loss", "data_lost_ms", "p95"));
        let value: f64 = row.expect("the figure")[4].parse().expect("a number");
        assert_eq!(Some(value), p95.value);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let written = crate::sample::incidents();
        let text = incidents(&written).expect("the sample can be written");
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let read: Vec<Incident> = reader
            .deserialize()
            .collect::<Result<_, _>>()
            .expect("the header names the fields");
        assert_eq!(read, written);
    }

    #[test]
    fn the_header_stands_alone() {
        let text = incidents(&[]).expect("nothing can be written");
        assert_eq!(text, format!("{}\n", COLUMNS.join(",")));
    }
}
