//! The fit on a terminal.

use super::FitDocument;
use crate::layout::{WIDTH, hanging, joined, wrapped};

/// Returns the table.
#[must_use]
pub fn text(document: &FitDocument) -> String {
    let mut lines = wrapped(&document.summary(), WIDTH);
    for value in &document.values {
        lines.push(String::new());
        lines.push(value.key.clone());
        let written = value.written.as_ref().unwrap_or(&value.prior);
        lines.extend(hanging(
            "  value:   ",
            &format!("{written} ({})", value.decision_words()),
        ));
        if value.n > 0 {
            let seen = format!("{}, {}", value.estimate_words(), value.seen_words());
            lines.extend(hanging("  records: ", &seen));
            lines.extend(hanging("  from:    ", &value.from.join(", ")));
        }
        for note in &value.notes {
            lines.extend(hanging("  note:    ", note));
        }
    }
    lines.push(String::new());
    lines.extend(hanging("log chain: ", &document.chain.summary));
    for text in &document.chain.findings {
        lines.extend(hanging("  ", text));
    }
    if !document.unused.is_empty() {
        lines.push(String::new());
        for text in &document.unused {
            lines.extend(hanging("not used: ", text));
        }
    }
    joined(&lines)
}
