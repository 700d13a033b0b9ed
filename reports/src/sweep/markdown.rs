//! The sweep as Markdown, for a pull request.

use super::answers::{answers, columns};
use super::{SweepDocument, SweepMethod, sensitivity};
use crate::comparison::cell;

/// Returns the table of all points.
#[must_use]
pub fn text(document: &SweepDocument) -> String {
    let mut out = format!("## Sweep: {}\n\n", cell(&document.title));
    out += &format!("{}.\n\n", cell(&document.provenance()));
    for answer in answers(document) {
        out += &format!("- {}\n", cell(&answer));
    }
    if document.method == SweepMethod::Sensitivity {
        out += "\n| figure | parameter | alone | with interactions |\n|---|---|---|---|\n";
        for row in sensitivity::by_figure(document)
            .iter()
            .flat_map(|one| &one.rows)
        {
            let cells = [
                row.figure.title(document.horizon_ms),
                row.parameter.clone(),
                sensitivity::share(&row.first),
                sensitivity::share(&row.total),
            ];
            let cells: Vec<String> = cells.iter().map(|one| cell(one)).collect();
            out += &format!("| {} |\n", cells.join(" | "));
        }
        out += &format!("\n`{}`\n", document.command);
        return out;
    }
    let verdicts = document
        .points
        .iter()
        .any(|point| !point.verdicts.is_empty());
    let mut heads = vec!["point".to_owned()];
    let first = document.points.first();
    let first = first.map(|point| columns(document, point));
    heads.extend(first.into_iter().flatten().map(|(head, _)| cell(&head)));
    heads.extend(
        document
            .figures
            .iter()
            .map(|head| cell(&head.figure.title(document.horizon_ms))),
    );
    if document.has_cost() {
        heads.extend(["cost per year", "Pareto front"].map(str::to_owned));
    }
    heads.extend(verdicts.then(|| "verdicts".to_owned()));
    let rule = "---|".repeat(heads.len());
    out += &format!("\n| {} |\n|{rule}\n", heads.join(" | "));
    for (index, point) in document.points.iter().enumerate() {
        let mut line = vec![(index + 1).to_string()];
        let columns = columns(document, point).into_iter();
        line.extend(columns.map(|(_, value)| cell(&value)));
        for (head, estimate) in document.figures.iter().zip(&point.figures) {
            let words = head.unit.estimate(estimate);
            line.push(cell(&words));
        }
        if document.has_cost() {
            line.push(point.cost_words());
            let front = point.on_front == Some(true);
            line.push(if front { "on the front" } else { "" }.to_owned());
        }
        line.extend(verdicts.then(|| cell(&point.verdict_words())));
        out += &format!("| {} |\n", line.join(" | "));
    }
    out += &format!("\n`{}`\n", document.command);
    out
}
