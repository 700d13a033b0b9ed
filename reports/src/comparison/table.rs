//! The comparison on a terminal.

use super::{ComparisonDocument, FigureRow};
use crate::layout::{WIDTH, hanging, padded};

/// Returns the table.
#[must_use]
pub fn text(document: &ComparisonDocument) -> String {
    let mut lines = vec![
        "Comparison under the same random numbers".to_owned(),
        document.provenance(),
        String::new(),
    ];
    for (index, scenario) in document.scenarios.iter().enumerate() {
        let lead = format!("  [{}] {}: ", index + 1, scenario.label);
        lines.extend(hanging(&lead, &scenario.title));
    }
    lines.push(String::new());
    for (index, _) in document.scenarios.iter().enumerate().skip(1) {
        lines.extend(hanging("", &document.summary(index)));
    }
    verdicts(document, &mut lines);
    for row in &document.figures {
        figure(document, row, &mut lines);
    }
    lines.push(String::new());
    lines.extend(hanging("", &document.reading()));
    lines
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn verdicts(document: &ComparisonDocument, lines: &mut Vec<String>) {
    let properties = document.properties();
    if properties.is_empty() {
        return;
    }
    lines.push(String::new());
    lines.push("Verdicts".to_owned());
    let name = properties.iter().map(|one| one.len()).max().unwrap_or(0);
    let room = (WIDTH - name - 2) / document.scenarios.len().max(1);
    for property in properties {
        let mut line = format!("  {}  ", padded(property, name));
        let mut rest = Vec::new();
        for (index, scenario) in document.scenarios.iter().enumerate() {
            let words = format!("[{}] {}", index + 1, scenario.verdict_words(property));
            if words.chars().count() + 2 > room {
                rest.push(words);
            } else {
                line += &padded(&words, room);
            }
        }
        lines.push(line);
        lines.extend(
            rest.iter()
                .map(|words| format!("  {}  {words}", padded("", name))),
        );
    }
}

fn figure(document: &ComparisonDocument, row: &FigureRow, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push(row.figure.title(document.horizon_ms));
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
