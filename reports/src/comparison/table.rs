//! The comparison on a terminal.

use super::{ComparisonDocument, FigureRow};
use crate::layout::{WIDTH, hanging, joined, side_by_side, wrapped};

/// More scenarios stand below each other.
const COLUMNS_MOST: usize = 3;

/// Returns the table.
#[must_use]
pub fn text(document: &ComparisonDocument) -> String {
    let mut lines = vec!["Comparison under the same random numbers".to_owned()];
    lines.extend(wrapped(&document.provenance(), WIDTH));
    lines.push(String::new());
    for (index, scenario) in document.scenarios.iter().enumerate() {
        let lead = format!("  [{}] {}: ", index + 1, scenario.label);
        lines.extend(hanging(&lead, &scenario.title));
    }
    lines.push(String::new());
    for one in &document.differing {
        let values = one.values.iter().enumerate();
        let values = values.map(|(index, value)| {
            format!(
                "[{}] {}",
                index + 1,
                value.as_deref().unwrap_or("not there")
            )
        });
        let values: Vec<String> = values.collect();
        lines.extend(hanging(&format!("  {}: ", one.key), &values.join(", ")));
    }
    if !document.differing.is_empty() {
        lines.push(String::new());
    }
    for (index, _) in document.scenarios.iter().enumerate().skip(1) {
        lines.extend(hanging("", &document.summary(index)));
    }
    verdicts(document, &mut lines);
    for row in &document.figures {
        figure(document, row, &mut lines);
    }
    lines.push(String::new());
    lines.extend(hanging("", &document.reading()));
    joined(&lines)
}

fn verdicts(document: &ComparisonDocument, lines: &mut Vec<String>) {
    let properties = document.properties();
    if properties.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push("Verdicts".to_owned());
    let name = properties.iter().map(|one| one.len()).max().unwrap_or(0);
    let room = (WIDTH - 4 - name) / document.scenarios.len().clamp(1, COLUMNS_MOST);
    for property in properties {
        let cells = document.scenarios.iter().enumerate();
        let cells = cells.map(|(index, scenario)| {
            let words = format!("[{}] {}", index + 1, scenario.verdict_words(property));
            (wrapped(&words, room - 2), room)
        });
        let cells: Vec<_> = cells.collect();
        for (at, cells) in cells.chunks(COLUMNS_MOST).enumerate() {
            let first = if at == 0 { property } else { "" };
            let mut columns = vec![(Vec::new(), 2), (vec![first.to_owned()], name + 2)];
            columns.extend(cells.iter().cloned());
            lines.extend(side_by_side(&columns));
        }
    }
}

fn figure(document: &ComparisonDocument, row: &FigureRow, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.extend(wrapped(&row.figure.title(document.horizon_ms), WIDTH));
    let mark = |index: usize| format!("  [{}] ", index + 1);
    for (index, value) in row.values.iter().enumerate() {
        let value = row.unit.estimate(value);
        lines.extend(hanging(&mark(index), &value));
        let difference = index.checked_sub(1).and_then(|at| row.differences.get(at));
        if let Some(difference) = difference {
            let first = document
                .scenarios
                .first()
                .map_or("", |one| one.label.as_str());
            let words = format!("against {first}: {}", difference.words(row.unit));
            lines.extend(hanging("        ", &words));
        }
    }
}
