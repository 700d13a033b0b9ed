//! The comparison as one page that needs nothing else.

use askama::Template;

use super::ComparisonDocument;
use crate::chart::overlay;
use crate::chart::picture;
use crate::chart::picture::Drawn;
use crate::error::ReportError;
use crate::quantity;

#[derive(Template)]
#[template(path = "comparison.html")]
struct Page<'a> {
    document: &'a ComparisonDocument,
    provenance: String,
    reading: String,
    answers: Vec<String>,
    verdicts: Vec<(&'a str, Vec<String>)>,
    figures: Vec<Row<'a>>,
    charts: Vec<Drawn>,
}

struct Row<'a> {
    title: &'a str,
    cells: Vec<Cell>,
}

struct Cell {
    value: String,
    interval: String,
    /// Against the first scenario; empty for the first itself.
    difference: String,
    visible: bool,
}

/// Returns the page of a comparison.
///
/// # Errors
/// When a chart cannot be drawn or the template cannot be filled in: both are defects.
pub fn page(document: &ComparisonDocument) -> Result<String, ReportError> {
    let charts = overlay::charts(document);
    let page = Page {
        document,
        provenance: document.provenance(),
        reading: document.reading(),
        answers: (1..document.scenarios.len())
            .map(|index| document.summary(index))
            .collect(),
        verdicts: verdicts(document),
        figures: figures(document),
        charts: charts
            .iter()
            .map(picture::drawn)
            .collect::<Result<_, _>>()?,
    };
    let mut text = page.render()?;
    text.push('\n');
    Ok(text)
}

fn verdicts(document: &ComparisonDocument) -> Vec<(&str, Vec<String>)> {
    let row = |property| {
        let words = document.scenarios.iter();
        let words = words.map(|one| one.verdict_words(property)).collect();
        (property, words)
    };
    document.properties().into_iter().map(row).collect()
}

fn figures(document: &ComparisonDocument) -> Vec<Row<'_>> {
    let rows = document.figures.iter().map(|row| {
        let cells = row.values.iter().enumerate().map(|(index, value)| {
            let words = |number: f64| row.unit.words(number);
            let difference = index.checked_sub(1).and_then(|at| row.differences.get(at));
            Cell {
                value: quantity::value(value, words),
                interval: quantity::interval(value, words).unwrap_or_default(),
                difference: difference.map_or(String::new(), |one| one.words(row.unit)),
                visible: difference.is_some_and(|one| one.visible == Some(true)),
            }
        });
        Row {
            title: &row.title,
            cells: cells.collect(),
        }
    });
    rows.collect()
}
