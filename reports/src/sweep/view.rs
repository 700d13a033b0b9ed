//! The sweep as a page shows it while it grows.

use super::answers::{answers, columns};
use super::charts::charts;
use super::{SweepDocument, SweepPoint};
use crate::error::ReportError;
use crate::evidence::{self, Evidence, EvidenceCell, EvidenceRow};
use crate::quantity;

/// Returns the sweep as a short text with its evidence.
#[must_use]
pub fn evidence(document: &SweepDocument) -> Evidence {
    let heads = document.figures.iter();
    let heads = heads.map(|head| head.figure.title(document.horizon_ms));
    let cost = document.has_cost().then(|| "cost per year".to_owned());
    let row = |(index, point): (usize, &SweepPoint)| {
        let figures = document.figures.iter().zip(&point.figures);
        let cells = figures.map(|(head, estimate)| {
            let words = |number: f64| head.unit.words(number);
            let interval = quantity::interval(estimate, words);
            EvidenceCell::of(
                quantity::value(estimate, words),
                interval.unwrap_or_default(),
            )
        });
        let cost = point.cost_per_year.map(quantity::number);
        let values = columns(document, point).into_iter();
        let values = values.map(|(head, value)| format!("{head} = {value}"));
        EvidenceRow {
            name: format!("{}", index + 1),
            about: values.collect::<Vec<_>>().join(", "),
            is_marked: point.on_front == Some(true),
            cells: cells
                .chain(cost.map(|cost| EvidenceCell::of(cost, "")))
                .collect(),
        }
    };
    Evidence {
        title: format!("Sweep: {}", document.title),
        provenance: document.provenance(),
        answer: answers(document),
        row_head: "point",
        heads: heads.chain(cost).collect(),
        rows: document.points.iter().enumerate().map(row).collect(),
        notes: Vec::new(),
        charts: charts(document).iter().map(evidence::listed).collect(),
        command: document.command.clone(),
    }
}

/// The pictures of the sweep as files of a page that has a column for them.
///
/// # Errors
/// When a chart cannot be drawn, which is a defect.
pub fn pictures(document: &SweepDocument) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    charts(document).iter().map(evidence::drawn).collect()
}
