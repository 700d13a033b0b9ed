//! The sweep as one page that needs nothing else.

use askama::Template;

use super::answers::{answers, columns};
use super::charts::charts;
use super::{SweepDocument, SweepMethod, sensitivity};
use crate::chart::picture;
use crate::chart::picture::Drawn;
use crate::error::ReportError;
use crate::{quantity, visible};

#[derive(Template)]
#[template(path = "sweep.html")]
struct SweepPage<'a> {
    document: &'a SweepDocument,
    provenance: String,
    answers: Vec<String>,
    heads: Vec<String>,
    has_cost: bool,
    has_verdicts: bool,
    rows: Vec<PointRow>,
    /// Figure, parameter, and the shares of the variance.
    sensitivities: Vec<[String; 4]>,
    charts: Vec<Drawn>,
}

struct PointCell {
    value: String,
    interval: String,
    /// What it is sorted by.
    key: String,
}

struct PointRow {
    values: Vec<(String, String)>,
    cells: Vec<PointCell>,
    cost: String,
    on_front: bool,
    verdicts: String,
}

/// Returns the page of a sweep.
///
/// # Errors
/// When a chart cannot be drawn or the template cannot be filled in: both are defects.
pub fn page(document: &SweepDocument) -> Result<String, ReportError> {
    let rows = document.points.iter().map(|point| {
        let cells = document.figures.iter().zip(&point.figures);
        let cells = cells.map(|(head, estimate)| {
            let words = |number: f64| head.unit.words(number);
            let interval = quantity::interval(estimate, words).unwrap_or_default();
            PointCell {
                value: quantity::value(estimate, words),
                interval,
                key: quantity::sort_key(estimate.value),
            }
        });
        PointRow {
            values: columns(document, point),
            cells: cells.collect(),
            cost: point.cost_words(),
            on_front: point.on_front == Some(true),
            verdicts: point.verdict_words(),
        }
    });
    let page = SweepPage {
        document,
        provenance: document.provenance(),
        answers: answers(document),
        heads: heads(document),
        has_cost: document.has_cost(),
        has_verdicts: document
            .points
            .iter()
            .any(|point| !point.verdicts.is_empty()),
        rows: match document.method {
            // There are too many to be read; the CSV file has them.
            SweepMethod::Sensitivity => Vec::new(),
            SweepMethod::Grid | SweepMethod::LatinHypercube | SweepMethod::OneAtATime => {
                rows.collect()
            }
        },
        sensitivities: sensitivity::by_figure(document)
            .iter()
            .flat_map(|one| &one.rows)
            .map(|row| {
                [
                    row.figure.title(document.horizon_ms),
                    row.parameter.clone(),
                    sensitivity::share(&row.first),
                    sensitivity::share(&row.total),
                ]
            })
            .collect(),
        charts: charts(document)
            .iter()
            .map(picture::drawn)
            .collect::<Result<_, _>>()?,
    };
    visible::page(&page)
}

/// The heads of the columns that say what a point is.
fn heads(document: &SweepDocument) -> Vec<String> {
    let points = document.points.first();
    let columns = points.map(|point| columns(document, point));
    let columns = columns.into_iter().flatten();
    columns.map(|(head, _)| head).collect()
}
