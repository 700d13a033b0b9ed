//! The comparison as a page shows it.

use super::{ComparisonDocument, decision};
use crate::chart::forest::Forest;
use crate::chart::overlay;
use crate::error::ReportError;
use crate::evidence::{self, Evidence, EvidenceCell, EvidenceNote, EvidenceRow};

/// Returns the comparison as a short text with its evidence.
#[must_use]
pub fn evidence(document: &ComparisonDocument) -> Evidence {
    let chosen = decision::chosen(document);
    let heads = chosen.iter().map(|(_, head)| (*head).to_owned());
    let has_cost = document
        .scenarios
        .iter()
        .any(|one| one.cost_per_year.is_some());
    let cost = has_cost.then(|| "cost per year".to_owned());
    let rows = decision::rows(document).into_iter().map(|row| {
        let cells = row.cells.into_iter().map(|cell| {
            let parts = [cell.interval, cell.difference];
            let parts: Vec<String> = parts.into_iter().filter(|one| !one.is_empty()).collect();
            EvidenceCell::of(cell.value, parts.join("; "))
        });
        EvidenceRow {
            name: row.label.to_owned(),
            about: String::new(),
            is_marked: false,
            cells: cells
                .chain(has_cost.then(|| EvidenceCell::of(row.cost, "")))
                .collect(),
        }
    });
    let overlays = overlay::charts(document);
    Evidence {
        title: "Comparison under the same random numbers".to_owned(),
        provenance: document.provenance(),
        answer: (1..document.scenarios.len())
            .map(|index| document.summary(index))
            .collect(),
        row_head: "variant",
        heads: heads.chain(cost).collect(),
        rows: rows.collect(),
        notes: vec![EvidenceNote {
            title: "How to read it".to_owned(),
            lines: vec![document.reading()],
        }],
        charts: std::iter::once(evidence::listed(&Forest(document)))
            .chain(overlays.iter().map(evidence::listed))
            .collect(),
        command: document.command.clone(),
    }
}

/// The pictures of the comparison as files of a page that has a column for them.
///
/// # Errors
/// When a chart cannot be drawn, which is a defect.
pub fn pictures(document: &ComparisonDocument) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let mut files = vec![evidence::drawn(&Forest(document))?];
    for chart in overlay::charts(document) {
        files.push(evidence::drawn(&chart)?);
    }
    Ok(files)
}
