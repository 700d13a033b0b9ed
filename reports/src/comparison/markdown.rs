//! The comparison as Markdown, for a pull request.

use super::ComparisonDocument;
use crate::quantity;

/// Returns the tables.
#[must_use]
pub fn text(document: &ComparisonDocument) -> String {
    let mut out = format!("## Comparison\n\n{}.\n\n", cell(&document.provenance()));
    for index in 1..document.scenarios.len() {
        out += &format!("- {}\n", cell(&document.summary(index)));
    }
    let labels = |out: &mut String, lead: &str| {
        *out += &format!("\n| {lead} |");
        for scenario in &document.scenarios {
            *out += &format!(" {} |", cell(&scenario.label));
        }
        *out += "\n|---|";
        *out += &"---|".repeat(document.scenarios.len());
        *out += "\n";
    };
    let properties = document.properties();
    if !properties.is_empty() {
        labels(&mut out, "verdict");
        for property in properties {
            out += &format!("| {} |", cell(property));
            for scenario in &document.scenarios {
                out += &format!(" {} |", scenario.verdict_words(property));
            }
            out += "\n";
        }
    }
    labels(&mut out, "figure");
    for row in &document.figures {
        out += &format!("| {} |", cell(&row.title));
        for (index, value) in row.values.iter().enumerate() {
            let words = quantity::estimate(value, |number| row.unit.words(number));
            out += &format!(" {}", cell(&words));
            let difference = index.checked_sub(1).and_then(|at| row.differences.get(at));
            if let Some(difference) = difference {
                out += &format!("<br>{}", cell(&difference.words(row.unit)));
            }
            out += " |";
        }
        out += "\n";
    }
    out += &format!(
        "\n{}\n\n`{}`\n",
        cell(&document.reading()),
        document.command
    );
    out
}

/// Text that cannot end a cell or begin markup.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' => out.extend(['\\', letter]),
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
