//! The sweep on a terminal: what it shows, then a block per point, because its figures carry their
//! intervals.

use super::answers::answers;
use super::{SweepDocument, SweepMethod, sensitivity};
use crate::layout::{hanging, joined, padded};

/// Returns the table.
#[must_use]
pub fn text(document: &SweepDocument) -> String {
    let mut lines = hanging("", &document.provenance());
    lines.push(String::new());
    for answer in answers(document) {
        lines.extend(hanging("- ", &answer));
    }
    if document.method == SweepMethod::Sensitivity {
        lines.extend(sensitivity::lines(document));
        lines.push(String::new());
        lines.push("The points are in sweep.csv and sweep.json.".to_owned());
        return joined(&lines);
    }
    let wide = document
        .figures
        .iter()
        .map(|head| head.figure.title(document.horizon_ms).chars().count());
    let wide = wide.max().unwrap_or(0);
    for (index, point) in document.points.iter().enumerate() {
        lines.push(String::new());
        let values = document.parameters.iter().zip(&point.values);
        let values: Vec<String> = values
            .map(|(head, value)| format!("{} = {value}", head.path))
            .collect();
        lines.extend(hanging(&format!("[{}] ", index + 1), &values.join("  ")));
        for (head, estimate) in document.figures.iter().zip(&point.figures) {
            let value = head.unit.estimate(estimate);
            let lead = format!(
                "    {}  ",
                padded(&head.figure.title(document.horizon_ms), wide)
            );
            lines.extend(hanging(&lead, &value));
        }
        if point.cost_per_year.is_some() {
            let front = if point.on_front == Some(true) {
                ", on the Pareto front"
            } else {
                ""
            };
            let cost = format!("{}{front}", point.cost_words());
            let lead = format!("    {}  ", padded("cost per year", wide));
            lines.extend(hanging(&lead, &cost));
        }
        let verdicts = point.verdict_words();
        if !verdicts.is_empty() {
            let lead = format!("    {}  ", padded("verdicts", wide));
            lines.extend(hanging(&lead, &verdicts));
        }
    }
    joined(&lines)
}
