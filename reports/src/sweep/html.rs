//! The sweep as one page that needs nothing else.

use askama::Template;

use super::SweepDocument;
use super::charts::charts;
use crate::chart::picture;
use crate::chart::picture::Drawn;
use crate::error::ReportError;
use crate::quantity;

#[derive(Template)]
#[template(path = "sweep.html")]
struct Page<'a> {
    document: &'a SweepDocument,
    provenance: String,
    has_cost: bool,
    has_verdicts: bool,
    rows: Vec<Row<'a>>,
    charts: Vec<Drawn>,
}

struct Row<'a> {
    values: &'a [String],
    cells: Vec<(String, String)>,
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
            (quantity::value(estimate, words), interval)
        });
        Row {
            values: &point.values,
            cells: cells.collect(),
            cost: point.cost_per_year.map_or(String::new(), quantity::number),
            on_front: point.on_front == Some(true),
            verdicts: point.verdict_words(),
        }
    });
    let page = Page {
        document,
        provenance: document.provenance(),
        has_cost: document.has_cost(),
        has_verdicts: document
            .points
            .iter()
            .any(|point| !point.verdicts.is_empty()),
        rows: rows.collect(),
        charts: charts(document)
            .iter()
            .map(picture::drawn)
            .collect::<Result<_, _>>()?,
    };
    let mut text = page.render()?;
    text.push('\n');
    Ok(text)
}
