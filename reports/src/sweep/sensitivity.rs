//! Sobol indices in words: a line for each parameter of each figure, the largest first.

use super::{SensitivityRow, SweepDocument};
use crate::document::Estimate;
use crate::figure::Figure;
use crate::quantity;

/// The indices of a figure, by the total the largest first.
pub(crate) struct OfFigure<'a> {
    pub(crate) figure: Figure,
    pub(crate) rows: Vec<&'a SensitivityRow>,
}

/// Returns the indices by figure, in the order of the document.
pub(crate) fn by_figure(document: &SweepDocument) -> Vec<OfFigure<'_>> {
    let mut found: Vec<OfFigure<'_>> = Vec::new();
    for row in &document.sensitivities {
        match found.last_mut().filter(|last| last.figure == row.figure) {
            Some(last) => last.rows.push(row),
            None => found.push(OfFigure {
                figure: row.figure,
                rows: vec![row],
            }),
        }
    }
    for one in &mut found {
        let total = |row: &SensitivityRow| row.total.value.unwrap_or(0.0);
        one.rows.sort_by(|a, b| total(b).total_cmp(&total(a)));
    }
    found
}

/// Returns an index in words: a share of the variance.
pub(crate) fn share(estimate: &Estimate) -> String {
    // By chance it can be outside of 0 to 1, so it is no probability.
    quantity::estimate(estimate, |share| {
        format!("{} %", quantity::number(share * 100.0))
    })
}

/// Returns lines of a table.
pub(super) fn lines(document: &SweepDocument) -> Vec<String> {
    let mut lines = Vec::new();
    for one in by_figure(document) {
        lines.push(String::new());
        let title = one.figure.title(document.horizon_ms);
        lines.push(format!("What the variance of {title} comes from"));
        for row in one.rows {
            lines.push(format!("  {}", row.parameter));
            lines.push(format!("    alone              {}", share(&row.first)));
            lines.push(format!("    with interactions  {}", share(&row.total)));
        }
    }
    lines
}
